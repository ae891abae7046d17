//! `/payees`: whom a customer pays again, and whether a name belongs to an IBAN.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::app::SharedApp;
use super::json_body::JsonBody;
use super::problem::{Code, Problem};
use crate::auth::Scope;
use crate::ledger::{Iban, NameCheck, Payee, PayeeError};

#[derive(Serialize)]
pub(super) struct PayeeListResponse {
    payees: Vec<Payee>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameBody {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameCheckBody {
    iban: String,
    name: String,
}

type IbanPath = Result<Path<String>, PathRejection>;

pub(super) async fn list(
    State(app): SharedApp,
    headers: HeaderMap,
) -> Result<Json<PayeeListResponse>, Problem> {
    let (customer, _) = app.authorize_reader(&headers).await?;
    Ok(Json(PayeeListResponse { payees: app.ledger.payees(&customer).await? }))
}

/// A saved payee is paid without another look at the IBAN, so saving one takes a second factor.
pub(super) async fn put(
    State(app): SharedApp,
    iban: IbanPath,
    request: Request,
) -> Result<(StatusCode, Json<Payee>), Problem> {
    let caller = app.authorize_confirmed(request.headers()).await?;
    // What is written is limited like an order. The database waits for no body.
    app.order_limiter.admit(&caller.customer, app.clock.now())?;
    let JsonBody(body): JsonBody<NameBody> = axum::RequestExt::extract(request).await?;
    let (customer, _) = app.admit_reader(caller).await?;
    let payee = Payee::parse(&path_text(iban), &body.name)?;
    let is_new = app.ledger.save_payee(&customer, &payee, app.now()).await?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(payee)))
}

/// Afterwards there is none, whether or not there was one.
pub(super) async fn delete(
    State(app): SharedApp,
    headers: HeaderMap,
    iban: IbanPath,
) -> Result<StatusCode, Problem> {
    let (customer, _) = app.authorize_reader(&headers).await?;
    app.order_limiter.admit(&customer, app.clock.now())?;
    let iban = Iban::parse(&path_text(iban)).map_err(PayeeError::from)?;
    app.ledger.delete_payee(&customer, &iban).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Verification of Payee, Regulation (EU) 2024/886. Limited for itself: the answer to a close match tells a name.
pub(super) async fn verify(State(app): SharedApp, request: Request) -> Result<Json<NameCheck>, Problem> {
    let caller = app.tokens.authorize(request.headers(), Scope::ViewBalance, None).await?;
    app.name_check_limiter.admit(&caller.customer, app.clock.now())?;
    let JsonBody(body): JsonBody<NameCheckBody> = axum::RequestExt::extract(request).await?;
    app.admit_reader(caller).await?;
    let payee = Payee::parse(&body.iban, &body.name)?;
    Ok(Json(app.ledger.check_name(&payee).await?))
}

/// What is no text is no IBAN either.
fn path_text(iban: IbanPath) -> String {
    iban.map(|Path(text)| text).unwrap_or_default()
}

impl From<PayeeError> for Problem {
    fn from(error: PayeeError) -> Self {
        let code = match error {
            PayeeError::Iban(_) => Code::INVALID_IBAN,
            PayeeError::Name => Code::INVALID_NAME,
            PayeeError::TooMany => Code::TOO_MANY_PAYEES,
            PayeeError::Ledger(error) => return error.into(),
        };
        Self::new(code, error.to_string())
    }
}
