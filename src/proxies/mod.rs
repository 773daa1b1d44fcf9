//! Proxy configurations that we print: `keystile nginx PRODUCT`.
//!
//! A configuration is a text that somebody includes, reads and changes, so it is kept as one: see
//! `nginx.template`. What is interpolated comes from plugin files and flags, which are written by
//! people; each value passes through [`quote`], which refuses whatever could end a directive, open
//! another or start a variable. There is no way into the template around it.
//!
//! What is absent: no file is written and no process is called. A face prints the text.
//!
//! Start at [`nginx`], then [`site`].

mod denial;
mod headers;
mod hosts;
mod nginx;
mod oauth;
mod quote;
mod site;
mod template;

pub use nginx::nginx;
pub use quote::Refused;
pub use site::{Gate, Site};
