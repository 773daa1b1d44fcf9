//! Fields of forms: each with its label, its help, and what is wrong with it.
//!
//! A field keeps what was typed. Its id is `field-` and its name, so that an error can lead to it.

use maud::{Markup, Render, html};

/// One line to type in.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    frame: Frame<'a>,
    kind: &'a str,
    value: &'a str,
    placeholder: Option<&'a str>,
    autocomplete: &'a str,
    is_read_only: bool,
}

/// Several lines to type in.
#[derive(Clone, Copy, Debug)]
pub struct TextArea<'a> {
    frame: Frame<'a>,
    value: &'a str,
    placeholder: Option<&'a str>,
}

/// A choice of one out of a few, folded.
#[derive(Clone, Copy, Debug)]
pub struct Select<'a> {
    frame: Frame<'a>,
    options: &'a [Choice<'a>],
    chosen: &'a str,
}

/// Something to choose: in a select, or as a box to tick.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// What the form sends.
    pub value: &'a str,
    /// What people see.
    pub label: &'a str,
    /// What it means; may be empty.
    pub help: &'a str,
}

/// What surrounds every field.
#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    name: &'a str,
    label: &'a str,
    help: Option<&'a str>,
    error: Option<&'a str>,
    is_optional: bool,
}

impl<'a> Frame<'a> {
    const fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, help: None, error: None, is_optional: false }
    }

    fn id(self) -> String {
        format!("field-{}", self.name)
    }

    /// The ids of what describes the field, for those who hear it.
    fn described_by(self) -> Option<String> {
        let help = self.help.map(|_| format!("{}-help", self.id()));
        let error = self.error.map(|_| format!("{}-error", self.id()));
        let ids: Vec<String> = error.into_iter().chain(help).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn is_invalid(self) -> Option<&'static str> {
        self.error.map(|_| "true")
    }

    fn around(self, control: &Markup) -> Markup {
        let id = self.id();
        html! {
            div.field {
                label for=(id) {
                    (self.label)
                    @if self.is_optional { " " span.optional { "(optional)" } }
                }
                (control)
                @if let Some(error) = self.error { p.error id={ (id) "-error" } { (error) } }
                @if let Some(help) = self.help { p.help id={ (id) "-help" } { (help) } }
            }
        }
    }
}

/// The words that every field takes in its making.
macro_rules! framed {
    ($field:ident) => {
        impl<'a> $field<'a> {
            /// With a line below that says what to write.
            #[must_use]
            pub const fn help(mut self, help: &'a str) -> Self {
                self.frame.help = Some(help);
                self
            }

            /// With what was wrong, if anything was.
            #[must_use]
            pub const fn error(mut self, error: Option<&'a str>) -> Self {
                self.frame.error = error;
                self
            }

            /// It may stay empty.
            #[must_use]
            pub const fn optional(mut self) -> Self {
                self.frame.is_optional = true;
                self
            }
        }
    };
}

framed!(Field);
framed!(TextArea);
framed!(Select);

impl<'a> Field<'a> {
    /// A line of text.
    #[must_use]
    pub const fn text(name: &'a str, label: &'a str) -> Self {
        Self::of("text", name, label, "off")
    }

    /// Words to search for.
    #[must_use]
    pub const fn search(name: &'a str, label: &'a str) -> Self {
        Self::of("search", name, label, "off")
    }

    /// An e-mail address, which is also what somebody signs in with.
    #[must_use]
    pub const fn email(name: &'a str, label: &'a str) -> Self {
        Self::of("email", name, label, "username")
    }

    /// The password that somebody has.
    #[must_use]
    pub const fn password(name: &'a str, label: &'a str) -> Self {
        Self::of("password", name, label, "current-password")
    }

    /// A password that somebody chooses.
    #[must_use]
    pub const fn new_password(name: &'a str, label: &'a str) -> Self {
        Self::of("password", name, label, "new-password")
    }

    /// A day.
    #[must_use]
    pub const fn date(name: &'a str, label: &'a str) -> Self {
        Self::of("date", name, label, "off")
    }

    const fn of(kind: &'a str, name: &'a str, label: &'a str, autocomplete: &'a str) -> Self {
        Self {
            frame: Frame::new(name, label),
            kind,
            value: "",
            placeholder: None,
            autocomplete,
            is_read_only: false,
        }
    }

    /// With what is in it already.
    #[must_use]
    pub const fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// With an example, shown while it is empty. It is never the only help.
    #[must_use]
    pub const fn example(mut self, example: &'a str) -> Self {
        self.placeholder = Some(example);
        self
    }

