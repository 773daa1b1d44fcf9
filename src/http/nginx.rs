//! The nginx configuration of a product, as the command line prints it and a page shows it.

use std::net::SocketAddr;
use std::path::Path;

use crate::config::{Listen, Settings};
use crate::error::{Error, Result};
use crate::proxies::{self, Gate, Site};
use crate::registry::{Credential, Preflight, Product, normalised_host};

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
    /// The settings, where it is to pass the authorization server's pages and endpoints too.
    pub with_oauth: Option<&'a Settings>,
}

/// The whole configuration of a product.
///
/// # Errors
/// `Invalid` for a value that cannot stand in a configuration.
pub fn configuration(product: &Product, place: &Place<'_>) -> Result<String> {
    let web = place.with_oauth.map(|settings| web(product, settings)).transpose()?;
    let site = Site {
        product: product.id.clone(),
        name: product.name.clone(),
        hosts: product.all_hosts().map(str::to_owned).collect(),
        credentials: credentials(product),
        resources: product.resources.iter().map(|resource| resource.name.clone()).collect(),
        is_preflight_allowed: product.preflight == Preflight::Allow,
        is_oauth: product.oauth.is_some(),
        web,
        gate: gate(place.gate)?,
        listen: place.listen.to_owned(),
        upstream: place.upstream.to_owned(),
        log_folder: place.log_folder.to_owned(),
    };
    proxies::nginx(&site).map_err(|refused| Error::invalid(refused.to_string()))
}

/// The headers that a secret may stand in: where keys do, and where tokens do.
fn credentials(product: &Product) -> Vec<String> {
    let tokens = product.oauth.iter().map(|_| &Credential::Authorization);
    let mut headers: Vec<&str> =
        product.credentials.iter().chain(tokens).map(Credential::header).collect();
    headers.dedup();
    headers.into_iter().map(str::to_owned).collect()
}

/// Where the pages listen, if people and apps reach them by a host of the product.
fn web(product: &Product, settings: &Settings) -> Result<SocketAddr> {
    let public = settings.public_url.split_once("://").map_or("", |(_, host)| host);
    let public = normalised_host(public);
    let mut hosts = product.all_hosts().peekable();
    let is_any = hosts.peek().is_none();
    if !is_any && !hosts.any(|host| public.as_deref() == Some(host)) {
        return Err(Error::invalid(format!(
            "apps reach this instance at {}, which is no host of `{}`: set `public_url` to one of \
             its hosts, or let `public_url` be served by itself",
            settings.public_url, product.id
        )));
    }
    match &settings.web {
        Listen::Tcp(address) => Ok(*address),
        Listen::Unix(_) => Err(Error::invalid("`[listen] web` is an address and a port")),
    }
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
