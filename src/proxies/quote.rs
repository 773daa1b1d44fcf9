//! What may stand in a configuration. nginx has no escape for `$`, so most words are not quoted but
//! held to an alphabet in which nothing needs quoting; whatever leaves it is refused, with the reason.

use std::{fmt, net::Ipv6Addr, path::Path};

/// A product's name in a comment; longer ones make a line that nobody reads.
const TITLE_CHARS_MAX: usize = 200;
/// RFC 1035.
const HOST_BYTES_MAX: usize = 253;
/// Header names in use are a third of it.
const HEADER_BYTES_MAX: usize = 64;
/// `sun_path` holds 108 bytes, the last one a zero.
const SOCKET_BYTES_MAX: usize = 107;

/// The longest path of a folder: what file systems take.
const PATH_BYTES_MAX: usize = 4_096;
/// The registry's own bound on a product's id and on a resource's name.
const NAME_BYTES_MAX: usize = 32;

/// A value that cannot stand in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    what: &'static str,
    value: String,
    why: &'static str,
}

impl Refused {
    pub(super) fn new(what: &'static str, value: &str, why: &'static str) -> Self {
        Self { what, value: value.to_owned(), why }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, value, why } = self;
        write!(f, "the {what} {value:?} cannot stand in a proxy configuration: {why}")
    }
}

impl std::error::Error for Refused {}

/// A text in a comment, where nothing but the line's end means anything.
pub(super) fn title(text: &str) -> Result<&str, Refused> {
    let is_good = text.chars().count() <= TITLE_CHARS_MAX && !text.chars().any(char::is_control);
    good(is_good, "name", text, "it must be one line of at most 200 characters")
}

/// A product's id.
pub(super) fn product(id: &str) -> Result<&str, Refused> {
    good(is_name(id, b'-'), "product", id, "it must be like `whale` or `whale-2`")
}

/// A resource's name.
pub(super) fn resource(name: &str) -> Result<&str, Refused> {
    good(is_name(name, b'_'), "resource", name, "it must be like `store` or `store_id`")
}

/// A host name, an IPv4 address, or an IPv6 address in brackets. Never a pattern.
pub(super) fn host(name: &str) -> Result<&str, Refused> {
    let is_good = is_host(name) || is_bracketed(name);
    good(is_good, "host", name, "it must be a host's name in lower case, without port or pattern")
}

/// A header's name, in lower case.
pub(super) fn header(name: &str) -> Result<&str, Refused> {
    const WHAT: &str = "header";
    if name.contains('_') {
        return Err(Refused::new(WHAT, name, "nginx drops headers whose name has an underscore"));
    }
    let is_good = !name.is_empty()
        && name.len() <= HEADER_BYTES_MAX
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    good(is_good, WHAT, name, "it must be lower-case letters, digits and hyphens")
}

/// `HOST:PORT`.
pub(super) fn address<'a>(what: &'static str, text: &'a str) -> Result<&'a str, Refused> {
    let is_good = text
        .rsplit_once(':')
        .is_some_and(|(name, port)| (is_host(name) || is_bracketed(name)) && is_port(port));
    good(is_good, what, text, "it must be HOST:PORT")
}

/// `unix:` and the absolute path of a socket.
pub(super) fn socket(what: &'static str, path: &Path) -> Result<String, Refused> {
    let path = plain_path(what, path, SOCKET_BYTES_MAX)?;
    Ok(format!("unix:{path}"))
}

/// The absolute path of a folder.
pub(super) fn folder(what: &'static str, path: &Path) -> Result<String, Refused> {
    plain_path(what, path, PATH_BYTES_MAX)
}

fn plain_path(what: &'static str, path: &Path, bytes_max: usize) -> Result<String, Refused> {
    let lossy = path.to_string_lossy();
    let is_good = lossy.starts_with('/')
        && lossy.len() <= bytes_max
        && lossy.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b));
    let path = good(is_good, what, &lossy, "it must be an absolute path of plain characters")?;
    Ok(path.to_owned())
}

fn good<'a>(
    is_good: bool,
    what: &'static str,
    value: &'a str,
    why: &'static str,
) -> Result<&'a str, Refused> {
    if is_good { Ok(value) } else { Err(Refused::new(what, value, why)) }
}

fn is_name(text: &str, joint: u8) -> bool {
    text.len() <= NAME_BYTES_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == joint)
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    // A lone `_` is nginx's name for no host at all.
    text != "_" && text.len() <= HOST_BYTES_MAX && text.split('.').all(is_label)
}

fn is_bracketed(text: &str) -> bool {
    text.strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .is_some_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of these would end a directive, open a block, start a variable or be a pattern.
    const HOSTILE: [&str; 16] = [
        "",
        " ",
        "a b",
        "a;b",
        "a{",
        "}",
        "a\"",
        "a'",
        "a\\",
        "$host",
        "a#b",
        "a\nb",
        "a\0",
        "*.a.b",
        "~^a",
        "ä.example",
    ];

    #[test]
    fn words_that_mean_something_to_nginx_are_refused() {
        for text in HOSTILE {
            assert!(product(text).is_err(), "{text:?}");
            assert!(resource(text).is_err(), "{text:?}");
            assert!(host(text).is_err(), "{text:?}");
            assert!(header(text).is_err(), "{text:?}");
            assert!(address("upstream", &format!("{text}:80")).is_err(), "{text:?}");
            assert!(socket("gate", Path::new(text)).is_err(), "{text:?}");
            if !["", "*.a.b"].contains(&text) {
                assert!(socket("gate", Path::new(&format!("/run/{text}"))).is_err(), "{text:?}");
            }
        }
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        for text in
            ["a", "gateway.whale.example", "127.0.0.1", "[::1]", "x-1.example", "_x.example"]
        {
            assert_eq!(host(text), Ok(text));
        }
        for text in ["A.example", ".a", "a.", "a..b", "-a", "_", "::1", "[::1", "[a]", "a:80"] {
            assert!(host(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn addresses_have_a_port() {
        for text in ["127.0.0.1:8080", "localhost:80", "[::1]:65535"] {
            assert_eq!(address("upstream", text), Ok(text));
        }
        for text in ["127.0.0.1", ":80", "a:0", "a:65536", "a:+80", "a:", "a:80:80", "a:80 backup"]
        {
            assert!(address("upstream", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(title("Wal & \"Söhne\" {$}"), Ok("Wal & \"Söhne\" {$}"));
        for text in ["a\nuser root;", "a\rb", "a\u{85}b"] {
            assert!(title(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_value_and_the_mend() {
        let refused = header("x_api_key").unwrap_err().to_string();

        assert!(refused.contains("\"x_api_key\"") && refused.contains("underscore"), "{refused}");
    }
}
