//! `keystile demo`: a throw-away instance that shows what the real one does.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use clap::Args;
use rust_embed::RustEmbed;
use serde_json::Value;

use super::nginx::{self, Place};
use super::output;
use super::serve::Instance;
use crate::audit::Actor;
use crate::config::{Flags, Settings};
use crate::error::{Error, Result};
use crate::http::control::{Command, KeyCommand, WorkspaceCommand, execute};
use crate::http::echo;
use crate::keys::{Expiry, Terms};
use crate::registry::{Credential, Product, Registry};

/// The products that ship with the binary.
#[derive(RustEmbed)]
#[folder = "plugins/"]
struct Plugins;

/// What of a product the demonstration shows: routes that its first key may and may not call.
struct Sample {
    product: &'static str,
    scopes: &'static [&'static str],
    resource: Option<(&'static str, &'static str)>,
    allowed: &'static str,
    lacks_scope: &'static str,
    foreign: Option<&'static str>,
}

const SAMPLES: [Sample; 2] = [
    Sample {
        product: "whale",
        scopes: &["read:products"],
        resource: Some(("store", "st_1")),
        allowed: "/v1/stores/st_1/products",
        lacks_scope: "/v1/stores/st_1/orders",
        foreign: Some("/v1/stores/st_2/products"),
    },
    Sample {
        product: "brands",
        scopes: &["brands:read", "posts:read"],
        resource: Some(("brand", "br_1")),
        allowed: "/v1/brands/br_1/posts",
        lacks_scope: "/v1/schedule",
        foreign: Some("/v1/brands/br_2/posts"),
    },
];

/// Run a throw-away instance with sample products, keys and ready curl lines.
#[derive(Args)]
pub(super) struct Demo;

impl Demo {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub(super) fn run(self) -> Result<()> {
        let stage = Stage::set()?;
        let settings = Settings::of_file(&stage.config()).map_err(|problems| {
            Error::internal(problems.iter().map(ToString::to_string).collect::<String>())
        })?;
        let instance = Instance::start(settings, Flags::default())?;
        let keys = make_keys(&instance)?;
        let commands = stage.commands(&instance)?;
        let Stage { folder, back_end, .. } = stage;
        output::line(&script(&instance, &keys, &commands));
        let served = instance.serve_until_told(|| echo::serve(back_end).map(Some));
        drop(folder);
        output::line("The demo's folder is removed.");
        served
    }
}

/// The demonstration's folder, and the ports that its parts take.
struct Stage {
    folder: tempfile::TempDir,
    back_end: TcpListener,
    front: String,
}

/// How to go on from the printed keys.
struct Commands {
    config: PathBuf,
    nginx: PathBuf,
    front: String,
}

