//! What pages are made of: parts that know no feature.
//!
//! Invariants:
//! - Parts take plain data and give markup. None knows a store, a handler or a product's noun.
//! - No part writes a style or a script into the page: looks are in `assets/keystile.css`, and the
//!   page's own policy would refuse them.
//! - Whatever a part shows works without JavaScript. The script adds comfort to it.
//! - Each field has its label, and what is wrong with it stands beside it.
//!
//! Start reading at `layout.rs`, then `parts.rs`.

pub mod address;
pub mod ask;
pub mod assets;
pub mod chart;
pub mod code;
pub mod field;
pub mod form;
pub mod icon;
pub mod layout;
mod nav;
pub mod parts;
pub mod table;
pub mod time;
