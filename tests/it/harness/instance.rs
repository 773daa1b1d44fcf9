//! The real server in this process: on a port of its own, with a clock that tests move.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use actix_server::ServerHandle;
use keystile::accounts::Slug;
use keystile::accounts::people::Role;
use keystile::app::App;
use keystile::audit::Actor;
use keystile::clock::{Clock, Span};
use keystile::config::{Flags, Listen, Settings};
use keystile::error::Result;
use keystile::http::control::{
    By, Command, Question, UsageOf, UsageQuestion, UserCommand, WorkspaceCommand, execute,
};
use keystile::http::server::{GateListener, Running, WebListener};
use keystile::registry::Watcher;
use keystile::store::{Lock, Locked};
use keystile::upkeep::{self, Behind, Live};
use keystile::usage::Usage;
use serde_json::Value;
use tempfile::TempDir;

use super::key::Key;
use super::{Address, Browser, Client, eventually};

/// When the tests' clock stands at first.
const START: &str = "2026-03-01T12:00:00Z";

/// The workspace that [`Instance::start`] makes.
pub(crate) const WORKSPACE: &str = "acme";

/// What everybody signs in with whom [`Instance::person`] adds.
pub(crate) const PASSWORD: &str = "quiet lantern harbour";

/// What an instance's plugin folder holds at first.
#[derive(Clone, Default)]
pub(crate) struct Plugins(Vec<(String, String)>);

impl Plugins {
    /// The plugins that ship with Keystile.
    pub(crate) fn shipped() -> Self {
        let files = fs::read_dir("plugins").unwrap().map(|entry| entry.unwrap().path());
        let read = |path: PathBuf| {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (stem, fs::read_to_string(path).unwrap())
        };
        Self(files.map(read).collect())
    }

    /// These, and one more.
    pub(crate) fn and(mut self, product: &str, text: &str) -> Self {
        self.0.push((product.to_owned(), text.to_owned()));
        self
    }
}

/// An instance that serves until it is dropped.
pub(crate) struct Instance {
    pub(crate) app: Arc<App>,
    pub(crate) gate: Listen,
    pub(crate) web: SocketAddr,
    folder: Arc<TempDir>,
    ended: Option<JoinHandle<()>>,
    handle: ServerHandle,
    behind: Option<Behind>,
    _watcher: Watcher,
}

impl Instance {
    /// Serves `plugins` on a free port, with one workspace on the largest plan.
    pub(crate) fn start(plugins: &Plugins) -> Self {
        Self::start_on("127.0.0.1:0", plugins)
    }

    /// The same on an address of the test's choice, such as `unix:gate.sock`.
    pub(crate) fn start_on(gate: &str, plugins: &Plugins) -> Self {
        let instance = Self::start_empty_on(gate, plugins);
        instance.workspace(WORKSPACE, "enterprise").unwrap();
        instance
    }

    /// The same without any workspace, as on the first day.
    pub(crate) fn start_empty_on(gate: &str, plugins: &Plugins) -> Self {
        Self::start_configured(gate, "", plugins)
    }

