//! The command line: one command, one file.
//!
//! Invariants:
//! - No secret is ever an argument; one that is shown is shown once, on standard output.
//! - What a command prints goes to standard output, what it has to say about it to standard error.
//! - Exit codes: 0 done, 1 refused or a problem found, 2 bad usage, 78 the instance cannot start as
//!   configured.
//!
//! Start reading at [`Cli`].

mod check;
mod client;
mod demo;
mod explain;
mod key;
mod log;
mod nginx;
mod output;
mod password;
mod reach;
mod serve;
mod usage;
mod user;
mod workspace;

use std::borrow::Cow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::fs::Mode;

use crate::error::{Error, ErrorKind};
use crate::secret::{masked, masked_by_length};

/// The turnstile for your APIs: keys, scopes and restrictions behind nginx's `auth_request`.
#[derive(Parser)]
#[command(name = "keystile", version, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// The settings file [default: ./config.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE", env = "KEYSTILE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the appliance.
    Serve(serve::Serve),
    /// Run a throw-away instance with sample products, keys and ready curl lines.
    Demo(demo::Demo),
    /// Read config.toml and the plugins, and tell every problem with its line.
    Check(check::Check),
    /// People: who may sign in to the dashboard.
    #[command(subcommand)]
    User(user::User),
    /// Workspaces: the customers who own keys.
    #[command(subcommand)]
    Workspace(workspace::Workspace),
    /// Keys: make, change and end them.
    #[command(subcommand)]
    Key(key::Key),
    /// OAuth clients: apps that ask for tokens.
    #[command(subcommand)]
    Client(client::Client),
    /// Usage: how many requests passed, how many were refused, and why.
    Usage(usage::Usage),
    /// Tell why a request would pass or not, step by step.
    Explain(explain::Explain),
    /// Print the nginx configuration for a product.
    Nginx(nginx::Nginx),
}

impl Cli {
    /// Reads the command line. What is wrong with it is told without repeating a secret that
    /// somebody has pasted where something else belongs.
    ///
    /// # Errors
    /// The exit code: 2 for bad usage, 0 where help was asked for.
    pub fn read() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            let is_help = !error.use_stderr();
            match masked_by_length(&error.to_string()) {
                Cow::Owned(masked) if !is_help => eprint!("{masked}"),
                // Nobody is there to be told that nobody is there.
                _ => drop(error.print()),
            }
            ExitCode::from(if is_help { 0 } else { 2 })
        })
    }

    /// Carries the command out; what went wrong is told on standard error.
    #[must_use]
    pub fn run(self) -> ExitCode {
        // Whatever this process makes is its user's alone.
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
        let config = self.config.as_deref();
        let outcome = match self.command {
            Command::Serve(command) => command.run(config),
            Command::Demo(command) => command.run(),
            Command::Check(command) => return command.run(config),
            Command::User(command) => command.run(config),
            Command::Workspace(command) => command.run(config),
            Command::Key(command) => command.run(config),
            Command::Client(command) => command.run(config),
            Command::Usage(command) => command.run(config),
            Command::Explain(command) => command.run(config),
            Command::Nginx(command) => command.run(config),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("keystile: {}", masked(error.to_string().trim_end()));
                exit_code(&error)
            }
        }
    }
}

fn exit_code(error: &Error) -> ExitCode {
    ExitCode::from(match error.kind() {
        ErrorKind::CannotStart => 78,
        ErrorKind::Invalid
        | ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::TooMany
        | ErrorKind::Unavailable
        | ErrorKind::Internal => 1,
    })
}
