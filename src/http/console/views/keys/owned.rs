//! The keys that stay when their owner goes.

use maud::{Markup, html};

use crate::http::ui::parts::{count, counted};
use crate::keys::census::Owned;

/// The live keys that somebody owns, by name.
#[must_use]
pub fn owned(keys: &Owned) -> Markup {
    let more = keys.total.saturating_sub(keys.named.len() as u64);
    html! {
        @if keys.total == 0 { p { "They own no live keys." } }
        @else {
            p { "They own " (counted(keys.total, "live key")) ", which stay good:" }
            ul.plain {
                @for key in &keys.named {
                    li {
                        a href={ "/console/workspaces/" (key.workspace) "/keys/" (key.id) } { (key.name) }
                        " " small.muted { (key.workspace) }
                    }
                }
            }
            @if more > 0 { p.muted { "And " (count(more)) " more." } }
        }
    }
}
