//! The nginx configuration of a product, as the command line prints it and a page shows it.

use std::path::Path;

use crate::config::Listen;
use crate::error::{Error, Result};
use crate::proxies::{self, Gate, Site};
use crate::registry::{Preflight, Product};

/// Where nginx listens for callers, unless somebody says otherwise.
pub const LISTEN: &str = "127.0.0.1:8080";

/// Where the back end listens, unless somebody says otherwise.
pub const UPSTREAM: &str = "127.0.0.1:9000";

/// The folder of nginx's access logs, unless somebody says otherwise.
pub const LOG_FOLDER: &str = "/var/log/nginx";

/// Where nginx stands between callers, the gate and a back end.
pub struct Place<'a> {
    /// Where it listens for callers.
    pub listen: &'a str,
    /// Where the back end listens.
    pub upstream: &'a str,
    /// Where the gate listens.
    pub gate: &'a Listen,
    /// The folder of its access logs.
    pub log_folder: &'a Path,
}

/// The whole configuration of a product.
///
/// # Errors
/// `Invalid` for a value that cannot stand in a configuration.
pub fn configuration(product: &Product, place: &Place<'_>) -> Result<String> {
    let site = Site {
        product: product.id.clone(),
        name: product.name.clone(),
        hosts: product.all_hosts().map(str::to_owned).collect(),
        credentials: product.credentials.iter().map(|it| it.header().to_owned()).collect(),
        resources: product.resources.iter().map(|resource| resource.name.clone()).collect(),
        is_preflight_allowed: product.preflight == Preflight::Allow,
        gate: gate(place.gate)?,
        listen: place.listen.to_owned(),
        upstream: place.upstream.to_owned(),
        log_folder: place.log_folder.to_owned(),
    };
    proxies::nginx(&site).map_err(|refused| Error::invalid(refused.to_string()))
}

/// The gate's address as nginx reaches it; a socket's path is made absolute, since nginx takes
/// relative ones from a folder of its own.
fn gate(listen: &Listen) -> Result<Gate> {
    match listen {
        Listen::Tcp(address) => Ok(Gate::Tcp(*address)),
        Listen::Unix(path) => std::path::absolute(path).map(Gate::Unix).map_err(|error| {
            Error::invalid(format!("the gate's socket {}", path.display())).because(error)
        }),
    }
}
