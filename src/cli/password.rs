//! Passwords from standard input, or from a terminal that does not show them. Never an argument.

use std::io::{IsTerminal as _, Read as _, stdin};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Bytes that are read at most: more than any password has.
const LINE_BYTES_MAX: u64 = 4_096;

/// Reads a password: from standard input where that is wanted, else by asking at the terminal.
///
/// # Errors
/// `Invalid` where there is no terminal to ask at, or nothing comes.
pub(super) fn read(is_from_stdin: bool) -> Result<Zeroizing<String>> {
    if is_from_stdin {
        return line();
    }
    if !stdin().is_terminal() {
        return Err(Error::invalid("give the password on standard input, with --password-stdin"));
    }
    eprint!("Password: ");
    let typed = unseen()?;
    eprint!("\nAgain: ");
    let again = unseen()?;
    eprintln!();
    if typed == again { Ok(typed) } else { Err(Error::invalid("the two are not the same")) }
}

/// A line that the terminal does not show while it is typed.
fn unseen() -> Result<Zeroizing<String>> {
    let failed = |error| Error::unavailable("the terminal cannot be silenced").because(error);
    let shown = tcgetattr(stdin()).map_err(failed)?;
    let mut silent = shown.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(stdin(), OptionalActions::Flush, &silent).map_err(failed)?;
    let typed = terminal_line();
    tcsetattr(stdin(), OptionalActions::Now, &shown).map_err(failed)?;
    typed
}

/// A terminal gives a line when it is finished, and keeps what comes after it.
fn terminal_line() -> Result<Zeroizing<String>> {
    let mut typed = Zeroizing::new(String::new());
    stdin().read_line(&mut typed).map_err(unreadable)?;
    first_line(&typed)
}

fn line() -> Result<Zeroizing<String>> {
    let mut given = Zeroizing::new(String::new());
    stdin().take(LINE_BYTES_MAX).read_to_string(&mut given).map_err(unreadable)?;
    first_line(&given)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::invalid("the password cannot be read").because(error)
}

fn first_line(text: &str) -> Result<Zeroizing<String>> {
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Error::invalid("no password was given"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}
