//! Plans: named rows of limits, as `config.toml` lists them.
//!
//! Invariants:
//! - A number is from 1 to [`NUMBER_MAX`]; one that is absent means no limit.
//! - There is always at least one plan, and every workspace names one of them.

mod plan;

pub use plan::{NUMBER_MAX, Plan, Plans};
