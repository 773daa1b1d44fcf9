//! The command line: one command, one file, run as an operator runs it.

mod alike;
mod check;
mod client;
mod demo;
mod explain;
mod key;
mod lifecycle;
mod nginx;
mod secrets;
mod settings;
mod usage;
mod usage_errors;
mod user;
mod workspace;
