//! Charts: drawings with attributes alone, each with its numbers as a table behind it.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::parts::count;
use super::table::{Column, Table, table};
use crate::clock::Timestamp;

/// Numbers over time.
pub struct Chart<'a> {
    /// What is counted: "Requests per minute".
    pub title: &'a str,
    /// What each bucket's numbers are, three at most, the main one first.
    pub series: &'a [&'a str],
    /// The numbers, the oldest first.
    pub buckets: &'a [Bucket],
    /// How it is drawn.
    pub shape: Shape,
}

/// The numbers of one stretch of time.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// When it begins.
    pub at: Timestamp,
    /// A number for each series.
    pub values: Vec<u64>,
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A bar for each bucket, its series on top of one another.
    Bars,
    /// A line through the first series.
    Line,
}

/// The drawing's own units: its width grows with the buckets, and the page stretches it.
const HEIGHT: u64 = 100;
const STEP: u64 = 10;
const GAP: u64 = 2;

const CLASSES: [&str; 3] = ["first", "second", "third"];

impl Chart<'_> {
    /// The greatest sum of a bucket.
    fn peak(&self) -> u64 {
        let sum = |bucket: &Bucket| bucket.values.iter().sum();
        self.buckets.iter().map(sum).max().unwrap_or(0)
    }

    fn width(&self) -> u64 {
        STEP * self.buckets.len().max(1) as u64
    }

    /// What somebody hears who does not see it.
    fn summary(&self) -> String {
        let total = |place: usize| -> u64 {
            self.buckets.iter().filter_map(|bucket| bucket.values.get(place)).sum()
        };
        let totals: Vec<String> = (self.series.iter().enumerate())
            .map(|(place, name)| format!("{} {}", count(total(place)), name.to_lowercase()))
            .collect();
        format!("{}: {}, at most {} at a time", self.title, totals.join(", "), count(self.peak()))
    }
}

/// The chart.
#[must_use]
pub fn chart(chart: &Chart<'_>) -> Markup {
    let bounds = format!("0 0 {} {HEIGHT}", chart.width());
    html! {
        figure.chart {
            (legend(chart))
            svg viewBox=(bounds) preserveAspectRatio="none" role="img" aria-label=(chart.summary()) {
                @for y in [1, HEIGHT / 2, HEIGHT - 1] {
                    line.grid x1="0" x2=(chart.width()) y1=(y) y2=(y) {}
                }
                @match chart.shape {
                    Shape::Bars => (bars(chart)),
                    Shape::Line => (line(&first_values(chart), chart.peak())),
                }
            }
            (ends(chart))
            details.more {
                summary { "Show as a table" }
                (numbers(chart))
            }
        }
    }
}

/// A small line without numbers, beside the number that it explains.
#[must_use]
pub fn spark(label: &str, values: &[u64]) -> Markup {
    let peak = values.iter().copied().max().unwrap_or(0);
    let bounds = format!("0 0 {} {HEIGHT}", STEP * values.len().max(1) as u64);
    html! {
        svg.spark viewBox=(bounds) preserveAspectRatio="none" role="img" aria-label=(label) {
            path.trace d=(path(values, peak)) {}
        }
    }
}

fn first_values(chart: &Chart<'_>) -> Vec<u64> {
    let first = |bucket: &Bucket| bucket.values.first().copied().unwrap_or(0);
    chart.buckets.iter().map(first).collect()
}

fn legend(chart: &Chart<'_>) -> Markup {
    html! {
        div.legend {
            @for (name, class) in chart.series.iter().zip(CLASSES) {
                span {
                    svg viewBox="0 0 10 10" aria-hidden="true" {
                        rect.(class) width="10" height="10" rx="2" {}
                    }
                    (name)
                }
            }
            span.peak { "Peak " (count(chart.peak())) }
        }
    }
}

