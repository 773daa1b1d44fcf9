//! The authorization server's endpoints: one endpoint, one file. Those for programs answer with JSON,
//! read no cookie and ask for no form token; those for people (`authorize.rs`, `consent.rs`) are pages
//! as all others.
//!
//! Invariants:
//! - Nothing is read from a URL but what `/oauth/authorize` is asked, and no answer is ever kept by
//!   anybody but the metadata.
//! - Each error has its status in one place (`answer.rs`).
//! - Handlers extract, have one action carried out, and answer; the rules are in `oauth/`.
//!
//! Start reading at `serve.rs`, then `token.rs`; which endpoint is where stands in `http/routes.rs`.

mod answer;
mod authenticate;
pub mod authorize;
pub mod consent;
mod endpoint;
pub mod introspect;
pub mod metadata;
pub mod register;
pub mod revoke;
mod serve;
pub mod token;

pub use answer::Answer;
pub(in crate::http) use endpoint::endpoint;
pub use endpoint::{Asked, Endpoint, Handler};
pub(in crate::http) use serve::{find, serve};
