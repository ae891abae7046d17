//! `POST /transfer`: money moves, once per id, and the token that allowed it is spent with it.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::app::SharedApp;
use super::json_body::JsonBody;
use super::layers::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use super::problem::{Code, Problem};
use super::transfer_response::TransferResponse;
use crate::auth::{AuthError, Scope};
use crate::config::DynamicLinking;
use crate::json_object::JsonObject;
use crate::ledger::{
    CheckedName, LedgerError, NameCheckResult, Order, TokenId, TransferDecision, TransferOutcome,
    TransferRequest,
};

/// The order as the client sends it. What is misspelt is refused: a wrong guess would move money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderBody {
    payee: String,
    amount: JsonObject<Amount>,
    #[serde(default)]
    reference: String,
    payee_name: Option<String>,
    name_check: Option<NameCheckResult>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    /// Minor units of ISO 4217.
    amount: i64,
    currency: String,
}

pub(super) async fn post(State(app): SharedApp, request: Request) -> Result<Response, Problem> {
    // The token comes first: an unauthorized caller learns nothing about ids, and the body is not read.
    let caller = app.tokens.authorize(request.headers(), Scope::TransferFunds, None).await?;
    // Before the body and the database are read. A repeated order counts too, for it takes as much work.
    app.order_limiter.admit(&caller.customer, app.clock.now())?;
    let jti = caller.token_id.map_err(AuthError::from)?;
    let token = TokenId { issuer: caller.customer.issuer.clone(), jti };
    let details = caller.details;
    let id = parse_idempotency_key(request.headers())?;
    let JsonBody(body): JsonBody<OrderBody> = axum::RequestExt::extract(request).await?;
    let payee_name = match (body.payee_name, body.name_check) {
        (Some(name), Some(check)) => Some(CheckedName { name, check }),
        (None, None) => None,
        _ => {
            let detail = "send payee_name and name_check together, or neither of them";
            return Err(Problem::new(Code::MALFORMED_REQUEST, detail));
        }
    };
    let order = Order {
        id,
        customer: caller.customer,
        payee: body.payee,
        amount: body.amount.0.amount,
        currency: body.amount.0.currency,
        reference: body.reference,
        payee_name,
    };
    // Before anything is decided: the right transfer can still be made with this token.
    details.check(&order, app.dynamic_linking == DynamicLinking::Required)?;
    let decision = app.ledger.decide(TransferRequest { order, token, now: app.now() }).await;
    metrics::counter!("bank_transfers_total", "outcome" => outcome_label(&decision)).increment(1);
    match decision? {
        TransferDecision::New(outcome) => Ok(outcome_response(outcome)),
        TransferDecision::Replayed(outcome) => {
            let mut response = outcome_response(outcome);
            response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        TransferDecision::KeyReused => Err(Problem::new(
            Code::IDEMPOTENCY_KEY_REUSED,
            "this Idempotency-Key was sent before with another transfer; choose a new one",
        )),
        TransferDecision::KeyRetired => Err(Problem::new(
            Code::IDEMPOTENCY_KEY_RETIRED,
            "the bank has said that there is no transfer with this Idempotency-Key, so none is made with it any more; \
             choose a new one",
        )),
        TransferDecision::TokenSpent => Err(Problem::token_spent()),
    }
}

const fn outcome_label(decision: &Result<TransferDecision, LedgerError>) -> &'static str {
    match decision {
        Ok(TransferDecision::New(Ok(_))) => "made",
        Ok(TransferDecision::New(Err(_))) => "refused",
        Ok(TransferDecision::Replayed(_)) => "replayed",
        Ok(TransferDecision::KeyReused) => "key_reused",
        Ok(TransferDecision::KeyRetired) => "key_retired",
        Ok(TransferDecision::TokenSpent) => "token_spent",
        Err(_) => "unknown",
    }
}

/// A function of the stored outcome alone, so that a repeated request gets exactly the same response.
fn outcome_response(outcome: TransferOutcome) -> Response {
    match outcome {
        Ok(transfer) => (StatusCode::CREATED, Json(TransferResponse::for_payer(transfer))).into_response(),
        Err(refusal) => Problem::from(refusal).into_response(),
    }
}

fn parse_idempotency_key(headers: &HeaderMap) -> Result<Uuid, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        let detail =
            "send a UUID of your choice in Idempotency-Key, and the same one when you repeat the request";
        return Err(Problem::new(Code::MISSING_IDEMPOTENCY_KEY, detail));
    };
    // Hyphenated only (RFC 9562, section 4): the other ways to write one have 32, 38 or 45 characters.
    let uuid =
        value.to_str().ok().filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    match (uuid, values.next()) {
        (Some(uuid), None) => Ok(uuid),
        _ => Err(Problem::new(
            Code::MALFORMED_REQUEST,
            "Idempotency-Key must be one UUID, as in 7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70",
        )),
    }
}
