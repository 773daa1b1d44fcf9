//! `/console/workspaces/SLUG/keys/new?product=…&type=…`, and a key's own `/edit`: what the key may do.

use maud::{Markup, html};

use super::{address, scopes};
use crate::accounts::OwnedIds;
use crate::http::ui::field::{Choice, Field, Legend, TextArea, Tick, Tickable, fieldset, ticks};
use crate::http::ui::form::{Button, Errors, post};
use crate::http::ui::layout::Place;
use crate::http::ui::parts::{Crumb, Head, Tone, badge, card, names, note, titled};
use crate::http::ui::table::{Column, Table, table};
use crate::registry::{Access, KeyType, Needs, PerKey, Product, Resource, Route};

/// A key that is being made, or changed.
#[derive(Clone, Copy)]
pub struct CreateView<'a> {
    /// Whose key it is.
    pub workspace: Place<'a>,
    /// The session's form token.
    pub form_token: &'a str,
    /// Its product.
    pub product: &'a Product,
    /// Its type.
    pub key_type: &'a KeyType,
    /// The key's id, where one is changed.
    pub changed: Option<&'a str>,
    /// The scopes of the key that the person can neither give nor take away.
    pub kept: &'a [&'a str],
    /// Whether the person may give what only operators may.
    pub is_operator: bool,
    /// The ids that the workspace owns.
    pub owned: &'a OwnedIds,
    /// What was filled in.
    pub filled: &'a Filled<'a>,
    /// What is wrong with it, by field.
    pub errors: Errors<'a>,
    /// The routes that are open to what was filled in.
    pub routes: &'a [&'a Route],
}

/// What was filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled<'a> {
    /// The name.
    pub name: &'a str,
    /// The scopes that are ticked.
    pub scopes: Vec<&'a str>,
    /// The ids that are ticked, each with its resource.
    pub restrictions: Vec<(&'a str, &'a str)>,
    /// When it expires: a span such as `90d`, a day, or `never`.
    pub expires: &'a str,
    /// The ranges of addresses, one a line.
    pub allow_ip: &'a str,
    /// Its owner's address.
    pub owner: &'a str,
}

/// The field that carries the ids of a resource, one for each box: `restrict.store`.
#[must_use]
pub fn restriction_field(resource: &str) -> String {
    format!("restrict.{resource}")
}

/// The field in which an operator names further ids of a resource: `other.store`.
#[must_use]
pub fn other_ids_field(resource: &str) -> String {
    format!("other.{resource}")
}

/// The field that a form carries when it only asks what the key could do.
pub const PREVIEW_FIELD: &str = "preview";

/// The page's body.
#[must_use]
pub fn page(view: &CreateView<'_>) -> Markup {
    let keys = address(view.workspace, "");
    let new = address(view.workspace, "/new");
    let of_key = view.changed.map(|id| address(view.workspace, &format!("/{id}")));
    let (title, above) = match &of_key {
        Some(href) => ("Edit key", Crumb { label: "Key", href }),
        None => ("Create key", Crumb { label: "Product and type", href: &new }),
    };
    let crumbs = [Crumb { label: "API keys", href: &keys }, above];
    let about = html! {
        (view.product.name) " · " (view.key_type.id) " · " code { (view.key_type.prefix) "…" }
    };
    let action = of_key.as_ref().map_or(new.clone(), |href| format!("{href}/edit"));
    html! {
        (Head { crumbs: &crumbs, title, about, actions: html! {} })
        (view.errors)
        (post(&action, view.form_token, &fields(view)))
    }
}

fn fields(view: &CreateView<'_>) -> Markup {
    let (filled, errors) = (view.filled, view.errors);
    let done = if view.changed.is_some() { "Save changes" } else { "Create key" };
    let name = Field::text("name", "Name")
        .value(filled.name)
        .error(errors.of("name"))
        .example("CI of the web shop")
        .help("For people: where the key is used.");
    html! {
        input type="hidden" name="product" value=(view.product.id);
        input type="hidden" name="type" value=(view.key_type.id);
        (card("Key", &name))
        (card("Access", &access(view)))
        @if !view.product.resources.is_empty() { (card("Bound to", &restrictions(view))) }
        (card("Limits of use", &limits_of_use(view)))
        (open_routes(view))
        div.actions {
            (Button::primary(done))
            (Button::plain("Show what it can do").value(PREVIEW_FIELD, "yes"))
        }
    }
}

