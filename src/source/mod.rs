//! A TOML file as written: where each value stands and what is wrong with it.
//!
//! The people who run Keystile edit files, so a mistake is shown as a compiler shows it: all of
//! them at once, each with its line, a caret and what to write instead.
//!
//! - Nothing here knows what a file is about; whoever reads it asks a [`Table`] for its fields and
//!   adds problems of its own with [`Document::error`].
//! - Reading never stops at the first problem. A value that cannot be had is `None`, and the
//!   reason is on the document already.
//! - A file with a syntax error is still read as far as it goes; only claims that something is
//!   *absent* are then kept back, since it may stand in the part that could not be read.
//!
//! Start reading at [`Document`], then [`Table`].

mod diagnostic;
mod document;
mod nearest;
mod table;
mod value;

pub use diagnostic::{Diagnostic, Severity};
pub use document::{At, Document, FILE_BYTES_MAX, PROBLEMS_MAX, text_of};
pub use nearest::{did_you_mean, nearest};
pub use table::{Entry, Table};
pub use value::{Value, Written};
