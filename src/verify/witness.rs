//! Watching a decision: what each step compares, for those who ask why.
//!
//! The gate's witness is nobody, and costs nothing; `explain` writes down what it sees. Either way
//! the same steps run.

use serde::Serialize;

/// A step of the decision, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The contract headers.
    Contract,
    /// The product that the request is for.
    Product,
    /// The one credential.
    Credential,
    /// Whose it is.
    Key,
    /// Revocation and expiry.
    Life,
    /// The protocol.
    Https,
    /// The client's address.
    Address,
    /// The host, against the key type's.
    Host,
    /// The target, on its raw bytes.
    Path,
    /// The route that is declared for it.
    Route,
    /// The scopes that the route needs.
    Scope,
    /// The resources that the request names.
    Resource,
    /// The plan's minute and day.
    Limit,
}

/// Whoever watches a decision.
pub trait Witness {
    /// A step is about to be judged; `what` says what it compares.
    fn compare(&mut self, step: Step, what: impl FnOnce() -> String);
}

/// Nobody watches.
impl Witness for () {
    fn compare(&mut self, _: Step, _: impl FnOnce() -> String) {}
}

/// A step that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The step.
    pub step: Step,
    /// What it compared; never a secret.
    pub compared: String,
}

/// Writes the steps down. The last one is where a refusal came from.
impl Witness for Vec<Seen> {
    fn compare(&mut self, step: Step, what: impl FnOnce() -> String) {
        self.push(Seen { step, compared: what() });
    }
}
