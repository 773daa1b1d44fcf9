//! Clients: the apps that ask for tokens, however we came to know them.
//!
//! Invariants:
//! - A client keeps the id and the secrets that we gave it; it chooses neither.
//! - What a client says of itself passes the same rules whenever it says it.
//! - Nobody gets tokens by themselves who was not made by an operator or a workspace's admin.
//! - A row that does not bear its own checksum is nobody's.
//!
//! Doors: `client.rs` (what it is) → `terms.rs`, `description.rs` (its rules) → `table.rs` (SQL) →
//! `actions.rs`, `registration.rs` (what can be done).

mod actions;
mod client;
mod description;
mod registration;
pub(in crate::oauth) mod table;
mod terms;

pub use actions::{Clients, Minted, SECRET_PREFIX};
pub use client::{
    AuthMethod, Client, ClientId, ClientSecret, GrantType, NoClientId, Origin, Proved,
};
pub use description::Description;
pub use registration::{Registered, sweep};
pub use terms::{Changes, Maker, Terms};