    /// The same with further lines at the top of `config.toml`.
    pub(crate) fn start_configured(gate: &str, lines: &str, plugins: &Plugins) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("plugins")).unwrap();
        for (product, text) in &plugins.0 {
            fs::write(folder.path().join(format!("plugins/{product}.toml")), text).unwrap();
        }
        let config = format!("{lines}\n[listen]\nweb = \"127.0.0.1:0\"\ngate = \"{gate}\"\n");
        fs::write(folder.path().join("config.toml"), config).unwrap();
        let clock = Clock::standing_at(START.parse().unwrap());
        Self::serve(Arc::new(folder), clock)
    }

    /// Ends it, and serves the same folder again.
    pub(crate) fn restart(self) -> Self {
        let (folder, clock) = (Arc::clone(&self.folder), self.app.clock.clone());
        drop(self);
        Self::serve(folder, clock)
    }

    fn serve(folder: Arc<TempDir>, clock: Clock) -> Self {
        // As the command does: whatever is made belongs to this user alone.
        rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
        let settings = Settings::of_file(&folder.path().join("config.toml")).unwrap();
        // After a restart, threads of the server before may still be on their way out.
        let lock = eventually(250, || match Lock::take(&settings.data).unwrap() {
            Locked::Ours(lock) => Some(lock),
            Locked::ByAnother(_) => None,
        });
        let lock = lock.expect("the data folder is free");
        let live = Live::new(settings, Flags::default(), |_| {});
        let app = App::open(live, lock, clock).unwrap();
        let listener = GateListener::open(&app.live.get()).unwrap();
        let gate = listener.listen.clone();
        let people = WebListener::open(&app.live.get()).unwrap();
        let web = people.address;
        let (sender, handle) = mpsc::channel();
        let served = Arc::clone(&app);
        let ended = std::thread::spawn(move || {
            actix_rt::System::new().block_on(async {
                let running = Running::start(&served, listener, people).unwrap();
                sender.send(running.handle()).unwrap();
                running.wait().await.unwrap();
            });
        });
        let handle = handle.recv().expect("the gate is served");
        let watcher = watch(&app);
        let counted = (Arc::clone(&app.store), Arc::clone(&app.limiter), Arc::clone(&app.ledger));
        let behind = Behind::start(app.clock.clone(), counted.0, counted.1, counted.2).unwrap();
        let behind = Some(behind);
        Self { app, gate, web, folder, ended: Some(ended), handle, behind, _watcher: watcher }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn plugin_file(&self, product: &str) -> PathBuf {
        self.folder.path().join(format!("plugins/{product}.toml"))
    }

    /// A configuration for commands, in which the ports are those that were taken.
    pub(crate) fn config_with_its_gate(&self) -> PathBuf {
        let file = self.folder.path().join("commands.toml");
        let text = format!("[listen]\nweb = \"{}\"\ngate = \"{}\"\n", self.web, self.gate);
        fs::write(&file, text).unwrap();
        file
    }

    /// A client of the gate: what a proxy would be.
    pub(crate) fn client(&self) -> Client {
        Client::of(match &self.gate {
            Listen::Tcp(address) => Address::Tcp(*address),
            Listen::Unix(path) => Address::Unix(path.clone()),
        })
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Browser {
        Browser::of(self.web)
    }

    /// Adds somebody: an operator, or a member of a workspace.
    pub(crate) fn person(&self, email: &str, membership: Option<(&str, Role)>) -> Result<Value> {
        self.user_command(UserCommand::Add {
            email: email.parse().unwrap(),
            password: PASSWORD.to_owned().into(),
            operator: membership.is_none(),
            membership: membership.map(|(slug, role)| (slug.parse().unwrap(), role)),
        })
    }

    pub(crate) fn user_command(&self, command: UserCommand) -> Result<Value> {
        self.execute(Command::User(command))
    }

    /// Reads the settings again now, as a signal has the server do it.
    pub(crate) fn reload_settings(&self) {
        reload_settings(&self.app);
    }

    pub(crate) fn advance(&self, by: &str) {
        self.app.clock.advance(by.parse().unwrap());
    }

    pub(super) fn execute(&self, command: Command) -> Result<Value> {
        execute(&self.app, &Actor::CommandLine("test".to_owned()), command)
    }

    pub(crate) fn workspace(&self, slug: &str, plan: &str) -> Result<Value> {
        self.workspace_named(slug, slug, plan)
    }

    pub(crate) fn workspace_named(&self, slug: &str, name: &str, plan: &str) -> Result<Value> {
        let (slug, name, plan) = (Slug::from_str(slug).unwrap(), name.to_owned(), plan.to_owned());
        self.execute(Command::Workspace(WorkspaceCommand::Add { slug, name, plan }))
    }

    pub(crate) fn set_plan(&self, slug: &str, plan: &str) -> Result<Value> {
        let (slug, plan) = (Slug::from_str(slug).unwrap(), plan.to_owned());
        self.execute(Command::Workspace(WorkspaceCommand::SetPlan { slug, plan }))
    }

    /// Has the workspace that every instance has own an id of a resource.
    pub(crate) fn own(&self, resource: &str, id: &str) {
        let (slug, resource, id) = (WORKSPACE.parse().unwrap(), resource.into(), id.into());
        let added = WorkspaceCommand::AddResource { slug, resource, id };
        self.execute(Command::Workspace(added)).unwrap();
    }

    /// Changes the database as a hand or a failing disk would: past the server, by another process
    /// (to close a second descriptor of it in this one would drop the server's locks). Each
    /// statement changes one row.
    pub(crate) fn damage(&self, statements: &[String]) {
        let script = "import sqlite3, sys\n\
                      db = sqlite3.connect(sys.argv[1], timeout=10)\n\
                      for statement in sys.argv[2:]:\n    \
                          changed = db.execute(statement).rowcount\n    \
                          assert changed == 1, (statement, changed)\n\
                      db.commit()";
        let mut python = std::process::Command::new("python3");
        python.args(["-c", script]).arg(self.folder.path().join("data/keystile.db"));
        let done = python.args(statements).status().expect("python3 is installed");
        assert!(done.success(), "{statements:?}");
    }

    /// What `explain` says.
    pub(crate) fn explain(&self, question: Question) -> Result<Value> {
        self.execute(Command::Explain(question))
    }

    /// What was asked with a key since `since`.
    pub(crate) fn usage_of(&self, key: &Key, since: &str, by: By) -> Value {
        let since_seconds = since.parse::<Span>().unwrap().as_seconds();
        let question = UsageQuestion { of: UsageOf::Key(key.id), since_seconds, by };
        self.execute(Command::Usage(question)).unwrap()
    }

    /// The counts, as rooms above read them.
    pub(crate) fn usage(&self) -> Usage<'_> {
        Usage { store: &self.app.store, retention: self.app.live.get().retention }
    }

    /// Writes everything down that was counted.
    pub(crate) fn write_counts(&self) -> Result<()> {
        self.app.ledger.write_all(&self.app.store)
    }

    /// Does what the instance does once a minute.
    pub(crate) fn sweep(&self) {
        upkeep::sweep(&self.app.store, &self.app.live.get(), self.app.clock.now()).unwrap();
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // At once: every test has its answers by now, and connections that are kept would be
        // waited for. The message is sent before the future is awaited.
        drop(self.handle.stop(false));
        if let Some(ended) = self.ended.take() {
            let _ = ended.join();
        }
        // After the gate, so that the last request is written too.
        drop(self.behind.take());
    }
}

/// Reloads as the server does.
fn watch(app: &Arc<App>) -> Watcher {
    let settings = app.live.get();
    let watched = Arc::clone(app);
    let reload = move |_: &_| {
        watched.plugins.reload();
        reload_settings(&watched);
    };
    Watcher::start(settings.plugins.clone(), Some(settings.file.clone()), reload).unwrap()
}

fn reload_settings(app: &App) {
    app.live.reload(&app.store, &app.principals, &app.limiter);
}
