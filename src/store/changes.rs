//! How often each table was changed: what was read of some is as good as new until one of them is.
//!
//! The engine tells of the rows that it changes ([`sqlite3_update_hook`]), but not of those of tables
//! `WITHOUT ROWID`, nor where a `DELETE` without `WHERE` empties a table: what is remembered is read
//! from neither.
//!
//! [`sqlite3_update_hook`]: https://www.sqlite.org/c3ref/update_hook.html

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use rusqlite::Connection;

/// The changes that one connection makes, by table.
#[derive(Clone, Default)]
pub(super) struct Changes(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    settled: HashMap<String, u64>,
    /// Tables that the transaction under way has changed.
    pending: BTreeSet<String>,
}

impl Changes {
    /// Counts what a connection changes from now on; what goes with a row that is deleted counts too.
    pub(super) fn watch(&self, connection: &Connection) -> rusqlite::Result<()> {
        let changes = self.clone();
        connection.update_hook(Some(move |_, _: &str, table: &str, _| {
            let mut counted = changes.lock();
            if !counted.pending.contains(table) {
                counted.pending.insert(table.to_owned());
            }
        }))
    }

    /// The transaction is over, whatever came of it: to count one that was rolled back does no harm.
    pub(super) fn settle(&self) {
        let mut counted = self.lock();
        for table in std::mem::take(&mut counted.pending) {
            *counted.settled.entry(table).or_default() += 1;
        }
    }

    /// How many transactions have changed one of these tables.
    pub(super) fn of(&self, tables: &[&str]) -> u64 {
        let counted = self.lock();
        tables.iter().filter_map(|table| counted.settled.get(*table)).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_a_deleted_row_is_a_change_of_its_table() {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let schema = "
            CREATE TABLE parents (id TEXT PRIMARY KEY);
            CREATE TABLE children (of TEXT REFERENCES parents (id) ON DELETE CASCADE);
            CREATE TABLE strangers (id TEXT);
            INSERT INTO parents VALUES ('a');
            INSERT INTO children VALUES ('a')";
        connection.execute_batch(schema).unwrap();
        let changes = Changes::default();
        changes.watch(&connection).unwrap();
        connection.execute("DELETE FROM parents", []).unwrap();
        assert_eq!(changes.of(&["parents", "children"]), 0, "it is under way");
        changes.settle();
        assert_eq!((changes.of(&["parents"]), changes.of(&["children"])), (1, 1));
        connection.execute("INSERT INTO strangers VALUES ('x')", []).unwrap();
        changes.settle();
        assert_eq!(changes.of(&["parents", "children"]), 2);
    }
}
