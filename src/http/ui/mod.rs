//! Parts of pages, which know no feature.
//!
//! Start reading at `layout.rs`.

pub mod layout;
