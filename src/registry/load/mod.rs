//! From a folder of files to a registry, again and again, with the last good version of each.
//!
//! - A file that cannot be read or has an error changes nothing: its product stays as it was.
//! - A deleted file removes its product; a folder that cannot be listed changes nothing at all.
//! - One host, or OAuth resource, leads to one product. Where two files claim it, the version in force has it; among
//!   newcomers the first by id.
//! - Nothing here writes: what the database should keep or forget is in the [`Outcome`].
//!
//! Start reading at [`Loader::load`].

mod claims;
mod effect;
mod folder;
mod loader;
mod version;

#[cfg(test)]
mod tests;

pub use effect::{Effect, EffectKind};
pub use loader::{FileState, Kept, KeptChange, Loader, Outcome};
