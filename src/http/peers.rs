//! Who may ask a listener: proxies, by their addresses.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// Who may ask a listener besides this machine itself.
#[derive(Clone, Debug, Default)]
pub struct Peers(Vec<IpNet>);

impl Peers {
    /// Those within any of `ranges`.
    #[must_use]
    pub fn new(ranges: Vec<IpNet>) -> Self {
        Self(ranges)
    }

    /// Whether `peer` may ask; one that came by a unix socket has no address, and may.
    #[must_use]
    pub fn allow(&self, peer: Option<SocketAddr>) -> bool {
        let Some(address) = peer.map(|peer| peer.ip().to_canonical()) else { return true };
        // A range may be written as IPv6 writes IPv4 addresses.
        let mapped = match address {
            IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
            IpAddr::V6(_) => address,
        };
        let is_within = |range: &IpNet| range.contains(&address) || range.contains(&mapped);
        address.is_loopback() || self.0.iter().any(is_within)
    }

    /// Whether nobody is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_implicit_everyone() {
        let peers = Peers::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let may = |peer: &str| peers.allow(Some(peer.parse().unwrap()));
        assert!(may("127.0.0.1:1") && may("[::1]:1") && may("10.1.2.3:1"));
        assert!(may("[::ffff:10.1.2.3]:1") && may("[::ffff:127.0.0.1]:1"));
        assert!(!may("192.0.2.1:1") && !may("[2001:db8::1]:1"));
        assert!(peers.allow(None), "a unix socket's mode says who may");
    }
}
