//! `/oauth/consent/REQUEST`: what an app asks for, and yes or no.

use maud::{Markup, Render, html};

use crate::accounts::Workspace;
use crate::http::ui::field::{Choice, Legend, Select, Tick, Tickable, fieldset, ticks};
use crate::http::ui::form::{Button, Errors, post};
use crate::http::ui::parts::{Head, Tone, card, facts, note};
use crate::oauth::RedirectUri;
use crate::oauth::clients::{Client, Origin};
use crate::oauth::requests::Request;
use crate::registry::{PerKey, Product, Resource};

/// The page's title.
pub const TITLE: &str = "Let an app in";

/// The title where an app has asked in a way that cannot be answered.
pub const REFUSED: &str = "The app asked for something that cannot be";

/// What is said of an app that a workspace's admin has made.
const OF_A_WORKSPACE: &str = "Whoever runs this instance does not know this app";

/// What is said of one that describes itself.
const OF_NOBODY: &str = "Nobody here knows this app";

/// What an app asks for.
#[derive(Clone, Copy)]
pub struct ConsentView<'a> {
    /// The page's own path.
    pub path: &'a str,
    /// The session's form token.
    pub form_token: &'a str,
    /// The app.
    pub client: &'a Client,
    /// Where the answer goes.
    pub redirect_uri: &'a RedirectUri,
    /// What it wants to use.
    pub product: &'a Product,
    /// What it asks for.
    pub request: &'a Request,
    /// The workspaces for which the person may decide.
    pub workspaces: &'a [Workspace],
    /// What was filled in.
    pub filled: &'a Filled<'a>,
    /// What is wrong with it.
    pub errors: Errors<'a>,
}

/// What was filled in.
#[derive(Clone, Debug, Default)]
pub struct Filled<'a> {
    /// The workspace; empty where none is chosen yet.
    pub workspace: &'a str,
    /// The scopes that are ticked.
    pub scopes: Vec<&'a str>,
    /// The ids that are ticked: `WORKSPACE/RESOURCE=ID`.
    pub ids: Vec<&'a str>,
}

/// An app that has asked in a way that cannot be answered.
#[derive(Clone, Copy, Debug)]
pub struct RefusedView<'a> {
    /// What the app calls itself.
    pub app: &'a str,
    /// What is wrong, for whoever writes the app.
    pub said: &'a str,
    /// The host or program that the app would be told by.
    pub place: &'a str,
    /// The link by which it is told.
    pub target: &'a str,
}

/// The page's body.
#[must_use]
pub fn page(view: &ConsentView<'_>) -> Markup {
    let title = format!("Let {} use {}?", view.client.name, view.product.name);
    html! {
        (Head { crumbs: &[], title: &title, about: about(view), actions: html! {} })
        div.stack {
            (view.errors)
            (warnings(view))
            (card("Who asks", &who(view)))
            @if view.workspaces.is_empty() {
                (note(Tone::Warning, "You cannot let it in", &html! {
                    " That takes a developer, an admin or an owner of a workspace: ask one of them, or "
                    "whoever runs this instance."
                }))
            }
            (post(view.path, view.form_token, &form(view)))
        }
    }
}

fn about(view: &ConsentView<'_>) -> Markup {
    html! {
        "What you allow holds until you end it, and you can end it at any time. The answer goes to "
        strong { (view.redirect_uri.place()) } "."
    }
}

fn warnings(view: &ConsentView<'_>) -> Markup {
    html! {
        @match view.client.origin {
            Origin::Operator => {}
            Origin::Workspace => (note(Tone::Warning, OF_A_WORKSPACE, &html! {
                " An admin of the workspace has made it. Go on only if you have just begun this "
                "yourself."
            })),
            Origin::Registered | Origin::Document => (note(Tone::Warning, OF_NOBODY, &html! {
                " Its name is what it calls itself. Go on only if you have just begun this yourself, "
                "in an app that you trust."
            })),
        }
        @if view.redirect_uri.is_loopback() {
            (note(Tone::Warning, "The answer goes to a program on your computer", &html! {
                " Any program that runs there could be the one. Go on only if you have just started "
                "it."
            }))
        }
    }
}

fn who(view: &ConsentView<'_>) -> Markup {
    let client = view.client;
    let known = match client.origin {
        Origin::Operator => "made by whoever runs this instance",
        Origin::Workspace => "made by a workspace's admin",
        Origin::Registered => "registered by itself",
        Origin::Document => "described by its own document",
    };
    let mut list = vec![
        ("App", html! { (client.name) }),
        ("Known", html! { (known) }),
        ("Client id", html! { code { (client.id.as_str()) } }),
        ("Answer to", html! { code { (view.redirect_uri.as_str()) } }),
        ("For", html! { (view.product.name) }),
    ];
    for resource in &view.request.resources {
        list.push(("Resource", html! { code { (resource) } }));
    }
    facts(&list)
}

