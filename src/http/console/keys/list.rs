//! The keys of a workspace.

use crate::error::Result;
use crate::http::console::paging::{self, Paging};
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::list::{ListView, Row, TITLE, page as page_of};
use crate::http::console::views::keys::state::EXPIRES_SOON;
use crate::http::ui::address::Address;
use crate::http::ui::field::Choice;
use crate::http::web::{Reply, Visit};
use crate::keys::{Found, Key, Order, Search, Standing};
use crate::registry::Registry;

/// What can be asked for in the address.
const ASKED: [&str; 7] = ["q", "product", "type", "state", "sort", "order", "page"];

/// The list, or the part of it that the address asks for.
///
/// # Errors
/// `NotFound` for an unknown workspace; as the store's.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    let scene = Scene::of(visit)?;
    let asked = ASKED.map(|name| (name, visit.query(name).unwrap_or_default()));
    let fields = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let address = Address { path: visit.path(), fields };
    let number = paging::number(visit);
    let instants = (visit.now, visit.now.plus(EXPIRES_SOON));
    let search = search(&scene, &address);
    let found = scene.keys()?.search(&search, number, instants)?;
    let registry = &scene.in_force.registry;
    let paging = Paging::of(&address, number, found.fitting);
    let view = ListView {
        workspace: scene.place(),
        address: &address,
        rows: &rows(&found, registry),
        total: found.total,
        pager: paging.pager(),
        products: &products(registry),
        key_types: &key_types(registry, address.value("product")),
        may_create: scene.may_change_keys()?,
        now: visit.now,
    };
    Ok(scene.page(TITLE, page_of(&view)))
}

fn search(scene: &Scene<'_>, address: &Address<'_>) -> Search {
    let given = |name| Some(address.value(name).trim().to_owned()).filter(|it| !it.is_empty());
    Search {
        workspace: scene.workspace.slug.clone(),
        words: given("q"),
        product: given("product"),
        key_type: given("type"),
        standing: Standing::of_name(address.value("state")),
        order: Order::of_name(address.value("sort")),
        is_reversed: address.value("order") == "desc",
    }
}

fn rows<'a>(found: &'a Found, registry: &'a Registry) -> Vec<Row<'a>> {
    let row = |key: &'a Key| {
        let product = registry.product(&key.product);
        let key_type = product.and_then(|product| product.key_type(&key.key_type));
        Row {
            key,
            product: product.map_or(&key.product, |product| &product.name),
            prefix: key_type.map_or("", |key_type| &key_type.prefix),
        }
    };
    found.keys.iter().map(row).collect()
}

const ANY: Choice<'_> = Choice { value: "", label: "Any", help: "" };

fn products(registry: &Registry) -> Vec<Choice<'_>> {
    let choice = |id, name| Choice { value: id, label: name, help: "" };
    let known = registry.products().map(|it| choice(it.id.as_str(), it.name.as_str()));
    std::iter::once(ANY).chain(known).collect()
}

/// The types of the product `chosen`, or of all.
fn key_types<'a>(registry: &'a Registry, chosen: &str) -> Vec<Choice<'a>> {
    let of = registry.products().filter(|it| chosen.is_empty() || it.id == chosen);
    let mut ids: Vec<&str> = of.flat_map(|it| &it.key_types).map(|it| it.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let choices = ids.into_iter().map(|id| Choice { value: id, label: id, help: "" });
    std::iter::once(ANY).chain(choices).collect()
}
