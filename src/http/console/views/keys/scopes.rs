//! A product's scopes as boxes to tick, grouped by what they are about.

use maud::{Markup, html};

use crate::http::ui::field::{Choice, Legend, Tick, Tickable, fieldset, ticks};
use crate::http::ui::parts::{Tone, badge};
use crate::registry::{Scope, Scopes};

/// Segments that say what is done, not what it is done to.
const VERBS: [&str; 14] = [
    "admin", "create", "delete", "edit", "execute", "list", "manage", "read", "run", "send",
    "update", "view", "write", "full",
];

/// Scopes about one thing.
struct Group<'a> {
    about: &'a str,
    scopes: Vec<&'a Scope>,
}

/// What the wildcards are listed under.
const WIDE: &str = "Wide access";

/// What a scope is about: of `read:orders` and of `orders:read` it is `orders`.
fn about(scope: &Scope) -> &str {
    if scope.is_wildcard {
        return WIDE;
    }
    let mut segments = scope.name.split(':');
    let first = segments.next().unwrap_or_default();
    if VERBS.contains(&first) { segments.next().unwrap_or(first) } else { first }
}

/// The scopes that somebody may give, by what they are about, in the order of the file.
fn groups(scopes: &Scopes, is_operator: bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for scope in scopes.iter().filter(|scope| is_operator || !scope.is_admin) {
        let about = about(scope);
        match groups.iter_mut().find(|group| group.about == about) {
            Some(group) => group.scopes.push(scope),
            None => groups.push(Group { about, scopes: vec![scope] }),
        }
    }
    groups
}

/// What somebody chooses from.
#[derive(Clone, Copy)]
pub(super) struct Offered<'a> {
    /// The product's scopes.
    pub(super) scopes: &'a Scopes,
    /// Those that are ticked.
    pub(super) chosen: &'a [&'a str],
    /// Those that the key has, and that the person can neither give nor take away.
    pub(super) kept: &'a [&'a str],
    /// Whether the person may give what only operators may.
    pub(super) is_operator: bool,
    /// What was wrong with the choice.
    pub(super) error: Option<&'a str>,
}

/// The scopes to choose from.
#[must_use]
pub(super) fn choices(offered: &Offered<'_>) -> Markup {
    let Offered { scopes, chosen, is_operator, error, .. } = *offered;
    let help = Some("What the key may do. Choose as little as the program needs.");
    let grouped = html! {
        div.pair {
            @for group in groups(scopes, is_operator) {
                @let list: Vec<_> =
                    group.scopes.iter().map(|scope| tickable(scope, chosen)).collect();
                fieldset { legend { (group.about) } (ticks("scope", Tick::Many, &list)) }
            }
            @if !offered.kept.is_empty() { (kept(offered)) }
        }
    };
    fieldset("scope", &Legend { label: "Scopes", help, error }, &grouped)
}

/// What only an operator gives and takes away: shown, and sent along as it is.
fn kept(offered: &Offered<'_>) -> Markup {
    html! {
        fieldset {
            legend { "Given by an operator" }
            div.choices {
                @for scope in offered.kept.iter().filter_map(|name| offered.scopes.get(name)) {
                    input type="hidden" name="scope" value=(scope.name);
                    label.choice {
                        input type="checkbox" checked disabled;
                        span { (scope.name) " " (badge(Tone::Bad, "Admin only")) }
                        small { (scope.description) }
                    }
                }
            }
            p.help { "The key keeps them. Only an operator gives or takes them away." }
        }
    }
}

fn tickable<'a>(scope: &'a Scope, chosen: &[&str]) -> Tickable<'a> {
    let badges = html! {
        @if scope.is_wildcard { (badge(Tone::Warning, "Wildcard")) " " }
        @if scope.is_admin { (badge(Tone::Bad, "Admin only")) }
    };
    Tickable {
        choice: Choice { value: &scope.name, label: &scope.name, help: &scope.description },
        is_ticked: chosen.contains(&&*scope.name),
        badges,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(name: &str) -> Scope {
        Scope {
            name: name.into(),
            description: String::new(),
            is_admin: name.starts_with("admin:"),
            is_wildcard: name.ends_with('*'),
        }
    }

    #[test]
    fn scopes_stand_together_by_what_they_are_about() {
        for (name, expected) in [
            ("read:orders", "orders"),
            ("orders:read", "orders"),
            ("write:agent", "agent"),
            ("posts:write:own", "posts"),
            ("read", "read"),
            ("read:*", WIDE),
            ("*", WIDE),
        ] {
            assert_eq!(about(&scope(name)), expected, "{name}");
        }
    }

    #[test]
    fn admin_scopes_are_offered_to_operators_alone() {
        let scopes = Scopes::new(vec![scope("read:a"), scope("admin:a"), scope("write:a")]);
        let offered = |is_operator| -> Vec<usize> {
            groups(&scopes, is_operator).iter().map(|group| group.scopes.len()).collect()
        };
        assert_eq!(offered(false), [2]);
        assert_eq!(offered(true), [3]);
    }
}
