//! `/console/products/ID/proxy`: what the proxy in front of the product's API needs.

use maud::{Markup, html};

use crate::http::nginx::{LISTEN, UPSTREAM};
use crate::http::ui::code::{code, tall_code};
use crate::http::ui::field::Field;
use crate::http::ui::form::{Button, filters};
use crate::http::ui::parts::{Crumb, Head, Tone, card, note};

/// The page's title.
pub const TITLE: &str = "Proxy configuration";

/// A product's proxy configuration.
#[derive(Clone, Copy, Debug)]
pub struct ProxyView<'a> {
    /// The product's id.
    pub product: &'a str,
    /// Its name.
    pub product_name: &'a str,
    /// Where nginx is to listen.
    pub listen: &'a str,
    /// Where the API itself listens.
    pub upstream: &'a str,
    /// The configuration of nginx; the reason where there is none.
    pub nginx: Result<&'a str, &'a str>,
}

/// The page's body.
#[must_use]
pub fn page(view: &ProxyView<'_>) -> Markup {
    let own = format!("/console/products/{}", view.product);
    let crumbs = [
        Crumb { label: "Products", href: "/console/products" },
        Crumb { label: view.product_name, href: &own },
    ];
    let command = command(view);
    let about = html! { "nginx asks here before it lets a request through to the API." };
    html! {
        (Head { crumbs: &crumbs, title: TITLE, about, actions: html! {} })
        div.card { (place(view, &own)) }
        (of_link(view))
        @match view.nginx {
            Ok(text) => (card("nginx", &tall_code("nginx", "nginx configuration", text))),
            Err(reason) => (note(Tone::Warning, "There is no configuration yet", &html! {
                p { (reason) }
            })),
        }
        (card("The same, on the command line", &code("command", "Command line", &command)))
    }
}

/// That the addresses are not the usual ones: a link can bring them, and whoever follows it copies them.
fn of_link(view: &ProxyView<'_>) -> Markup {
    let all = [("listen", view.listen, LISTEN), ("upstream", view.upstream, UPSTREAM)];
    let others: Vec<_> = all.into_iter().filter(|(_, value, usual)| value != usual).collect();
    html! {
        @if !others.is_empty() {
            (note(Tone::Warning, "These addresses came with the link to this page", &html! {
                @for (name, value, usual) in others {
                    p { (name) " is " code { (value) } ", and not " code { (usual) } "." }
                }
                p { "Copy the configuration only if it was you who typed them." }
            }))
        }
    }
}

/// Where nginx stands, to be changed.
fn place(view: &ProxyView<'_>, own: &str) -> Markup {
    let fields = html! {
        (Field::text("listen", "nginx listens on").value(view.listen).example(LISTEN))
        (Field::text("upstream", "The API listens on").value(view.upstream).example(UPSTREAM))
        (Button::plain("Show"))
    };
    filters(&format!("{own}/proxy"), "Where nginx stands", &fields)
}

/// What prints the same. A value that a shell could read as more than a word is left out.
fn command(view: &ProxyView<'_>) -> String {
    let is_word = |value: &str| {
        value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_/".contains(&byte))
    };
    let asked = [("--listen", view.listen, LISTEN), ("--upstream", view.upstream, UPSTREAM)];
    let flags = asked.into_iter().filter(|(_, value, usual)| value != usual && is_word(value));
    let flags: String = flags.flat_map(|(flag, value, _)| [" ", flag, " ", value]).collect();
    let product = view.product;
    format!("keystile nginx {product}{flags} > /etc/nginx/conf.d/{product}.conf")
}
