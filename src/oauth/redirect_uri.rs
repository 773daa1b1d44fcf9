//! Where a client has its answers sent: which URIs it may register, and when one that a request
//! names is one of them.
//!
//! Whoever controls that place gets the code, so a URI is compared byte for byte
//! ([RFC 3986 §6.2.1](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.1)) and nothing is a
//! pattern. The port of a loopback address alone may differ: a program on somebody's computer takes
//! any that is free ([RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).

use std::net::Ipv4Addr;

use crate::registry::{is_loopback_host, normalised_host};

/// The longest that may be registered, in bytes.
pub const REDIRECT_URI_BYTES_MAX: usize = 2_000;

/// Schemes of desktop programs that are in wide use and carry no domain of their makers. Others are
/// to be a domain name in reverse order
/// ([RFC 8252 §7.1](https://www.rfc-editor.org/rfc/rfc8252#section-7.1)).
const KNOWN_SCHEMES: [&str; 9] = [
    "claude",
    "cursor",
    "goose",
    "raycast",
    "vscode",
    "vscode-insiders",
    "warp",
    "windsurf",
    "zed",
];

/// Parameters of an answer: a query that has one already could be read in two ways.
const ANSWER_PARAMETERS: [&str; 6] =
    ["code", "state", "iss", "error", "error_description", "error_uri"];

/// A URI that a client may have its answers sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: Kind,
}

/// What leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A web server, by https.
    Web,
    /// A program on the same computer that listens on a port, by http.
    Loopback,
    /// A program that the operating system knows by the URI's scheme.
    Private,
}

/// Why a text is no [`RedirectUri`]; the words are for whoever registers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirectUri {
    /// It is empty or too long.
    #[error("a redirect URI has 1 to 2000 characters")]
    Length,
    /// A character that no URI has, or a `%` that escapes none or a control character.
    #[error("a redirect URI holds visible ASCII alone, and no backslash, quote, bracket or brace")]
    Character,
    /// It has a fragment.
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// It is relative, or its scheme is one that we do not send people to.
    #[error(
        "a redirect URI begins with https://, with http:// and a loopback address, or with a \
         program's own scheme, which is a domain name in reverse such as com.example.app:/"
    )]
    Scheme,
    /// Its host is none, or none in one plain spelling; or it has a user's name before it.
    #[error("a redirect URI has one plain host, with no user name, wildcard or odd spelling")]
    Host,
    /// It is http, and its host is not this computer.
    #[error("http:// is for localhost and loopback addresses alone: write https://")]
    NotLoopback,
    /// A segment of its path is `.` or `..`.
    #[error("the path of a redirect URI has no segment `.` or `..`")]
    DotSegment,
    /// Its query has a parameter of an answer.
    #[error("the query of a redirect URI has none of the parameters that an answer adds")]
    AnswerParameter,
}

impl RedirectUri {
    /// A URI that may be registered.
    ///
    /// # Errors
    /// [`BadRedirectUri`].
    pub fn parse(text: &str) -> Result<Self, BadRedirectUri> {
        if text.is_empty() || text.len() > REDIRECT_URI_BYTES_MAX {
            return Err(BadRedirectUri::Length);
        }
        if text.contains('#') {
            return Err(BadRedirectUri::Fragment);
        }
        check_characters(text)?;
        let (scheme, rest) = text.split_once(':').ok_or(BadRedirectUri::Scheme)?;
        let kind = match scheme {
            "https" => Kind::Web,
            "http" => Kind::Loopback,
            _ if is_private_scheme(scheme) => Kind::Private,
            _ => return Err(BadRedirectUri::Scheme),
        };
        let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = check_hierarchy(kind, before_query)?;
        if path.split('/').any(is_dot_segment) {
            return Err(BadRedirectUri::DotSegment);
        }
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        if parameters.any(|(name, _)| ANSWER_PARAMETERS.contains(&&*name)) {
            return Err(BadRedirectUri::AnswerParameter);
        }
        Ok(Self { text: text.to_owned(), kind })
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What a request means that names `presented`, where this is registered: the same URI, or on
    /// loopback the same with another port. `None` where it means something else.
    #[must_use]
    pub fn requested(&self, presented: &str) -> Option<Self> {
        if presented == self.text {
            return Some(self.clone());
        }
        let presented = Self::parse(presented).ok()?;
        let is_same = self.kind == Kind::Loopback
            && presented.kind == Kind::Loopback
            && self.without_port() == presented.without_port();
        is_same.then_some(presented)
    }

    /// Whether it leads to the computer of whoever is asked: any program there may listen.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.kind == Kind::Loopback
    }

