//! Rows and parameters as our own types, and the two handles through which SQL runs.

use std::borrow::Cow;
use std::cell;
use std::ops::Deref;

use rusqlite::types::{ToSqlOutput, ValueRef};

use super::Fault;
use super::queue::Urgency;
use crate::clock::Timestamp;
use crate::id::{GrantId, InvitationId, KeyId, SessionId, UserId};
use crate::secret::SecretDigest;

/// Statements that run before others may go first: some hundred microseconds.
const STATEMENTS_AT_ONCE: usize = 16;

/// A handle for queries.
pub struct Read<'c> {
    connection: &'c rusqlite::Connection,
}

impl<'c> Read<'c> {
    pub(super) fn new(connection: &'c rusqlite::Connection) -> Self {
        Self { connection }
    }

    /// The first row of a query, if it has any.
    ///
    /// # Errors
    /// See [`Fault`]; also whatever `map` answers.
    pub fn first<T, E: From<Fault>>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Fault::from)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(Fault::from)?;
        match rows.next().map_err(Fault::from)? {
            Some(row) => map(&Row { row, first: 0 }).map(Some),
            None => Ok(None),
        }
    }

    /// Every row of a query; the query itself bounds how many.
    ///
    /// # Errors
    /// See [`Fault`]; also whatever `map` answers.
    pub fn all<T, E: From<Fault>>(
        &self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Fault::from)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(Fault::from)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(Fault::from)? {
            found.push(map(&Row { row, first: 0 })?);
        }
        Ok(found)
    }
}

/// A handle for changes, inside the one writer's transaction.
pub struct Write<'c> {
    read: Read<'c>,
    /// The transaction's instant: it stamps every row that it writes.
    pub now: Timestamp,
    urgency: Urgency,
    /// Statements that were run.
    statements: cell::Cell<usize>,
}

impl<'c> Write<'c> {
    pub(super) fn new(connection: &'c rusqlite::Connection, now: Timestamp) -> Self {
        let (read, statements) = (Read::new(connection), cell::Cell::new(0));
        Self { read, now, urgency: Urgency::Now, statements }
    }

    /// The same for a job of some urgency.
    pub(super) fn at(&self, urgency: Urgency) -> Self {
        Self { urgency, ..Self::new(self.read.connection, self.now) }
    }

    /// Runs one statement; answers how many rows it changed.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<usize, Fault> {
        self.give_way();
        let mut statement = self.read.connection.prepare_cached(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(params))?)
    }

    /// What is not urgent lets other threads go first every few statements, where they wait for this
    /// core: on a machine of one, a request at the gate would wait for a whole slice of time otherwise.
    fn give_way(&self) {
        let run = self.statements.replace(self.statements.get().wrapping_add(1));
        if self.urgency == Urgency::Behind && run.is_multiple_of(STATEMENTS_AT_ONCE) {
            std::thread::yield_now();
        }
    }
}

impl<'c> Deref for Write<'c> {
    type Target = Read<'c>;

    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

/// One row of an answer.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    row: &'r rusqlite::Row<'r>,
    /// The column that is counted as 0.
    first: usize,
}

impl Row<'_> {
    /// The same without its first `columns`: what a join brings is read as a row of its own.
    #[must_use]
    pub fn behind(self, columns: usize) -> Self {
        Self { first: self.first + columns, ..self }
    }

    /// The column at `index`, counted from 0 in the order of the query.
    ///
    /// # Errors
    /// [`Fault::Column`] when it does not hold a `T`.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, Fault> {
        let index = self.first + index;
        let cell = match self.row.get_ref(index)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(_) => return Err(Fault::Column(index)),
            ValueRef::Text(bytes) => {
                Cell::Text(std::str::from_utf8(bytes).map_err(|_| Fault::Column(index))?)
            }
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        };
        T::from_cell(cell).ok_or(Fault::Column(index))
    }
}

/// What stands in one place of a row.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'r> {
    /// Nothing.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(&'r str),
    /// Bytes.
    Bytes(&'r [u8]),
}

/// What can be read from a [`Cell`].
pub trait Column: Sized {
    /// The value, unless the cell holds something else.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Integer(number) = cell { Some(number) } else { None }
    }
}

impl Column for String {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Text(text) = cell { Some(text.to_owned()) } else { None }
    }
}

impl Column for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Bytes(bytes) = cell { Some(bytes.to_vec()) } else { None }
    }
}

impl<const N: usize> Column for [u8; N] {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Bytes(bytes) = cell { bytes.try_into().ok() } else { None }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Null = cell { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

impl Column for Timestamp {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(Self::from_millis)
    }
}

/// Ids are kept as text.
macro_rules! kept_as_text {
    ($($id:ty),*) => { $(
        impl Column for $id {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                if let Cell::Text(text) = cell { text.parse().ok() } else { None }
            }
        }

        impl From<$id> for Param<'_> {
            fn from(id: $id) -> Self {
                Self::Text(Cow::Owned(id.to_string()))
            }
        }
    )* };
}
kept_as_text!(KeyId, UserId, SessionId, InvitationId, GrantId);

impl Column for SecretDigest {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        Column::from_cell(cell).map(Self::from_bytes)
    }
}

/// One numbered parameter of a statement.
#[derive(Clone, Debug)]
pub enum Param<'p> {
    /// Nothing.
    Null,
    /// A number.
    Integer(i64),
    /// A text.
    Text(Cow<'p, str>),
    /// Bytes.
    Bytes(&'p [u8]),
}

/// The numbered parameters of a statement: `params![id, now]` fills `?1` and `?2`.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Param::from($value)),*] };
}
pub(crate) use params;

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// A number of rows; one that is beyond all numbers of rows is all of them.
impl From<usize> for Param<'_> {
    fn from(number: usize) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Param<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Integer(at.as_millis())
    }
}

impl<'p> From<&'p str> for Param<'p> {
    fn from(text: &'p str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'p> From<&'p String> for Param<'p> {
    fn from(text: &'p String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Param<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'p> From<&'p [u8]> for Param<'p> {
    fn from(bytes: &'p [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'p, const N: usize> From<&'p [u8; N]> for Param<'p> {
    fn from(bytes: &'p [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'p> From<&'p SecretDigest> for Param<'p> {
    fn from(digest: &'p SecretDigest) -> Self {
        Self::Bytes(digest.as_bytes())
    }
}

impl<'p, T: Into<Param<'p>>> From<Option<T>> for Param<'p> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
