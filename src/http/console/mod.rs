//! The dashboard's pages.
//!
//! Start reading at `views/mod.rs`.

pub mod views;
