//! Long lists, a page at a time.

use std::ops::Range;

use crate::http::ui::address::Address;
use crate::http::ui::parts::{Pager, count};
use crate::http::web::Visit;

/// The field of an address that says which page.
const PAGE: &str = "page";

/// Rows of one page.
pub(super) const ROWS: usize = 50;

/// The page of a list that is asked for, counted from 0. A number that is none is the first.
pub(super) fn number(visit: &Visit<'_>) -> usize {
    number_in(visit.query(PAGE))
}

fn number_in(asked: Option<String>) -> usize {
    let number = asked.and_then(|page| page.parse::<usize>().ok());
    number.unwrap_or(1).clamp(1, 1_000_000) - 1
}

/// One page of a list.
pub(super) struct Paging {
    number: usize,
    shown: String,
    previous: Option<String>,
    next: Option<String>,
}

impl Paging {
    /// The page `number` of a list of `total` rows at `address`; the last one, where there are not as
    /// many.
    pub(super) fn of(address: &Address<'_>, number: usize, total: usize) -> Self {
        Self::by(PAGE, address, number, total)
    }

    /// The page of one of several lists at `address`, whose field `name` says which.
    pub(super) fn of_list(address: &Address<'_>, name: &str, total: usize) -> Self {
        Self::by(name, address, number_in(Some(address.value(name).to_owned())), total)
    }

    fn by(name: &str, address: &Address<'_>, number: usize, total: usize) -> Self {
        let number = number.min(total.saturating_sub(1) / ROWS);
        let range = range(number, total);
        let shown = match total {
            0 => String::new(),
            _ => format!("{}–{} of {}", range.start + 1, range.end, count(total as u64)),
        };
        // The first page is the one without a number.
        let at = |page: usize| {
            let page = if page == 0 { String::new() } else { (page + 1).to_string() };
            address.with(&[(name, &page)])
        };
        let previous = number.checked_sub(1).map(at);
        let next = (range.end < total).then(|| at(number + 1));
        Self { number, shown, previous, next }
    }

    /// The rows of this page.
    pub(super) fn rows<'r, T>(&self, all: &'r [T]) -> &'r [T] {
        &all[range(self.number, all.len())]
    }

    /// Rows before this page.
    pub(super) fn skipped(&self) -> usize {
        self.number * ROWS
    }

    pub(super) fn pager(&self) -> Pager<'_> {
        Pager { shown: &self.shown, previous: self.previous.as_deref(), next: self.next.as_deref() }
    }
}

fn range(number: usize, total: usize) -> Range<usize> {
    let start = (number * ROWS).min(total);
    start..(start + ROWS).min(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lies_within_its_list() {
        let address = Address { path: "/console/people", fields: vec![("q", "a")] };
        let all: Vec<usize> = (0..120).collect();
        for (number, rows, shown, previous, next) in [
            (0, 0..50, "1–50 of 120", None, Some("/console/people?q=a&page=2")),
            (
                1,
                50..100,
                "51–100 of 120",
                Some("/console/people?q=a"),
                Some("/console/people?q=a&page=3"),
            ),
            (9, 100..120, "101–120 of 120", Some("/console/people?q=a&page=2"), None),
        ] {
            let paging = Paging::of(&address, number, all.len());
            assert_eq!(paging.rows(&all), rows.clone().collect::<Vec<_>>());
            assert_eq!(paging.skipped(), rows.start);
            let pager = paging.pager();
            assert_eq!((pager.shown, pager.previous, pager.next), (shown, previous, next));
        }
        assert_eq!(Paging::of(&address, 3, 0).rows::<usize>(&[]), [0; 0]);
    }
}