    /// What leads there, as people are shown it: the host with its port, or a program's scheme.
    #[must_use]
    pub fn place(&self) -> &str {
        match self.kind {
            Kind::Web | Kind::Loopback => self.authority_and_rest().0,
            Kind::Private => self.text.split(':').next().unwrap_or_default(),
        }
    }

    /// The URI with the parameters of an answer behind its query.
    #[must_use]
    pub fn with<'p>(&self, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        let joint = match self.text.rsplit_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{joint}{}", self.text, query.finish())
    }

    /// Host and port, and what follows them; of a URI that has both.
    fn authority_and_rest(&self) -> (&str, &str) {
        let behind = self.text.split_once("://").map_or("", |(_, behind)| behind);
        behind.split_at(behind.find(['/', '?']).unwrap_or(behind.len()))
    }

    fn without_port(&self) -> (&str, &str) {
        let (authority, rest) = self.authority_and_rest();
        let digits = authority.trim_end_matches(|c: char| c.is_ascii_digit());
        (digits.strip_suffix(':').unwrap_or(authority), rest)
    }
}

/// What RFC 3986 has no place for, and browsers mend in ways of their own.
fn check_characters(text: &str) -> Result<(), BadRedirectUri> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
    let is_good = |escaped: &str| {
        let digits = escaped.get(..2).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| !byte.is_ascii_control())
    };
    let are_escapes_good = text.split('%').skip(1).all(is_good);
    (text.bytes().all(is_plain) && are_escapes_good).then_some(()).ok_or(BadRedirectUri::Character)
}

fn is_private_scheme(scheme: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    let mut labels = scheme.split('.');
    let is_reverse_domain = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.contains('.')
        && scheme.chars().all(is_plain)
        && labels.all(|label| !label.is_empty());
    is_reverse_domain || KNOWN_SCHEMES.contains(&scheme)
}

/// Checks what follows the scheme's colon, up to the query; answers its path.
fn check_hierarchy(kind: Kind, rest: &str) -> Result<&str, BadRedirectUri> {
    let Some(behind) = rest.strip_prefix("//") else {
        // `com.example.app:/done` names no host.
        let is_path = kind == Kind::Private && rest.starts_with('/');
        return if is_path { Ok(rest) } else { Err(BadRedirectUri::Scheme) };
    };
    let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
    let is_nameless = kind == Kind::Private && authority.is_empty() && path.len() > 1;
    let host = match normalised_host(authority) {
        Some(host) => host,
        None if is_nameless => return Ok(path),
        None => return Err(BadRedirectUri::Host),
    };
    match kind {
        Kind::Loopback if !is_loopback_host(&host) => Err(BadRedirectUri::NotLoopback),
        Kind::Web if !has_plain_spelling(&host) => Err(BadRedirectUri::Host),
        Kind::Web | Kind::Loopback | Kind::Private => Ok(path),
    }
}

