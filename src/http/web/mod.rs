//! The listener for people: how a request becomes a page, or is turned away.
//!
//! Invariants:
//! - Who may see a page stands beside its path, in `http/routes.rs`; no handler is reached before
//!   that is judged. What somebody may not know of is 404.
//! - It asks through a proxy that is named, or from this machine: no other's word is heard.
//! - Nothing changes on GET. Whatever else comes from our own pages alone, and the form of somebody
//!   who is signed in carries what only their session knows.
//! - Pages are made off the listener's threads; a panic in one is a 500 with its request id.
//! - Until there is anybody, nothing is served but the setup.
//!
//! Start reading at [`serve`], then `answer.rs`.

mod answer;
mod arrival;
mod body;
mod call;
mod connections;
pub(in crate::http) mod cookie;
mod door;
mod errors;
mod form;
mod public_url;
mod reply;
pub(in crate::http) mod route;
mod serve;
mod visit;

pub(in crate::http) use body::{FORM_WITHIN, Unread, read as read_body};
pub use connections::connections;
pub use form::Form;
pub use public_url::{PublicUrl, local_path};
pub use reply::Reply;
pub(super) use reply::finish;
pub use route::{Handler, Route, Verb, Who};
pub use serve::{Web, serve};
pub use visit::{Holder, Visit};
