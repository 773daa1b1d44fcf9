//! `explain` says of every row what the gate says: it is the same decision.

use serde_json::Value;

use super::super::asked::Way;
use super::super::verdict::Verdict;
use super::Case;
use crate::harness::Instance;

/// Why a row differs from its explanation, if it does. Rows that no command line can put are not
/// explained; nor are those whose dialect or missing product is the point, which nginx's endpoint
/// with a product's name, as `explain` asks it, does not have.
pub(super) fn failure(instance: &Instance, case: &Case, told: &Verdict) -> Option<String> {
    if !case.ways.contains(&Way::Verify) {
        return None;
    }
    let Ok(question) = case.asked.question(case.credentials) else { return None };
    let explained = match instance.explain(question) {
        Ok(explained) => explained,
        Err(error) => return Some(format!("explain refuses it: {error}")),
    };
    let expected = match told {
        Verdict::Pass(_) => ("allow".to_owned(), 200, Value::Null, Value::Null),
        Verdict::Denied(denial) => (
            "deny".to_owned(),
            denial.status,
            denial.error["code"].clone(),
            denial.error["type"].clone(),
        ),
    };
    let is_same = (explained["verdict"] == expected.0)
        && (explained["status"] == expected.1)
        && (explained["code"] == expected.2)
        && (explained["type"] == expected.3);
    let steps = explained["steps"].as_array().unwrap();
    let ends_well = steps
        .last()
        .is_none_or(|step| (step["outcome"] == "pass") == (explained["verdict"] == "allow"));
    (!is_same || !ends_well).then(|| format!("the gate says {told:?}, explain says {explained}"))
}
