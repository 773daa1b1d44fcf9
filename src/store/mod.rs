//! One storage engine: many readers, one writer. It knows no table of the product.
//!
//! Invariants:
//! - `rusqlite` is named in this folder alone; rows and parameters leave it as our own types.
//! - Only [`Store`] begins and commits. A query takes [`Read`], a change takes [`Write`].
//! - What [`Store::write`] has answered is on the disk (`synchronous=FULL`, one commit a group).
//! - What is written behind never goes before a change that somebody waits for.
//! - One process owns the files: [`Lock`] is taken before anything is opened.
//!
//! Start reading at [`Store::open`], then `writer.rs`.

mod changes;
mod fault;
mod files;
mod lock;
mod migrate;
mod pattern;
mod queue;
mod row;
mod seal;
#[expect(clippy::module_inception, reason = "the folder is the noun, and so is its first file")]
mod store;
mod writer;

pub use fault::Fault;
pub use files::account_name;
pub use lock::{Lock, Locked};
pub use migrate::Migration;
pub use pattern::containing;
pub(crate) use row::params;
pub use row::{Cell, Column, Param, Read, Row, Write};
pub use seal::Seal;
pub use store::{READERS, Store};