fn form(view: &ConsentView<'_>) -> Markup {
    html! {
        (scopes(view))
        @if !view.workspaces.is_empty() { (workspaces(view)) }
        div.actions {
            @if !view.workspaces.is_empty() {
                (Button::primary("Allow").value("decision", "allow"))
            }
            (Button::plain("Deny").value("decision", "deny"))
        }
        p.help { "Either way you are sent back to " code { (view.redirect_uri.place()) } "." }
    }
}

fn scopes(view: &ConsentView<'_>) -> Markup {
    let described = |name: &str| {
        view.product.scopes.get(name).map_or("", |scope| scope.description.as_str()).to_owned()
    };
    let help: Vec<String> = view.request.scopes.iter().map(|name| described(name)).collect();
    let list: Vec<Tickable<'_>> = view
        .request
        .scopes
        .iter()
        .zip(&help)
        .map(|(name, help)| Tickable {
            choice: Choice { value: name, label: name, help },
            is_ticked: view.filled.scopes.contains(&name.as_str()),
            badges: html! {},
        })
        .collect();
    let help =
        Some("Leave out what it should not do. It may then not work as its makers meant it.");
    let legend = Legend { label: "It may", help, error: None };
    fieldset("scope", &legend, &ticks("scope", Tick::Many, &list))
}

fn workspaces(view: &ConsentView<'_>) -> Markup {
    // Whoever has several names the one: none is theirs by an oversight.
    let only = match view.workspaces {
        [only] => only.slug.as_str(),
        _ => "",
    };
    let none = only.is_empty().then_some(Choice { value: "", label: "Choose one", help: "" });
    let each = view.workspaces.iter();
    let each = each.map(|it| Choice { value: &it.slug, label: &it.name, help: "" });
    let options: Vec<Choice<'_>> = none.into_iter().chain(each).collect();
    let chosen = if view.filled.workspace.is_empty() { only } else { view.filled.workspace };
    let select = Select::new("workspace", "For the workspace", &options, chosen)
        .help("It acts for this workspace, on its plan.");
    html! {
        (select)
        @for workspace in view.workspaces {
            @for resource in &view.product.resources { (ids(view, workspace, resource)) }
        }
    }
}

/// The ids of a resource that a workspace owns; the workspace is named where there are others.
fn ids(view: &ConsentView<'_>, workspace: &Workspace, resource: &Resource) -> Markup {
    let name = &resource.name;
    let owned: Vec<&String> = workspace.resources.get(name).into_iter().flatten().collect();
    let values: Vec<String> =
        owned.iter().map(|id| format!("{}/{name}={id}", workspace.slug)).collect();
    let is_only = owned.len() == 1 && resource.per_key != PerKey::Any && view.workspaces.len() == 1;
    let list: Vec<Tickable<'_>> = owned
        .iter()
        .zip(&values)
        .map(|(id, value)| Tickable {
            choice: Choice { value, label: id, help: "" },
            is_ticked: is_only || view.filled.ids.contains(&value.as_str()),
            badges: html! {},
        })
        .collect();
    let label = match view.workspaces.len() {
        1 => format!("With which {name}"),
        _ => format!("With which {name} of {}", workspace.name),
    };
    let help = match resource.per_key {
        PerKey::Any => "None means all of them.",
        PerKey::Some => "Choose at least one.",
        PerKey::One => "Choose exactly one.",
    };
    if list.is_empty() && resource.per_key == PerKey::Any {
        return html! {};
    }
    let legend = Legend { label: &label, help: Some(help), error: None };
    let fields = html! {
        @if list.is_empty() {
            p.help { "This workspace owns none: whoever runs this instance adds them." }
        } @else {
            (ticks("restrict", Tick::Many, &list))
        }
    };
    fieldset(&format!("restrict-{}-{name}", workspace.slug), &legend, &fields)
}

/// The body of the page for an app that has asked in a way that cannot be answered.
#[must_use]
pub fn refused(view: &RefusedView<'_>) -> Markup {
    let about = html! { "Nothing was given to it." };
    html! {
        (Head { crumbs: &[], title: REFUSED, about, actions: html! {} })
        div.stack {
            p { "The app that calls itself " strong { (view.app) } " sent you here, but: "
                (view.said) "." }
            p { "Whoever makes it should look at this. You can go back to it: the answer goes to "
                strong { (view.place) } ", which nobody here has checked." }
            div.actions { (Button::plain("Go back to the app").to(view.target).render()) }
        }
    }
}
