//! The top of a plugin file, and the order in which its tables are read.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{headers, hosts, keys, oauth, plans, resources, routes, scopes, words};
use crate::clock::Span;
use crate::registry::pattern::{Params, Pattern};
use crate::registry::product::{Bucket, Credential, Preflight, Product};
use crate::registry::route::Routes;
use crate::source::{At, Diagnostic, Document, Table};

/// How long a revocation may be undone where a product does not say.
const UNDO_DEFAULT: Span = Span::seconds(60 * 60);

/// What a plugin file says.
#[derive(Debug)]
pub struct Manifest {
    /// The product, where the file has no error.
    pub product: Option<Product>,
    /// All that is wrong with the file, in its order; warnings too.
    pub diagnostics: Vec<Diagnostic>,
    /// Each host and OAuth resource that leads to it, normalised, with its place: another file may
    /// have it too.
    pub claims: Vec<(String, At)>,
}

/// Reads the plugin file `text` of the product `id`; `file` is what its problems call it.
#[must_use]
pub fn read(file: &str, id: &str, text: &str) -> Manifest {
    if text.trim().is_empty() {
        let message = "the file is empty: write the product, or delete the file to remove it";
        let diagnostics = vec![Diagnostic::of_file(file, message)];
        return Manifest { product: None, diagnostics, claims: Vec::new() };
    }
    let document = Document::parse(file, text);
    let mut claims = Vec::new();
    let product = read_product(id, document.root(), &mut claims).filter(|_| document.is_good());
    Manifest { product, diagnostics: document.into_diagnostics(), claims }
}

/// Every table is read before the first `?`, so that all problems are found.
fn read_product(id: &str, mut root: Table<'_>, claims: &mut Vec<(String, At)>) -> Option<Product> {
    let document = root.document();
    let name =
        root.required("name", "name = \"The API's name\"").and_then(|v| words::name(document, &v));
    let description = words::description(&mut root);
    let own_hosts = hosts::read(&mut root, claims);
    let credentials = read_credentials(&mut root);
    let preflight =
        root.choice("preflight", &[("deny", Preflight::Deny), ("allow", Preflight::Allow)]);
    let https = root.bool("https");
    let bucket = root.choice("bucket", &[("key", Bucket::Key), ("workspace", Bucket::Workspace)]);
    let undo = root.span("undo");

    let key_types = keys::read(&mut root, claims);
    let mut resources = resources::read(&mut root, &credentials);
    let params = read_params(&mut root);
    let scopes = scopes::read(&mut root);
    for declared in &mut resources {
        declared.resource.pattern = params.patterns.pattern(&declared.resource.name);
    }
    let known = routes::Known {
        scopes: scopes.as_ref(),
        patterns: &params.patterns,
        resources: &resources,
    };
    let routes = routes::read(&mut root, &known);
    let oauth = oauth::read(&mut root, &own_hosts, scopes.as_ref(), claims);
    let plans = plans::read(&mut root);
    if let Some(routes) = &routes {
        resources::check_places(document, &resources, routes);
        params.check_names(document, &resources, routes);
    }
    root.close();

    Some(Product {
        version: next_version(),
        id: id.to_owned(),
        name: name?,
        description,
        hosts: own_hosts,
        credentials,
        preflight: preflight.map_or(Preflight::Deny, |written| written.value),
        is_https_required: https.is_some_and(|written| written.value),
        bucket: bucket.map_or(Bucket::Key, |written| written.value),
        undo: undo.map_or(UNDO_DEFAULT, |written| written.value),
        key_types,
        resources: resources.into_iter().map(|declared| declared.resource).collect(),
        scopes: scopes.unwrap_or_default(),
        routes: routes?,
        oauth,
        plans,
    })
}

fn read_credentials(root: &mut Table<'_>) -> Vec<Credential> {
    let document = root.document();
    let Some(places) = root.strings("credentials") else {
        return vec![Credential::Authorization];
    };
    if places.value.is_empty() {
        document.error(
            places.at,
            "a secret must stand somewhere: write \"authorization\" or a header's name",
        );
    }
    let mut credentials = Vec::new();
    for place in places.value {
        let credential = match headers::check(place.value) {
            Ok(name) if name == "authorization" => Credential::Authorization,
            Ok(name) => Credential::Header(name),
            Err(message) => {
                document.error(place.at, message);
                continue;
            }
        };
        if credentials.contains(&credential) {
            document.error(place.at, format!("`{}` is listed twice: take one out", place.value));
        }
        credentials.push(credential);
    }
    credentials
}

/// The `[params]` table, with the place of each name.
#[derive(Default)]
struct DeclaredParams {
    patterns: Params,
    places: Vec<(String, At)>,
}

fn read_params(root: &mut Table<'_>) -> DeclaredParams {
    let mut params = DeclaredParams::default();
    let Some(table) = root.table("params") else {
        return params;
    };
    for entry in table.entries() {
        let Some(expression) = entry.value.string() else { continue };
        match Pattern::parse(expression.value) {
            Ok(pattern) => {
                params.patterns.insert(entry.name.value, pattern);
                params.places.push((entry.name.value.to_owned(), entry.name.at));
            }
            Err(message) => table.document().error(expression.at, message),
        }
    }
    params
}

impl DeclaredParams {
    /// A pattern for what no route has is most likely misspelt, and then guards nothing.
    fn check_names(
        &self,
        document: &Document<'_>,
        resources: &[resources::Declared],
        routes: &Routes,
    ) {
        let of_routes = routes.iter().flat_map(|route| &route.params).map(|param| &*param.name);
        let of_resources = resources.iter().map(|declared| declared.resource.name.as_str());
        let known: BTreeSet<&str> = of_routes.chain(of_resources).collect();
        for (name, at) in &self.places {
            if !known.contains(name.as_str()) {
                let hint = crate::source::did_you_mean(name, known.iter().copied());
                let message = format!(
                    "no route has a parameter `{name}`, and no resource is called so{hint}"
                );
                document.warn(*at, message);
            }
        }
    }
}

/// A number that no product of this process has yet.
fn next_version() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}
