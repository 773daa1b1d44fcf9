//! `keystile nginx PRODUCT`

use std::path::{Path, PathBuf};

use clap::Args;

use super::output;
use super::reach;
use crate::config::Flags;
use crate::error::{Error, Result};
use crate::http::nginx::{LISTEN, LOG_FOLDER, Place, UPSTREAM, configuration};
use crate::registry::Loader;

#[derive(Args)]
pub(super) struct Nginx {
    /// The product, by the stem of its plugin file.
    product: String,
    /// Where nginx listens for the product's callers.
    #[arg(long, default_value = LISTEN, value_name = "ADDRESS")]
    listen: String,
    /// Where the product's back end listens.
    #[arg(long, default_value = UPSTREAM, value_name = "ADDRESS")]
    upstream: String,
    /// The folder of nginx's access logs.
    #[arg(long, default_value = LOG_FOLDER, value_name = "FOLDER")]
    log_folder: PathBuf,
    /// Pass /oauth/, /console/ and the documents about them too, where `public_url` is a host of the
    /// product: people and apps then need no other address.
    #[arg(long)]
    with_oauth: bool,
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
            with_oauth: self.with_oauth.then_some(&settings),
        };
        output::text(&configuration(product, &place)?)
    }
}
