//! Opening the database, and the ways in: [`Store::read`], [`Store::write`] and, for
//! what can wait, [`Store::write_behind`].

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::queue::Urgency;
use super::writer::{Writer, gone};
use super::{Fault, Lock, Migration, Read, Write, files, migrate};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// Connections for reading: enough for cold keys beside a page or two, few enough for a small server.
pub const READERS: u32 = 4;

/// What each of them keeps of the database's pages at most. A listing goes through the indices of a
/// workspace's keys from end to end: those of ten thousand keys fit, and where they did not, nothing of
/// them would be kept.
const READER_CACHE_KIB: i64 = 4 * 1024;

/// How long a query waits for a free reader before it is told to come again.
const READER_WAIT: Duration = Duration::from_secs(2);

/// Statements kept prepared per connection: the house has fewer.
const PREPARED_STATEMENTS: usize = 64;

/// The oldest SQLite that is taken: earlier ones can damage a database when its log is reset.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// The database of one data folder.
pub struct Store {
    readers: r2d2::Pool<SqliteConnectionManager>,
    writer: Writer,
    lock: Lock,
}

impl Store {
    /// Opens the database of the locked folder, made where there is none, at its newest schema.
    ///
    /// # Errors
    /// `CannotStart` when it is damaged, foreign, from a newer binary or readable by others.
    pub fn open(lock: Lock, migrations: &[Migration], clock: &Clock) -> Result<Self> {
        if rusqlite::version_number() < SQLITE_VERSION_MIN {
            let found = rusqlite::version();
            return Err(Error::cannot_start(format!("SQLite {found} is too old: 3.51.3 or newer")));
        }
        let path = match files::existing_database(lock.folder())? {
            Some(path) => path,
            None => create(lock.folder(), migrations, clock)?,
        };
        let opened = open_existing(&path, migrations, clock);
        let connection = opened.map_err(|error| unusable(&path, error))?;
        let readers = readers(&path)?;
        Ok(Self { readers, writer: Writer::start(connection, clock.clone())?, lock })
    }

    /// How large the database and its log are, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let folder = self.lock.folder();
        let size = |name| fs::metadata(folder.join(name)).map_or(0, |file| file.len());
        size("keystile.db") + size("keystile.db-wal")
    }

    /// How often these tables were changed since the start: what was read of them after it was asked
    /// for is what would be read now, as long as the number is the same.
    #[must_use]
    pub fn changes(&self, tables: &[&str]) -> u64 {
        self.writer.changes(tables)
    }

    /// Runs queries over one snapshot of the database.
    ///
    /// # Errors
    /// `Unavailable` when no reader is free in time; else whatever `query` answers.
    pub fn read<T, E>(&self, query: impl FnOnce(&Read<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Fault>,
    {
        let mut connection =
            self.readers.get().map_err(|error| Fault::Unavailable(error.to_string()))?;
        let snapshot = connection.transaction().map_err(Fault::from)?;
        query(&Read::new(&snapshot))
    }

    /// Runs a change in the writer's transaction, and answers when it is on the disk.
    ///
    /// # Errors
    /// Whatever `change` answers, and then nothing of it is kept; `Unavailable` when the commit
    /// failed or the writer has more to do than it takes.
    pub fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.run(Urgency::Now, change)
    }

    /// The same for who must not wait on their thread: the change is taken now, and the future ends when
    /// it is on the disk. Dropping that does not take the change back.
    ///
    /// # Errors
    /// As [`Store::write`]: the future has them.
    pub fn write_later<T, F>(&self, change: F) -> impl Future<Output = Result<T>> + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let reply = move |outcome| drop(sender.send(outcome));
        let taken = self.writer.submit(Urgency::Now, change, reply);
        async move {
            taken?;
            answer.await.map_err(|_| gone())?
        }
    }

    /// The same for what can wait, such as counts: it is carried out while no change of
    /// [`Store::write`] waits, in a commit of its own. So it should be small: a change that comes
    /// meanwhile waits until it is done.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_behind<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Write<'_>) -> Result<T> + Send + 'static,
    {
        self.writer.run(Urgency::Behind, change)
    }
}

/// Makes the database beside its place and moves it there whole: a crash leaves no half of one.
fn create(folder: &Path, migrations: &[Migration], clock: &Clock) -> Result<std::path::PathBuf> {
    let (path, draft) = (folder.join("keystile.db"), folder.join("keystile.db.new"));
    let failed = |error| {
        Error::cannot_start(format!("cannot make the database in {}", folder.display()))
            .because(error)
    };
    for leftover in ["", "-journal", "-wal", "-shm"] {
        match fs::remove_file(folder.join(format!("keystile.db.new{leftover}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
    }
    // The engine gives its log and index files the mode of the database's.
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(failed)?;
    let mut connection = Connection::open(&draft).map_err(Fault::from)?;
    // From the first byte: a crash while the mode changes would leave a journal beside the database,
    // which the next start, looking before it writes, could not roll back.
    connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
        .map_err(Fault::from)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(Fault::from)?;
    migrate::apply(&mut connection, migrations, clock.now())?;
    connection.close().map_err(|(_, error)| Fault::from(error))?;
    fs::rename(&draft, &path).map_err(failed)?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(path)
}

/// Looks before it writes: a database that is not for us is closed as it was found.
fn open_existing(path: &Path, migrations: &[Migration], clock: &Clock) -> Result<Connection> {
    let look = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let glance = Connection::open_with_flags(path, look).map_err(Fault::from)?;
    migrate::check(&glance, migrations)?;
    drop(glance);

    let use_it = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, use_it).map_err(Fault::from)?;
    configure(&connection).map_err(Fault::from)?;
    migrate::apply(&mut connection, migrations, clock.now())?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Readers never wait for the writer, nor it for them.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // An acknowledged change survives a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Off by default; `ON DELETE CASCADE` in the schema relies on it.
    connection.pragma_update(None, "foreign_keys", true)?;
    // What stands in a damaged file must not run as code.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // A log that a burst has blown up is cut back to 64 MiB at the next checkpoint.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    Ok(())
}

fn readers(path: &Path) -> Result<r2d2::Pool<SqliteConnectionManager>> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .with_init(|connection| {
            connection.busy_timeout(READER_WAIT)?;
            connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
            connection.pragma_update(None, "trusted_schema", false)?;
            // A negative number is one of KiB.
            connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
            connection.pragma_update(None, "query_only", true)
        });
    r2d2::Pool::builder()
        .max_size(READERS)
        .connection_timeout(READER_WAIT)
        .test_on_check_out(false)
        .build(manager)
        .map_err(|error| Error::cannot_start("cannot open the database for reading").because(error))
}

/// Says which file it is about, and what its owner can do.
fn unusable(path: &Path, error: Error) -> Error {
    if error.kind() == crate::error::ErrorKind::CannotStart {
        return error;
    }
    Error::cannot_start(format!(
        "cannot use {} ({error}): nothing was changed; restore a backup, or move it away to begin \
         anew",
        path.display()
    ))
}
