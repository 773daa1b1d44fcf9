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
    let workspaces = link(Icon::Workspace, "Workspaces", "/console/workspaces");
    if !signed_in.is_operator {
        return vec![workspaces];
    }
    vec![
        link(Icon::Activity, "Overview", "/console"),
        link(Icon::Product, "Products", "/console/products"),
        workspaces,
        link(Icon::Users, "People", "/console/people"),
        link(Icon::Shield, "OAuth clients", "/console/clients"),
        link(Icon::Network, "Connected apps", "/console/apps"),
        link(Icon::Gauge, "Plans", "/console/plans"),
        link(Icon::Log, "Audit log", "/console/audit"),
    ]
}

fn workspace_links(place: Place<'_>) -> Vec<Link> {
    let own = |below: &str| format!("/console/workspaces/{}{below}", place.slug);
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
    below.is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && href != "/console"))
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
    let is_here = path.starts_with("/console/account");
    let sign_out = Button::quiet("Sign out").small().icon(Icon::SignOut);
    html! {
        div.self {
            a href="/console/account" title=(signed_in.name) aria-current=[is_here.then_some("page")] {
                span.hidden { "Account: " } (signed_in.name)
            }
            (post("/console/sign-out", signed_in.form_token, &sign_out))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_below_its_own_place_alone() {
        for (href, path, expected) in [
            ("/console", "/console", true),
            ("/console", "/console/products", false),
            ("/console/products", "/console/products/whale", true),
            ("/console/products", "/products-of-others", false),
            ("/console/workspaces/acme/keys", "/console/workspaces/acme/keys/key_1", true),
        ] {
            assert_eq!(leads_to(href, path), expected, "{path} below {href}");
        }
    }
}
