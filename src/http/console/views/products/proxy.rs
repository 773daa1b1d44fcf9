//! `/products/ID/proxy`: what the proxy in front of the product's API needs.

use maud::{Markup, html};

use crate::http::ui::code::{code, tall_code};
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
    /// The configuration of nginx; the reason where there is none.
    pub nginx: Result<&'a str, &'a str>,
}

/// The page's body.
#[must_use]
pub fn page(view: &ProxyView<'_>) -> Markup {
    let own = format!("/products/{}", view.product);
    let crumbs = [
        Crumb { label: "Products", href: "/products" },
        Crumb { label: view.product_name, href: &own },
    ];
    let command = format!("keystile nginx {} > /etc/nginx/conf.d/{0}.conf", view.product);
    let about = html! { "nginx asks here before it lets a request through to the API." };
    html! {
        (Head { crumbs: &crumbs, title: TITLE, about, actions: html! {} })
        @match view.nginx {
            Ok(text) => (card("nginx", &tall_code("nginx", "nginx configuration", text))),
            Err(reason) => (note(Tone::Warning, "There is no configuration yet", &html! {
                p { (reason) }
            })),
        }
        (card("The same, on the command line", &code("command", "Command line", &command)))
    }
}
