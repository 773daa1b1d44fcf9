//! Plans and their limits: how many requests may pass in a minute and in a day, and who counts them.
//!
//! Invariants:
//! - A number is from 1 to [`NUMBER_MAX`]; one that is absent means no limit.
//! - There is always at least one plan, and every workspace names one of them.
//! - Only what passes is counted. What is judged and counted is one step under one lock, so that no
//!   number of callers gets one request too many, and none is refused while there is room.
//! - A bucket belongs to a key or a workspace, never to a secret: rotation gives nothing back.
//! - A bucket that was given back is known again only by what the database has of its day.
//! - What is counted of a day goes to the journal first, and from there into its bucket's block.
//!
//! Start reading at [`Limiter::draw`], then `bucket.rs` and `minute.rs`.

mod allowance;
mod blocks;
mod bucket;
mod entries;
mod journal;
mod limiter;
mod minute;
mod plan;
mod read;
mod repeats;
mod shard;
mod spent;
mod standing;
mod table;

pub use allowance::Allowance;
pub use bucket::{BucketId, SavedDay};
pub use journal::{Journal, fold};
pub use limiter::{Ask, Drawn, Limiter};
pub use plan::{NUMBER_MAX, Plan, Plans};
pub use read::used;
pub use repeats::Repeat;
pub use shard::Place;
pub use spent::spent_today;
pub use standing::{Outcome, Standing, Used, Window};
pub use table::{day_start, saved_day};
