//! Says when the plugin folder or `config.toml` may have changed.
//!
//! It looks at no content: whoever is told compares, and does nothing where all is equal. So it
//! may speak too often, but never stays silent for longer than [`RESTAT`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

/// How long nothing may happen before a change counts as written to its end.
const QUIET: Duration = Duration::from_millis(150);

/// After how many such waits we speak all the same, so that a file that is always being written
/// cannot hold back the others: 750 ms, which leaves time to load within a second.
const WAITS_MAX: usize = 5;

/// How often we speak without a sign: not every file system tells of its changes.
const RESTAT: Duration = Duration::from_secs(5);

/// How many folders are watched at most, those that symlinks lead to among them.
const FOLDERS_MAX: usize = 64;

/// How many links a path may lead through: as many as Linux follows.
const LINKS_MAX: usize = 40;

/// Why it is time to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Something was written, renamed or removed.
    Changed,
    /// Nothing is known to have changed for a while.
    Restat,
    /// Somebody asked, by `SIGHUP` or otherwise.
    Kicked,
}

/// A thread that watches until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches `folder` and the file `config`, and calls `on_change` on a thread of its own.
    ///
    /// # Errors
    /// An error of the operating system, where there is no thread to be had. Without notifications
    /// it still looks every 5 s, and says so in the log.
    pub fn start(
        folder: PathBuf,
        config: Option<PathBuf>,
        on_change: impl FnMut(&Cause) + Send + 'static,
    ) -> std::io::Result<Self> {
        let bell = Arc::new(Bell::default());
        let mut watch = Watch::new(folder, config, Arc::clone(&bell));
        watch.rearm();
        let thread =
            thread::Builder::new().name("watcher".into()).spawn(move || watch.run(on_change))?;
        Ok(Self { bell, thread: Some(thread) })
    }

    /// Has it look at once.
    pub fn kick(&self) {
        self.bell.ring(|signs| signs.is_kicked = true);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.bell.ring(|signs| signs.is_stopped = true);
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the watcher ended in a panic");
        }
    }
}

/// What has happened since the thread last looked.
#[derive(Debug, Default)]
struct Signs {
    is_changed: bool,
    is_kicked: bool,
    is_stopped: bool,
}

/// Where signs are left, and where the thread waits for them.
#[derive(Debug, Default)]
struct Bell {
    signs: Mutex<Signs>,
    rung: Condvar,
}

impl Bell {
    fn ring(&self, leave: impl FnOnce(&mut Signs)) {
        leave(&mut self.signs());
        self.rung.notify_all();
    }

