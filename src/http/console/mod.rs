//! The pages for people: one noun, one file. Each reads its form, has one action carried out, and
//! answers with a page or with the way to one; what pages look like is in `views/`.
//!
//! Start reading at `sign_in.rs`; who may see what stands in `http/routes.rs`.

pub mod account;
pub mod apps;
pub mod audit;
pub mod clients;
mod counts;
mod device;
mod field;
pub mod first_steps;
pub mod home;
pub mod invitation;
pub mod keys;
pub mod overview;
mod paging;
pub mod people;
pub mod plans;
pub mod products;
mod scene;
pub mod setup;
pub mod sign_in;
pub mod usage;
pub mod views;
pub mod workspaces;
mod wrong;

/// A form whose input is wrong is shown again with this status.
const WRONG_INPUT: actix_http::StatusCode = actix_http::StatusCode::UNPROCESSABLE_ENTITY;
