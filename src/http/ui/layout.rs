//! What every page has around it.

use maud::{DOCTYPE, Markup, html};

use crate::http::assets;

/// The colours that somebody has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As their machine has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Whoever looks at a page.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Whether they run this instance.
    pub is_operator: bool,
    /// The workspace that they look at: its slug and its name.
    pub workspace: Option<(&'a str, &'a str)>,
    /// What their forms carry.
    pub form_token: &'a str,
}

/// A page.
pub struct Page<'a> {
    /// Its title.
    pub title: &'a str,
    /// Who looks at it.
    pub signed_in: Option<SignedIn<'a>>,
    /// In which colours.
    pub theme: Theme,
    /// Where it is.
    pub path: &'a str,
    /// What stands above it.
    pub banner: Option<Markup>,
    /// What it says.
    pub body: Markup,
}

/// The whole document.
#[must_use]
pub fn page(page: &Page<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " · Keystile" }
                link rel="stylesheet" href=(assets::url("keystile.css"));
            }
            body {
                @if let Some(banner) = &page.banner { (banner) }
                main { h1 { (page.title) } (page.body) }
            }
        }
    }
}
