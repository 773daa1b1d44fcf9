//! What the gate needs to answer, and who may ask it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use arc_swap::ArcSwap;
use ipnet::IpNet;
use tokio::sync::Semaphore;

use super::once::OnceAMinute;
use crate::clock::Clock;
use crate::limits::Limiter;
use crate::principals::Principals;
use crate::registry::Registry;
use crate::upkeep::Files;
use crate::usage::Ledger;

/// Look-ups of cold keys that may wait for the database: beyond it a caller is told that nothing
/// can be decided, rather than kept for long.
const LOOK_UPS_MAX: usize = 1_024;

/// Who may ask the gate besides this machine itself.
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
}

/// What the gate needs to answer.
pub struct Gate {
    pub(super) registry: Arc<ArcSwap<Registry>>,
    pub(super) principals: Arc<Principals>,
    pub(super) limiter: Arc<Limiter>,
    /// Where every verdict is counted.
    pub(super) ledger: Arc<Ledger>,
    pub(super) clock: Clock,
    pub(super) look_ups: Semaphore,
    /// Warnings about requests: anybody can cause them.
    pub(super) warned: OnceAMinute,
    /// Our own faults: no flood of warnings keeps them quiet.
    pub(super) faults: OnceAMinute,
    pub(super) files: Arc<ArcSwap<Files>>,
    pub(super) peers: Peers,
    /// Who gives tokens: this instance, by its public URL.
    pub(super) issuer: String,
}

impl Gate {
    /// A gate over the registry in force, the principals with what they use and the ledger of their
    /// requests, and the states of the plugin files; `issuer` is who gives tokens.
    #[must_use]
    pub fn new(
        registry: Arc<ArcSwap<Registry>>,
        (principals, limiter, ledger): (Arc<Principals>, Arc<Limiter>, Arc<Ledger>),
        files: Arc<ArcSwap<Files>>,
        peers: Peers,
        issuer: String,
        clock: Clock,
    ) -> Self {
        let look_ups = Semaphore::new(LOOK_UPS_MAX);
        let (warned, faults) = (OnceAMinute::default(), OnceAMinute::default());
        Self {
            registry,
            principals,
            limiter,
            ledger,
            clock,
            look_ups,
            warned,
            faults,
            files,
            peers,
            issuer,
        }
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
