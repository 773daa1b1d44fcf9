//! What a proxy configuration is made from: one product, and the two places that nginx talks to.

use std::{net::SocketAddr, path::PathBuf};

/// One product as a proxy sees it. Plain data: the printer checks every value itself.
#[derive(Clone, Debug)]
pub struct Site {
    /// The product's id, `[a-z][a-z0-9-]{0,31}`; upstreams, maps and the log are named after it.
    pub product: String,
    /// The product's name, for the first line alone.
    pub name: String,
    /// Every host of the product and of its key types, in lower case. None: it answers to any host,
    /// as the default of its address.
    pub hosts: Vec<String>,
    /// The headers that a credential may stand in, in lower case; `authorization` where tokens are
    /// taken too. The back end sees none of them.
    pub credentials: Vec<String>,
    /// The product's resources, as in `X-Keystile-<Resource>`.
    pub resources: Vec<String>,
    /// Whether browsers may call the API: then they may also read why they were turned away.
    pub is_preflight_allowed: bool,
    /// Whether apps may ask for tokens: then they may also read how.
    pub is_oauth: bool,
    /// Where Keystile's pages listen, if this site is to pass them: apps then ask for tokens here.
    pub web: Option<SocketAddr>,
    /// Where Keystile's gate listens.
    pub gate: Gate,
    /// Where nginx is to listen: `HOST:PORT`.
    pub listen: String,
    /// The back end: `HOST:PORT` or `unix:/path`.
    pub upstream: String,
    /// The folder of nginx's access logs, `/var/log/nginx` on Debian; it must be there.
    pub log_folder: PathBuf,
}

/// Where Keystile's gate listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// An address that nginx reaches, loopback as a rule.
    Tcp(SocketAddr),
    /// A socket file, by its absolute path.
    Unix(PathBuf),
}