    /// It can be read and marked, but not changed.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.is_read_only = true;
        self
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let frame = self.frame;
        // A search is always optional: to say so would be noise.
        let is_required = !frame.is_optional && !self.is_read_only && self.kind != "search";
        frame.around(&html! {
            input type=(self.kind) id=(frame.id()) name=(frame.name)
                value=[(!self.value.is_empty()).then_some(self.value)]
                placeholder=[self.placeholder] autocomplete=(self.autocomplete)
                spellcheck="false" required[is_required] readonly[self.is_read_only]
                aria-invalid=[frame.is_invalid()] aria-describedby=[frame.described_by()];
        })
    }
}

impl<'a> TextArea<'a> {
    /// An empty one.
    #[must_use]
    pub const fn new(name: &'a str, label: &'a str) -> Self {
        Self { frame: Frame::new(name, label), value: "", placeholder: None }
    }

    /// With what is in it already.
    #[must_use]
    pub const fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// With an example, shown while it is empty. It is never the only help.
    #[must_use]
    pub const fn example(mut self, example: &'a str) -> Self {
        self.placeholder = Some(example);
        self
    }
}

impl Render for TextArea<'_> {
    fn render(&self) -> Markup {
        let frame = self.frame;
        frame.around(&html! {
            textarea id=(frame.id()) name=(frame.name) rows="3" spellcheck="false"
                placeholder=[self.placeholder] required[!frame.is_optional]
                aria-invalid=[frame.is_invalid()] aria-describedby=[frame.described_by()] {
                (self.value)
            }
        })
    }
}

impl<'a> Select<'a> {
    /// A choice among `options`, of which `chosen` is the present one.
    #[must_use]
    pub const fn new(
        name: &'a str,
        label: &'a str,
        options: &'a [Choice<'a>],
        chosen: &'a str,
    ) -> Self {
        Self { frame: Frame::new(name, label), options, chosen }
    }
}

impl Render for Select<'_> {
    fn render(&self) -> Markup {
        let frame = self.frame;
        frame.around(&html! {
            select id=(frame.id()) name=(frame.name) aria-invalid=[frame.is_invalid()]
                aria-describedby=[frame.described_by()] {
                @for option in self.options {
                    option value=(option.value) selected[option.value == self.chosen] {
                        (option.label)
                    }
                }
            }
        })
    }
}

/// How many of a group's boxes can be ticked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Exactly one.
    One,
    /// Any number.
    Many,
}

/// A box to tick, with whatever stands beside its label.
#[derive(Clone)]
pub struct Tickable<'a> {
    /// What it says.
    pub choice: Choice<'a>,
    /// Whether it is ticked.
    pub is_ticked: bool,
    /// Badges behind the label.
    pub badges: Markup,
}

/// A group of boxes under one legend.
#[must_use]
pub fn boxes(name: &str, legend: &Legend<'_>, tick: Tick, list: &[Tickable<'_>]) -> Markup {
    fieldset(name, legend, &ticks(name, tick, list))
}

/// Boxes alone, for groups within a group.
#[must_use]
pub fn ticks(name: &str, tick: Tick, list: &[Tickable<'_>]) -> Markup {
    let kind = if tick == Tick::One { "radio" } else { "checkbox" };
    html! {
        div.choices {
            @for it in list {
                label.choice {
                    input type=(kind) name=(name) value=(it.choice.value) checked[it.is_ticked]
                        required[tick == Tick::One];
                    span { (it.choice.label) " " (it.badges) }
                    @if !it.choice.help.is_empty() { small { (it.choice.help) } }
                }
            }
        }
    }
}

/// What a group of fields is called.
#[derive(Clone, Copy, Debug, Default)]
pub struct Legend<'a> {
    /// Its name.
    pub label: &'a str,
    /// What to choose.
    pub help: Option<&'a str>,
    /// What was wrong with the choice.
    pub error: Option<&'a str>,
}

/// A group of fields under one legend; errors lead to it by `field-` and its name.
#[must_use]
pub fn fieldset(name: &str, legend: &Legend<'_>, fields: &dyn Render) -> Markup {
    let id = format!("field-{name}");
    let described_by = legend.error.map(|_| format!("{id}-error"));
    html! {
        fieldset id=(id) tabindex=[legend.error.map(|_| "-1")] aria-describedby=[described_by] {
            legend { (legend.label) }
            @if let Some(help) = legend.help { p.help { (help) } }
            @if let Some(error) = legend.error { p.error id={ (id) "-error" } { (error) } }
            (fields)
        }
    }
}
