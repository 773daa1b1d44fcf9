//! What each page looks like: a small struct of what it shows, and a function from it to markup.
//!
//! Invariants:
//! - Views are pure: they know no store, no handler, no clock. `now` is part of what they show.
//! - `page` gives the page's body, beginning with its one heading; `ui::layout` puts it in the frame.
//! - Every act is a form that posts to an address below the page's own, with the form token.
//! - A view shows what its struct holds. Who may see what was decided before the struct was filled.
//!
//! Start reading at `keys/mod.rs`.

pub mod account;
pub mod apps;
pub mod audit;
pub mod clients;
pub mod consent;
pub mod error;
pub mod first_steps;
pub mod keys;
pub mod overview;
pub mod people;
pub mod plans;
pub mod products;
pub mod refusals;
pub mod setup;
pub mod sign_in;
pub mod usage;
pub mod workspaces;
