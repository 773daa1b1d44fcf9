//! What the instance does by itself: it reloads what was edited, writes behind what was counted,
//! and sweeps what has ended.
//!
//! Invariants:
//! - A reload replaces the registry whole, or not at all; requests never see half of one.
//! - A file with an error changes nothing but the list of problems.
//! - The last good version of each plugin file is in the database, for a restart beside a broken
//!   one.
//!
//! Start reading at [`Reloader::reload`].

mod behind;
mod reload;
mod settings;
mod sweep;
mod table;

pub use behind::Behind;
pub use reload::{Files, Reloader};
pub use settings::Live;
pub use sweep::sweep;
