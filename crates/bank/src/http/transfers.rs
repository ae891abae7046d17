//! `GET /transfers` and `GET /transfers/{id}`: what went from and to the caller's account.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::app::SharedApp;
use super::page_query::{PageQuery, RawPageQuery};
use super::problem::{Code, Problem};
use super::transfer_response::{MovementResponse, TransferResponse};
use crate::ledger::{Direction, SearchWords, TransferFilter, TransferStatus};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;
/// As long as a reference: each word is looked for in thousands of transfers.
const MAX_QUERY_LENGTH: usize = 140;

#[derive(Deserialize)]
pub(super) struct StatusParameters {
    /// Whether an id without a transfer is retired. That is the default, because a client that believes that there is none makes
    /// another.
    #[serde(default = "yes")]
    retire: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Serialize)]
pub(super) struct TransferListResponse {
    transfers: Vec<MovementResponse>,
    next: Option<String>,
}

/// What is looked for. Days are in UTC, both included.
#[derive(Deserialize)]
pub(super) struct FilterParameters {
    #[serde(default)]
    query: String,
    direction: Option<Direction>,
    from: Option<Date>,
    to: Option<Date>,
}

impl From<FilterParameters> for TransferFilter {
    fn from(FilterParameters { query, direction, from, to }: FilterParameters) -> Self {
        let start = from.map_or(i64::MIN, start_of_day);
        // A day without a next one is the last one that there is.
        let end = to.and_then(|day| day.tomorrow().ok()).map_or(i64::MAX, start_of_day);
        Self { words: SearchWords::from(query.as_str()), direction, booked_at: start..end }
    }
}

/// A day that is beyond all timestamps is before or after everything.
fn start_of_day(day: Date) -> i64 {
    let beyond = if day.year() < 0 { i64::MIN } else { i64::MAX };
    day.to_zoned(TimeZone::UTC).map_or(beyond, |midnight| midnight.timestamp().as_second())
}

pub(super) async fn list(
    State(app): SharedApp,
    headers: HeaderMap,
    query: RawPageQuery,
    filter: Result<Query<FilterParameters>, QueryRejection>,
) -> Result<Json<TransferListResponse>, Problem> {
    let (_, account) = app.authorize_reader(&headers).await?;
    let PageQuery { limit, before } = PageQuery::parse(query, DEFAULT_LIMIT, MAX_LIMIT)?;
    let malformed = |detail| Problem::new(Code::MALFORMED_REQUEST, detail);
    let Query(filter) = filter.map_err(|error| malformed(error.body_text()))?;
    if filter.query.chars().count() > MAX_QUERY_LENGTH {
        return Err(malformed(format!("query must have at most {MAX_QUERY_LENGTH} characters")));
    }
    let wrong_cursor = || Problem::new(Code::MALFORMED_REQUEST, "before must be a `next` of this list");
    let before = before.map(|text| Uuid::try_parse(&text)).transpose().map_err(|_| wrong_cursor())?;
    let page =
        app.ledger.transfers(account.id, limit, before, &filter.into()).await?.ok_or_else(wrong_cursor)?;
    let transfers = page.transfers.into_iter().map(MovementResponse::in_list).collect();
    Ok(Json(TransferListResponse { transfers, next: page.next }))
}

pub(super) async fn one(
    State(app): SharedApp,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<StatusParameters>, QueryRejection>,
) -> Result<Json<TransferResponse>, Problem> {
    let (customer, account) = app.authorize_reader(&headers).await?;
    // An id that is no UUID has no transfer, like an id of another customer's.
    let id = id.ok().and_then(|Path(text)| Uuid::try_parse(&text).ok());
    let id = id.ok_or_else(|| Problem::transfer_not_found(true))?;
    let Query(query) = query.map_err(|error| Problem::new(Code::MALFORMED_REQUEST, error.body_text()))?;
    let mut status = app.ledger.preliminary_status(id, &customer, account.id).await?;
    if query.retire && matches!(status, TransferStatus::NotYetMade) {
        // A retired id is written for good, so it is limited like an order.
        app.order_limiter.admit(&customer, app.clock.now())?;
        status = app.ledger.final_status(id, &customer, account.id, app.now()).await?;
    }
    let transfer = match status {
        TransferStatus::Made(transfer) => *transfer,
        TransferStatus::Undecided => {
            let detail = "this transfer is being decided; ask again";
            return Err(Problem::new(Code::TIMED_OUT, detail).retry_after(1));
        }
        TransferStatus::NotYetMade => return Err(Problem::transfer_not_found(false)),
        TransferStatus::NotMade => return Err(Problem::transfer_not_found(true)),
    };
    if transfer.payer() == account.party {
        Ok(Json(TransferResponse::for_payer(transfer)))
    } else if transfer.payee() == account.party {
        Ok(Json(TransferResponse::for_payee(transfer)))
    } else {
        Err(Problem::transfer_not_found(true))
    }
}
