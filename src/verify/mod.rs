//! May this request pass? The data plane.
//!
//! Invariants:
//! - Nothing here writes, and nothing waits: what is not in memory is answered [`Stop::Cold`], and
//!   the caller has it read elsewhere.
//! - A request is read once, on its raw bytes; whatever two components could read differently is
//!   denied, never normalised.
//! - The first failing step of the decision table is the answer, whatever else is wrong.
//! - An answer to the caller never says whether a key that is not theirs exists.
//!
//! Start reading at [`Verifier::verify`], then `request.rs` and `path.rs`.

mod checks;
mod contract;
mod credential;
mod headers;
mod lookup;
mod path;
mod query;
mod refusal;
mod request;
mod said;
mod target;
mod verifier;
mod witness;

pub use contract::Dialect;
pub use headers::{HeaderLine, Headers};
pub use lookup::Lookup;
pub use path::{AmbiguousPath, Path, TARGET_BYTES_MAX};
pub use refusal::{Refusal, Undecided};
pub use request::{Asked, REQUEST_ID_BYTES_MAX, Request};
pub use verifier::{Caller, Counting, Pass, Stop, Verifier};
pub use witness::{Seen, Step, Witness};
