//! What applications may ask for of a product, and the identifiers by which they name it.

use super::host::{has_port, is_loopback_host, normalised_host};

/// The longest identifier, in bytes: it goes into headers and links.
const AUDIENCE_BYTES_MAX: usize = 512;

/// Where a host describes what it protects
/// ([RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3)).
const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// How a product takes part in OAuth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth {
    /// What it is called by applications, in the order of its file; at least one.
    pub audiences: Vec<Audience>,
    /// The scopes that applications may ask for, in the order of the file; at least one.
    pub scopes: Vec<String>,
    /// Those that one gets which names none; at least one, each of `scopes`.
    pub default_scopes: Vec<String>,
}

impl OAuth {
    /// The audience that a request to `host` and `path` is for: of those with that host the one
    /// whose path is the longest that the request's begins with; else the first.
    #[must_use]
    pub fn audience_at(&self, host: Option<&str>, path: &str) -> &Audience {
        self.audience_of(host, path).unwrap_or(&self.audiences[0])
    }

    /// The same, where one has that host and such a path; any host, where none is said.
    #[must_use]
    pub fn audience_of(&self, host: Option<&str>, path: &str) -> Option<&Audience> {
        let has_host = |it: &Audience| host.is_none_or(|host| host == it.host());
        let found = self.audiences.iter().filter(|it| has_host(it) && it.covers(path));
        found.rev().max_by_key(|it| it.path().len())
    }
}

/// An identifier of a protected API, as tokens are asked for
/// ([RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    text: String,
    host: String,
    path_at: usize,
}

