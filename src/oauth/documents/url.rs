//! Which addresses may be a client's id.

use crate::oauth::redirect_uri::RedirectUri;

/// Whether a document may lie there: https, in the one plain spelling that a redirect URI has (no user
/// name, no fragment, no `..`, no odd host), and with a path that is not the root. For development, by
/// http on this machine too.
pub(super) fn is_good(url: &str, is_loopback_allowed: bool) -> bool {
    let Ok(uri) = RedirectUri::parse(url) else { return false };
    let is_good_scheme = url.starts_with("https://") || (is_loopback_allowed && uri.is_loopback());
    let behind_scheme = url.split_once("://").map_or("", |(_, behind)| behind);
    let before_query = behind_scheme.split('?').next().unwrap_or_default();
    let path = before_query.split_once('/').map_or("", |(_, path)| path);
    is_good_scheme && !path.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_s_id_is_https_with_a_path_in_one_plain_spelling() {
        for good in [
            "https://app.example/client.json",
            "https://app.example:8443/oauth/client?v=1",
            "https://app.example/a/",
        ] {
            assert!(is_good(good, false), "{good}");
        }
        for bad in [
            "https://app.example",
            "https://app.example/",
            "https://app.example?x=/client",
            "https://app.example/?x=/client",
            "https://app.example/client#x",
            "https://user@app.example/client",
            "https://app.example/./client",
            "https://app.example/%2e%2e/client",
            "https://2130706433/client",
            "https://0x7f.1/client",
            "http://app.example/client",
            "http://127.0.0.1/client",
            "cursor://app.example/client",
            "client_1",
        ] {
            assert!(!is_good(bad, false), "{bad}");
        }
        assert!(is_good("http://127.0.0.1:8080/client", true));
        assert!(is_good("http://localhost:8080/client", true));
        assert!(!is_good("http://app.example/client", true));
    }
}