impl Stage {
    fn set() -> Result<Self> {
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
        let config = format!("[listen]\ngate = \"{gate}\"\n\n[log]\nlevel = \"warn\"\n");
        fs::write(folder.path().join("config.toml"), config).map_err(failed)?;
        Ok(Self { folder, back_end, front })
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    /// Writes what puts nginx in front: a whole configuration for each product, and one that
    /// includes them and needs nothing outside the demo's folder.
    fn commands(&self, instance: &Instance) -> Result<Commands> {
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
        };
        for product in instance.app().plugins.registry.load().products() {
            let text = nginx::configuration(product, &place)?;
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

/// A key, as the demonstration prints it.
struct DemoKey {
    product: String,
    key_type: String,
    secret: String,
}

/// Makes a workspace that owns what the samples name, and a key of each type of each product.
fn make_keys(instance: &Instance) -> Result<Vec<DemoKey>> {
    let app = instance.app();
    let act = |command| execute(app, &Actor::Instance, command);
    let slug: crate::accounts::Slug = "acme".parse().map_err(|_| Error::internal("the slug"))?;
    act(Command::Workspace(WorkspaceCommand::Add {
        slug: slug.clone(),
        name: "Acme".into(),
        plan: "pro".into(),
    }))?;
    for (resource, id) in SAMPLES.iter().filter_map(|sample| sample.resource) {
        act(Command::Workspace(WorkspaceCommand::AddResource {
            slug: slug.clone(),
            resource: resource.into(),
            id: id.into(),
        }))?;
    }
    let registry = app.plugins.registry.load();
    let mut keys = Vec::new();
    for sample in &SAMPLES {
        let Some(product) = registry.product(sample.product) else { continue };
        for key_type in &product.key_types {
            let terms = terms(sample, &slug, &key_type.id);
            let made = act(Command::Key(KeyCommand::Create(terms)))?;
            let Value::String(secret) = &made["key"] else { continue };
            let (product, key_type) = (product.id.clone(), key_type.id.clone());
            keys.push(DemoKey { product, key_type, secret: secret.clone() });
        }
    }
    Ok(keys)
}

fn terms(sample: &Sample, slug: &crate::accounts::Slug, key_type: &str) -> Terms {
    let restriction = |(resource, id): (&str, &str)| (resource.to_owned(), id.to_owned());
    Terms {
        workspace: slug.to_string(),
        product: sample.product.into(),
        key_type: key_type.into(),
        name: format!("Demo {key_type}"),
        scopes: sample.scopes.iter().map(|&scope| scope.to_owned()).collect(),
        restrictions: sample.resource.map(restriction).into_iter().collect(),
        expires: Expiry::Never,
        allow_ip: Vec::new(),
        metadata: None,
    }
}

/// What is printed: the keys, what to ask the gate, and how to go on with nginx.
fn script(instance: &Instance, keys: &[DemoKey], commands: &Commands) -> String {
    let registry = instance.app().plugins.registry.load();
    let key = |key: &DemoKey| {
        let DemoKey { product, key_type, secret } = key;
        format!("  {product:12} {key_type:10} {secret}")
    };
    let asked = |sample: &Sample, product: &Product, secret: &str| {
        let ask = |(target, secret, expected): (&str, String, &str)| {
            let (gate, credential) = (instance.gate(), credential(product, &secret));
            format!(
                "  curl -i http://{gate}/verify/{} -H 'X-Original-Method: GET' -H \
                 'X-Original-URI: {target}' -H '{credential}'   # {expected}",
                product.id
            )
        };
        requests(sample, secret).into_iter().map(ask).collect()
    };
    let mut lines =
        vec!["Keystile's demo: one workspace (acme), and a key of each type.".to_owned()];
    lines.push(String::new());
    lines.extend(keys.iter().map(key));
    lines.push("\nAsk the gate, as nginx does for each request:\n".to_owned());
    lines.extend(for_each_sample(keys, &registry, asked));
    lines.extend(through_nginx(keys, commands, &registry));
    lines.join("\n")
}

/// The lines of each sample whose product and key are there.
fn for_each_sample(
    keys: &[DemoKey],
    registry: &Registry,
    lines: impl Fn(&Sample, &Product, &str) -> Vec<String>,
) -> Vec<String> {
    let of = |sample: &Sample| {
        let key = keys.iter().find(|key| key.product == sample.product)?;
        Some(lines(sample, registry.product(sample.product)?, &key.secret))
    };
    SAMPLES.iter().filter_map(of).flatten().collect()
}

/// The sample's requests: target, secret, and what comes of it.
fn requests(sample: &Sample, secret: &str) -> Vec<(&'static str, String, &'static str)> {
    let (rest, last) = secret.split_at(secret.len() - 1);
    let damaged = format!("{rest}{}", if last == "x" { "y" } else { "x" });
    let mut requests = vec![
        (sample.allowed, secret.to_owned(), "200"),
        (sample.allowed, damaged, "401: no such key"),
        (sample.lacks_scope, secret.to_owned(), "403: the key lacks the scope"),
    ];
    if let Some(foreign) = sample.foreign {
        requests.push((foreign, secret.to_owned(), "403: bound to another"));
    }
    requests
}

/// The header line that presents a secret to a product.
fn credential(product: &Product, secret: &str) -> String {
    match product.credentials.first() {
        Some(Credential::Header(name)) => format!("{name}: {secret}"),
        Some(Credential::Authorization) | None => format!("Authorization: Bearer {secret}"),
    }
}

fn through_nginx(keys: &[DemoKey], commands: &Commands, registry: &Registry) -> Vec<String> {
    let (front, nginx, config) =
        (&commands.front, commands.nginx.display(), commands.config.display());
    let called = |sample: &Sample, product: &Product, secret: &str| {
        let host = product.all_hosts().next().unwrap_or("localhost").to_owned();
        let call = |(target, secret, expected): (&str, String, &str)| {
            let credential = credential(product, &secret);
            format!(
                "  curl -i http://{front}{target} -H 'Host: {host}' -H '{credential}'   # {expected}"
            )
        };
        requests(sample, secret).into_iter().map(call).collect()
    };
    let mut lines = vec![format!(
        "\nPut nginx in front (`apt-get install nginx`), in another terminal; its back end shows what \
         it receives:\n\n  nginx -c {nginx}\n"
    )];
    lines.extend(for_each_sample(keys, registry, called));
    lines.push(format!(
        "\nLook around while it runs, and edit the plugins beside {config}:\n\n  \
         keystile --config {config} key list\n  keystile --config {config} nginx whale\n\n\
         Ctrl-C ends the demo and removes its folder.\n"
    ));
    lines
}
