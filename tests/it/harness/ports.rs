//! Addresses for servers that are told theirs before they start, as nginx is.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what the kernel gives to those who ask for any port (from 32768 on, `ip_local_port_range` in
/// Linux's ip-sysctl.txt): between our look at a port and its server's start nobody is given it.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// How many of them a process has looked at.
static TAKEN: AtomicU16 = AtomicU16::new(0);

/// An address that nobody listens on and that this process gives to nobody else.
///
/// # Panics
/// When each port is in use.
pub(crate) fn unused_address() -> SocketAddr {
    // Two runs beside each other begin at different ports.
    let first = std::process::id() as usize * 100;
    let mut addresses = (0..PORTS.len()).map(|_| {
        let taken = usize::from(TAKEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.clone().nth((first + taken) % PORTS.len()).expect("within the range");
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    });
    addresses.find(|address| TcpListener::bind(address).is_ok()).expect("a port is unused")
}
