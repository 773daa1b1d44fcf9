//! `keystile nginx PRODUCT`

use std::path::{Path, PathBuf};

use clap::Args;

use super::output;
use super::reach;
use crate::config::{Flags, Listen};
use crate::error::{Error, Result};
use crate::proxies::{self, Gate, Site};
use crate::registry::{Loader, Preflight, Product};

#[derive(Args)]
pub(super) struct Nginx {
    /// The product, by the stem of its plugin file.
    product: String,
    /// Where nginx listens for the product's callers.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: String,
    /// Where the product's back end listens.
    #[arg(long, default_value = "127.0.0.1:9000", value_name = "ADDRESS")]
    upstream: String,
    /// The folder of nginx's access logs.
    #[arg(long, default_value = "/var/log/nginx", value_name = "FOLDER")]
    log_folder: PathBuf,
}

/// Where nginx stands between callers, the gate and a back end.
pub(super) struct Place<'a> {
    /// Where it listens for callers.
    pub(super) listen: &'a str,
    /// Where the back end listens.
    pub(super) upstream: &'a str,
    /// Where the gate listens.
    pub(super) gate: &'a Listen,
    /// The folder of its access logs.
    pub(super) log_folder: &'a Path,
}

impl Nginx {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        let settings = reach::settings(config, &Flags::default())?;
        let mut loader = Loader::new(settings.plugins.clone(), Vec::new());
        let outcome = loader.load();
        let Some(product) = loader.registry().product(&self.product) else {
            let ids: Vec<&str> =
                loader.registry().products().map(|product| product.id.as_str()).collect();
            let problems = outcome.diagnostics.iter().map(ToString::to_string);
            let message = format!(
                "there is no good product `{}` in {}; there is {}",
                self.product,
                settings.plugins.display(),
                if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
            );
            let lines: Vec<String> = std::iter::once(message).chain(problems).collect();
            return Err(Error::not_found(lines.join("\n")));
        };
        let place = Place {
            listen: &self.listen,
            upstream: &self.upstream,
            gate: &settings.gate,
            log_folder: &self.log_folder,
        };
        output::text(&configuration(product, &place)?)
    }
}

/// The whole configuration of a product.
pub(super) fn configuration(product: &Product, place: &Place<'_>) -> Result<String> {
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
