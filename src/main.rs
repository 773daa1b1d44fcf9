//! The binary: parse, run, exit code.

use std::process::ExitCode;

use keystile::cli::Cli;

fn main() -> ExitCode {
    match Cli::read() {
        Ok(cli) => cli.run(),
        Err(code) => code,
    }
}
