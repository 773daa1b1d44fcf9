//! People: who may sign in, and what each may do in which workspace.
//!
//! Invariants:
//! - A password is kept as its Argon2id hash alone; two are hashed at a time, eight wait.
//! - A change of what somebody may do ends their sessions.
//! - A row that does not bear its own checksum is nobody's.
//!
//! Doors: `user.rs` (who) → `table.rs` (SQL) → `actions.rs` (what can be done).

mod actions;
mod email;
mod hasher;
mod members;
mod origin;
mod password;
mod role;
pub(super) mod table;
mod user;

pub use actions::{NewUser, People, Removed};
pub(super) use actions::{insert, record};
pub use email::{BadEmail, Email};
pub use hasher::{Hasher, Permit};
pub(super) use members::{hold_may_give, join};
pub use members::{member, owner, role};
pub(super) use origin::Link;
pub use origin::{Account, Origin};
pub use password::{Password, PasswordHash};
pub use role::{BadRole, Role};
pub use user::{Membership, Sought, User};
