//! The listeners, their limits, and how they end.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use actix_rt::net::{TcpStream, UnixStream};
use actix_server::{GracefulShutdownSignal, Server, ServerHandle};
use actix_service::fn_service;

use super::gate::{Gate, Worker, serve_connection};
use super::peers::Peers;
use super::routes::{ENDPOINTS, ROUTES};
use super::web::{PublicUrl, Web, connections};
use crate::app::App;
use crate::config::{Listen, Settings};
use crate::error::{Error, Result};

/// Connections that a worker holds: beyond it, new ones wait until one is closed.
const CONNECTIONS_MAX: usize = 10_000;

/// How long open requests may take when the server ends.
const DRAIN_SECONDS: u64 = 10;

/// A listener that is open but not yet served.
pub struct GateListener {
    socket: Socket,
    /// Where it listens, with the port that was taken for port 0.
    pub listen: Listen,
}

enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl GateListener {
    /// Opens the gate's listener as `settings` have it.
    ///
    /// # Errors
    /// `CannotStart` when the address is taken or the socket cannot be made.
    pub fn open(settings: &Settings) -> Result<Self> {
        let failed = |error: std::io::Error| {
            let listen = &settings.gate;
            Error::cannot_start(format!("cannot listen on {listen} for the gate")).because(error)
        };
        match &settings.gate {
            Listen::Tcp(address) => {
                let listener = bind_tcp(*address).map_err(failed)?;
                let listen = Listen::Tcp(listener.local_addr().map_err(failed)?);
                Ok(Self { socket: Socket::Tcp(listener), listen })
            }
            Listen::Unix(path) => {
                let listener = bind_unix(path, settings.group.as_deref())?;
                Ok(Self { socket: Socket::Unix(listener), listen: settings.gate.clone() })
            }
        }
    }
}

/// The listener for people, open but not yet served.
pub struct WebListener {
    socket: TcpListener,
    /// Where it listens, with the port that was taken for port 0.
    pub address: SocketAddr,
    /// Where people reach it.
    pub public: PublicUrl,
}

impl WebListener {
    /// Opens the listener for people as `settings` have it.
    ///
    /// # Errors
    /// `CannotStart` when the address is taken.
    pub fn open(settings: &Settings) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::cannot_start(format!("cannot listen on {} for the dashboard", settings.web))
                .because(error)
        };
        let Listen::Tcp(address) = settings.web else {
            return Err(Error::cannot_start("`[listen] web` is an address and a port"));
        };
        let socket = bind_tcp(address).map_err(failed)?;
        let taken = socket.local_addr().map_err(failed)?;
        // Where the address is the URL too, a port of the system's choice is in both.
        let is_default = settings.public_url == format!("http://{address}");
        let public_url =
            if is_default { format!("http://{taken}") } else { settings.public_url.clone() };
        Ok(Self { socket, address: taken, public: PublicUrl::new(&public_url) })
    }
}

fn bind_tcp(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Binds a socket that its owner and `group` may use. One that lies there is replaced when nobody
/// listens on it.
fn bind_unix(path: &Path, group: Option<&str>) -> Result<UnixListener> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        Error::cannot_start(format!("cannot listen on unix:{shown}")).because(error)
    };
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(Error::cannot_start(format!("{shown} is there and is no socket")));
        }
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(Error::cannot_start(format!("another process listens on unix:{shown}")));
        }
        fs::remove_file(path).map_err(failed)?;
    }
    let unknown =
        |group| Error::cannot_start(format!("`[gate] group`: there is no group `{group}`"));
    let group = group.map(|group| group_id(group).ok_or_else(|| unknown(group))).transpose()?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    if group.is_some() {
        std::os::unix::fs::chown(path, None, group).map_err(failed)?;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o660)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

fn group_id(name: &str) -> Option<u32> {
    let groups = fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?
    })
}

/// Both listeners, being served.
pub struct Running {
    server: Server,
    /// The socket file that is removed when the server ends.
    socket: Option<PathBuf>,
}

impl Running {
    /// Serves the gate and the people; to be called within an actix runtime.
    ///
    /// # Errors
    /// `CannotStart` when the workers cannot be started.
    pub fn start(app: &Arc<App>, listener: GateListener, people: WebListener) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::cannot_start("cannot serve the listeners").because(error)
        };
        let issuer = people.public.as_str().to_owned();
        let settings = app.live.get();
        let proxies = Peers::new(settings.web_peers.clone());
        let web = Web::new(Arc::clone(app), people.public, (ROUTES, ENDPOINTS)).behind(proxies);
        let web = Arc::new(web);
        let gate = Arc::new(Gate::new(
            Arc::clone(&app.plugins.registry),
            (Arc::clone(&app.principals), Arc::clone(&app.limiter), Arc::clone(&app.ledger)),
            Arc::clone(&app.plugins.files),
            Peers::new(settings.gate_peers.clone()),
            issuer,
            app.clock.clone(),
        )?);
        let builder = Server::build()
            .disable_signals()
            .max_concurrent_connections(CONNECTIONS_MAX)
            .shutdown_timeout(DRAIN_SECONDS);
        let ending = builder.graceful_shutdown_signal();
        let ending_too = ending.clone();
        let builder = builder
            .listen("web", people.socket, move || connections(&web, ending_too.clone()))
            .map_err(failed)?;
        let builder = match listener.socket {
            Socket::Tcp(listener) => builder.listen("gate", listener, move || {
                let worker = Rc::new(start_worker(&gate, &ending));
                fn_service(move |stream: TcpStream| {
                    let worker = Rc::clone(&worker);
                    async move {
                        // Answers are small and wanted at once.
                        stream.set_nodelay(true)?;
                        let peer = Some(stream.peer_addr()?);
                        serve_connection(&worker, stream, peer).await;
                        Ok::<_, std::io::Error>(())
                    }
                })
            }),
            Socket::Unix(listener) => builder.listen_uds("gate", listener, move || {
                let worker = Rc::new(start_worker(&gate, &ending));
                fn_service(move |stream: UnixStream| {
                    let worker = Rc::clone(&worker);
                    async move {
                        serve_connection(&worker, stream, None).await;
                        Ok::<_, std::io::Error>(())
                    }
                })
            }),
        }
        .map_err(failed)?;
        let socket = match listener.listen {
            Listen::Tcp(_) => None,
            Listen::Unix(path) => Some(path),
        };
        Ok(Self { server: builder.run(), socket })
    }

    /// What ends it from elsewhere: open requests are answered first.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is ended.
    ///
    /// # Errors
    /// When a worker fails.
    pub async fn wait(self) -> Result<()> {
        let ended = self.server.await;
        if let Some(socket) = self.socket {
            // The next start replaces it if we cannot.
            let _ = fs::remove_file(socket);
        }
        ended.map_err(|error| Error::internal("the server ended").because(error))
    }
}

/// The gate on the thread that calls it, until the server ends.
fn start_worker(gate: &Arc<Gate>, ending: &GracefulShutdownSignal) -> Worker {
    let ending = ending.clone();
    Worker::start(Arc::clone(gate), async move { ending.notified().await })
}
