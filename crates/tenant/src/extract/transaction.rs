//! The transaction that a browser means, and the forms of its pages.

use std::convert::Infallible;
use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::parameters::{FormParameters, QueryParameters};
use crate::authorization::{TransactionStage, TransactionSummary, find_transaction};
use crate::domain::Parameters;
use crate::http::{Cookies, cookies, has_valid_csrf_token};
use crate::log::Event;
use crate::pages;
use crate::state::SharedState;
use crate::store::TransactionRef;

/// The transaction that the parameter `state` of the address names.
pub(crate) struct InTransaction(pub(crate) TransactionRef);

impl<S: Sync> FromRequestParts<S> for InTransaction {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let QueryParameters(parameters) = QueryParameters::from_request_parts(parts, state).await?;
        let cookies = Cookies::from_request_parts(parts, state).await?;
        Ok(Self(transaction_ref(&parameters, &cookies)))
    }
}

fn transaction_ref(parameters: &Parameters, cookies: &Cookies) -> TransactionRef {
    let id = parameters.get("state").unwrap_or_default();
    let cookie = cookies.get(&cookies::of_transaction(id)).unwrap_or_default();
    TransactionRef { id: id.to_owned(), cookie: cookie.to_owned() }
}

/// A form of a transaction's page, at the stage that it is for and with its CSRF token checked. At another stage, the
/// browser goes to the page of that.
pub(crate) struct TransactionForm<S> {
    pub(crate) transaction_ref: TransactionRef,
    pub(crate) transaction: TransactionSummary,
    pub(crate) form: Parameters,
    stage: PhantomData<S>,
}

pub(crate) trait FormStage {
    /// The stage that a form is for; nothing means every one whose page has a form.
    const STAGE: Option<TransactionStage>;
    /// A refused form is recorded under this name.
    const RECORDED_AS: Option<&'static str> = None;
}

pub(crate) struct AtLogIn;
pub(crate) struct AtSecondFactor;
pub(crate) struct AtEnrollment;
pub(crate) struct AtAnyForm;

impl FormStage for AtLogIn {
    const STAGE: Option<TransactionStage> = Some(TransactionStage::LogIn);
    const RECORDED_AS: Option<&'static str> = Some("/u/login");
}

impl FormStage for AtSecondFactor {
    const STAGE: Option<TransactionStage> = Some(TransactionStage::SecondFactor);
}

impl FormStage for AtEnrollment {
    const STAGE: Option<TransactionStage> = Some(TransactionStage::Enrollment);
}

impl FormStage for AtAnyForm {
    const STAGE: Option<TransactionStage> = None;
}

impl<S: FormStage> FromRequest<SharedState> for TransactionForm<S> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &SharedState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(cookies) = Cookies::from_request_parts(&mut parts, state).await;
        let headers = parts.headers.clone();
        let form = FormParameters::from_request(Request::from_parts(parts, body), state).await;
        let FormParameters(form) = form.map_err(IntoResponse::into_response)?;
        let transaction_ref = transaction_ref(&form, &cookies);
        let is_for = |stage| S::STAGE.map_or(stage != TransactionStage::Finished, |it| it == stage);
        let transaction = match find_transaction(state, &transaction_ref) {
            Some(transaction) if is_for(transaction.stage) => transaction,
            elsewhere => return Err(pages::elsewhere(state, &transaction_ref, elsewhere.as_ref())),
        };
        if !has_valid_csrf_token(&form, &headers, &transaction.csrf_token) {
            if let Some(form) = S::RECORDED_AS {
                transaction.authorization.trace.record(Event::FormRefused { form: form.to_owned() });
            }
            return Err(pages::forged(state));
        }
        Ok(Self { transaction_ref, transaction, form, stage: PhantomData })
    }
}
