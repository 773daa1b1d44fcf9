//! What nginx itself answers, where Keystile cannot be asked.

/// A denial of nginx's own, in the words of Keystile's. It stands in single quotes: no value here
/// has one.
pub(super) fn body(kind: &str, code: &str, message: &str) -> String {
    format!(
        r#"{{"error":{{"type":"{kind}","code":"{code}","message":"{message}","request_id":"$request_id"}}}}"#
    )
}