/// Whether a host is no address in disguise: browsers read `2130706433`, `0x7f.1` and `127.1` as
/// addresses ([WHATWG URL §3.5](https://url.spec.whatwg.org/#ends-in-a-number-checker)).
fn has_plain_spelling(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex =
        last.strip_prefix("0x").is_some_and(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
    !(is_number || is_hex) || host.parse::<Ipv4Addr>().is_ok()
}

/// However its dots are written.
fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    matches!(plain.as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn the_uris_of_real_clients_may_be_registered() {
        for good in [
            "https://claude.ai/api/mcp/auth_callback",
            "https://app.example:8443/cb?tenant=1",
            "https://app.example",
            "https://192.0.2.1/cb",
            "https://[2001:db8::1]/cb",
            "http://127.0.0.1",
            "http://127.0.0.1:33418",
            "http://127.0.0.1:33418/",
            "http://localhost:6274/oauth/callback/debug",
            "http://[::1]:1234/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "vscode://vscode.github-authentication/did-authenticate",
            "com.example.app:/oauth2redirect",
            "com.example.app://oauth/callback",
            "com.example.app:///callback",
        ] {
            assert_eq!(RedirectUri::parse(good).map(|it| it.text), Ok(good.to_owned()));
        }
    }

    const REFUSED: &[(&str, BadRedirectUri)] = {
        use BadRedirectUri::*;
        &[
            ("", Length),
            ("/cb", Scheme),
            ("//app.example/cb", Scheme),
            ("app.example/cb", Scheme),
            ("javascript:alert(1)", Scheme),
            ("JavaScript:alert(1)", Scheme),
            ("javascript://app.example/%0aalert(1)", Character),
            ("javascript://app.example/x", Scheme),
            ("data:text/html,x", Scheme),
            ("vbscript:x", Scheme),
            ("file:///etc/passwd", Scheme),
            ("blob:https://app.example/x", Scheme),
            ("about:blank", Scheme),
            ("urn:ietf:wg:oauth:2.0:oob", Scheme),
            ("myapp://cb", Scheme),
            ("HTTPS://app.example/cb", Scheme),
            ("com..example:/cb", Scheme),
            ("com.example.app:cb", Scheme),
            ("https:app.example/cb", Scheme),
            ("https:/app.example/cb", Scheme),
            ("https:///cb", Host),
            ("https://", Host),
            ("https://user@app.example/cb", Host),
            ("https://app.example@evil.example/cb", Host),
            ("https://a@b@evil.example/cb", Host),
            ("https://app.example%40evil.example/cb", Host),
            ("https://app.example%25@evil.example/cb", Host),
            ("https://*.example/cb", Host),
            ("https://app.example:/cb", Host),
            ("https://app.example:99999/cb", Host),
            ("https://2130706433/cb", Host),
            ("https://0x7f.0x0.0x0.0x1/cb", Host),
            ("https://127.1/cb", Host),
            ("https://0177.0.0.1/cb", Host),
            ("https://app.example\\@evil.example/cb", Character),
            ("https://app.example/c b", Character),
            ("https://app.example/cb\r\nx: y", Character),
            ("https://app.example/cb%0d%0ax", Character),
            ("https://app.example/cb%", Character),
            ("https://app.example/cb%zz", Character),
            ("https://b\u{fc}cher.example/cb", Character),
            ("https://app.example\u{2044}.evil.example/cb", Character),
            ("https://app.example/cb#x", Fragment),
            ("https://app.example/cb#", Fragment),
            ("https://app.example/a/../cb", DotSegment),
            ("https://app.example/a/%2e%2E/cb", DotSegment),
            ("http://app.example/cb", NotLoopback),
            ("http://127.0.0.1.evil.example/cb", NotLoopback),
            ("http://localhost.evil.example/cb", NotLoopback),
            ("http://127.0.0.1@evil.example/cb", Host),
            ("http://0.0.0.0/cb", NotLoopback),
            ("http://2130706433/cb", NotLoopback),
            ("https://app.example/cb?state=1", AnswerParameter),
            ("https://app.example/cb?a=1&c%6fde=2", AnswerParameter),
        ]
    };

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for (bad, why) in REFUSED {
            assert_eq!(RedirectUri::parse(bad), Err(*why), "{bad:?}");
        }
        let long = format!("https://app.example/{}", "x".repeat(REDIRECT_URI_BYTES_MAX));
        assert_eq!(RedirectUri::parse(&long), Err(BadRedirectUri::Length));
    }

    #[test]
    fn a_request_names_the_whole_uri_and_on_loopback_any_port() {
        for (registered, presented, expected) in [
            ("https://app.example/cb", "https://app.example/cb", true),
            ("https://app.example/cb", "https://app.example/cb/", false),
            ("https://app.example/cb", "https://app.example/cb?x=1", false),
            ("https://app.example/cb", "https://app.example/CB", false),
            ("https://app.example/cb", "https://App.example/cb", false),
            ("https://app.example/cb", "https://app.example:443/cb", false),
            ("https://app.example/cb", "https://app.example/%63b", false),
            ("https://app.example/cb", "https://app.example/cb#x", false),
            ("https://app.example/cb", "https://app.example.evil.example/cb", false),
            ("https://app.example", "https://app.example/", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:33418/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:33418/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true),
            ("http://127.0.0.1:1", "http://127.0.0.1:2", true),
            ("http://[::1]/cb", "http://[::1]:33418/cb", true),
            ("http://localhost/cb", "http://localhost:33418/cb", true),
            ("http://localhost/cb", "http://127.0.0.1:33418/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.2/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:33418/cb?x=1", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1:1", "http://127.0.0.1:2/", false),
            ("cursor://a/cb", "cursor://a:1/cb", false),
        ] {
            let found = uri(registered).requested(presented);
            assert_eq!(found.is_some(), expected, "{registered} for {presented}");
            assert!(found.is_none_or(|it| it.as_str() == presented));
        }
    }

    #[test]
    fn an_answer_keeps_the_registered_query() {
        for (registered, expected) in [
            ("https://app.example/cb", "https://app.example/cb?code=a%26b&state=%C3%A9+1"),
            ("https://app.example/cb?", "https://app.example/cb?code=a%26b&state=%C3%A9+1"),
            ("https://app.example/cb?x=1", "https://app.example/cb?x=1&code=a%26b&state=%C3%A9+1"),
            ("com.example.app:/cb", "com.example.app:/cb?code=a%26b&state=%C3%A9+1"),
        ] {
            assert_eq!(uri(registered).with([("code", "a&b"), ("state", "\u{e9} 1")]), expected);
        }
    }

    #[test]
    fn people_are_shown_where_an_answer_goes() {
        for (text, place, is_loopback) in [
            ("https://app.example:8443/cb", "app.example:8443", false),
            ("http://127.0.0.1?x=1", "127.0.0.1", true),
            ("http://localhost:1/", "localhost:1", true),
            ("cursor://anysphere.cursor-mcp/cb", "cursor", false),
        ] {
            let uri = uri(text);
            assert_eq!((uri.place(), uri.is_loopback()), (place, is_loopback));
        }
    }

    proptest! {
        #[test]
        fn what_is_requested_differs_from_what_is_registered_in_a_loopback_port_alone(
            registered in "(https|http)://(127\\.0\\.0\\.1|localhost|a\\.b)(:[0-9]{1,5})?(/[a-z@:]{0,3})?",
            presented in "(https|http)://(127\\.0\\.0\\.1|localhost|a\\.b)(:[0-9]{1,5})?(/[a-z@:]{0,3})?",
        ) {
            let Ok(registered) = RedirectUri::parse(&registered) else { return Ok(()) };
            let without_port = |text: &str| {
                let port = regex::Regex::new("^(http://[^/:]+)(:[0-9]+)?").unwrap();
                port.replace(text, "$1").into_owned()
            };
            let is_same = without_port(registered.as_str()) == without_port(&presented)
                && RedirectUri::parse(&presented).is_ok();
            prop_assert_eq!(registered.requested(&presented).is_some(), is_same);
        }
    }
}
