//! What the demonstration prints: the keys, what to ask the gate, and how to go on with nginx.

use super::sample::{DemoKey, SAMPLES, Sample, WORKSPACE};
use super::stage::Commands;
use crate::cli::serve::Instance;
use crate::registry::{Credential, Product, Registry};

/// A request of the script, and what comes of it.
struct Call<'a> {
    product: &'a Product,
    /// The host that the key type is called on.
    host: &'a str,
    target: &'static str,
    secret: String,
    expected: &'static str,
}

/// The whole script.
pub(super) fn of(
    instance: &Instance,
    keys: &[DemoKey],
    commands: &Commands,
    setup_link: &str,
) -> String {
    let registry = instance.app().plugins.registry.load();
    let calls = calls(keys, &registry);
    let gate = instance.gate().to_string();
    // A newcomer has built it, and not installed it.
    let keystile = std::env::current_exe().unwrap_or_else(|_| "keystile".into());
    let keystile = keystile.display();
    let (front, nginx, config) =
        (&commands.front, commands.nginx.display(), commands.config.display());
    [
        format!("Keystile's demo: one workspace ({WORKSPACE}), and a key of each type.\n"),
        keys.iter().map(DemoKey::line).collect::<Vec<_>>().join("\n"),
        format!("\nThe dashboard (this link makes you its operator):\n\n  {setup_link}"),
        "\nAsk the gate, as nginx does for each request:\n".to_owned(),
        calls.iter().map(|call| call.to_gate(&gate)).collect::<Vec<_>>().join("\n"),
        format!(
            "\nPut nginx in front (`apt-get install nginx`), in another terminal; its back end shows \
             what it receives:\n\n  nginx -c {nginx}\n"
        ),
        calls.iter().map(|call| call.through(front)).collect::<Vec<_>>().join("\n"),
        format!(
            "\nLook around while it runs, and edit the plugins beside {config}:\n\n  \
             {keystile} --config {config} key list\n  {keystile} --config {config} nginx whale\n\n\
             Ctrl-C ends the demo and removes its folder.\n"
        ),
    ]
    .join("\n")
}

impl DemoKey {
    fn line(&self) -> String {
        let Self { product, key_type, secret } = self;
        format!("  {product:12} {key_type:10} {secret}")
    }
}

/// The calls of each sample whose product and key are there.
fn calls<'a>(keys: &[DemoKey], registry: &'a Registry) -> Vec<Call<'a>> {
    let of = |sample: &Sample| {
        let is_its =
            |key: &&DemoKey| key.product == sample.product && key.key_type == sample.key_type;
        let (product, key) = (registry.product(sample.product)?, keys.iter().find(is_its)?);
        Some(sample.calls(product, &key.secret))
    };
    SAMPLES.iter().filter_map(of).flatten().collect()
}

impl Sample {
    fn calls<'a>(&self, product: &'a Product, secret: &str) -> Vec<Call<'a>> {
        let (rest, last) = secret.split_at(secret.len() - 1);
        let damaged = format!("{rest}{}", if last == "x" { "y" } else { "x" });
        let own = product.key_type(self.key_type).and_then(|key_type| key_type.hosts.first());
        let host = own.or(product.hosts.first()).map_or("localhost", String::as_str);
        let call = |target, secret: &str, expected| {
            let secret = secret.to_owned();
            Call { product, host, target, secret, expected }
        };
        let mut calls = vec![
            call(self.allowed, secret, "200"),
            call(self.allowed, &damaged, "401: no such key"),
            call(self.lacks_scope, secret, "403: the key lacks the scope"),
        ];
        calls.extend(self.foreign.map(|it| call(it, secret, "403: bound to another")));
        calls
    }
}

impl Call<'_> {
    /// The header line that presents the secret.
    fn credential(&self) -> String {
        match self.product.credentials.first() {
            Some(Credential::Header(name)) => format!("{name}: {}", self.secret),
            Some(Credential::Authorization) | None => {
                format!("Authorization: Bearer {}", self.secret)
            }
        }
    }

    /// The line that asks the gate.
    fn to_gate(&self, gate: &str) -> String {
        let Self { product, host, target, expected, .. } = self;
        let proto = if product.is_https_required { " -H 'X-Original-Proto: https'" } else { "" };
        format!(
            "  curl -i http://{gate}/verify/{} -H 'X-Original-Method: GET' -H 'X-Original-URI: \
             {target}' -H 'X-Original-Host: {host}'{proto} -H '{}'   # {expected}",
            product.id,
            self.credential()
        )
    }

    /// The line that calls through nginx, which has no certificate in the demonstration.
    fn through(&self, front: &str) -> String {
        let Self { product, host, target, expected, .. } = self;
        let is_refused = product.is_https_required && !expected.starts_with("401");
        let expected = if is_refused { "403: it asks for https" } else { expected };
        format!(
            "  curl -i http://{front}{target} -H 'Host: {host}' -H '{}'   # {expected}",
            self.credential()
        )
    }
}