impl Audience {
    /// `https://HOST[:PORT][/PATH]`, or http on loopback, in the one spelling that every client
    /// makes of it.
    ///
    /// # Errors
    /// What is wrong with it, and the mend.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((scheme @ ("https" | "http"), behind)) = text.split_once("://") else {
            return Err("write https:// and the API's host".to_owned());
        };
        let (authority, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
        let host = match normalised_host(authority) {
            Some(host) if text.len() <= AUDIENCE_BYTES_MAX => host,
            _ => return Err(format!("`{text}` has no host: write https://HOST/PATH")),
        };
        let is_default_port = authority.ends_with(match scheme {
            "https" => ":443",
            _ => ":80",
        });
        let port_at = if has_port(authority) { authority.rfind(':') } else { None };
        if authority.get(..port_at.unwrap_or(authority.len())) != Some(&*host) || is_default_port {
            return Err(format!(
                "clients compare it byte for byte, and write the host in lower case, without a \
                 final dot and its usual port: {scheme}://{host}{path}"
            ));
        }
        if scheme == "http" && !is_loopback_host(&host) {
            return Err("http:// is for loopback alone: tokens pass here, so write https://".into());
        }
        check_path(path)?;
        let (host, path_at) = (host.into_owned(), text.len() - path.len());
        Ok(Self { text: text.to_owned(), host, path_at })
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host, normalised.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its path, as it is written; empty where it has none.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[self.path_at..]
    }

    /// Whether `presented` is this one, byte for byte. Only the slash of an otherwise empty path
    /// says nothing, since the URL types of many languages add it by themselves.
    #[must_use]
    pub fn is(&self, presented: &str) -> bool {
        self.bare() == bare(presented)
    }

    /// Itself without the slash of an otherwise empty path.
    #[must_use]
    pub fn bare(&self) -> &str {
        bare(&self.text)
    }

    /// Where its host serves the document that describes it: the well-known path stands between
    /// the host and the rest
    /// ([RFC 9728 §3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)).
    #[must_use]
    pub fn metadata_url(&self) -> String {
        let (origin, path) = self.text.split_at(self.path_at);
        format!("{origin}{METADATA_PATH}{}", if path == "/" { "" } else { path })
    }

    /// Whether a request to `path` lies under it.
    fn covers(&self, path: &str) -> bool {
        let own = self.path().trim_end_matches('/');
        path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn bare(text: &str) -> &str {
    match text.strip_suffix('/') {
        Some(rest) if rest.bytes().filter(|byte| *byte == b'/').count() == 2 => rest,
        _ => text,
    }
}

fn check_path(path: &str) -> Result<(), String> {
    if path.contains(['?', '#']) {
        return Err("it has no query and no fragment: take them out".to_owned());
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '/');
    let is_odd = |segment: &str| matches!(segment, "" | "." | "..");
    let mut segments = path.strip_prefix('/').unwrap_or_default().split('/');
    // A slash at the end is a part of the name.
    let last = segments.next_back().unwrap_or_default();
    if path.chars().all(is_plain) && !segments.any(is_odd) && !matches!(last, "." | "..") {
        return Ok(());
    }
    Err(format!("the path `{path}` is not plain: write segments of `A-Za-z0-9-._~`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audience(text: &str) -> Audience {
        Audience::parse(text).unwrap()
    }

    #[test]
    fn an_audience_has_one_spelling() {
        for good in [
            "https://api.example",
            "https://api.example/",
            "https://api.example/mcp",
            "https://api.example:8443/mcp/",
            "http://localhost:3000/mcp",
            "http://127.0.0.1:9000",
            "http://[::1]:9000/a",
        ] {
            assert_eq!(audience(good).as_str(), good);
        }
        for (bad, mend) in [
            ("api.example", "write https://"),
            ("ftp://api.example", "write https://"),
            ("HTTPS://api.example", "write https://"),
            ("https:///mcp", "has no host"),
            ("https://user@api.example", "has no host"),
            ("https://b\u{fc}cher.example", "has no host"),
            ("https://API.example/mcp", "https://api.example/mcp"),
            ("https://api.example.", "https://api.example"),
            ("https://api.example:443", "https://api.example"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://api.example", "loopback alone"),
            ("http://127.0.0.1.example", "loopback alone"),
            ("https://api.example/a?b", "no query"),
            ("https://api.example/a#b", "no query"),
            ("https://api.example?b", "has no host"),
            ("https://api.example/a//b", "not plain"),
            ("https://api.example/../b", "not plain"),
            ("https://api.example/a/..", "not plain"),
            ("https://api.example/%61", "not plain"),
            ("https://api.example/a b", "not plain"),
        ] {
            let message = Audience::parse(bad).unwrap_err();
            assert!(message.contains(mend), "{bad}: {message}");
        }
        assert!(Audience::parse(&format!("https://a.example/{}", "x".repeat(600))).is_err());
    }

    #[test]
    fn only_the_slash_of_an_empty_path_says_nothing() {
        assert!(audience("https://api.example").is("https://api.example/"));
        assert!(audience("https://api.example/").is("https://api.example"));
        assert!(!audience("https://api.example/mcp").is("https://api.example/mcp/"));
        assert!(!audience("https://api.example/mcp").is("https://api.example/MCP"));
        assert!(!audience("https://api.example").is("https://api.example//"));
    }

    #[test]
    fn rfc9728_3_1_the_well_known_path_stands_between_host_and_path() {
        for (audience_text, url) in [
            ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
            ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
            ("https://a.example/mcp", "https://a.example/.well-known/oauth-protected-resource/mcp"),
        ] {
            assert_eq!(audience(audience_text).metadata_url(), url);
        }
    }

    #[test]
    fn a_request_is_for_the_audience_with_its_host_and_the_longest_path() {
        let audiences = [
            "https://a.example",
            "https://a.example/mcp",
            "https://b.example/mcp",
            "https://a.example/mcp/x/",
        ];
        let audiences = audiences.map(audience).to_vec();
        let oauth = OAuth { audiences, scopes: Vec::new(), default_scopes: Vec::new() };
        for (host, path, expected) in [
            (Some("a.example"), "/mcp/messages", "https://a.example/mcp"),
            (Some("a.example"), "/mcp", "https://a.example/mcp"),
            (Some("a.example"), "/mcp/x", "https://a.example/mcp/x/"),
            (Some("a.example"), "/mcpx", "https://a.example"),
            (Some("b.example"), "/mcp", "https://b.example/mcp"),
            (Some("b.example"), "/", "https://a.example"),
            (None, "/mcp", "https://a.example/mcp"),
            (None, "/x", "https://a.example"),
        ] {
            assert_eq!(oauth.audience_at(host, path).as_str(), expected, "{host:?} {path}");
        }
    }
}
