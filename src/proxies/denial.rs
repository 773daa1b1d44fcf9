//! What nginx itself answers, where Keystile cannot be asked.

/// A denial of nginx's own, in the words of Keystile's; `retry_after` are the seconds after which
/// asking again may help, where it may. It stands in single quotes: no value here has one.
pub(super) fn body(kind: &str, code: &str, message: &str, retry_after: Option<u32>) -> String {
    let retry = retry_after.map(|seconds| format!(r#","retry_after":{seconds}"#));
    let retry = retry.unwrap_or_default();
    format!(
        r#"{{"error":{{"type":"{kind}","code":"{code}","message":"{message}","request_id":"$request_id"{retry}}}}}"#
    )
}
