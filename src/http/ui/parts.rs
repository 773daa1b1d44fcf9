//! The parts that nearly every page has: its head, cards, notes, badges, figures.

use maud::{Markup, Render, html};

use super::code::code;
use super::icon::Icon;

/// The head of a page.
#[derive(Clone)]
pub struct Head<'a> {
    /// The pages above it.
    pub crumbs: &'a [Crumb<'a>],
    /// The page's one heading.
    pub title: &'a str,
    /// What it is about, in a line.
    pub about: Markup,
    /// What one comes for: the buttons.
    pub actions: Markup,
}

/// A page above this one.
#[derive(Clone, Copy, Debug)]
pub struct Crumb<'a> {
    /// Its name.
    pub label: &'a str,
    /// Its address.
    pub href: &'a str,
}

impl Render for Head<'_> {
    fn render(&self) -> Markup {
        html! {
            div.head {
                div {
                    (breadcrumbs(self.crumbs))
                    h1 { (self.title) }
                    p { (self.about) }
                }
                div.actions { (self.actions) }
            }
        }
    }
}

/// The way down to this page.
#[must_use]
pub fn breadcrumbs(crumbs: &[Crumb<'_>]) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.crumbs aria-label="Breadcrumbs" {
                ol { @for crumb in crumbs { li { a href=(crumb.href) { (crumb.label) } } } }
            }
        }
    }
}

/// What belongs together, under a heading.
#[must_use]
pub fn card(title: &str, content: &dyn Render) -> Markup {
    titled(title, &"", &html! { div.body { (content) } })
}

/// A card whose content reaches its edges, such as a table; `beside` stands across the heading.
#[must_use]
pub fn titled(title: &str, beside: &dyn Render, content: &dyn Render) -> Markup {
    html! {
        section.card {
            header { h2 { (title) } (beside) }
            (content)
        }
    }
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// Worth a look.
    Accent,
    /// Good.
    Good,
    /// It may become bad.
    Warning,
    /// Bad.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Accent => "accent",
            Self::Good => "ok",
            Self::Warning => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A word or two about how something stands.
#[must_use]
pub fn badge(tone: Tone, label: &str) -> Markup {
    html! { span.badge.(tone.class()) { (label) } }
}

/// Names of scopes, or of other things that are written in code.
#[must_use]
pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Markup {
    html! { span.badges { @for name in names { span.badge.scope { (name) } } } }
}

/// Something to know before the rest of the page.
#[must_use]
pub fn note(tone: Tone, title: &str, more: &dyn Render) -> Markup {
    let (class, icon) = match tone {
        Tone::Plain | Tone::Accent => ("info", Icon::Info),
        Tone::Good => ("ok", Icon::Check),
        Tone::Warning => ("warn", Icon::Warning),
        Tone::Bad => ("bad", Icon::Error),
    };
    html! {
        div.note.(class) role="note" {
            (icon)
            div { strong { (title) } (more) }
        }
    }
}

/// A number that somebody looks for first.
#[derive(Clone, Debug)]
pub struct Figure<'a> {
    /// What is counted.
    pub label: &'a str,
    /// How many.
    pub value: String,
    /// What it is to be compared with; may be empty.
    pub beside: String,
}

/// Figures side by side.
#[must_use]
pub fn figures(figures: &[Figure<'_>]) -> Markup {
    html! {
        dl.figures {
            @for figure in figures {
                div {
                    dt { (figure.label) }
                    dd {
                        (figure.value)
                        @if !figure.beside.is_empty() { " " small { (figure.beside) } }
                    }
                }
            }
        }
    }
}

/// Facts by their names.
#[must_use]
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, fact) in facts { dt { (name) } dd { (fact) } } } }
}

/// Where a list has nothing yet.
#[derive(Clone)]
pub struct Empty<'a> {
    /// A picture of what is missing.
    pub icon: Icon,
    /// That it is missing.
    pub title: &'a str,
    /// What it is, and what it is good for.
    pub about: &'a str,
    /// What to do about it: one primary button.
    pub action: Markup,
    /// The same as a command line.
    pub command: Option<&'a str>,
}

impl Render for Empty<'_> {
    fn render(&self) -> Markup {
        html! {
            div.empty {
                (self.icon)
                h2 { (self.title) }
                p { (self.about) }
                (self.action)
                @if let Some(command) = self.command {
                    p { small { "Or, on the command line:" } }
                    (code("empty-command", "Command line", command))
                }
            }
        }
    }
}

/// The rows of a long list that a page shows.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a, T> {
    /// The rows.
    pub rows: &'a [T],
    /// How many the list has.
    pub total: u64,
    /// Which of them these are.
    pub pager: Pager<'a>,
}

impl<T> Part<'_, T> {
    /// The way to the other rows; nothing where there are none.
    #[must_use]
    pub fn others(&self) -> Markup {
        let is_whole = self.pager.previous.or(self.pager.next).is_none();
        html! { @if !is_whole { (self.pager) } }
    }
}

/// Which part of a long list a page shows.
#[derive(Clone, Copy, Debug)]
pub struct Pager<'a> {
    /// The part in words: "1–50 of 412".
    pub shown: &'a str,
    /// The page before.
    pub previous: Option<&'a str>,
    /// The page after.
    pub next: Option<&'a str>,
}

impl Render for Pager<'_> {
    fn render(&self) -> Markup {
        use super::form::Button;
        html! {
            nav.pager aria-label="Pages" {
                span { (self.shown) }
                span.actions {
                    @if let Some(href) = self.previous {
                        (Button::plain("Previous page").to(href).icon(Icon::Previous).small())
                    }
                    @if let Some(href) = self.next {
                        (Button::plain("Next page").to(href).icon(Icon::Next).small())
                    }
                }
            }
        }
    }
}

/// A number with its thousands apart: `48,100`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number and what it counts: `1 key`, `2 keys`.
#[must_use]
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, expected) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(count(number), expected);
        }
        assert_eq!(counted(1, "key"), "1 key");
        assert_eq!(counted(0, "key"), "0 keys");
    }
}
