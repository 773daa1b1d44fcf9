//! `/console/workspaces/SLUG/keys/new`: which product, and which type of key.

use std::sync::Arc;

use maud::{Markup, html};

use super::address;
use crate::http::ui::address::Address;
use crate::http::ui::form::Button;
use crate::http::ui::icon::Icon;
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Crumb, Empty, Head, Tone, badge, titled};
use crate::registry::{Access, KeyType, Product};

/// The page's title.
pub const TITLE: &str = "Create key";

/// The types of keys that there are.
#[derive(Clone, Copy)]
pub struct ChooseView<'a> {
    /// Whose key it will be.
    pub workspace: Place<'a>,
    /// The products in force.
    pub products: &'a [Arc<Product>],
}

/// The page's body.
#[must_use]
pub fn page(view: &ChooseView<'_>) -> Markup {
    let keys = address(view.workspace, "");
    let crumbs = [Crumb { label: "API keys", href: &keys }];
    let about = html! { "First: which API, and which type of key?" };
    html! {
        (Head { crumbs: &crumbs, title: TITLE, about, actions: html! {} })
        @if view.products.is_empty() { section.card { (no_products()) } }
        @for product in view.products {
            (titled(&product.name, &html! { p { (product.description) } }, &types(view, product)))
        }
    }
}

fn no_products() -> Markup {
    html! {
        (Empty {
            icon: Icon::Product,
            title: "No products yet",
            about: "A product is an API that this instance protects: a file in the plugin folder. \
                    Whoever runs the instance adds it.",
            action: html! { (Button::primary("Look again").to("")) },
            command: Some("keystile check"),
        })
    }
}

fn types(view: &ChooseView<'_>, product: &Product) -> Markup {
    html! { div.body { ul.plain { @for it in &product.key_types { (key_type(view, product, it)) } } } }
}

fn key_type(view: &ChooseView<'_>, product: &Product, it: &KeyType) -> Markup {
    let path = address(view.workspace, "/new");
    let fields = vec![("product", product.id.as_str()), ("type", it.id.as_str())];
    let href = Address { path: &path, fields }.with(&[]);
    let label = format!("Create {} key", it.id);
    html! {
        li.row {
            div {
                strong { (it.id) } " " code { (it.prefix) "…" } " "
                @if it.environment != it.id { (badge(Tone::Plain, &it.environment)) " " }
                @if it.access == Access::Full { (badge(Tone::Warning, "Full access")) }
                p.muted { (it.description) }
            }
            div.end { (Button::plain(&label).to(&href)) }
        }
    }
}
