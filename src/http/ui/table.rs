//! Tables: a region that scrolls by itself, so that the page never does.

use maud::{Markup, html};

/// A table.
pub struct Table<'a> {
    /// What it lists, for those who do not see the heading above it.
    pub caption: &'a str,
    /// Its columns.
    pub columns: &'a [Column<'a>],
    /// Its rows: `tr` elements.
    pub rows: Markup,
}

/// A column of a table.
#[derive(Clone, Debug, Default)]
pub struct Column<'a> {
    /// Its heading.
    pub label: &'a str,
    /// Whether its cells are numbers, which stand at their end.
    pub is_number: bool,
    /// How the table is sorted by it, and the address that sorts it so.
    pub sort: Option<Sort>,
}

/// How a table is sorted by a column.
#[derive(Clone, Debug)]
pub struct Sort {
    /// The address that sorts by it, or turns the order round.
    pub href: String,
    /// The present order, where the table is sorted by this column.
    pub order: Option<Order>,
}

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

impl Order {
    const fn name(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Ascending => " ↑",
            Self::Descending => " ↓",
        }
    }
}

impl<'a> Column<'a> {
    /// A column of words.
    #[must_use]
    pub const fn words(label: &'a str) -> Self {
        Self { label, is_number: false, sort: None }
    }

    /// A column of numbers.
    #[must_use]
    pub const fn number(label: &'a str) -> Self {
        Self { label, is_number: true, sort: None }
    }

    /// The column, sorted as `sort` says.
    #[must_use]
    pub fn sorted(self, sort: Sort) -> Self {
        Self { sort: Some(sort), ..self }
    }
}

/// The table, in its frame.
#[must_use]
pub fn table(table: &Table<'_>) -> Markup {
    html! {
        div.scroll role="region" aria-label=(table.caption) tabindex="0" {
            table {
                caption.hidden { (table.caption) }
                thead { tr { @for column in table.columns { (heading(column)) } } }
                tbody { (table.rows) }
            }
        }
    }
}

/// The first cell of a row: what the row is about, with its page, and a word below it, if any.
#[must_use]
pub fn row_heading(href: &str, name: &str, below: &str) -> Markup {
    html! {
        th scope="row" {
            a href=(href) { (name) }
            @if !below.is_empty() { small { (below) } }
        }
    }
}

fn heading(column: &Column<'_>) -> Markup {
    let order = column.sort.as_ref().and_then(|sort| sort.order);
    html! {
        th scope="col" .number[column.is_number] aria-sort=[order.map(Order::name)] {
            @match &column.sort {
                Some(sort) => a href=(sort.href) {
                    (column.label) span aria-hidden="true" { (order.map_or("", Order::mark)) }
                },
                None => (column.label),
            }
        }
    }
}