fn bars(chart: &Chart<'_>) -> Markup {
    let peak = chart.peak();
    html! {
        @for (place, bucket) in chart.buckets.iter().enumerate() {
            @for (below, (value, class)) in bucket.values.iter().zip(CLASSES).enumerate() {
                @if *value > 0 {
                    @let base: u64 = bucket.values[..below].iter().sum();
                    @let top = height(base + value, peak);
                    rect.(class) x=(place as u64 * STEP) y=(HEIGHT - top)
                        width=(STEP - GAP) height=((top - height(base, peak)).max(1)) {}
                }
            }
        }
    }
}

fn line(values: &[u64], peak: u64) -> Markup {
    let trace = path(values, peak);
    html! {
        path.under d={ (trace) "V" (HEIGHT) "H0Z" } {}
        path.trace d=(trace) {}
    }
}

/// A line through `values`, from the left edge to the right.
fn path(values: &[u64], peak: u64) -> String {
    let mut path = String::new();
    let width = STEP * values.len().max(1) as u64;
    let last = values.len().saturating_sub(1).max(1) as u64;
    for (place, value) in values.iter().enumerate() {
        let command = if place == 0 { 'M' } else { 'L' };
        let (x, y) = (place as u64 * width / last, HEIGHT - height(*value, peak));
        // Writing to a string cannot fail.
        let _ = write!(path, "{command}{x} {y}");
    }
    path
}

/// How high `value` stands; what is more than nothing shows.
fn height(value: u64, peak: u64) -> u64 {
    let exact = u128::from(value) * u128::from(HEIGHT - 2) / u128::from(peak.max(1));
    u64::try_from(exact).unwrap_or(HEIGHT).max(u64::from(value > 0))
}

fn ends(chart: &Chart<'_>) -> Markup {
    let (first, last) = (chart.buckets.first(), chart.buckets.last());
    html! {
        @if let (Some(first), Some(last)) = (first, last) {
            div.span { span { (minute(first.at)) } span { (minute(last.at)) " UTC" } }
        }
    }
}

/// An instant to the minute, as an axis has it.
fn minute(at: Timestamp) -> String {
    let exact = at.to_string();
    exact.get(..16).unwrap_or(&exact).replace('T', " ")
}

fn numbers(chart: &Chart<'_>) -> Markup {
    let mut columns = vec![Column::words("From (UTC)")];
    columns.extend(chart.series.iter().map(|name| Column::number(name)));
    let rows = html! {
        @for bucket in chart.buckets {
            tr {
                td.tight { (minute(bucket.at)) }
                @for value in &bucket.values { td.number { (count(*value)) } }
            }
        }
    };
    html! { div.dense { (table(&Table { caption: chart.title, columns: &columns, rows })) } }
}

/// How much of something is used.
pub struct Gauge<'a> {
    /// What is used: "Requests today".
    pub label: &'a str,
    /// How much.
    pub used: u64,
    /// Of how much; nothing where there is no limit.
    pub limit: Option<u64>,
}

/// A share of a whole, as a bar and in numbers.
#[must_use]
pub fn gauge(gauge: &Gauge<'_>) -> Markup {
    let used = count(gauge.used);
    html! {
        div.gauge {
            span { (gauge.label) }
            @match gauge.limit {
                Some(limit) => {
                    small { (used) " of " (count(limit)) }
                    meter min="0" max=(limit) low=(limit / 4 * 3) high=(limit / 20 * 19) optimum="0"
                        value=(gauge.used.min(limit)) aria-label=(gauge.label) {
                        (used) " of " (count(limit))
                    }
                }
                None => small { (used) ", unlimited" },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_value_fills_the_height_and_a_small_one_shows() {
        assert_eq!(height(0, 1_000), 0);
        assert_eq!(height(1, 1_000_000), 1);
        assert_eq!(height(1_000, 1_000), HEIGHT - 2);
        assert_eq!(height(u64::MAX, u64::MAX), HEIGHT - 2);
    }

    #[test]
    fn a_line_reaches_from_edge_to_edge() {
        assert_eq!(path(&[0, 2, 4], 4), "M0 100L15 51L30 2");
        assert_eq!(path(&[], 1), "");
        assert_eq!(path(&[4], 4), "M0 2");
    }
}