    /// Waits for a sign, and then until writing has ended. `None`: it is time to stop.
    fn wait(&self) -> Option<Cause> {
        let is_silent =
            |signs: &mut Signs| !(signs.is_changed || signs.is_kicked || signs.is_stopped);
        let waited = self.rung.wait_timeout_while(self.signs(), RESTAT, is_silent);
        let (mut signs, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !signs.is_changed && !signs.is_kicked {
            return (!signs.is_stopped).then_some(Cause::Restat);
        }
        for _ in 0..WAITS_MAX {
            if !signs.is_changed {
                break;
            }
            signs.is_changed = false;
            let is_on = |signs: &mut Signs| !signs.is_kicked && !signs.is_stopped;
            let waited = self.rung.wait_timeout_while(signs, QUIET, is_on);
            (signs, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        signs.is_changed = false;
        let cause = if signs.is_kicked { Cause::Kicked } else { Cause::Changed };
        signs.is_kicked = false;
        (!signs.is_stopped).then_some(cause)
    }

    /// A panic elsewhere leaves three flags, which cannot be half written.
    fn signs(&self) -> MutexGuard<'_, Signs> {
        self.signs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own side.
struct Watch {
    bell: Arc<Bell>,
    folder: PathBuf,
    config: Option<PathBuf>,
    notifier: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
}

impl Watch {
    fn new(folder: PathBuf, config: Option<PathBuf>, bell: Arc<Bell>) -> Self {
        let names = names_beside(&folder, config.as_deref());
        let (inner, ring) = (folder.clone(), Arc::clone(&bell));
        let notifier = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error may be a queue that overflowed: then anything may have changed.
            if event.map_or(true, |event| concerns_us(&event, &inner, &names)) {
                ring.ring(|signs| signs.is_changed = true);
            }
        });
        let notifier = notifier.inspect_err(|error| {
            tracing::warn!(%error, "no notifications of changed files: looking every 5 s instead");
        });
        Self { bell, folder, config, notifier: notifier.ok(), watched: BTreeSet::new() }
    }

    fn run(mut self, mut on_change: impl FnMut(&Cause)) {
        while let Some(cause) = self.bell.wait() {
            // Armed before anybody looks, so that what is written meanwhile rings again.
            self.rearm();
            on_change(&cause);
        }
    }

    /// Watches what there is to watch now. A folder may have been deleted and made again under its
    /// old name, which a watch does not survive, so each is let go and taken anew.
    fn rearm(&mut self) {
        let folders = folders(&self.folder, self.config.as_deref());
        let Some(notifier) = &mut self.notifier else { return };
        for folder in std::mem::take(&mut self.watched) {
            // It fails for a folder that is gone, which is the very reason to let it go.
            let _ = notifier.unwatch(&folder);
        }
        let is_watched = |folder: &PathBuf| {
            let result = notifier.watch(folder, RecursiveMode::NonRecursive);
            result.inspect_err(|error| tracing::debug!(%error, "not watched")).is_ok()
        };
        self.watched = folders.into_iter().filter(is_watched).collect();
    }
}

/// The plugin folder, and wherever a rename can replace it, `config` or a plugin: the folder around each,
/// and around each symlink on the way to it.
fn folders(folder: &Path, config: Option<&Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let links = entries.filter(|path| path.is_symlink());
    let named = [Some(folder), config].into_iter().flatten().map(Path::to_owned);
    let mut folders = vec![folder.to_owned()];
    for near in named.chain(links).flat_map(|path| around(&path)) {
        if !folders.contains(&near) && near.is_dir() {
            folders.push(near);
        }
    }
    folders.truncate(FOLDERS_MAX);
    folders
}

/// The folders around the symlinks that `path` leads through, and around what it leads to.
fn around(path: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Some((link, behind)) = first_link(&path) else { break };
        let folder = parent_of(&link).to_owned();
        let target = fs::read_link(&link).unwrap_or_default();
        path = folder.join(target).join(behind);
        folders.push(folder);
    }
    folders.push(parent_of(&path).to_owned());
    folders
}

/// The first symlink on a path, and what the path has behind it.
fn first_link(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut components = path.components();
    let mut reached = PathBuf::new();
    while let Some(component) = components.next() {
        reached.push(component);
        if reached.is_symlink() {
            return Some((reached, components.as_path().to_owned()));
        }
    }
    None
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The folders around ours may hold files that are written all the time, such as a database: there
/// a mere write counts only for our own names.
fn names_beside(folder: &Path, config: Option<&Path>) -> Vec<std::ffi::OsString> {
    [Some(folder), config]
        .into_iter()
        .flatten()
        .filter_map(Path::file_name)
        .map(Into::into)
        .collect()
}

fn concerns_us(event: &Event, folder: &Path, names: &[std::ffi::OsString]) -> bool {
    match event.kind {
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => {
            let is_ours = |path: &PathBuf| {
                let has_name = path.file_name().is_some_and(|name| names.iter().any(|n| n == name));
                has_name
                    || path.starts_with(folder)
                    || path.extension().is_some_and(|e| e == "toml")
            };
            event.paths.iter().any(is_ours)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    /// Far above what a busy machine needs, and below the re-stat, which would prove nothing.
    const SOON: Duration = Duration::from_secs(4);

    fn watched(root: &Path) -> (Watcher, Receiver<Cause>) {
        let (sender, causes) = channel();
        let tell = move |cause: &Cause| {
            let _ = sender.send(*cause);
        };
        let folder = root.join("plugins");
        fs::create_dir_all(&folder).unwrap();
        let watcher = Watcher::start(folder, Some(root.join("config.toml")), tell).unwrap();
        (watcher, causes)
    }

    #[test]
    fn a_burst_is_told_once_and_silence_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let (watcher, causes) = watched(root.path());
        for number in 0..20 {
            fs::write(root.path().join("plugins/a.toml"), number.to_string()).unwrap();
        }
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed));
        assert!(causes.recv_timeout(Duration::from_secs(2)).is_err(), "nothing else was written");
        drop(watcher);
        assert!(causes.recv_timeout(SOON).is_err(), "a dropped watcher is silent");
    }

    #[test]
    fn renames_links_and_the_configuration_are_seen() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let (_watcher, causes) = watched(root.path());
        let (temporary, real) = (root.path().join("new"), root.path().join("plugins/a.toml"));
        let target = elsewhere.path().join("b.toml");
        fs::write(&target, "1").unwrap();
        let acts: [&dyn Fn(); 4] = [
            &|| fs::write(root.path().join("config.toml"), "x").unwrap(),
            &|| {
                fs::write(&temporary, "x").unwrap();
                fs::rename(&temporary, &real).unwrap();
            },
            &|| {
                let link = root.path().join("plugins/b.toml");
                std::os::unix::fs::symlink(&target, link).unwrap();
            },
            &|| fs::write(&target, "2").unwrap(),
        ];
        for act in acts {
            act();
            assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed));
        }
    }

    #[test]
    fn a_link_on_the_way_is_seen_wherever_it_is() {
        use std::os::unix::fs::symlink;

        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let release = |folder: &Path, name: &str| {
            fs::create_dir_all(folder.join(name).join("plugins")).unwrap();
            fs::write(folder.join(name).join("a.toml"), name).unwrap();
            symlink(name, folder.join("next")).unwrap();
            fs::rename(folder.join("next"), folder.join("current")).unwrap();
        };
        release(root.path(), "1");
        release(elsewhere.path(), "1");
        let current = root.path().join("current");
        symlink(elsewhere.path().join("current/a.toml"), current.join("plugins/a.toml")).unwrap();
        let (_watcher, causes) = watched(&current);
        release(elsewhere.path(), "2");
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed), "a plugin's");
        release(root.path(), "2");
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed), "the folder's own");
        fs::write(root.path().join("2/plugins/b.toml"), "x").unwrap();
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed), "in the folder that is current");
    }

    #[test]
    fn a_folder_that_is_made_again_is_watched_again() {
        let root = tempfile::tempdir().unwrap();
        let (_watcher, causes) = watched(root.path());
        let folder = root.path().join("plugins");
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed));
        fs::create_dir(&folder).unwrap();
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed));
        fs::write(folder.join("a.toml"), "x").unwrap();
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed));
    }

    #[test]
    fn a_kick_is_told_at_once() {
        let root = tempfile::tempdir().unwrap();
        let (watcher, causes) = watched(root.path());
        watcher.kick();
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Kicked));
    }

    #[test]
    fn constant_writing_holds_nothing_back() {
        let root = tempfile::tempdir().unwrap();
        let (watcher, causes) = watched(root.path());
        let bell = Arc::clone(&watcher.bell);
        let writer = thread::spawn(move || {
            while !bell.signs().is_stopped {
                bell.ring(|signs| signs.is_changed = true);
                thread::yield_now();
            }
        });
        assert_eq!(causes.recv_timeout(SOON), Ok(Cause::Changed));
        drop(watcher);
        writer.join().unwrap();
    }
}
