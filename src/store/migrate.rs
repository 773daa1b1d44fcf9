//! Numbered migrations: applied once each, in order, all or none, and never changed afterwards.

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::Fault;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// "KSTI": tells our database from another program's.
const APPLICATION_ID: i32 = 0x4B53_5449;

/// The table that the engine keeps for itself.
const LEDGER: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    digest BYTEA NOT NULL,
    applied_at BIGINT NOT NULL
)";

/// One step from a schema to the next. Its number is its place in the list, counted from 1.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// What it brings, as its file is named.
    pub name: &'static str,
    /// Statements that SQLite and PostgreSQL both take.
    pub sql: &'static str,
}

/// Refuses a database that is not ours, or that a newer binary has written.
pub(super) fn check(connection: &Connection, known: &[Migration]) -> Result<()> {
    let application: i32 = pragma(connection, "application_id")?;
    if application != APPLICATION_ID {
        return Err(Error::cannot_start(
            "keystile.db is another program's database: move it away, or set `data` to a folder \
             of Keystile's own",
        ));
    }
    let version: i32 = pragma(connection, "user_version")?;
    if usize::try_from(version).map_or(true, |version| version > known.len()) {
        return Err(Error::cannot_start(format!(
            "keystile.db was written by a newer Keystile (schema {version}, this one knows {}): \
             run that version, or restore a backup from before the upgrade",
            known.len()
        )));
    }
    Ok(())
}

/// Brings the database to the newest schema, in one transaction.
pub(super) fn apply(
    connection: &mut Connection,
    known: &[Migration],
    now: Timestamp,
) -> Result<()> {
    let applied: i32 = pragma(connection, "user_version")?;
    let transaction = connection.transaction().map_err(Fault::from)?;
    transaction.execute_batch(LEDGER).map_err(Fault::from)?;
    for (index, migration) in known.iter().enumerate() {
        let number =
            i32::try_from(index + 1).map_err(|_| Error::internal("too many migrations"))?;
        if number <= applied {
            confirm(&transaction, number, migration)?;
        } else {
            transaction.execute_batch(migration.sql).map_err(Fault::from)?;
            record(&transaction, number, migration, now)?;
        }
    }
    let newest = i32::try_from(known.len()).unwrap_or(i32::MAX);
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(Fault::from)?;
    transaction.pragma_update(None, "user_version", newest).map_err(Fault::from)?;
    Ok(transaction.commit().map_err(Fault::from)?)
}

/// Holds that a migration is the one that was applied, to the letter.
fn confirm(connection: &Connection, number: i32, migration: &Migration) -> Result<()> {
    let found: Vec<u8> = connection
        .query_row("SELECT digest FROM migrations WHERE number = ?1", [number], |row| row.get(0))
        .map_err(Fault::from)?;
    if found == digest(migration) {
        return Ok(());
    }
    Err(Error::cannot_start(format!(
        "keystile.db was made by another build: its migration {number} ({}) differs from this \
         binary's. Run the build that made it",
        migration.name
    )))
}

fn record(
    connection: &Connection,
    number: i32,
    migration: &Migration,
    now: Timestamp,
) -> Result<()> {
    const INSERT: &str =
        "INSERT INTO migrations (number, name, digest, applied_at) VALUES (?1, ?2, ?3, ?4)";
    let row = (number, migration.name, digest(migration), now.as_millis());
    connection.execute(INSERT, row).map_err(Fault::from)?;
    Ok(())
}

fn digest(migration: &Migration) -> Vec<u8> {
    Sha256::digest(migration.sql).to_vec()
}

fn pragma(connection: &Connection, name: &str) -> Result<i32> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0)).map_err(Fault::from)?)
}
