//! Tokens: what hangs on a grant, how one becomes another, and what each is worth.
//!
//! Invariants:
//! - A code is redeemed once, a refresh token used once. What comes again ends the grant, but that a
//!   client which lost its answer gets the same one within a short time.
//! - Whether it may is judged again in the transaction that does it: what is issued while a grant
//!   ends does not outlive it.
//! - An answer that is kept is sealed with a key that only whoever has the old token can derive.
//!
//! Doors: `token.rs`, `given.rs` (what they are) → `table.rs` (SQL) → `redeem.rs`, `refresh.rs`,
//! `service.rs` (the ways to a token), over `actions.rs`; `worth.rs`.

mod actions;
mod given;
mod redeem;
mod refresh;
mod service;
pub(in crate::oauth) mod table;
mod token;
mod worth;

pub use actions::Tokens;
pub use given::Given;
pub use redeem::Redemption;
pub use refresh::Renewal;
pub(in crate::oauth) use token::Code;
pub use token::{ACCESS_PREFIX, CODE_PREFIX, REFRESH_PREFIX};
pub use worth::Worth;

use crate::clock::Span;
use crate::error::Result;
use crate::store::Store;

/// Deletes tokens that have ended, and answers that nobody may have again after `replay`; answers how
/// many tokens.
///
/// # Errors
/// As the store's.
pub fn sweep(store: &Store, replay: Span) -> Result<usize> {
    store.write(move |tx| table::delete_ended(tx, tx.now.minus(replay)))
}
