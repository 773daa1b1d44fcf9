//! The addresses from which a key may be used.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// Ranges that one key may name: more is a firewall's business.
const RANGES_MAX: usize = 100;

/// Length of the prefix `::ffff:0:0/96`, under which IPv6 writes IPv4 addresses
/// ([RFC 4291 §2.5.5.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2)).
const MAPPED_PREFIX_BITS: u8 = 96;

/// A range of addresses in CIDR notation; a v4-mapped one is kept as the v4 range that it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange(IpNet);

impl FromStr for AddressRange {
    type Err = BadAddressRange;

    fn from_str(text: &str) -> Result<Self, BadAddressRange> {
        let written = match text.parse::<IpNet>() {
            Ok(range) => range,
            Err(_) => text.parse::<IpAddr>().map_err(|_| BadAddressRange::NotARange)?.into(),
        };
        let range = unmapped(written)?;
        match range.trunc() {
            network if network == range => Ok(Self(range)),
            network => Err(BadAddressRange::HostBits(Self(network))),
        }
    }
}

fn unmapped(range: IpNet) -> Result<IpNet, BadAddressRange> {
    let IpNet::V6(v6) = range else { return Ok(range) };
    let Some(v4) = v6.addr().to_ipv4_mapped() else { return Ok(range) };
    let bits = v6.prefix_len().checked_sub(MAPPED_PREFIX_BITS).ok_or(BadAddressRange::NotARange)?;
    Ipv4Net::new(v4, bits).map(IpNet::V4).map_err(|_| BadAddressRange::NotARange)
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for AddressRange {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AddressRange {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is no [`AddressRange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddressRange {
    /// Neither an address nor a range.
    #[error(
        "not a range of addresses: write one such as 203.0.113.0/24, 203.0.113.7 or 2001:db8::/32"
    )]
    NotARange,
    /// There are bits set behind the prefix, so what is meant is not certain.
    #[error("the address has bits beyond its prefix: the range that it lies in is {0}")]
    HostBits(AddressRange),
}

/// The ranges of one key, sorted; none means any address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedAddresses(Vec<AddressRange>);

impl AllowedAddresses {
    /// The ranges, sorted and each once; `None` when there are more than 100.
    #[must_use]
    pub fn new(mut ranges: Vec<AddressRange>) -> Option<Self> {
        ranges.sort_unstable();
        ranges.dedup();
        (ranges.len() <= RANGES_MAX).then_some(Self(ranges))
    }

    /// Each range, in order; none where any address may.
    pub fn iter(&self) -> impl Iterator<Item = &AddressRange> {
        self.0.iter()
    }

    /// Whether a request from `address` may use the key. An unknown address fails any range, and a
    /// v4-mapped one is judged as v4.
    #[must_use]
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let Some(address) = address.map(|address| address.to_canonical()) else { return false };
        self.0.iter().any(|range| range.0.contains(&address))
    }
}

impl fmt::Display for AllowedAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(if ranges.is_empty() { "any" } else { "" })?;
        f.write_str(&ranges.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(ranges: &[&str]) -> AllowedAddresses {
        AllowedAddresses::new(ranges.iter().map(|range| range.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn a_v4_mapped_address_is_judged_as_v4() {
        let mapped: IpAddr = "::ffff:203.0.113.9".parse().unwrap();
        assert!(allowed(&["203.0.113.0/24"]).allow(Some(mapped)));
        assert!(allowed(&["::ffff:203.0.113.0/120"]).allow("203.0.113.9".parse().ok()));
        assert!(!allowed(&["2001:db8::/32"]).allow(Some(mapped)));
        assert!(!allowed(&["::/0"]).allow(Some(mapped)), "v6 ranges hold no v4 address");
    }

    #[test]
    fn an_unknown_address_fails_every_range() {
        assert!(!allowed(&["0.0.0.0/0", "::/0"]).allow(None));
        assert!(AllowedAddresses::default().allow(None));
    }

    #[test]
    fn a_range_that_is_not_certain_is_refused() {
        let meant = BadAddressRange::HostBits("203.0.113.0/24".parse().unwrap());
        assert_eq!("203.0.113.7/24".parse::<AddressRange>(), Err(meant));
        for text in ["", "203.0.113.0/33", "203.0.113", "::ffff:203.0.113.0/90", "any", "010.0.0.1"]
        {
            assert_eq!(text.parse::<AddressRange>(), Err(BadAddressRange::NotARange), "{text}");
        }
    }
}
