//! Refusals counted by their codes, with what to do about each.

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::http::ui::parts::count;
use crate::http::ui::table::{Column, Table, table};
use crate::http::ui::time::time_or_never;

/// How often a code was answered.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// The code, such as `insufficient_scope`.
    pub code: &'a str,
    /// How often.
    pub count: u64,
    /// When last.
    pub last_at: Option<Timestamp>,
}

/// What somebody who runs a caller does about a code.
#[must_use]
pub fn advice(code: &str) -> &'static str {
    match code {
        "invalid_request" => {
            "The proxy and the client disagree: look at the proxy's configuration."
        }
        "missing_credential" => "Send the key in the product's header.",
        "ambiguous_credential" => "Send one key, once.",
        "invalid_key" => "The string is no key of this product: copy it again, whole.",
        "revoked_key" => "A caller still uses an ended secret: give it the new one.",
        "expired_key" => "Extend the expiry, or create another key.",
        "https_required" => "Call by https.",
        "ip_not_allowed" => "Call from an allowed address, or add the range to the key.",
        "wrong_environment" => "Use the host of this key's environment.",
        "ambiguous_path" => "Write the path plainly: no `..`, no `//`, no encoded slashes.",
        "route_not_declared" => "The product declares no such route: look at method and path.",
        "insufficient_scope" => "Give the key the scope that the route needs.",
        "resource_mismatch" => "The key is bound to other ids: use those, or change the binding.",
        "rate_limited" => "Slow down and wait for Retry-After, or choose a larger plan.",
        "quota_exceeded" => "The day's requests are spent until midnight UTC: or a larger plan.",
        _ => "Look into the log of the instance.",
    }
}

/// The codes, as a table; a sentence where there are none.
#[must_use]
pub fn refusals(refused: &[Refused<'_>], now: Timestamp) -> Markup {
    let columns = [
        Column::words("Code"),
        Column::number("Requests"),
        Column::words("Last"),
        Column::words("What to do"),
    ];
    let rows = html! {
        @for it in refused {
            tr {
                th scope="row" { code { (it.code) } }
                td.number { (count(it.count)) }
                td.tight { (time_or_never(it.last_at, now)) }
                td.wide { (advice(it.code)) }
            }
        }
    };
    html! {
        @if refused.is_empty() { div.body { p.muted { "None. Every request passed." } } }
        @else { (table(&Table { caption: "Refusals", columns: &columns, rows })) }
    }
}
