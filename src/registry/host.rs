//! Host names, in the one form in which they are compared.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

/// The longest name that the domain name system knows, in bytes.
const HOST_BYTES_MAX: usize = 253;

/// The longest part of a name between two dots, in bytes.
const LABEL_BYTES_MAX: usize = 63;

/// `raw` lower-cased, then without its port, then without a trailing dot; `None` where what is
/// left is no host name or address. A lower-case name is returned without a copy.
#[must_use]
pub fn normalised_host(raw: &str) -> Option<Cow<'_, str>> {
    if is_normal(raw.as_bytes()) {
        return Some(Cow::Borrowed(raw));
    }
    let (host, port) = split_port(raw)?;
    if port.is_some_and(|port| !is_port(port)) {
        return None;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    if !is_host(host) {
        return None;
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Owned(host.to_ascii_lowercase()));
    }
    Some(Cow::Borrowed(host))
}

/// Whether a name has its form already, as nearly all have that come: labels in lower case.
fn is_normal(raw: &[u8]) -> bool {
    let (mut before, mut label_bytes) = (b'.', 0);
    for byte in raw {
        label_bytes = match (before, byte) {
            (b'.', b'.' | b'-') | (b'-', b'.') => return false,
            (_, b'.') => 0,
            (_, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') if label_bytes < LABEL_BYTES_MAX => {
                label_bytes + 1
            }
            _ => return false,
        };
        before = *byte;
    }
    !matches!(before, b'.' | b'-') && raw.len() <= HOST_BYTES_MAX
}

/// Whether a normalised host is this machine's own: `localhost`, or an address of the loopback.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || inside.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether `raw` names a port; it may not be a host at all.
pub(super) fn has_port(raw: &str) -> bool {
    split_port(raw).is_some_and(|(_, port)| port.is_some())
}

/// An address of version 6 has colons of its own, inside brackets.
fn split_port(raw: &str) -> Option<(&str, Option<&str>)> {
    let host_end = if raw.starts_with('[') {
        raw.find(']')? + 1
    } else {
        raw.find([':']).unwrap_or(raw.len())
    };
    let (host, port) = raw.split_at(host_end);
    match port.strip_prefix(':') {
        Some(port) => Some((host, Some(port))),
        None if port.is_empty() => Some((host, None)),
        None => None,
    }
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    host.len() <= HOST_BYTES_MAX && host.split('.').all(is_label)
}

/// An underscore is no letter of a host name, but container networks give such names.
fn is_label(label: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LABEL_BYTES_MAX).contains(&label.len())
        && label.bytes().all(is_plain)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_host_is_lower_cased_then_without_port_then_without_trailing_dot() {
        for (raw, expected) in [
            ("api.example.com", Some("api.example.com")),
            ("API.Example.COM:8080", Some("api.example.com")),
            ("api.example.com.", Some("api.example.com")),
            ("api.example.com.:443", Some("api.example.com")),
            ("localhost", Some("localhost")),
            ("192.0.2.1:80", Some("192.0.2.1")),
            ("[2001:DB8::1]:80", Some("[2001:db8::1]")),
            ("my_service", Some("my_service")),
            ("", None),
            (".", None),
            (":80", None),
            ("a..b", None),
            ("a.b..", None),
            ("a b", None),
            ("a,b", None),
            ("a:b", None),
            ("a:", None),
            ("a:80:80", None),
            ("a:+80", None),
            ("a:99999", None),
            ("2001:db8::1", None),
            ("[::1", None),
            ("[::1]x", None),
            ("*.example.com", None),
            ("-a.example", None),
            ("bücher.example", None),
            ("user@host", None),
        ] {
            assert_eq!(normalised_host(raw).as_deref(), expected, "{raw:?}");
        }
        assert!(matches!(normalised_host("a.example"), Some(Cow::Borrowed(_))));
        assert!(normalised_host(&"a.".repeat(150)).is_none());
    }

    proptest! {
        #[test]
        fn the_short_way_takes_what_the_long_way_leaves_as_it_is(
            raw in "[a-cA_.:0-]{0,12}|[a.]{0,4}[a-z]{60,66}[a.]{0,4}",
        ) {
            if is_normal(raw.as_bytes()) {
                prop_assert!(split_port(&raw) == Some((&raw, None)) && is_host(&raw));
            } else if let Some(normal) = normalised_host(&raw) {
                prop_assert_ne!(normal.as_ref(), raw.as_str());
            }
        }
    }
}
