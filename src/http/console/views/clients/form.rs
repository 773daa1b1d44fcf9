//! `/console/clients/new`

use maud::{Markup, html};

use crate::http::ui::field::{
    Choice, Field, Legend, Select, TextArea, Tick, Tickable, boxes, ticks,
};
use crate::http::ui::form::{Button, Errors, post};
use crate::http::ui::parts::{Crumb, Head};

/// The page's title.
pub const TITLE: &str = "Create client";

/// The form of a new client.
#[derive(Clone, Copy)]
pub struct FormView<'a> {
    /// The path of the list.
    pub base: &'a str,
    /// The workspace that it will be of; none where an operator makes it.
    pub workspace: Option<&'a str>,
    /// The session's form token.
    pub form_token: &'a str,
    /// The products that take part in OAuth, the first of which is any.
    pub products: &'a [Choice<'a>],
    /// What was filled in.
    pub filled: Filled<'a>,
    /// What is wrong with it.
    pub errors: Errors<'a>,
}

/// What was filled in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filled<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it is.
    pub kind: Kind,
    /// Where it may have answers sent, one a line.
    pub redirect_uris: &'a str,
    /// The product's id; empty for any.
    pub product: &'a str,
    /// The workspace's slug, where an operator names one.
    pub workspace: &'a str,
    /// What it asks for when it names nothing.
    pub scopes: &'a str,
    /// Whether it may do as in OAuth 2.0.
    pub is_oauth20: bool,
}

/// What a client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// An app that runs where its users can read it: it has no secret.
    #[default]
    Public,
    /// An app on a server, with a secret.
    Confidential,
    /// A service that acts for a workspace by itself.
    Service,
}

impl Kind {
    /// Every one, with its name in forms, its label and what it means.
    const ALL: [(Self, &'static str, &'static str, &'static str); 3] = [
        (
            Self::Public,
            "public",
            "Public app",
            "Runs on its users' machines or in their browsers, and has no secret.",
        ),
        (Self::Confidential, "confidential", "App with a secret", "Runs on a server of its own."),
        (
            Self::Service,
            "service",
            "Service",
            "Acts for one workspace by itself: nobody is asked to let it in.",
        ),
    ];

    /// The one of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, ..)| *known == name).map(|(kind, ..)| kind)
    }
}

/// The page's body.
#[must_use]
pub fn page(view: &FormView<'_>) -> Markup {
    let crumbs = [Crumb { label: super::list::TITLE, href: view.base }];
    let about = html! { "An app that people let in, or a service." };
    html! {
        (Head { crumbs: &crumbs, title: TITLE, about, actions: html! {} })
        (view.errors)
        div.card { div.body { (post(&format!("{}/new", view.base), view.form_token, &fields(view))) } }
    }
}

fn fields(view: &FormView<'_>) -> Markup {
    let filled = &view.filled;
    let kinds = Kind::ALL.map(|(kind, value, label, help)| Tickable {
        choice: Choice { value, label, help },
        is_ticked: kind == filled.kind,
        badges: html! {},
    });
    let legend = Legend { label: "What it is", ..Legend::default() };
    html! {
        (Field::text("name", "Name").value(filled.name).example("Sync")
            .help("People see it when it asks to be let in."))
        (boxes("kind", &legend, Tick::One, &kinds))
        (redirect_uris(filled.redirect_uris))
        (Select::new("product", "Product", view.products, filled.product))
        @if view.workspace.is_none() {
            (Field::text("workspace", "Workspace").optional().value(filled.workspace).example("acme")
                .help("For a service: the one that it acts for."))
        }
        (scopes(filled.scopes))
        @if view.workspace.is_none() { (older_style(filled)) }
        div.actions { (Button::primary(TITLE)) }
    }
}

/// Where answers go; for the form of a client that is changed too.
pub(super) fn redirect_uris(typed: &str) -> TextArea<'_> {
    TextArea::new("redirect_uris", "Redirect URIs")
        .optional()
        .value(typed)
        .example("https://app.example/callback")
        .help("Where answers may be sent, one a line, compared byte for byte. A service has none.")
}

/// What it asks for when it names nothing.
pub(super) fn scopes(typed: &str) -> TextArea<'_> {
    TextArea::new("scopes", "Scopes")
        .optional()
        .value(typed)
        .example("read:products")
        .help("What it asks for when it names none; a service gets no more than these.")
}

fn older_style(filled: &Filled<'_>) -> Markup {
    let choice = Choice {
        value: "yes",
        label: "Let it do as in OAuth 2.0",
        help: "Without PKCE, and with JSON at the token endpoint: for an app with a secret that cannot \
               change.",
    };
    let box_of = Tickable { choice, is_ticked: filled.is_oauth20, badges: html! {} };
    ticks("oauth20", Tick::Many, &[box_of])
}
