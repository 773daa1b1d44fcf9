//! Which headers of a request a product may read.

/// The longest header name, in bytes.
const HEADER_BYTES_MAX: usize = 64;

/// Headers that belong to one hop or to the message itself, and never to the caller's purpose.
const HOP_HEADERS: [&str; 14] = [
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that the proxy writes for us, or that we read for another purpose.
const CONTRACT_HEADERS: [&str; 5] =
    ["x-real-ip", "x-request-id", "forwarded", "origin", "access-control-request-method"];

/// Headers that claim another method or path than the request's own; such a request is refused.
pub const OVERRIDE_HEADERS: [&str; 5] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// A header that a product names, in lower case.
///
/// # Errors
/// What is wrong with `name`, and the mend.
pub(super) fn check(name: &str) -> Result<String, String> {
    let lower = name.to_ascii_lowercase();
    if !is_token(&lower) {
        return Err(format!(
            "`{name}` is no header's name: write letters, digits and `-`, such as \"x-api-key\""
        ));
    }
    let header = lower.as_str();
    let reason = if OVERRIDE_HEADERS.contains(&header) {
        "a request that has it is refused"
    } else if header.starts_with("x-keystile-") {
        "Keystile writes it itself, and refuses a request that has it"
    } else if CONTRACT_HEADERS.contains(&header) || is_forwarding(header) {
        "it is between the proxy and Keystile"
    } else if HOP_HEADERS.contains(&header) {
        "it has a meaning of its own in HTTP"
    } else {
        return Ok(lower);
    };
    Err(format!("`{name}` cannot be used, since {reason}: choose another header"))
}

fn is_forwarding(header: &str) -> bool {
    header.starts_with("x-forwarded-") || header.starts_with("x-original-")
}

/// The token of RFC 9110, section 5.6.2. <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
fn is_token(name: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=HEADER_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_token_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_token_with_no_other_purpose() {
        assert_eq!(check("X-API-Key").as_deref(), Ok("x-api-key"));
        assert_eq!(check("Authorization").as_deref(), Ok("authorization"));
        for (bad, mend) in [
            ("", "no header's name"),
            ("x api key", "no header's name"),
            ("x-api-key:", "no header's name"),
            ("X-Original-URI", "between the proxy"),
            ("x-forwarded-for", "between the proxy"),
            ("X-Request-Id", "between the proxy"),
            ("Connection", "meaning of its own"),
            ("X-HTTP-Method-Override", "is refused"),
            ("x-original-url", "is refused"),
            ("X-Keystile-Key", "writes it itself"),
        ] {
            let message = check(bad).unwrap_err();
            assert!(message.contains(mend), "{bad}: {message}");
        }
    }
}
