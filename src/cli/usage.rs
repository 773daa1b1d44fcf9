//! `keystile usage key ID` and `keystile usage workspace SLUG`

use std::io::IsTerminal as _;
use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::output;
use super::reach::carry_out;
use crate::accounts::Slug;
use crate::clock::{NotASpan, Span};
use crate::error::Result;
use crate::http::control::{By, Command, UsageOf, UsageQuestion};
use crate::id::KeyId;

/// The longest bar of a chart, in characters: it fits beside the numbers in 80 columns.
const BAR_MAX: u64 = 32;

/// A character's eighths, from one to all of them.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

#[derive(Args)]
pub(super) struct Usage {
    #[command(subcommand)]
    of: Of,
}

#[derive(Subcommand)]
enum Of {
    /// Of one key.
    Key {
        id: KeyId,
        #[command(flatten)]
        how: How,
    },
    /// Of all keys of a workspace.
    Workspace {
        slug: Slug,
        #[command(flatten)]
        how: How,
    },
}

#[derive(Args)]
struct How {
    /// How far back, such as `1d`.
    #[arg(long, value_name = "SPAN", default_value = "1d", value_parser = some_time)]
    since: Span,
    /// What requests are told apart by.
    #[arg(long, value_enum, default_value = "hour")]
    by: By,
    /// Print JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV.
    #[arg(long)]
    csv: bool,
}

impl Usage {
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        let (of, how) = match self.of {
            Of::Key { id, how } => (UsageOf::Key(id), how),
            Of::Workspace { slug, how } => (UsageOf::Workspace(slug), how),
        };
        let since_seconds = how.since.as_seconds();
        let question = UsageQuestion { of, since_seconds, by: how.by };
        let told = carry_out(config, Command::Usage(question))?;
        if let (Some(note), false) = (told["note"].as_str(), how.json) {
            eprintln!("keystile: {note}");
        }
        if how.csv {
            return output::text(&csv(&told, how.by));
        }
        let is_chart = std::io::stdout().is_terminal();
        output::answer(&told, how.json, |told| in_words(told, how.by, is_chart))
    }
}

/// A span in which something can have been asked.
fn some_time(text: &str) -> std::result::Result<Span, String> {
    let span: Span = text.parse().map_err(|error: NotASpan| error.to_string())?;
    let is_some = Some(span).filter(|span| !span.is_zero());
    is_some.ok_or_else(|| "that is no time at all: write how far back, such as 1d".to_owned())
}

fn rows(told: &Value) -> &[Value] {
    told["rows"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn in_words(told: &Value, by: By, is_chart: bool) -> String {
    let (of, since) = (output::plain(&told["of"]), output::plain(&told["since"]));
    if rows(told).is_empty() && told["requests"] == 0 {
        return format!(
            "no requests of {of} since {since}: `--since 30d` looks further back, `keystile explain` \
             tells why a request would be refused"
        );
    }
    let columns: &[&str] = match by {
        By::Minute | By::Hour | By::Day => &["at", "allowed", "refused"],
        By::Scope => &["scope", "requests", "last_used_at"],
        By::Code => &["code", "requests"],
    };
    let mut table = output::table(rows(told), columns);
    if is_chart {
        table = with_bars(&table, rows(told));
    }
    let [requests, allowed, refused] =
        ["requests", "allowed", "refused"].map(|name| output::plain(&told[name]));
    format!(
        "{table}\n{requests} requests of {of} since {since}: {allowed} allowed, {refused} refused"
    )
}

/// The table with a bar behind each row.
fn with_bars(table: &str, rows: &[Value]) -> String {
    let counts: Vec<u64> = rows.iter().map(|row| row["requests"].as_u64().unwrap_or(0)).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    let width = table.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let bars = std::iter::once(String::new()).chain(counts.iter().map(|count| bar(*count, most)));
    let line = |(line, bar): (&str, String)| format!("{line:width$}  {bar}").trim_end().to_owned();
    table.lines().zip(bars).map(|it| line(it) + "\n").collect()
}

/// A bar as long as `count` is beside `most`; whatever is not nothing can be seen.
fn bar(count: u64, most: u64) -> String {
    if count == 0 || most == 0 {
        return String::new();
    }
    let eighths = (u128::from(count) * u128::from(BAR_MAX) * 8).div_ceil(u128::from(most));
    let (whole, rest) = (eighths / 8, eighths % 8);
    let mut bar: String = (0..whole).map(|_| EIGHTHS[7]).collect();
    if rest > 0 {
        bar.push(EIGHTHS[rest as usize - 1]);
    }
    bar
}

/// One line for each count. No field holds a comma or a quote: instants, codes and scopes do not.
fn csv(told: &Value, by: By) -> String {
    let plain = output::plain;
    let mut lines = Vec::new();
    match by {
        By::Minute | By::Hour | By::Day => {
            lines.push("at,outcome,requests".to_owned());
            for row in rows(told) {
                let outcomes = row["outcomes"].as_object().into_iter().flatten();
                lines.extend(outcomes.map(|(outcome, requests)| {
                    format!("{},{outcome},{}", plain(&row["at"]), plain(requests))
                }));
            }
        }
        By::Scope => {
            lines.push("scope,requests,last_used_at".to_owned());
            lines.extend(rows(told).iter().map(|row| {
                let [scope, requests, last] =
                    ["scope", "requests", "last_used_at"].map(|name| plain(&row[name]));
                format!("{scope},{requests},{last}")
            }));
        }
        By::Code => {
            lines.push("code,requests".to_owned());
            let line = |row: &Value| format!("{},{}", plain(&row["code"]), plain(&row["requests"]));
            lines.extend(rows(told).iter().map(line));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_count_and_never_invisible() {
        assert_eq!(bar(0, 10), "");
        assert_eq!(bar(10, 10), "█".repeat(32));
        assert_eq!(bar(5, 10), "█".repeat(16));
        assert_eq!(bar(1, 1_000_000), "▏");
        assert_eq!(bar(u64::MAX, u64::MAX).chars().count(), 32);
    }
}
