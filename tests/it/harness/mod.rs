//! What the tests stand on: the real server with a clock that they move, a client that sends exactly
//! the bytes that it is given, the real nginx and Caddy, and a back end that records what reached it.
//!
//! Nothing sleeps: what another process or thread does is awaited by [`eventually`], with a bound.
//!
//! Start reading at [`Instance`], then `http.rs`.

pub(crate) mod back_end;
pub(crate) mod browser;
pub(crate) mod caddy;
pub(crate) mod chromium;
pub(crate) mod http;
pub(crate) mod instance;
pub(crate) mod key;
pub(crate) mod nginx;
pub(crate) mod ports;
pub(crate) mod process;
pub(crate) mod service;

use std::time::Duration;

pub(crate) use back_end::BackEnd;
pub(crate) use browser::Browser;
pub(crate) use caddy::{Caddy, Site};
pub(crate) use chromium::{Chromium, Tab};
pub(crate) use http::{Address, Answer, Client, Request};
pub(crate) use instance::{Instance, Plugins, WORKSPACE};
pub(crate) use key::Key;
pub(crate) use nginx::Nginx;
pub(crate) use ports::unused_address;
pub(crate) use service::Service;

/// Between two looks at a thing that another thread or process does.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Looks until `look` finds something, `looks` times at most; 50 of them are about a second.
pub(crate) fn eventually<T>(looks: u32, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..looks {
        if let Some(found) = look() {
            return Some(found);
        }
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
    None
}
