//! Where log lines go: to standard error, for people on a terminal and as JSON otherwise.

use std::io::IsTerminal as _;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{Registry, fmt, reload};

use crate::config::{LogFormat, Settings};

/// Starts logging as `settings` have it; the answer changes the level later.
pub(super) fn start(settings: &Settings) -> impl Fn(Level) + Send + Sync + 'static {
    let (level, handle) = reload::Layer::new(filter(settings.level));
    let is_for_people = match settings.format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines: Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync> = if is_for_people {
        Box::new(lines.with_ansi(std::io::stderr().is_terminal()))
    } else {
        Box::new(lines.json().flatten_event(true))
    };
    // A second start within one process, as tests make it, keeps the first one's lines.
    let _ = tracing_subscriber::registry().with(lines.with_filter(level)).try_init();
    move |level| {
        // The subscriber lives as long as the process.
        let _ = handle.modify(|it| *it = filter(level));
    }
}

/// Our own lines from `level` on, and of others' what is wrong at most: the folder watcher traces
/// every write beside the settings, and where the log itself is written there, each would bring
/// the next.
fn filter(level: Level) -> Targets {
    Targets::new().with_default(level.min(Level::WARN)).with_target("keystile", level)
}
