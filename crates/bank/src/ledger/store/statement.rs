//! Statements and their values. Nearly every statement has the same text for both databases: `$1` is a placeholder in both.

use std::time::Duration;

use sqlx::database::HasStatementCache;
use sqlx::postgres::PgRow;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Database, Encode, FromRow, Type, query_as};

/// How long the database may take for anything that a customer waits for, once there is a connection. It is enough for one
/// lock that another bank holds for as long as it may, and not for several.
pub(crate) const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// A statement about many things at once. `$1` is a JSON array, and between the two parts of the text comes the table
/// `question`, with the index of each element as its `key`, from 0 on, and the element as its `value`.
macro_rules! for_each_element {
    ($before:literal, $after:literal) => {
        $crate::ledger::store::Sql {
            sqlite: concat!($before, "json_each($1) AS question", $after),
            postgres: concat!(
                $before,
                "(SELECT place - 1 AS key, value FROM json_array_elements($1::text::json) WITH ORDINALITY
                      AS element (value, place)) AS question",
                $after
            ),
        }
    };
}
pub(crate) use for_each_element;

#[derive(Debug, Clone, Copy)]
pub(crate) enum SqlValue<'a> {
    Number(i64),
    Text(&'a str),
}

impl From<i64> for SqlValue<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for SqlValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for SqlValue<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

/// What the rows of both databases can be read as.
pub(crate) trait DatabaseRow:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> DatabaseRow for T where T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

/// `is_cached`: prepared once for each connection.
pub(super) fn query<'q, DB, R>(
    sql: &'static str,
    values: &[SqlValue<'q>],
    is_cached: bool,
) -> QueryAs<'q, DB, R, DB::Arguments>
where
    DB: Database + HasStatementCache,
    R: for<'r> FromRow<'r, DB::Row>,
    i64: Encode<'q, DB> + Type<DB>,
    &'q str: Encode<'q, DB> + Type<DB>,
{
    values.iter().fold(query_as(sql).persistent(is_cached), |query, value| match *value {
        SqlValue::Number(number) => query.bind(number),
        SqlValue::Text(text) => query.bind(text),
    })
}
