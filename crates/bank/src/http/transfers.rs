//! `GET /transfers` and `GET /transfers/{id}`: what went from and to the caller's account.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::{TransferAnswer, rfc3339};
use super::problem::Code;
use super::{App, Problem, Shared};
use crate::ledger::{Account, Customer, Direction, Entry, Money, Party, TransferStatus};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

#[derive(Deserialize)]
pub(super) struct Window {
    limit: Option<u32>,
    before: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Question {
    /// Whether an id without a transfer is given up. It is unless the client says otherwise: who believes that there is none
    /// makes another.
    #[serde(default = "yes")]
    retire: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Serialize)]
pub(super) struct Listing {
    transfers: Vec<Item>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Item {
    id: String,
    number: String,
    direction: &'static str,
    counterparty: Party,
    amount: Money,
    reference: String,
    created_at: String,
}

pub(super) async fn list(
    State(app): Shared,
    headers: HeaderMap,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<Listing>, Problem> {
    let (_, account) = account(&app, &headers).await?;
    let Query(window) = window.map_err(|error| Problem::new(Code::MalformedRequest, error.body_text()))?;
    let limit = window.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let detail = format!("limit must be from 1 to {MAX_LIMIT}");
        return Err(Problem::new(Code::MalformedRequest, detail));
    }
    let wrong_cursor = || Problem::new(Code::MalformedRequest, "before must be a `next` of this list");
    let before = window.before.map(|text| Uuid::try_parse(&text)).transpose().map_err(|_| wrong_cursor())?;
    let page = app.ledger.transfers(account.id, limit, before).await?.ok_or_else(wrong_cursor)?;
    Ok(Json(Listing { transfers: page.entries.into_iter().map(Item::from).collect(), next: page.next }))
}

pub(super) async fn one(
    State(app): Shared,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
    question: Result<Query<Question>, QueryRejection>,
) -> Result<Json<TransferAnswer>, Problem> {
    let (customer, account) = account(&app, &headers).await?;
    // What is no UUID is no transfer either, and neither is somebody else's.
    let id = id.ok().and_then(|Path(text)| Uuid::try_parse(&text).ok());
    let id = id.ok_or_else(|| Problem::transfer_not_found(true))?;
    let Query(question) =
        question.map_err(|error| Problem::new(Code::MalformedRequest, error.body_text()))?;
    let mut status = app.ledger.preliminary_status(id, &customer, account.id).await?;
    if question.retire && matches!(status, TransferStatus::NotYetMade) {
        // What is written down for good is limited like orders.
        app.orders.admit(&customer, app.clock.now())?;
        status = app.ledger.final_status(id, &customer, account.id, app.now()).await?;
    }
    let transfer = match status {
        TransferStatus::Made(transfer) => *transfer,
        TransferStatus::Undecided => {
            let detail = "this transfer is being decided; ask again";
            return Err(Problem::new(Code::TimedOut, detail).retry_after(1));
        }
        TransferStatus::NotYetMade => return Err(Problem::transfer_not_found(false)),
        TransferStatus::NotMade => return Err(Problem::transfer_not_found(true)),
    };
    if transfer.payer == account.party {
        Ok(Json(TransferAnswer::for_payer(transfer)))
    } else if transfer.payee == account.party {
        Ok(Json(TransferAnswer::for_payee(transfer)))
    } else {
        Err(Problem::transfer_not_found(true))
    }
}

async fn account(app: &App, headers: &HeaderMap) -> Result<(Customer, Account), Problem> {
    let caller = app.admit_reader(headers).await?;
    let account = app.ledger.account_of(&caller.customer).await?.ok_or_else(Problem::account_not_found)?;
    Ok((caller.customer, account))
}

impl From<Entry> for Item {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            number: entry.number,
            direction: match entry.direction {
                Direction::In => "in",
                Direction::Out => "out",
            },
            counterparty: entry.counterparty,
            amount: entry.amount,
            reference: entry.reference,
            created_at: rfc3339(entry.created_at),
        }
    }
}
