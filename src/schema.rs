//! The database's schema: every migration, in the order of their numbers.

use crate::store::Migration;
#[cfg(test)]
use crate::store::{Lock, Locked, Store};

/// All migrations; the first is number 1. One that was released is never changed.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_keys", sql: include_str!("../migrations/0001_keys.sql") },
    Migration { name: "0002_day_counts", sql: include_str!("../migrations/0002_day_counts.sql") },
    Migration { name: "0003_usage", sql: include_str!("../migrations/0003_usage.sql") },
    Migration { name: "0004_people", sql: include_str!("../migrations/0004_people.sql") },
    Migration { name: "0005_listings", sql: include_str!("../migrations/0005_listings.sql") },
    Migration { name: "0006_networks", sql: include_str!("../migrations/0006_networks.sql") },
    Migration { name: "0007_day_journal", sql: include_str!("../migrations/0007_day_journal.sql") },
    Migration { name: "0008_oauth", sql: include_str!("../migrations/0008_oauth.sql") },
    Migration { name: "0009_pages", sql: include_str!("../migrations/0009_pages.sql") },
    Migration { name: "0010_app_usage", sql: include_str!("../migrations/0010_app_usage.sql") },
    Migration {
        name: "0011_usage_of_secrets",
        sql: include_str!("../migrations/0011_usage_of_secrets.sql"),
    },
    Migration { name: "0012_day_blocks", sql: include_str!("../migrations/0012_day_blocks.sql") },
    Migration {
        name: "0013_numbered_tokens",
        sql: include_str!("../migrations/0013_numbered_tokens.sql"),
    },
    Migration { name: "0014_last_uses", sql: include_str!("../migrations/0014_last_uses.sql") },
];

/// The database of a new folder, for a test.
#[cfg(test)]
pub(crate) fn store_in(folder: &tempfile::TempDir, clock: &crate::clock::Clock) -> Store {
    let Locked::Ours(lock) = Lock::take(&folder.path().join("data")).unwrap() else {
        panic!("a new folder is nobody's");
    };
    Store::open(lock, MIGRATIONS, clock).unwrap()
}
