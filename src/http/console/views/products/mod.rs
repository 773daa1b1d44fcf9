//! The pages of the products that this instance protects, for operators.
//!
//! Start reading at `detail.rs`.

pub mod detail;
pub mod list;
pub mod proxy;
pub mod tester;
