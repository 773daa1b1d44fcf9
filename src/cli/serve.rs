//! `keystile serve`

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_rt::System;
use actix_server::Server;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::reach::{self, BETWEEN_TRIES, TRIES};
use super::{log, output};
use crate::accounts::setup::Setup;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Flags, Listen, Settings};
use crate::error::{Error, Result};
use crate::http::control::{ControlServer, is_served};
use crate::http::server::{GateListener, Running, WebListener};
use crate::registry::Watcher;
use crate::store::{Lock, Locked};
use crate::upkeep::{self, Behind, Live};

/// Between two sweeps of what has ended.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

#[derive(Args)]
pub(super) struct Serve {
    /// Where the dashboard listens, instead of `[listen] web`.
    #[arg(long, value_name = "ADDRESS")]
    web: Option<Listen>,
    /// Where the gate listens, instead of `[listen] gate`: an address, or `unix:PATH`.
    #[arg(long, value_name = "ADDRESS")]
    gate: Option<Listen>,
}

impl Serve {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        let flags = Flags { web: self.web, gate: self.gate };
        let settings = reach::settings(config, &flags)?;
        let instance = Instance::start(settings, flags)?;
        if let Some(link) = instance.setup_link()? {
            output::line(&format!("Set up Keystile within 30 minutes:\n\n  {link}\n"));
        }
        instance.serve_until_told(HangUp::Reloads, || Ok(None))
    }
}

/// An instance that listens, and is not yet served.
pub(super) struct Instance {
    app: Arc<App>,
    listener: GateListener,
    people: WebListener,
    _control: ControlServer,
}

impl Instance {
    /// Takes the data folder, opens everything in it, and listens.
    ///
    /// # Errors
    /// `CannotStart`, in one line.
    pub(super) fn start(settings: Settings, flags: Flags) -> Result<Self> {
        let set_level = log::start(&settings);
        let lock = take_lock(&settings.data)?;
        let app = App::open(Live::new(settings, flags, set_level), lock, Clock::system())?;
        let listener = GateListener::open(&app.live.get())?;
        let people = WebListener::open(&app.live.get())?;
        let control = ControlServer::start(Arc::clone(&app))?;
        Ok(Self { app, listener, people, _control: control })
    }

    /// The parts of the instance.
    pub(super) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Where the gate listens.
    pub(super) fn gate(&self) -> &Listen {
        &self.listener.listen
    }

    /// Where the first operator is made, while nobody is there: shown once, and kept nowhere.
    ///
    /// # Errors
    /// As the store's.
    pub(super) fn setup_link(&self) -> Result<Option<String>> {
        let setup = Setup { store: &self.app.store, hasher: &self.app.hasher };
        let public = self.people.public.as_str();
        Ok(setup.begin()?.map(|token| format!("{public}/console/setup?token={}", token.expose())))
    }

    /// Serves until a signal ends it, and `beside` with it: a server of the caller's, if any.
    ///
    /// # Errors
    /// When the gate cannot be served.
    pub(super) fn serve_until_told(
        self,
        hang_up: HangUp,
        beside: impl FnOnce() -> Result<Option<Server>>,
    ) -> Result<()> {
        let watcher = watch(&self.app)?;
        let Self { app, listener, people, _control } = self;
        let settings = app.live.get();
        tracing::info!(
            gate = %listener.listen,
            web = people.public.as_str(),
            data = %settings.data.display(),
            products = app.plugins.registry.load().products().count(),
            "keystile {} serves",
            env!("CARGO_PKG_VERSION")
        );
        let behind = Behind::start(
            app.clock.clone(),
            Arc::clone(&app.store),
            Arc::clone(&app.limiter),
            Arc::clone(&app.ledger),
        )?;
        let ended = System::new().block_on(async {
            // Before anything is answered: whoever sees an answer may send a signal.
            let signals = Signals::catch()
                .map_err(|error| Error::cannot_start("cannot catch signals").because(error))?;
            let running = Running::start(&app, listener, people)?;
            let handle = running.handle();
            let beside = beside()?.map(actix_rt::spawn);
            actix_rt::spawn(async move {
                signals.end(&watcher, hang_up).await;
                tracing::info!("ending: open requests are answered first");
                handle.stop(true).await;
            });
            let sweeper = actix_rt::spawn(sweep(Arc::clone(&app)));
            let ended = running.wait().await;
            sweeper.abort();
            if let Some(beside) = beside {
                beside.abort();
            }
            ended
        });
        // No request is answered any more: what was counted is written to the last one.
        drop(behind);
        ended
    }
}

/// Takes the data folder from whatever command is at work in it; not from another server.
fn take_lock(data: &Path) -> Result<Lock> {
    let mut holder = None;
    for _ in 0..TRIES {
        match Lock::take(data)? {
            Locked::Ours(lock) => return Ok(lock),
            Locked::ByAnother(process) => holder = process,
        }
        if is_served(data) {
            break;
        }
        std::thread::park_timeout(BETWEEN_TRIES);
    }
    let process = holder.map(|id| format!(" (process {id})")).unwrap_or_default();
    Err(Error::cannot_start(format!(
        "another process{process} serves {}: one instance a data folder",
        data.display()
    )))
}

/// Reloads plugins and settings whenever they may have changed.
fn watch(app: &Arc<App>) -> Result<Watcher> {
    let settings = app.live.get();
    let watched = Arc::clone(app);
    let reload = move |_: &_| {
        watched.plugins.reload();
        watched.live.reload(&watched.store, &watched.principals, &watched.limiter);
    };
    Watcher::start(settings.plugins.clone(), Some(settings.file.clone()), reload)
        .map_err(|error| Error::cannot_start("cannot watch the plugin folder").because(error))
}

/// What SIGHUP means.
#[derive(Clone, Copy)]
pub(super) enum HangUp {
    /// Settings and plugins are read again, as of a server.
    Reloads,
    /// The terminal has closed, and what ran for it ends.
    Ends,
}

/// The signals that mean something to a server.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From now on none of them ends the process by itself.
    fn catch() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Returns when one asks to end.
    async fn end(mut self, watcher: &Watcher, hang_up: HangUp) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hang_up.recv() => match hang_up {
                    HangUp::Reloads => watcher.kick(),
                    HangUp::Ends => return,
                },
            }
        }
    }
}

async fn sweep(app: Arc<App>) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        let swept = Arc::clone(&app);
        let sweep = move || upkeep::sweep(&swept.store, &swept.live.get(), swept.clock.now());
        match actix_rt::task::spawn_blocking(sweep).await {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(rows)) => tracing::debug!(rows, "swept what has ended for good"),
            Ok(Err(error)) => tracing::warn!(%error, "the sweep failed; the next one tries again"),
        }
    }
}
