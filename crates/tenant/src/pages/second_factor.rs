//! The pages on which the log-in tab asks for a second factor.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Time, refusing, respond};
use crate::endpoints::authorize::Request;
use crate::factors::Factor;
use crate::factors::qr::Drawing;
use crate::factors::totp::Secret;
use crate::flow::{CodeError, View, WayView, Ways};
use crate::payment::Payment;
use crate::state::State;
use crate::store::{NotSent, Push};

#[derive(Template)]
#[template(path = "mfa/push.html")]
struct PushPage<'a> {
    id: &'a str,
    form_token: &'a str,
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
    form_token: &'a str,
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
    form_token: &'a str,
    sentences: &'a [String],
    payment: Option<&'a Payment>,
    drawing: Drawing,
    uri: String,
    key: String,
    error: Option<String>,
}

/// The way that is tried; `error` says why the code that was typed there is not accepted.
pub(crate) fn second_factor(state: &State, id: &str, view: &View, error: Option<CodeError>) -> Response {
    let View { request, form_token, challenge, customer, way, manage } = view;
    let (sentences, payment) = (challenge.asked.sentences.as_slice(), challenge.asked.payment.as_ref());
    let (form_token, manage) = (form_token.as_str(), *manage);
    let to = request.leads_to();
    let how = how(error);
    let error = error.map(|error| error.to_string());
    match way {
        WayView::Push(push) => {
            let Push { number, sent, expires, .. } = &**push;
            let (number, sent, expires) = (*number, Time::at(*sent), Time::at(*expires));
            let phone = &state.url("phone");
            let page = PushPage { id, form_token, number, sentences, payment, sent, expires, phone, manage };
            respond(StatusCode::OK, &page, to)
        }
        WayView::Otp | WayView::RecoveryCode => {
            let digits = matches!(way, WayView::Otp);
            let title = if digits { "Enter a code from your app" } else { "Enter a recovery code" };
            let email = &customer.email;
            let page = CodePage { id, form_token, title, sentences, payment, digits, email, error, manage };
            refusing(how, &page, to)
        }
        WayView::FirstApp(secret) => {
            let AppSetUp { drawing, uri, key } = AppSetUp::of(secret, &state.name, &customer.email);
            let page = FirstAppPage { id, form_token, sentences, payment, drawing, uri, key, error };
            refusing(how, &page, to)
        }
    }
}

pub(super) fn how(error: Option<CodeError>) -> (StatusCode, Option<u64>) {
    error.map_or((StatusCode::OK, None), |error| (error.status(), error.retry_after()))
}

/// What an authenticator app needs.
pub(super) struct AppSetUp {
    pub(super) drawing: Drawing,
    pub(super) uri: String,
    /// In groups of four.
    pub(super) key: String,
}

impl AppSetUp {
    pub(super) fn of(secret: &Secret, tenant: &str, email: &str) -> Self {
        let (uri, key) = (secret.uri(tenant, email), secret.grouped());
        // An e-mail address that is too long for a picture can still be set up by hand.
        let drawing = crate::factors::qr::draw(&uri).unwrap_or_default();
        Self { drawing, uri, key }
    }
}

#[derive(Template)]
#[template(path = "mfa/ways.html")]
struct WaysPage<'a> {
    id: &'a str,
    form_token: &'a str,
    ways: Vec<Choice>,
    error: Option<String>,
}

/// One way, as it is offered.
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

/// The ways to choose from; `not_sent` says why the phone is not asked.
pub(crate) fn ways(
    request: &Request,
    id: &str,
    form_token: &str,
    ways: &Ways,
    not_sent: Option<NotSent>,
) -> Response {
    let others = ways.others.iter().map(Choice::of);
    let first = ways.may_set_up.then_some(Choice::FIRST_APP);
    let ways = others.chain(first).chain(ways.may_manage.then_some(Choice::MANAGE)).collect();
    let how = match not_sent {
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
    refusing(how, &WaysPage { id, form_token, ways, error }, Some(&request.to.redirect_uri))
}
