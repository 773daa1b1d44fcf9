//! `/verify` and its kin, asked directly and through a real nginx and a real Caddy.
//!
//! A request of a client is written once, as [`asked::Asked`], and put in every way that a proxy can
//! put it; [`verdict`] reads each answer and holds what is true of all of them.

mod allocations;
mod asked;
mod caddy;
mod cold;
mod decision;
mod described;
mod fields;
mod front;
mod heads;
mod health;
mod monotone;
mod normal_form;
mod order;
mod reload;
mod resource_metadata;
mod targets;
mod tokens;
mod verdict;

use crate::harness::Answer;

/// The rows of a table that stands in a file of its own: its lines, without remarks and empty ones.
fn rows_of(table: &'static str) -> impl Iterator<Item = &'static str> {
    let is_remark = |line: &str| line == "#" || line.starts_with("# ");
    table.lines().filter(move |line| !line.is_empty() && !is_remark(line))
}

/// What a table calls an answer of HTTP itself, or of the proxy, which did not take the request:
/// nobody judged it.
fn refused(written: &str, answer: &Answer) -> String {
    assert!((400..500).contains(&answer.status), "{written}: {answer:?}");
    "refused".to_owned()
}
