//! Text that is copied: commands, configurations, secrets; and text that is wrong somewhere.

use maud::{Markup, Render, html};

use super::icon::Icon;
use crate::source::Diagnostic;

/// Lines to copy. `label` says what they are to those who do not see them.
#[must_use]
pub fn code(id: &str, label: &str, text: &str) -> Markup {
    html! {
        div.code {
            (block(id, label, text))
            (copy_button(id, label))
        }
    }
}

/// Many lines to copy, in a frame of its own height.
#[must_use]
pub fn tall_code(id: &str, label: &str, text: &str) -> Markup {
    html! {
        div.code.tall {
            (block(id, label, text))
            (copy_button(id, label))
        }
    }
}

/// The text scrolls by itself, so it takes focus, and has a name when it does.
fn block(id: &str, label: &str, text: &str) -> Markup {
    html! { pre tabindex="0" role="region" aria-label=(label) { code id=(id) { (text) } } }
}

fn copy_button(id: &str, label: &str) -> Markup {
    html! {
        button.button.small.copy.scripted type="button" data-copy=(id) {
            (Icon::Copy) span { "Copy" } span.hidden { " " (label) }
        }
    }
}

/// A secret, the one time that it is shown. Leaving the page without copying it asks first.
#[must_use]
pub fn secret(label: &str, secret: &str) -> Markup {
    html! {
        div.secret {
            div.field {
                label for="secret" { (label) }
                input #secret type="text" value=(secret) readonly autocomplete="off"
                    spellcheck="false" data-uncopied data-1p-ignore;
            }
            button.button.copy.scripted type="button" data-copy="secret" {
                (Icon::Copy) span { "Copy" }
            }
        }
    }
}

/// One of several texts, of which one is shown.
pub struct Tab<'a> {
    /// Its name.
    pub label: &'a str,
    /// What it shows.
    pub content: Markup,
}

/// Texts of which one is shown: a group of radio buttons, which needs no script.
#[must_use]
pub fn tabs(id: &str, legend: &str, tabs: &[Tab<'_>]) -> Markup {
    html! {
        fieldset.tabs {
            legend.hidden { (legend) }
            @for (place, tab) in tabs.iter().enumerate() {
                @let tab_id = format!("{id}-{place}");
                input type="radio" name=(id) id=(tab_id) checked[place == 0];
                label for=(tab_id) { (tab.label) }
                div { (tab.content) }
            }
        }
    }
}

/// A problem of a file: its place, what is wrong, the line and a caret below it.
impl Render for Diagnostic {
    fn render(&self) -> Markup {
        let (before, marked, after) = self.marked();
        html! {
            div.diagnosis.warning[!self.is_error()] {
                p {
                    @if self.is_error() { (Icon::Error) } @else { (Icon::Warning) }
                    span {
                        code { (self.file) ":" (self.line) ":" (self.column) } " "
                        (self.severity.to_string()) ": " (self.message)
                    }
                }
                @if !self.line_text.is_empty() {
                    pre tabindex="0" role="region" aria-label={ "Line " (self.line) } {
                        i { (self.line) " │ " } (before) mark { (marked) } (after) "\n"
                        i { (blank(&self.line.to_string())) " │ " } (blank(before))
                        span aria-hidden="true" { ("^".repeat(self.width)) }
                    }
                }
            }
        }
    }
}

/// As wide as `text`: a tab above is a tab below.
fn blank(text: &str) -> String {
    text.chars().map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect()
}
