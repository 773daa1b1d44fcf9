//! Where log lines go: to standard error, for people on a terminal and as JSON otherwise.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{Registry, fmt, reload};

use crate::config::{LogFormat, Settings};

/// Shows what a command that opens the instance itself would have logged: warnings and worse.
pub(super) fn start_for_command() {
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false).without_time();
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    let _ = tracing_subscriber::registry().with(lines.with_filter(LevelFilter::WARN)).try_init();
}

/// Starts logging as `settings` have it; the answer changes the level later.
pub(super) fn start(settings: &Settings) -> impl Fn(tracing::Level) + Send + Sync + 'static {
    let (level, handle) = reload::Layer::new(ours(settings.level));
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
        let _ = handle.modify(|filter| *filter = ours(level));
    }
}

/// The house's own events from `level` on; of others what is a warning or worse. A library's trace
/// of what it reads is nobody's business, and one that watches files would log its own log.
fn ours(level: tracing::Level) -> Targets {
    Targets::new()
        .with_target("keystile", level)
        // Any client can cause a line of the one; the other repeats what the loader says itself.
        .with_targets([("actix_http", LevelFilter::OFF), ("notify", LevelFilter::OFF)])
        .with_default(LevelFilter::WARN)
}
