//! The navigation beside every page.

use maud::{Markup, html};

use super::form::{Button, post};
use super::icon::Icon;
use super::layout::{Place, SignedIn, brand};

/// A place that the navigation leads to.
struct Link {
    icon: Icon,
    label: &'static str,
    href: String,
}

fn link(icon: Icon, label: &'static str, href: impl Into<String>) -> Link {
    Link { icon, label, href: href.into() }
}

/// The side of the page: where one can go, and who one is.
pub(super) fn side(signed_in: &SignedIn<'_>, path: &str) -> Markup {
    let (shared, own) = (shared_links(signed_in), signed_in.workspace.map(workspace_links));
    let all = || shared.iter().chain(own.iter().flatten());
    let current = all().filter(|link| leads_to(&link.href, path)).max_by_key(|it| it.href.len());
    let current = current.map_or("", |link| link.href.as_str());
    html! {
        header.side {
            (brand())
            nav.nav aria-label="Main" {
                @if let (Some(place), Some(links)) = (signed_in.workspace, &own) {
                    section { h2 title=(place.name) { (place.name) } (list(links, current)) }
                }
                section {
                    h2 { @if signed_in.is_operator { "Instance" } @else { "Yours" } }
                    (list(&shared, current))
                }
            }
            (own_corner(signed_in, path))
        }
    }
}

fn shared_links(signed_in: &SignedIn<'_>) -> Vec<Link> {
    let workspaces = link(Icon::Workspace, "Workspaces", "/workspaces");
    if !signed_in.is_operator {
        return vec![workspaces];
    }
    vec![
        link(Icon::Activity, "Overview", "/"),
        link(Icon::Product, "Products", "/products"),
        workspaces,
        link(Icon::Users, "People", "/people"),
        link(Icon::Shield, "OAuth clients", "/clients"),
        link(Icon::Network, "Connected apps", "/apps"),
        link(Icon::Gauge, "Plans", "/plans"),
        link(Icon::Log, "Audit log", "/audit"),
    ]
}

fn workspace_links(place: Place<'_>) -> Vec<Link> {
    let own = |below: &str| format!("/workspaces/{}{below}", place.slug);
    vec![
        link(Icon::Key, "API keys", own("/keys")),
        link(Icon::Chart, "Usage", own("/usage")),
        link(Icon::Network, "Connected apps", own("/apps")),
        link(Icon::Settings, "Settings", own("")),
    ]
}

/// Whether the page at `path` is at `href` or below it.
fn leads_to(href: &str, path: &str) -> bool {
    let below = path.strip_prefix(href);
    below.is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && href != "/"))
}

fn list(links: &[Link], current: &str) -> Markup {
    html! {
        ul {
            @for link in links {
                li {
                    a href=(link.href) aria-current=[(link.href == current).then_some("page")] {
                        (link.icon) (link.label)
                    }
                }
            }
        }
    }
}

fn own_corner(signed_in: &SignedIn<'_>, path: &str) -> Markup {
    let is_here = path.starts_with("/account");
    let sign_out = Button::quiet("Sign out").small().icon(Icon::SignOut);
    html! {
        div.self {
            a href="/account" title=(signed_in.name) aria-current=[is_here.then_some("page")] {
                span.hidden { "Account: " } (signed_in.name)
            }
            (post("/sign-out", signed_in.form_token, &sign_out))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_below_its_own_place_alone() {
        for (href, path, expected) in [
            ("/", "/", true),
            ("/", "/products", false),
            ("/products", "/products/whale", true),
            ("/products", "/products-of-others", false),
            ("/workspaces/acme/keys", "/workspaces/acme/keys/key_1", true),
        ] {
            assert_eq!(leads_to(href, path), expected, "{path} below {href}");
        }
    }
}
