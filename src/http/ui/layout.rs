//! The frame of every page: its head, its navigation, its main part.

use maud::{DOCTYPE, Markup, html};

use super::icon::Icon;
use super::{assets, nav};

/// What stands in the frame.
pub struct Page<'a> {
    /// The title, which the page's own heading repeats.
    pub title: &'a str,
    /// Who looks at it; nobody on the pages before signing in.
    pub signed_in: Option<SignedIn<'a>>,
    /// The look that they chose.
    pub theme: Theme,
    /// The path of the page, which marks its place in the navigation.
    pub path: &'a str,
    /// What everybody should know first, such as a problem of a plugin file.
    pub banner: Option<Markup>,
    /// The page itself, beginning with its heading.
    pub body: Markup,
}

/// Who looks at a page.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'a> {
    /// Their name, or else their address.
    pub name: &'a str,
    /// Whether they run the instance.
    pub is_operator: bool,
    /// The workspace that they are in.
    pub workspace: Option<Place<'a>>,
    /// What their forms carry.
    pub form_token: &'a str,
}

/// A workspace, as the navigation names it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its name in addresses.
    pub slug: &'a str,
    /// Its name for people.
    pub name: &'a str,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the machine says.
    #[default]
    System,
    /// Light, whatever the machine says.
    Light,
    /// Dark, whatever the machine says.
    Dark,
}

impl Theme {
    /// All of them, as the choice shows them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in forms and in the cookie.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// What the page is marked with; nothing where the machine decides.
    const fn mark(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light | Self::Dark => Some(self.name()),
        }
    }
}

/// The whole document.
#[must_use]
pub fn page(page: &Page<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[page.theme.mark()] {
            (head(page.title))
            body {
                a.skip href="#main" { "Skip to the page" }
                @match &page.signed_in {
                    Some(signed_in) => div.shell { (nav::side(signed_in, page.path)) (main(page)) },
                    None => div.door { header { (brand()) } (main(page)) },
                }
                div #(LAST) .hidden role="status" aria-live="polite" {}
            }
        }
    }
}

/// The last element of a page: what has just happened, for those who hear the page.
const LAST: &str = "live";

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            // Nothing is drawn before all of it is there, so that nothing moves; pages are small.
            link rel="expect" href={ "#" (LAST) } blocking="render";
            title { (title) " · Keystile" }
            link rel="icon" href="data:,";
            link rel="stylesheet" href=(assets::url(assets::STYLE));
            script defer src=(assets::url(assets::SCRIPT)) {}
        }
    }
}

fn main(page: &Page<'_>) -> Markup {
    html! {
        main #main tabindex="-1" {
            @if let Some(banner) = &page.banner { (banner) }
            (page.body)
        }
    }
}

/// The name of the software, which leads home.
pub(super) fn brand() -> Markup {
    html! { a.brand href="/console" { (Icon::Key) "Keystile" } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_found_again_by_its_name() {
        for theme in Theme::ALL {
            assert_eq!(Theme::of_name(theme.name()), Some(theme));
        }
        assert_eq!(Theme::of_name("blue"), None);
    }
}
