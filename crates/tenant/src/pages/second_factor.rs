//! The pages on which the log-in tab asks for a second factor.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::qr::{self, Drawing};
use super::render::{code_status, refusing, respond};
use super::time::Time;
use crate::credentials::totp::Secret;
use crate::domain::{AuthorizationRequest, Factor};
use crate::mfa::{AuthenticatorChoices, CodeError, MfaTransaction, OfferedAuthenticator};
use crate::state::AppState;
use crate::store::{NotSent, Push};

#[derive(Template)]
#[template(path = "mfa/push.html")]
struct PushPage<'a> {
    id: &'a str,
    transaction: &'a MfaTransaction,
    push: &'a Push,
    sent: Time,
    expires: Time,
    phone: &'a str,
}

#[derive(Template)]
#[template(path = "mfa/code.html")]
struct CodePage<'a> {
    id: &'a str,
    transaction: &'a MfaTransaction,
    title: &'a str,
    /// A one-time code, and not a recovery code.
    digits: bool,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "mfa/first_app.html")]
struct FirstAppPage<'a> {
    id: &'a str,
    transaction: &'a MfaTransaction,
    setup: AuthenticatorAppSetup,
    error: Option<String>,
}

/// What is asked for; `error` says why the code that was typed there is not accepted.
pub(crate) fn second_factor(
    state: &AppState,
    id: &str,
    transaction: &MfaTransaction,
    error: Option<CodeError>,
) -> Response {
    let MfaTransaction { request, customer, authenticator, .. } = transaction;
    let to = request.form_target();
    let (status, error) = (code_status(error), error.map(|error| error.to_string()));
    match authenticator {
        OfferedAuthenticator::Push(push) => {
            let (sent, expires) = (Time::at(push.sent), Time::at(push.expires));
            let page = PushPage { id, transaction, push, sent, expires, phone: &state.url("phone") };
            respond(StatusCode::OK, &page, to)
        }
        OfferedAuthenticator::Otp | OfferedAuthenticator::RecoveryCode => {
            let digits = matches!(authenticator, OfferedAuthenticator::Otp);
            let title = if digits { "Enter a code from your app" } else { "Enter a recovery code" };
            refusing(status, &CodePage { id, transaction, title, digits, error }, to)
        }
        OfferedAuthenticator::FirstApp(secret) => {
            let setup = AuthenticatorAppSetup::of(secret, &state.name, &customer.email);
            refusing(status, &FirstAppPage { id, transaction, setup, error }, to)
        }
    }
}

pub(super) struct AuthenticatorAppSetup {
    pub(super) drawing: Drawing,
    pub(super) uri: String,
    pub(super) key: String,
}

impl AuthenticatorAppSetup {
    pub(super) fn of(secret: &Secret, tenant: &str, email: &str) -> Self {
        let (uri, key) = (secret.uri(tenant, email), secret.grouped());
        // An e-mail address that is too long for a picture can still be set up by hand.
        let drawing = qr::draw(&uri).unwrap_or_default();
        Self { drawing, uri, key }
    }
}

#[derive(Template)]
#[template(path = "mfa/authenticators.html")]
struct AuthenticatorsPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    choices: &'a AuthenticatorChoices,
    error: Option<String>,
}

/// The authenticators to choose from; `not_sent` says why the phone is not asked.
pub(crate) fn authenticators(
    request: &AuthorizationRequest,
    id: &str,
    csrf_token: &str,
    choices: &AuthenticatorChoices,
    not_sent: Option<NotSent>,
) -> Response {
    let status = match not_sent {
        None => (StatusCode::OK, None),
        Some(NotSent::TooMany { wait } | NotSent::Locked { wait }) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait))
        }
    };
    let page = AuthenticatorsPage { id, csrf_token, choices, error: not_sent.map(|why| why.to_string()) };
    refusing(status, &page, Some(&request.target.redirect_uri))
}
