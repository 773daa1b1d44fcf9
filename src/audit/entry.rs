//! What is read of the log.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::clock::Timestamp;

/// One change, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place in the log, counted from 1.
    pub number: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it: `user_…`, `cli:ACCOUNT`, `link` for whoever held a one-time link, or `keystile`.
    pub actor: String,
    /// The address that it was made from; none for what was done on the machine itself.
    pub address: Option<String>,
    /// What it was.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// The workspace concerned, by its slug.
    pub workspace: Option<String>,
    /// What was changed to what, as JSON.
    #[serde(serialize_with = "itself")]
    pub detail: String,
    /// The hash of the row before, in hexadecimal.
    pub previous: String,
    /// The hash of this row, in hexadecimal.
    pub hash: String,
}

/// Which entries are asked for: those that have whatever is not empty.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Who made the change.
    pub actor: String,
    /// What it was: `key.revoke`, or `key` for whatever was done to keys.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// The workspace concerned.
    pub workspace: String,
    /// Only what stands before this number.
    pub before: Option<i64>,
}

/// JSON within JSON stays JSON; what cannot be read is a text.
fn itself<S: Serializer>(detail: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<Value>(detail) {
        Ok(detail) => detail.serialize(serializer),
        Err(_) => serializer.serialize_str(detail),
    }
}
