//! `POST /transfer`: money moves, once per id, and the token that allowed it is spent with it.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::body::Body;
use super::common::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use super::json::TransferAnswer;
use super::problem::Code;
use super::{Problem, Shared};
use crate::config::DynamicLinking;
use crate::ledger::{Decision, LedgerError, Order, Outcome, SingleUse};
use crate::object::Object;
use crate::token::{Scope, TokenError};

/// The order as the client sends it. What is misspelt is refused: a wrong guess would move money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderBody {
    payee: String,
    amount: Object<Amount>,
    #[serde(default)]
    reference: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    /// Minor units of ISO 4217.
    amount: i64,
    currency: String,
}

pub(super) async fn post(State(app): Shared, request: Request) -> Result<Response, Problem> {
    // The token comes first: who may not transfer learns nothing about ids, and sends no body that is read.
    let caller = app.tokens.authorize(request.headers(), Scope::TransferFunds).await?;
    // Before the body is read and the books are asked; a repeated order counts too, for it takes as much work.
    app.orders.admit(&caller.customer, app.clock.now())?;
    let jti = caller.token_id.map_err(TokenError::from)?;
    let token = SingleUse { issuer: caller.customer.issuer.clone(), jti };
    let details = caller.details;
    let id = idempotency_key(request.headers())?;
    let Body(body): Body<OrderBody> = axum::RequestExt::extract(request).await?;
    let order = Order {
        id,
        customer: caller.customer,
        payee: body.payee,
        amount: body.amount.0.amount,
        currency: body.amount.0.currency,
        reference: body.reference,
    };
    // Before anything is decided: the right transfer can still be made with this token.
    details.permit(&order, app.dynamic_linking == DynamicLinking::Required)?;
    let decision = app.ledger.decide(&order, &token, app.now()).await;
    metrics::counter!("bank_transfers_total", "outcome" => outcome_label(&decision)).increment(1);
    match decision? {
        Decision::New(outcome) => Ok(answer(outcome)),
        Decision::Replayed(outcome) => {
            let mut response = answer(outcome);
            response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        Decision::KeyReused => Err(Problem::new(
            Code::IdempotencyKeyReused,
            "this Idempotency-Key was sent before with another transfer; choose a new one",
        )),
        Decision::KeyRetired => Err(Problem::new(
            Code::IdempotencyKeyRetired,
            "the bank has said that there is no transfer with this Idempotency-Key, so none is made with it any more; \
             choose a new one",
        )),
        Decision::TokenSpent => Err(Problem::token_spent()),
    }
}

const fn outcome_label(decision: &Result<Decision, LedgerError>) -> &'static str {
    match decision {
        Ok(Decision::New(Ok(_))) => "made",
        Ok(Decision::New(Err(_))) => "refused",
        Ok(Decision::Replayed(_)) => "replayed",
        Ok(Decision::KeyReused) => "key_reused",
        Ok(Decision::KeyRetired) => "key_retired",
        Ok(Decision::TokenSpent) => "token_spent",
        Err(_) => "unknown",
    }
}

/// A function of the stored outcome alone, so that a repeated request gets the same answer to the letter.
fn answer(outcome: Outcome) -> Response {
    match outcome {
        Ok(transfer) => (StatusCode::CREATED, Json(TransferAnswer::for_payer(transfer))).into_response(),
        Err(refusal) => Problem::from(refusal).into_response(),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Uuid, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        let detail =
            "send a UUID of your choice in Idempotency-Key, and the same one when you repeat the request";
        return Err(Problem::new(Code::MissingIdempotencyKey, detail));
    };
    // Hyphenated only (RFC 9562, section 4): the other ways to write one have 32, 38 or 45 characters.
    let uuid =
        value.to_str().ok().filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    match (uuid, values.next()) {
        (Some(uuid), None) => Ok(uuid),
        _ => Err(Problem::new(
            Code::MalformedRequest,
            "Idempotency-Key must be one UUID, as in 7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70",
        )),
    }
}
