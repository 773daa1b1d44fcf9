//! Forms: every act of the dashboard is one, with its fields and what is wrong with them.

use maud::{Markup, Render, html};

use super::icon::Icon;

/// The field that carries the session's form token.
pub const TOKEN_FIELD: &str = "form_token";

/// A form that changes something: it posts its fields, with the token that proves whose they are.
#[must_use]
pub fn post(action: &str, token: &str, body: &dyn Render) -> Markup {
    html! {
        form.stack method="post" action=(action) {
            input type="hidden" name=(TOKEN_FIELD) value=(token);
            (body)
        }
    }
}

/// A form of somebody who has not signed in: there is no session yet whose token it could carry.
#[must_use]
pub fn post_signed_out(action: &str, body: &dyn Render) -> Markup {
    html! { form.stack method="post" action=(action) { (body) } }
}

/// A form that asks for another view of the same page, and changes nothing.
#[must_use]
pub fn filters(action: &str, label: &str, fields: &dyn Render) -> Markup {
    html! { form.filters method="get" action=(action) role="search" aria-label=(label) { (fields) } }
}

/// What is wrong with a form's fields, by their names. An empty name is the form as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Errors<'a>(pub &'a [(&'a str, String)]);

impl<'a> Errors<'a> {
    /// What is wrong with the field `name`.
    #[must_use]
    pub fn of(self, name: &str) -> Option<&'a str> {
        let Self(list) = self;
        list.iter().find(|(field, _)| *field == name).map(|(_, message)| message.as_str())
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// At the top of a form that was refused: each thing that is wrong, with a link to its field.
impl Render for Errors<'_> {
    fn render(&self) -> Markup {
        let Self(list) = self;
        html! {
            @if !list.is_empty() {
                div.note.bad role="alert" {
                    (Icon::Error)
                    div {
                        strong { "Nothing was changed. Please look at:" }
                        ul {
                            @for (field, message) in *list {
                                li {
                                    @if field.is_empty() { (message) }
                                    @else { a href={ "#field-" (field) } { (message) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a button is for, which is how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Primary,
    Plain,
    Quiet,
    Danger,
}

/// A button, or a link that looks like one. Its label begins with a verb.
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    label: &'a str,
    tone: Tone,
    icon: Option<Icon>,
    href: Option<&'a str>,
    value: Option<(&'a str, &'a str)>,
    subject: Option<&'a str>,
    is_small: bool,
}

impl<'a> Button<'a> {
    /// What one comes to the page for: one a page.
    #[must_use]
    pub const fn primary(label: &'a str) -> Self {
        Self::of(label, Tone::Primary)
    }

    /// What else can be done.
    #[must_use]
    pub const fn plain(label: &'a str) -> Self {
        Self::of(label, Tone::Plain)
    }

    /// What seldom needs doing: no frame until one points at it.
    #[must_use]
    pub const fn quiet(label: &'a str) -> Self {
        Self::of(label, Tone::Quiet)
    }

    /// What somebody may be sorry for.
    #[must_use]
    pub const fn danger(label: &'a str) -> Self {
        Self::of(label, Tone::Danger)
    }

    const fn of(label: &'a str, tone: Tone) -> Self {
        Self { label, tone, icon: None, href: None, value: None, subject: None, is_small: false }
    }

    /// With a picture before its label.
    #[must_use]
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// As a link: it leads there, and changes nothing.
    #[must_use]
    pub const fn to(mut self, href: &'a str) -> Self {
        self.href = Some(href);
        self
    }

    /// Its form then also carries `name=value`.
    #[must_use]
    pub const fn value(mut self, name: &'a str, value: &'a str) -> Self {
        self.value = Some((name, value));
        self
    }

    /// What it is done to, for those who hear the button without its row.
    #[must_use]
    pub const fn of_what(mut self, subject: &'a str) -> Self {
        self.subject = Some(subject);
        self
    }

    /// As it stands in a table's row.
    #[must_use]
    pub const fn small(mut self) -> Self {
        self.is_small = true;
        self
    }

    fn class(self) -> String {
        let tone = match self.tone {
            Tone::Primary => " primary",
            Tone::Plain => "",
            Tone::Quiet => " quiet",
            Tone::Danger => " danger",
        };
        format!("button{tone}{}", if self.is_small { " small" } else { "" })
    }
}

impl Render for Button<'_> {
    fn render(&self) -> Markup {
        let content = html! {
            @if let Some(icon) = self.icon { (icon) }
            span { (self.label) }
            @if let Some(subject) = self.subject { span.hidden { " " (subject) } }
        };
        let (name, value) = self.value.unzip();
        html! {
            @match self.href {
                Some(href) => a class=(self.class()) href=(href) { (content) },
                None => button class=(self.class()) name=[name] value=[value] { (content) },
            }
        }
    }
}

/// An act that asks first: closed it is one line, open it says what happens next and has the form.
#[derive(Clone, Copy)]
pub struct Confirm<'a> {
    /// What the form is known by on its page.
    pub id: &'a str,
    /// The act, beginning with a verb.
    pub label: &'a str,
    /// Its picture.
    pub icon: Icon,
    /// What happens next, and whether it can be undone.
    pub consequence: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// The session's form token.
    pub form_token: &'a str,
    /// What must be typed before it is done.
    pub typed: Option<Typed<'a>>,
    /// Why it was not done; the form is then open.
    pub error: Option<&'a str>,
    /// Whether somebody may be sorry for it.
    pub is_dangerous: bool,
}

/// A name that is typed to show that one means it.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// The name.
    pub name: &'a str,
    /// What was wrong with what was typed before; the form is then open.
    pub error: Option<&'a str>,
}

impl Confirm<'_> {
    /// The field that carries the typed name.
    pub const FIELD: &'static str = "confirm";

    /// Where errors lead to; a page has one act at most that asks for a name.
    const ID: &'static str = "field-confirm";
}

/// The act, with whatever further `fields` its form has.
#[must_use]
pub fn confirm(it: &Confirm<'_>, fields: &dyn Render) -> Markup {
    let mistyped = it.typed.and_then(|typed| typed.error);
    let button = if it.is_dangerous { Button::danger(it.label) } else { Button::plain(it.label) };
    let body = html! {
        @if let Some(error) = it.error { p.error { (error) } }
        (fields)
        @if let Some(typed) = it.typed {
            div.field {
                label for=(Confirm::ID) { "Type " strong { (typed.name) } " to confirm" }
                input id=(Confirm::ID) name=(Confirm::FIELD) required autocomplete="off"
                    spellcheck="false" aria-invalid=[mistyped.map(|_| "true")]
                    aria-describedby=[mistyped.map(|_| "confirm-error")];
                @if let Some(error) = mistyped { p.error #confirm-error { (error) } }
            }
        }
        div.actions { (button) }
    };
    html! {
        details #(it.id) .confirm .danger[it.is_dangerous] open[mistyped.or(it.error).is_some()] {
            summary { (it.icon) (it.label) (Icon::Next) }
            div.stack { p { (it.consequence) } (post(it.action, it.form_token, &body)) }
        }
    }
}
