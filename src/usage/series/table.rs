//! The tables of counts over time: adding to them, reading them, and making old counts coarser.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::store::{Fault, Param, Read, Write, params};
use crate::usage::grain::Grain;
use crate::usage::report::{OutcomeCount, TimedCount};

/// One of the tables.
#[derive(Clone, Copy)]
pub(in crate::usage) struct Series {
    name: &'static str,
    /// The column that says whose requests a row counts.
    whose: &'static str,
    /// The column that says how they were answered.
    outcome: &'static str,
    /// The statement that adds to a row; it runs for each count, so it is not put together anew.
    add: &'static str,
}

/// A table by its name and two of its columns; the others are called alike in all.
macro_rules! series {
    ($name:literal, $whose:literal, $outcome:literal) => {
        Series {
            name: $name,
            whose: $whose,
            outcome: $outcome,
            add: concat!(
                "INSERT INTO ",
                $name,
                " (",
                $whose,
                ", grain, at, ",
                $outcome,
                ", requests)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (",
                $whose,
                ", grain, at, ",
                $outcome,
                ")
                 DO UPDATE SET requests = ",
                $name,
                ".requests + ?5"
            ),
        }
    };
}

/// Requests with each key.
pub(in crate::usage) const KEYS: Series = series!("usage_counts", "key", "outcome");

/// Requests with the keys of each workspace.
pub(in crate::usage) const WORKSPACES: Series = series!("usage_workspaces", "workspace", "outcome");

/// Requests for each product that were refused before a key was known.
pub(in crate::usage) const STRANGERS: Series = series!("usage_strangers", "product", "code");

impl Series {
    /// All of them.
    pub(in crate::usage) const ALL: [Self; 3] = [KEYS, WORKSPACES, STRANGERS];

    /// Adds requests to a row.
    pub(in crate::usage) fn add(
        &self,
        tx: &Write<'_>,
        whose: Param<'_>,
        (grain, at): (Grain, Timestamp),
        outcome: &str,
        requests: i64,
    ) -> Result<(), Fault> {
        let row = [whose, grain.seconds().into(), at.into(), outcome.into(), Param::from(requests)];
        tx.execute(self.add, &row).map(drop)
    }

    /// Requests from `since` on, by the `grain` that they were asked in and by outcome.
    pub(in crate::usage) fn by_time(
        &self,
        db: &Read<'_>,
        whose: Param<'_>,
        grain: Grain,
        since: Timestamp,
    ) -> Result<Vec<TimedCount>> {
        let Self { name, whose: column, outcome, .. } = self;
        let select = format!(
            "SELECT at - at % ?3 AS start, {outcome}, CAST(sum(requests) AS BIGINT) FROM {name}
             WHERE {column} = ?1 AND grain IN (60, 3600, 86400) AND at >= ?2
             GROUP BY start, {outcome} ORDER BY start, {outcome}"
        );
        let row = &[whose, since.into(), grain.span().as_millis().into()];
        db.all(&select, row, |row| {
            Ok(TimedCount { at: row.get(0)?, outcome: row.get(1)?, requests: row.get(2)? })
        })
    }

    /// Requests from `since` on by outcome, the most frequent first.
    pub(in crate::usage) fn by_outcome(
        &self,
        db: &Read<'_>,
        whose: Param<'_>,
        since: Timestamp,
    ) -> Result<Vec<OutcomeCount>> {
        let Self { name, whose: column, outcome, .. } = self;
        let select = format!(
            "SELECT {outcome}, CAST(sum(requests) AS BIGINT) AS requests, max(at) FROM {name}
             WHERE {column} = ?1 AND grain IN (60, 3600, 86400) AND at >= ?2
             GROUP BY {outcome} ORDER BY requests DESC, {outcome}"
        );
        db.all(&select, &[whose, since.into()], |row| {
            Ok(OutcomeCount { code: row.get(0)?, requests: row.get(1)?, last_at: row.get(2)? })
        })
    }

    /// Adds up to `rows_max` rows of a grain that begin before `before` to the rows of `coarser`.
    /// Answers how many there were.
    pub(in crate::usage) fn coarsen(
        &self,
        tx: &Write<'_>,
        (grain, coarser): (Grain, Grain),
        before: Timestamp,
        rows_max: i64,
    ) -> Result<usize> {
        let Self { name, whose, outcome, .. } = self;
        let select = format!(
            "SELECT {whose}, at, {outcome}, requests FROM {name}
             WHERE grain = ?1 AND at < ?2 ORDER BY at LIMIT ?3"
        );
        let delete = format!(
            "DELETE FROM {name} WHERE {whose} = ?1 AND grain = ?2 AND at = ?3 AND {outcome} = ?4"
        );
        let rows = tx.all(&select, params![grain.seconds(), before, rows_max], |row| {
            let texts: (String, String) = (row.get(0)?, row.get(2)?);
            Ok::<_, Fault>((texts, row.get::<Timestamp>(1)?, row.get::<i64>(3)?))
        })?;
        for ((whose, outcome), at, requests) in &rows {
            self.add(tx, whose.into(), (coarser, coarser.start(*at)), outcome, *requests)?;
            tx.execute(&delete, params![whose, grain.seconds(), *at, outcome])?;
        }
        Ok(rows.len())
    }

    /// Deletes up to `rows_max` rows of days that begin before `before`; answers how many.
    pub(in crate::usage) fn delete_old(
        &self,
        tx: &Write<'_>,
        before: Timestamp,
        rows_max: i64,
    ) -> Result<usize> {
        let Self { name, whose, outcome, .. } = self;
        let delete = format!(
            "DELETE FROM {name} WHERE ({whose}, grain, at, {outcome}) IN
                (SELECT {whose}, grain, at, {outcome} FROM {name}
                 WHERE grain = 86400 AND at < ?1 LIMIT ?2)"
        );
        Ok(tx.execute(&delete, params![before, rows_max])?)
    }
}
