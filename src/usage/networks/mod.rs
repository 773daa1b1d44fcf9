//! The networks that each key's requests came from, so that a new one can be told from a known one.
//!
//! Invariants:
//! - A few networks are kept for each key; the one that was used longest ago makes room.
//! - They are a sample: of the requests that are written down together, the last one counts.
//!
//! Start reading at [`network`]; `table.rs` has the SQL.

pub(super) mod table;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network of an address, as one site usually has it: 256 addresses of IPv4, or a /48 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_site_are_of_one_network() {
        for (address, expected) in [
            ("198.51.100.7", "198.51.100.0/24"),
            ("::ffff:198.51.100.9", "198.51.100.0/24"),
            ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }
}
