//! `GET /statements`: the movements on the caller's account, month by month. They are more sensitive than the balance, so it
//! takes a second factor that is not old (RFC 9470).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::app::SharedApp;
use super::page_query::{PageQuery, RawPageQuery};
use super::problem::{Code, Problem};
use super::transfer_response::MovementResponse;
use crate::ledger::{Money, Movement, Party};

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 500;

#[derive(Serialize)]
pub(super) struct StatementsResponse {
    account: Party,
    /// Newest first.
    statements: Vec<Statement>,
    /// To be sent as `before` for what is older; nothing on the last page.
    next: Option<String>,
}

/// One month, in UTC, or as much of it as the page has: `opening` and `closing` are what was on the account before the first
/// and after the last of the entries.
#[derive(Serialize)]
struct Statement {
    /// As in `2026-11`.
    id: String,
    /// RFC 3339, full-date.
    from: String,
    to: String,
    opening: Money,
    closing: Money,
    /// Oldest first.
    entries: Vec<MovementResponse>,
}

/// Where a page begins: below a booking, in a month or before it. Written as in `8121.2026-11`.
struct Cursor {
    booking: i64,
    month: Date,
}

impl Cursor {
    const START: Self = Self { booking: i64::MAX, month: Date::MAX };

    fn parse(text: &str) -> Option<Self> {
        let (booking, month) = text.split_once('.')?;
        let booking = booking.parse().ok().filter(|booking| *booking > 0)?;
        Some(Self { booking, month: format!("{month}-01").parse().ok()? })
    }
}

pub(super) async fn get(
    State(app): SharedApp,
    headers: HeaderMap,
    query: RawPageQuery,
) -> Result<Json<StatementsResponse>, Problem> {
    let (_, account) = app.admit_reader(app.authorize_confirmed(&headers).await?).await?;
    let PageQuery { limit, before } = PageQuery::parse(query, DEFAULT_LIMIT, MAX_LIMIT)?;
    let start = match &before {
        None => Cursor::START,
        Some(text) => Cursor::parse(text).ok_or_else(|| {
            Problem::new(Code::MALFORMED_REQUEST, "before must be a `next` of these statements")
        })?,
    };
    // One more than is shown, to know whether there is a next page.
    let mut movements = app.ledger.movements(account.id, limit + 1, start.booking).await?;
    let is_last = movements.len() <= limit as usize;
    movements.truncate(limit as usize);
    let oldest = movements.last().map(|movement| movement.booking).filter(|_| !is_last);
    let mut statements = by_month(movements, start.month);
    let next =
        oldest.zip(statements.last()).map(|(booking, statement)| format!("{booking}.{}", statement.id));
    let current = first_of_month(app.now());
    // The current month is always there. Ids sort as their months do.
    if before.is_none() && statements.first().is_none_or(|newest| newest.id < month_id(current)) {
        statements.insert(0, Statement::open(current, account.balance));
    }
    Ok(Json(StatementsResponse { account: account.party, statements, next }))
}

/// Movements, newest first, as months, newest first, none of them after `latest`.
///
/// Two banks, or two writers, can book in another order than the orders came in: what came in just after the end of a month
/// and was booked before something of that month belongs to it, or the month would be there twice.
fn by_month(movements: Vec<Movement>, mut latest: Date) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for movement in movements {
        latest = first_of_month(movement.booked_at).min(latest);
        if statements.last().is_none_or(|statement| statement.id != month_id(latest)) {
            statements.push(Statement::open(latest, movement.money(movement.balance_after)));
        }
        if let Some(statement) = statements.last_mut() {
            statement.opening = movement.money(movement.balance_after - movement.amount);
            statement.entries.push(MovementResponse::on_statement(movement));
        }
    }
    for statement in &mut statements {
        statement.entries.reverse();
    }
    statements
}

fn first_of_month(seconds: i64) -> Date {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    moment.to_zoned(TimeZone::UTC).date().first_of_month()
}

/// As in `2026-11`.
fn month_id(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

impl Statement {
    fn open(month: Date, balance: Money) -> Self {
        Self {
            id: month_id(month),
            from: month.to_string(),
            to: month.last_of_month().to_string(),
            opening: balance.clone(),
            closing: balance,
            entries: Vec::new(),
        }
    }
}
