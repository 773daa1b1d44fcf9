//! Settings: built-in defaults, then `config.toml`, then `KEYSTILE_*` variables, then flags.
//!
//! Invariants:
//! - Every problem is found at once, and says where it stands; a setting that nobody knows is one.
//! - Settings are read here and nowhere else, and handed on as values.
//!
//! Start reading at [`Settings::load`].

mod draft;
mod listen;
mod log_format;
mod oauth;
mod settings;

pub use listen::Listen;
pub use log_format::LogFormat;
pub use oauth::{OAuth, Registration};
pub use settings::{Flags, Settings};
