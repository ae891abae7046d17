//! The pages on which the log-in tab asks for a second factor.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::prompt::PromptView;
use super::qr::{self, Drawing};
use super::reasons;
use super::render::{code_status, refusing, respond};
use super::time::Time;
use crate::credentials::totp::Secret;
use crate::domain::{AuthorizationRequest, Factor};
use crate::language::Message;
use crate::mfa::{AuthenticatorChoices, CodeError, MfaTransaction, OfferedAuthenticator};
use crate::page_context::t;
use crate::state::AppState;
use crate::store::{NotSent, Push};

#[derive(Template)]
#[template(path = "mfa/push.html")]
struct PushPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    prompt: PromptView<'a>,
    manage: bool,
    push: &'a Push,
    /// This browser is the customer's phone as well.
    here: bool,
    sent: Time,
    expires: Time,
    /// Until it is stale, in seconds.
    left: u64,
    phone: &'a str,
}

#[derive(Template)]
#[template(path = "mfa/code.html")]
struct CodePage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    prompt: PromptView<'a>,
    manage: bool,
    email: &'a str,
    title: Message,
    /// A one-time code, and not a recovery code.
    digits: bool,
    /// Why it is not the phone that is asked.
    locked: Option<Message>,
    error: Option<Message>,
}

#[derive(Template)]
#[template(path = "mfa/first_app.html")]
struct FirstAppPage<'a> {
    id: &'a str,
    csrf_token: &'a str,
    prompt: PromptView<'a>,
    manage: bool,
    setup: AuthenticatorAppSetup,
    error: Option<Message>,
}

/// What is asked for; `error` says why the code that was typed there is not accepted. `phone_of`: the customer whose phone
/// this browser is.
pub(crate) fn second_factor(
    state: &AppState,
    id: &str,
    transaction: &MfaTransaction,
    phone_of: Option<&str>,
    error: Option<CodeError>,
) -> Response {
    let MfaTransaction { request, csrf_token, challenge, customer, authenticator, manage, locked } =
        transaction;
    let (prompt, manage) = (PromptView::of(&challenge.prompt), *manage);
    let to = request.form_target();
    let (status, error) = (code_status(error), error.map(reasons::code_error));
    match authenticator {
        OfferedAuthenticator::Push(push) => {
            let here = phone_of == Some(customer.sub.as_str());
            let (sent, expires) = (Time::at(push.sent), Time::at(push.expires));
            let left = push.expires.saturating_sub(state.now());
            let phone = &state.url("phone");
            let page = PushPage { id, csrf_token, prompt, manage, push, here, sent, expires, left, phone };
            respond(StatusCode::OK, &page, to)
        }
        OfferedAuthenticator::Otp | OfferedAuthenticator::RecoveryCode => {
            let digits = matches!(authenticator, OfferedAuthenticator::Otp);
            let title = if digits { t("code.app.title") } else { t("code.recovery.title") };
            let (email, locked) = (customer.email.as_str(), locked.map(reasons::not_sent));
            let page = CodePage { id, csrf_token, prompt, manage, email, title, digits, locked, error };
            refusing(status, &page, to)
        }
        OfferedAuthenticator::FirstApp(secret) => {
            let setup = AuthenticatorAppSetup::of(secret, &state.name, &customer.email);
            refusing(status, &FirstAppPage { id, csrf_token, prompt, manage, setup, error }, to)
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
    choices: Vec<AuthenticatorChoice>,
    error: Option<Message>,
}

struct AuthenticatorChoice {
    /// As the form names it.
    name: &'static str,
    title: Message,
    about: Message,
}

impl AuthenticatorChoice {
    fn all(choices: &AuthenticatorChoices) -> Vec<Self> {
        let choice = |name, title, about| Self { name, title: t(title), about: t(about) };
        let factor = |factor: Factor| match factor {
            Factor::Push => choice(factor.name(), "push.title", "way.push.about"),
            Factor::Otp => choice(factor.name(), "code.app.title", "way.otp.about"),
            Factor::RecoveryCode => choice(factor.name(), "code.recovery.title", "way.recovery.about"),
        };
        let first_app = choices.may_set_up.then(|| choice("first-app", "app.title", "way.first_app.about"));
        let manage = choices.may_manage.then(|| choice("manage", "way.manage", "way.manage.about"));
        choices.others.iter().map(factor).chain(first_app).chain(manage).collect()
    }
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
    let (choices, error) = (AuthenticatorChoice::all(choices), not_sent.map(reasons::not_sent));
    let page = AuthenticatorsPage { id, csrf_token, choices, error };
    refusing(status, &page, Some(&request.target.redirect_uri))
}
