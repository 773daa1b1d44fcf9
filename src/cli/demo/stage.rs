//! The demonstration's stage: a folder with everything in it, and free ports.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::cli::serve::Instance;
use crate::error::{Error, Result};
use crate::http::nginx::{Place, configuration};

/// The products that ship with the binary.
#[derive(RustEmbed)]
#[folder = "plugins/"]
struct Plugins;

/// The demonstration's folder, and the ports that its parts take.
pub(super) struct Stage {
    pub(super) folder: tempfile::TempDir,
    pub(super) back_end: TcpListener,
    front: String,
}

/// How to go on from the printed keys.
pub(super) struct Commands {
    pub(super) config: PathBuf,
    pub(super) nginx: PathBuf,
    pub(super) front: String,
}

impl Stage {
    pub(super) fn set() -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::cannot_start("cannot make the demo's folder").because(error)
        };
        let folder = tempfile::Builder::new().prefix("keystile-demo-").tempdir().map_err(failed)?;
        let plugins = folder.path().join("plugins");
        fs::create_dir(&plugins).map_err(failed)?;
        fs::create_dir(folder.path().join("products")).map_err(failed)?;
        for name in Plugins::iter() {
            let Some(file) = Plugins::get(&name) else { continue };
            fs::write(plugins.join(name.as_ref()), file.data).map_err(failed)?;
        }
        let (gate, front) = (address_of(&free(8701)?)?, address_of(&free(8080)?)?);
        let back_end = free(9000)?;
        back_end.set_nonblocking(true).map_err(failed)?;
        let web = address_of(&free(8700)?)?;
        let config =
            format!("[listen]\nweb = \"{web}\"\ngate = \"{gate}\"\n\n[log]\nlevel = \"warn\"\n");
        fs::write(folder.path().join("config.toml"), config).map_err(failed)?;
        Ok(Self { folder, back_end, front })
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// Writes what puts nginx in front: a whole configuration for each product, and one that
    /// includes them and needs nothing outside the demo's folder.
    pub(super) fn commands(&self, instance: &Instance) -> Result<Commands> {
        let folder = self.folder.path();
        let failed = |error: std::io::Error| {
            Error::cannot_start("cannot write the demo's nginx configuration").because(error)
        };
        let upstream = address_of(&self.back_end)?;
        let place = Place {
            listen: &self.front,
            upstream: &upstream,
            gate: instance.gate(),
            log_folder: folder,
            with_oauth: None,
        };
        for product in instance.app().plugins.registry.load().products() {
            let text = configuration(product, &place)?;
            let file = folder.join("products").join(format!("{}.conf", product.id));
            fs::write(file, text).map_err(failed)?;
        }
        let nginx = folder.join("nginx.conf");
        fs::write(&nginx, main_configuration(folder)).map_err(failed)?;
        Ok(Commands { config: self.config(), nginx, front: self.front.clone() })
    }
}

/// The port that is asked for, or where it is taken any free one.
fn free(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
        .map_err(|error| Error::cannot_start("there is no free port").because(error))
}

fn address_of(listener: &TcpListener) -> Result<String> {
    let address = listener
        .local_addr()
        .map_err(|error| Error::cannot_start("a listener has no address").because(error))?;
    Ok(address.to_string())
}

fn main_configuration(folder: &Path) -> String {
    let folder = folder.display();
    // nginx started by root gives its workers to another user, who may not enter this folder.
    let user = if rustix::process::geteuid().is_root() { "user root;\n" } else { "" };
    format!(
        "# The demo's nginx: everything of it is in this folder, and it stays in the foreground.
{user}daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/products/*.conf;
}}
"
    )
}
