//! The pages on which the log-in tab asks for a second factor.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::qr::{self, Drawing};
use super::render::{code_status, refusing, respond};
use super::time::Time;
use crate::credentials::totp::Secret;
use crate::domain::{AuthorizationRequest, Factor, Payment};
use crate::mfa::{AuthenticatorChoices, CodeError, MfaTransaction, OfferedAuthenticator};
use crate::state::AppState;
use crate::store::{NotSent, Push};

#[derive(Template)]
#[template(path = "mfa/push.html")]
struct PushPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    number: u8,
    sentences: &'a [String],
    payment: Option<&'a Payment>,
    sent: Time,
    expires: Time,
    phone: &'a str,
    manage: bool,
}

#[derive(Template)]
#[template(path = "mfa/code.html")]
struct CodePage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    title: &'a str,
    sentences: &'a [String],
    payment: Option<&'a Payment>,
    /// A one-time code, and not a recovery code.
    digits: bool,
    email: &'a str,
    error: Option<String>,
    manage: bool,
}

#[derive(Template)]
#[template(path = "mfa/first_app.html")]
struct FirstAppPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    sentences: &'a [String],
    payment: Option<&'a Payment>,
    drawing: Drawing,
    uri: String,
    key: String,
    error: Option<String>,
}

/// What is asked for; `error` says why the code that was typed there is not accepted.
pub(crate) fn second_factor(
    state: &AppState,
    id: &str,
    transaction: &MfaTransaction,
    error: Option<CodeError>,
) -> Response {
    let MfaTransaction { request, csrf_token, challenge, customer, authenticator, manage } = transaction;
    let (sentences, payment) = (challenge.prompt.sentences.as_slice(), challenge.prompt.payment.as_ref());
    let (csrf_token, manage) = (csrf_token.as_str(), *manage);
    let to = request.form_target();
    let status = code_status(error);
    let error = error.map(|error| error.to_string());
    match authenticator {
        OfferedAuthenticator::Push(push) => {
            let Push { number, sent, expires, .. } = &**push;
            let (number, sent, expires) = (*number, Time::at(*sent), Time::at(*expires));
            let phone = &state.url("phone");
            let page = PushPage { id, csrf_token, number, sentences, payment, sent, expires, phone, manage };
            respond(StatusCode::OK, &page, to)
        }
        OfferedAuthenticator::Otp | OfferedAuthenticator::RecoveryCode => {
            let digits = matches!(authenticator, OfferedAuthenticator::Otp);
            let title = if digits { "Enter a code from your app" } else { "Enter a recovery code" };
            let email = &customer.email;
            let page = CodePage { id, csrf_token, title, sentences, payment, digits, email, error, manage };
            refusing(status, &page, to)
        }
        OfferedAuthenticator::FirstApp(secret) => {
            let AuthenticatorAppSetup { drawing, uri, key } =
                AuthenticatorAppSetup::of(secret, &state.name, &customer.email);
            let page = FirstAppPage { id, csrf_token, sentences, payment, drawing, uri, key, error };
            refusing(status, &page, to)
        }
    }
}

pub(super) struct AuthenticatorAppSetup {
    pub(super) drawing: Drawing,
    pub(super) uri: String,
    /// In groups of four.
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
    choices: Vec<Choice>,
    error: Option<String>,
}

struct Choice {
    name: &'static str,
    title: &'static str,
    about: &'static str,
}

impl Choice {
    const fn of(factor: Factor) -> Self {
        let (title, about) = match factor {
            Factor::Push => {
                ("Approve on your phone", "Your phone shows the request, and you choose a number.")
            }
            Factor::Otp => ("Enter a code from your app", "Your authenticator app shows six digits."),
            Factor::RecoveryCode => ("Enter a recovery code", "For when phone and app are lost."),
        };
        Self { name: factor.name(), title, about }
    }

    const FIRST_APP: Self = Self {
        name: "first-app",
        title: "Set up an authenticator app",
        about: "You have no app and no paired phone yet. This takes a minute.",
    };
    const MANAGE: Self = Self {
        name: "manage",
        title: "Change my ways to confirm",
        about: "An authenticator app, recovery codes, phones. You confirm this request first, as usual.",
    };
}

/// The authenticators to choose from; `not_sent` says why the phone is not asked.
pub(crate) fn authenticators(
    request: &AuthorizationRequest,
    id: &str,
    csrf_token: &str,
    choices: &AuthenticatorChoices,
    not_sent: Option<NotSent>,
) -> Response {
    let others = choices.others.iter().map(Choice::of);
    let first = choices.may_set_up.then_some(Choice::FIRST_APP);
    let choices = others.chain(first).chain(choices.may_manage.then_some(Choice::MANAGE)).collect();
    let status = match not_sent {
        None => (StatusCode::OK, None),
        Some(NotSent::TooMany { wait } | NotSent::Locked { wait }) => {
            (StatusCode::TOO_MANY_REQUESTS, Some(wait))
        }
    };
    let error = not_sent.map(|why| match why {
        NotSent::TooMany { wait } => {
            let minutes = wait.div_ceil(60);
            format!("Too many requests went to your phone. Use another way, or try again in {minutes} min.")
        }
        NotSent::Locked { wait } => {
            let minutes = wait.div_ceil(60);
            format!("Your phone is not asked now. Use another way, or try again in {minutes} min.")
        }
    });
    refusing(
        status,
        &AuthenticatorsPage { id, csrf_token, choices, error },
        Some(&request.target.redirect_uri),
    )
}
