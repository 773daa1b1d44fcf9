//! From where a request came: whom the proxy in front of us has seen, and by which scheme.

use std::net::IpAddr;

use actix_http::header::HeaderName;
use actix_http::{HttpMessage as _, Request};

use crate::http::peers::Peers;

/// From where a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Where whoever asks is, as the proxy says; where it says nothing that is an address, the proxy's.
    pub(super) address: IpAddr,
    /// Whether the proxy says that they came to it without TLS.
    pub(super) is_plain: bool,
}

impl Arrival {
    /// None where it came past every proxy that is named. Where none is, it may have come from anywhere,
    /// and whatever it says of itself is its own word.
    ///
    /// Of `X-Forwarded-For` the last entry counts, which the proxy beside us has added: whoever asks
    /// can write those before it.
    pub(super) fn of(request: &Request, proxies: &Peers) -> Option<Self> {
        let peer = request.peer_addr()?;
        if !proxies.allow(Some(peer)) {
            let alone = Self { address: peer.ip().to_canonical(), is_plain: false };
            return proxies.is_empty().then_some(alone);
        }
        let said = last(request, "x-forwarded-for").and_then(|said| said.parse().ok());
        let is_plain = last(request, "x-forwarded-proto")
            .is_some_and(|said| said.eq_ignore_ascii_case("http"));
        Some(Self { address: said.unwrap_or(peer.ip()).to_canonical(), is_plain })
    }
}

/// The last entry of a header that is a list.
fn last<'r>(request: &'r Request, name: &'static str) -> Option<&'r str> {
    let line = request.headers().get_all(HeaderName::from_static(name)).last()?;
    line.to_str().ok()?.rsplit(',').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use actix_http::header::HeaderValue;

    use super::*;

    type Lines<'l> = &'l [(&'static str, &'static str)];

    /// Who asks, where `peer` passes these lines on to a listener with a proxy at 10.0.0.7.
    fn arrival(peer: &str, lines: Lines<'_>) -> Option<(String, bool)> {
        arrival_behind(&Peers::new(vec!["10.0.0.7/32".parse().unwrap()]), peer, lines)
    }

    fn arrival_behind(proxies: &Peers, peer: &str, lines: Lines<'_>) -> Option<(String, bool)> {
        let mut request = Request::new();
        request.head_mut().peer_addr = Some(peer.parse().unwrap());
        for (name, value) in lines {
            let value = HeaderValue::from_static(value);
            request.headers_mut().append(HeaderName::from_static(name), value);
        }
        let found = Arrival::of(&request, proxies)?;
        Some((found.address.to_string(), found.is_plain))
    }

    #[test]
    fn proxies_that_are_named_are_believed_and_nobody_else_is_let_in() {
        const FOR: &str = "x-forwarded-for";
        for (peer, said, address) in [
            ("127.0.0.1:9", "203.0.113.7", "203.0.113.7"),
            ("[::1]:9", "2001:db8::7", "2001:db8::7"),
            ("10.0.0.7:9", "203.0.113.7", "203.0.113.7"),
            ("[::ffff:10.0.0.7]:9", "::ffff:203.0.113.7", "203.0.113.7"),
            ("10.0.0.7:9", "127.0.0.1, 203.0.113.7", "203.0.113.7"),
            ("10.0.0.7:9", "203.0.113.7, nonsense", "10.0.0.7"),
            ("10.0.0.7:9", "", "10.0.0.7"),
        ] {
            let found = arrival(peer, &[(FOR, said)]);
            assert_eq!(found, Some((address.to_owned(), false)), "{peer} {said}");
        }
        let two_lines = arrival("10.0.0.7:9", &[(FOR, "127.0.0.1"), (FOR, "203.0.113.7")]);
        assert_eq!(two_lines.unwrap().0, "203.0.113.7", "the proxy's own line is the last");
        assert_eq!(arrival("10.0.0.7:9", &[]).unwrap().0, "10.0.0.7");
        for stranger in ["10.0.0.8:9", "203.0.113.7:9", "[2001:db8::7]:9"] {
            assert_eq!(arrival(stranger, &[(FOR, "127.0.0.1")]), None, "{stranger}");
        }
    }

    #[test]
    fn where_no_proxy_is_named_anybody_may_ask_and_is_not_believed() {
        let lines = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "http")];
        let ask = |peer| arrival_behind(&Peers::default(), peer, &lines).unwrap();
        assert_eq!(ask("10.0.0.7:9"), ("10.0.0.7".to_owned(), false));
        assert_eq!(ask("127.0.0.1:9"), ("127.0.0.1".to_owned(), true));
    }

    #[test]
    fn the_scheme_is_what_the_proxy_says_last() {
        let is_plain = |said: &'static [(&str, &str)]| arrival("127.0.0.1:9", said).unwrap().1;
        assert!(is_plain(&[("x-forwarded-proto", "http")]));
        assert!(is_plain(&[("x-forwarded-proto", "https, HTTP")]));
        assert!(!is_plain(&[("x-forwarded-proto", "https")]) && !is_plain(&[]));
    }
}
