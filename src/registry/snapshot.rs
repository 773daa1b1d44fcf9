//! All products at one moment.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::oauth::Audience;
use super::product::Product;

/// All products as they are in force: immutable, replaced as a whole on a reload.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    generation: u64,
    is_whole: bool,
    products: BTreeMap<String, Arc<Product>>,
    by_host: HashMap<String, Arc<Product>>,
}

impl Registry {
    /// These products, which share no host: the loader has seen to that. `is_whole` says that no
    /// file is without a version in force.
    pub(super) fn new(
        generation: u64,
        is_whole: bool,
        products: impl IntoIterator<Item = Arc<Product>>,
    ) -> Self {
        let products: BTreeMap<_, _> =
            products.into_iter().map(|product| (product.id.clone(), product)).collect();
        let hosts = |product: &Arc<Product>| {
            let hosts: Vec<_> = product.all_hosts().map(str::to_owned).collect();
            hosts.into_iter().map(|host| (host, Arc::clone(product))).collect::<Vec<_>>()
        };
        let by_host = products.values().flat_map(hosts).collect();
        Self { generation, is_whole, products, by_host }
    }

    /// A number that grows with every change, for what was compiled against a registry.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether every plugin file has a version in force.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The product `id`.
    #[must_use]
    pub fn product(&self, id: &str) -> Option<&Arc<Product>> {
        self.products.get(id)
    }

    /// The product that `host` leads to; see [`normalised_host`](super::normalised_host).
    #[must_use]
    pub fn product_of_host(&self, host: &str) -> Option<&Arc<Product>> {
        self.by_host.get(host)
    }

    /// The product that an application calls `resource`, and the name by which it does.
    #[must_use]
    pub fn product_of_audience(&self, resource: &str) -> Option<(&Arc<Product>, &Audience)> {
        self.products.values().find_map(|product| {
            let mut audiences = product.oauth.iter().flat_map(|oauth| &oauth.audiences);
            Some((product, audiences.find(|audience| audience.is(resource))?))
        })
    }

    /// The product, where there is exactly one. A second file counts though it has never been
    /// good: its callers are not the first one's.
    #[must_use]
    pub fn only_product(&self) -> Option<&Arc<Product>> {
        let is_only = self.is_whole && self.products.len() == 1;
        self.products.values().next().filter(|_| is_only)
    }

    /// All products, by id.
    pub fn products(&self) -> impl Iterator<Item = &Arc<Product>> {
        self.products.values()
    }
}