fn access(view: &CreateView<'_>) -> Markup {
    match view.key_type.access {
        Access::Full => note(
            Tone::Warning,
            "Keys of this type have full access",
            &html! { p { "They may do everything that is not for operators alone." } },
        ),
        Access::Scoped => scopes::choices(&scopes::Offered {
            scopes: &view.product.scopes,
            chosen: &view.filled.scopes,
            kept: view.kept,
            is_operator: view.is_operator,
            error: view.errors.of("scope"),
        }),
    }
}

fn restrictions(view: &CreateView<'_>) -> Markup {
    html! { div.pair { @for it in &view.product.resources { (restriction(view, it)) } } }
}

fn restriction(view: &CreateView<'_>, resource: &Resource) -> Markup {
    let field = restriction_field(&resource.name);
    let (tick, help) = match resource.per_key {
        PerKey::One if view.is_operator => (Tick::Many, "Exactly one."),
        PerKey::One => (Tick::One, "Exactly one."),
        PerKey::Some => (Tick::Many, "One or more."),
        PerKey::Any => (Tick::Many, "None ticked means all of the workspace's."),
    };
    let legend = Legend { label: &resource.name, help: Some(help), error: view.errors.of(&field) };
    let owned = view.owned.get(&resource.name).into_iter().flatten();
    let ids: Vec<Tickable<'_>> = owned
        .map(|id| Tickable {
            choice: Choice { value: id, label: id, help: "" },
            is_ticked: view.filled.restrictions.contains(&(&resource.name, id)),
            badges: html! {},
        })
        .collect();
    let other = other_ids_field(&resource.name);
    let choices = html! {
        @if ids.is_empty() { p.muted { "The workspace owns none yet." } }
        @else { (ticks(&field, tick, &ids)) }
        @if view.is_operator {
            (Field::text(&other, "Other ids").optional().help("An operator may bind any."))
        }
    };
    fieldset(&field, &legend, &choices)
}

fn limits_of_use(view: &CreateView<'_>) -> Markup {
    let (filled, errors) = (view.filled, view.errors);
    let expires = Field::text("expires", "Expires")
        .optional()
        .value(filled.expires)
        .example("90d")
        .help("After a time such as 90d, on a day such as 2027-06-30, or never.")
        .error(errors.of("expires"));
    let owner = Field::text("owner", "Owner")
        .optional()
        .value(filled.owner)
        .example("ada@example.com")
        .help("The member who answers for it.")
        .error(errors.of("owner"));
    let ranges = TextArea::new("allow_ip", "Allowed addresses")
        .optional()
        .value(filled.allow_ip)
        .example("203.0.113.0/24")
        .help("One address or range a line. None means anywhere.")
        .error(errors.of("allow_ip"));
    html! { div.pair { (expires) (owner) (ranges) } }
}

fn open_routes(view: &CreateView<'_>) -> Markup {
    let columns = ["Method", "Path", "Needs"].map(Column::words);
    let rows = html! {
        @for route in view.routes {
            tr {
                td { code { (route.method) } }
                td { code { (route.path) } }
                td { (needs(view.product, route)) }
            }
        }
    };
    let all = view.product.routes.len();
    let beside = html! { p { (view.routes.len()) " of " (all) " routes" } };
    let content = html! {
        @if view.routes.is_empty() {
            div.body { p.muted { "No route yet. Tick scopes, then look again." } }
        }
        @else { div.dense { (table(&Table { caption: "Open routes", columns: &columns, rows })) } }
    };
    titled("What it can do", &beside, &content)
}

/// What a route asks of a caller.
#[must_use]
pub fn needs(product: &Product, route: &Route) -> Markup {
    let scopes = route.needs.scopes();
    let named = html! { @if let Some(set) = scopes { (names(product.scopes.names(set))) } };
    match &route.needs {
        Needs::Public => badge(Tone::Plain, "Public"),
        Needs::Authenticated => badge(Tone::Plain, "Any key"),
        Needs::Any(_) => html! { (named) small { "any of them" } },
        Needs::All(_) => named,
    }
}
