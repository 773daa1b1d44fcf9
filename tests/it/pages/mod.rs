//! Every page of the dashboard, drawn with sample data: nothing, one, many, long names, trouble.
//!
//! The pages are written to `target/tmp/pages/` as they are drawn, with the style sheet and the
//! script beside them, so that they can be opened, photographed and put before axe-core.
//!
//! Start reading at [`gallery`].

mod gallery;
mod keys;
mod operator;
mod rules;
mod sample;
mod workspace;
