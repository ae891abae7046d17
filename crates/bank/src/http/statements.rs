//! `GET /statements`: what came and went on the caller's account, month by month. It tells more than the balance, so it
//! takes a second factor that is not old (RFC 9470).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::json::rfc3339;
use super::{Problem, Shared};
use crate::ledger::{Direction, Money, Movement, Party};
use crate::token::Scope;

/// How old the second factor may be, in seconds: a quarter of an hour.
const MAX_AGE: u64 = 15 * 60;

/// How many months are shown.
const MONTHS: usize = 12;

#[derive(Serialize)]
pub(super) struct Answer {
    account: Party,
    /// Newest first.
    statements: Vec<Statement>,
}

/// One month, in UTC.
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
    entries: Vec<Entry>,
}

/// The other side; the bank itself has no IBAN.
#[derive(Serialize)]
struct Counterparty {
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<String>,
    holder: String,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    direction: &'static str,
    counterparty: Counterparty,
    amount: Money,
    reference: String,
    created_at: String,
    /// What was on the account afterwards.
    balance: Money,
}

pub(super) async fn get(State(app): Shared, headers: HeaderMap) -> Result<Json<Answer>, Problem> {
    let caller = app.tokens.authorize_strongly(&headers, Scope::ViewBalance, MAX_AGE).await?;
    let account = app.ledger.account_of(&caller.customer).await?.ok_or_else(Problem::account_not_found)?;
    let movements = app.ledger.movements(account.id).await?;
    let nothing = Money { amount: 0, currency: account.balance.currency.clone() };
    let statements = by_month(movements, first_of_month(app.now()), nothing);
    Ok(Json(Answer { account: account.party, statements }))
}

/// The months in which something was booked and the current one, newest first. What is booked opens nothing and closes
/// nothing: a month opens with what the one before left.
fn by_month(movements: Vec<Movement>, current: Date, nothing: Money) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut balance = nothing;
    for movement in movements {
        // Two banks, or two writers, can book in another order than the orders came in: what came in just before the end of
        // a month and was booked after something of the next belongs to the next, or the month would be there twice.
        let month = first_of_month(movement.booked_at);
        if statements.last().is_none_or(|last| last.id < name(month)) {
            statements.push(Statement::open(month, balance.clone()));
        }
        balance = movement.balance_after.clone();
        if let Some(statement) = statements.last_mut() {
            statement.closing = balance.clone();
            statement.entries.push(movement.into());
        }
    }
    // Names sort as their months do.
    if statements.last().is_none_or(|last| last.id < name(current)) {
        statements.push(Statement::open(current, balance));
    }
    statements.reverse();
    statements.truncate(MONTHS);
    statements
}

fn first_of_month(seconds: i64) -> Date {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    moment.to_zoned(TimeZone::UTC).date().first_of_month()
}

/// As in `2026-11`.
fn name(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

impl Statement {
    fn open(month: Date, balance: Money) -> Self {
        Self {
            id: name(month),
            from: month.to_string(),
            to: month.last_of_month().to_string(),
            opening: balance.clone(),
            closing: balance,
            entries: Vec::new(),
        }
    }
}

impl From<Movement> for Entry {
    fn from(movement: Movement) -> Self {
        Self {
            id: movement.id,
            direction: match movement.direction {
                Direction::In => "in",
                Direction::Out => "out",
            },
            counterparty: Counterparty { iban: movement.iban, holder: movement.holder },
            amount: movement.amount,
            reference: movement.reference,
            created_at: rfc3339(movement.booked_at),
            balance: movement.balance_after,
        }
    }
}
