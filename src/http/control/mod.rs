//! The command line's side of a running server: the same actions, as JSON lines on a unix socket.
//!
//! Invariants:
//! - The socket lies in the data folder with mode 0600: whoever may use it may use the database.
//! - One line asks, one line answers; a change is answered when it is on the disk and holds.
//! - What a command does is in `execute.rs` alone, whether a server runs or not.
//!
//! Start reading at [`Command`], then [`execute`].

mod client;
mod clients;
mod command;
mod execute;
mod explain;
mod server;
mod usage;

pub use client::{ask, is_served};
pub use command::{
    By, ClientCommand, Command, KeyCommand, Question, UsageOf, UsageQuestion, UserCommand,
    WorkspaceCommand,
};
pub use execute::execute;
pub(in crate::http) use explain::explain;
pub use server::{ControlServer, SOCKET};
