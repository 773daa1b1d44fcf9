//! Reaching the instance: through its server where one runs, else by opening the database.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::log;
use crate::app::App;
use crate::audit::Actor;
use crate::clock::Clock;
use crate::config::{Flags, Settings};
use crate::error::{Error, Result};
use crate::http::control::{Command, ask, execute};
use crate::store::{Lock, Locked, account_name};
use crate::upkeep::Live;

/// Tries to reach an instance that another command holds, or a server that is just starting.
pub(super) const TRIES: u32 = 100;

/// Between two of them: five seconds in all.
pub(super) const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// The settings as `--config` names them.
///
/// # Errors
/// `CannotStart` with every problem.
pub(super) fn settings(config: Option<&Path>, flags: &Flags) -> Result<Settings> {
    Settings::load(config, flags).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Error::cannot_start(format!("the settings have problems:\n{}", problems.join("\n")))
    })
}

/// Has `command` carried out, by the server where one runs.
///
/// # Errors
/// As the action's; `Unavailable` when somebody else holds the database for long.
pub(super) fn carry_out(config: Option<&Path>, command: Command) -> Result<Value> {
    let settings = settings(config, &Flags::default())?;
    let mut holder = None;
    for _ in 0..TRIES {
        if let Some(answer) = ask(&settings.data, &command)? {
            return Ok(answer);
        }
        match Lock::take(&settings.data)? {
            Locked::Ours(lock) => return directly(settings, lock, command),
            Locked::ByAnother(process) => holder = process,
        }
        std::thread::park_timeout(BETWEEN_TRIES);
    }
    let holder = holder.map(|process| format!(" (process {process})")).unwrap_or_default();
    Err(Error::unavailable(format!(
        "another process{holder} holds {} and does not answer: nothing was changed",
        settings.data.display()
    )))
}

fn directly(settings: Settings, lock: Lock, command: Command) -> Result<Value> {
    log::start_for_command();
    let live = Live::new(settings, Flags::default(), |_| {});
    let app = App::open(live, lock, Clock::system())?;
    let account = account_name(rustix::process::geteuid().as_raw());
    execute(&app, &Actor::CommandLine(account), command)
}
