//! The socket's listener: a thread that takes connections, and one for each while it lasts.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::json;
use zeroize::Zeroizing;

use super::command::Command;
use super::execute::execute;
use crate::app::App;
use crate::audit::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::store::account_name;

/// The socket's name in the data folder.
pub const SOCKET: &str = "keystile.sock";

/// The longest command: far more than the longest terms of a key.
const COMMAND_BYTES_MAX: u64 = 256 * 1024;

/// Command lines that are served at a time.
const CONNECTIONS_MAX: usize = 64;

/// How long no connection is taken after one could not be.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// How long a command line may take to ask.
const ASK_WITHIN: Duration = Duration::from_secs(10);

/// The listening socket; dropped, it is closed and removed.
pub struct ControlServer {
    path: PathBuf,
    listener: Arc<UnixListener>,
    is_closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ControlServer {
    /// Listens in the data folder of `app`, whose lock the caller holds: a socket that lies there
    /// already is a dead one's.
    ///
    /// # Errors
    /// `CannotStart` when the socket cannot be made.
    pub fn start(app: Arc<App>) -> Result<Self> {
        let path = app.live.get().data.join(SOCKET);
        let failed = |error: std::io::Error| {
            Error::cannot_start(format!("cannot listen on {}", path.display())).because(error)
        };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        let listener = Arc::new(UnixListener::bind(&path).map_err(failed)?);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let is_closing = Arc::new(AtomicBool::new(false));
        let (listening, closing) = (Arc::clone(&listener), Arc::clone(&is_closing));
        let thread = std::thread::Builder::new()
            .name("keystile-control".into())
            .spawn(move || listen(&listening, &app, &closing))
            .map_err(failed)?;
        Ok(Self { path, listener, is_closing, thread: Some(thread) })
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::SeqCst);
        // Wakes the thread, which then sees that it is to end. To connect to it would not do: the
        // socket's file may be gone, or another's.
        let _ = rustix::net::shutdown(&*self.listener, rustix::net::Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // Whoever holds the lock next removes it if we cannot.
        let _ = fs::remove_file(&self.path);
    }
}

fn listen(listener: &UnixListener, app: &Arc<App>, is_closing: &AtomicBool) {
    let open = Arc::new(AtomicUsize::new(0));
    for connection in listener.incoming() {
        if is_closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(connection) = connection else {
            // No descriptor is free: trying again at once would only burn the processor.
            std::thread::park_timeout(AFTER_FAILED_ACCEPT);
            continue;
        };
        let Some(place) = Place::take(&open) else {
            reply(&connection, &Err(Error::unavailable("too many commands at a time: try again")));
            continue;
        };
        let app = Arc::clone(app);
        // Without a thread the connection is closed, and the command line says that it was not
        // answered.
        let _ = std::thread::Builder::new().spawn(move || {
            let _place = place;
            serve(&connection, &app);
        });
    }
}

/// One of the places for command lines that are served at a time; given back when dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(open));
        (open.fetch_add(1, Ordering::SeqCst) < CONNECTIONS_MAX).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Serves one command line: a line in, a line out.
fn serve(connection: &UnixStream, app: &App) {
    let outcome =
        read_command(connection).and_then(|command| execute(app, &actor_of(connection), command));
    reply(connection, &outcome);
}

fn read_command(connection: &UnixStream) -> Result<Command> {
    let unreadable = |error| Error::invalid("the command could not be read").because(error);
    connection.set_read_timeout(Some(ASK_WITHIN)).map_err(unreadable)?;
    // It may hold a secret.
    let mut line = Zeroizing::new(String::new());
    BufReader::new(connection.take(COMMAND_BYTES_MAX)).read_line(&mut line).map_err(unreadable)?;
    serde_json::from_str(&line).map_err(|error| {
        Error::invalid("the server does not know this command: are both of one version?")
            .because(error)
    })
}

fn reply(mut connection: &UnixStream, outcome: &Result<serde_json::Value>) {
    let line = match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(error) => {
            if error.kind() == ErrorKind::Internal {
                tracing::error!(%error, "a command failed");
            }
            json!({ "error": { "kind": error.kind(), "message": error.to_string() } })
        }
    };
    // A command line that has gone away does not undo what was done. One write: printed piece by
    // piece, each would be a call of the system.
    let _ = connection.write_all(format!("{line}\n").as_bytes());
}

/// The account at the other end, as the kernel knows it.
fn actor_of(connection: &UnixStream) -> Actor {
    let account = rustix::net::sockopt::socket_peercred(connection)
        .map_or_else(|_| "unknown".to_owned(), |peer| account_name(peer.uid.as_raw()));
    Actor::CommandLine(account)
}
