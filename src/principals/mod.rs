//! What a presented credential is worth right now: the one currency of keys and tokens.
//!
//! Invariants:
//! - A principal says what the rows said at one moment; whoever changes a row drops it from the
//!   cache before answering, and a look-up that began earlier cannot put it back.
//! - A row whose seal does not fit is [`Found::Damaged`], never a principal.
//! - This room reads the tables of the nouns above it and imports none of them; what a seal covers
//!   is defined here, so that those who write rows and those who judge them cannot differ.
//!
//! Start reading at [`Principals::find`].

mod address;
mod bound;
mod cache;
mod identity;
mod principal;
#[expect(clippy::module_inception, reason = "the folder is the noun, and so is its first file")]
mod principals;
mod restrictions;
mod rights;
pub mod seals;
mod table;

pub use address::{AddressRange, AllowedAddresses, BadAddressRange};
pub use bound::Bound;
pub use identity::{Identity, KEY, RATE_POLICY, SUBJECT};
pub use principal::{ENDED_SECRET_KNOWN, Found, Life, Presented, Principal, Spent};
pub use principals::Principals;
pub use restrictions::Restrictions;
pub use rights::{Holder, InForce, Rights};
