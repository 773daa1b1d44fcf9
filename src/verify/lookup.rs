//! What is known of a presented secret before it is judged.

use crate::principals::Found;

/// What the caller knows already about the presented secret.
pub enum Lookup {
    /// Nothing: what is in memory decides.
    Warm,
    /// What a look-up found, after [`Stop::Cold`].
    Done(Result<Found, String>),
    /// The principal to be judged instead of whoever the request presents: an operator's question.
    Instead(Found),
}
