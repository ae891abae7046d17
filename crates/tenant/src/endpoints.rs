//! One file or folder per endpoint; this file is the table of what is where.

mod account;
mod assets;
mod authorize;
mod cancel;
mod continue_log_in;
mod control;
mod discovery;
mod health;
mod jwks;
mod log;
mod log_in;
mod log_out;
mod methods;
mod mfa;
mod oauth;
mod phone;
mod phone_app;
mod phone_messages;
mod phone_pairing;
mod revoke;
mod token;
mod userinfo;

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use crate::domain::MAX_LENGTH;
use crate::extract;
use crate::http;
use crate::language::{Language, Message};
use crate::metrics;
use crate::page_context::t;
use crate::pages;
use crate::persistence::RETRY_AFTER_SECONDS;
use crate::state::{AppState, REQUEST_TIMEOUT, Shared, SharedState};

pub(crate) fn router(state: SharedState) -> Router {
    let navigations_only = || middleware::from_fn_with_state(state.clone(), extract::navigations_only);
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::get).options(http::preflight))
        .route("/.well-known/oauth-authorization-server", get(discovery::get).options(http::preflight))
        .route("/.well-known/jwks.json", get(jwks::get).options(http::preflight))
        .route("/authorize", get(authorize::get).post(authorize::post).layer(navigations_only()))
        .route(
            "/continue",
            get(continue_log_in::forward).post(continue_log_in::forward_form).layer(navigations_only()),
        )
        .route("/u/continue", get(continue_log_in::get).layer(navigations_only()))
        .route("/oauth/token", post(token::post).options(http::preflight_of_web_origins))
        .route("/oauth/revoke", post(revoke::post).options(http::preflight_of_web_origins))
        .route("/u/login", get(log_in::get).post(log_in::post))
        .route("/u/mfa", get(mfa::get))
        .route("/u/mfa/wait", get(mfa::wait))
        .route("/u/mfa/approve", post(mfa::post_approval))
        .route("/u/mfa/code", post(mfa::post_code))
        .route("/u/mfa/ways", get(mfa::get_authenticators))
        .route("/u/mfa/way", post(mfa::post_authenticator))
        .route("/u/methods", get(methods::get).post(methods::post))
        .route("/u/methods/codes", get(methods::codes))
        .route("/u/cancel", post(cancel::post))
        .route("/account", get(account::get).layer(navigations_only()))
        .route("/account/done", get(account::done))
        .route("/phone", get(phone::get))
        .route("/phone/pair", post(phone_pairing::post))
        .route("/phone/wait", get(phone::wait))
        .route("/phone/answer", post(phone::answer))
        .route("/phone/unpair", post(phone::unpair))
        .route("/phone/messages", post(phone_messages::post))
        .route("/phone/requests/{id}", get(phone::request))
        .route("/phone/app.webmanifest", get(phone_app::manifest))
        .route("/phone/worker.js", get(phone_app::worker))
        .route("/phone/offline", get(phone_app::offline))
        .route("/userinfo", get(userinfo::handle).post(userinfo::handle).options(http::preflight))
        .route("/v2/logout", get(log_out::auth0).layer(navigations_only()))
        .route("/u/logout", post(log_out::confirm))
        .route("/oidc/logout", get(log_out::openid).post(log_out::openid_post).layer(navigations_only()))
        .route("/log", get(log::list))
        .route("/log.json", get(log::export))
        .route("/log/wait", get(log::wait))
        .route("/log/{id}", get(log::trace))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/healthz", get(health::ready))
        .route("/assets/{name}", get(assets::get))
        .merge(control::router())
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_LENGTH))
        .layer(middleware::from_fn_with_state(state.clone(), wait_until_persisted))
        .layer(middleware::from_fn_with_state(state.clone(), control::inject))
        .layer(middleware::from_fn_with_state(state.clone(), control::record))
        .layer(middleware::from_fn_with_state(state.clone(), limit_time))
        .layer(middleware::from_fn_with_state(state.clone(), http::in_page_context))
        .layer(middleware::from_fn(http::secure))
        .layer(middleware::from_fn(http_server::record_request))
        .with_state(state)
}

/// Answers when what the answer tells is in the database.
async fn wait_until_persisted(axum::extract::State(state): Shared, request: Request, next: Next) -> Response {
    let caller = Caller::of(&request);
    if let Ok(response) = state.journal.settled(next.run(request)).await {
        return response;
    }
    metrics::response_not_persisted();
    let answer = caller.notice(&state, StatusCode::SERVICE_UNAVAILABLE, "unsaved");
    ([(header::RETRY_AFTER, RETRY_AFTER_SECONDS)], answer).into_response()
}

/// Answers in time, whatever happens behind it.
async fn limit_time(axum::extract::State(state): Shared, request: Request, next: Next) -> Response {
    let caller = Caller::of(&request);
    // A test may ask to wait longer than a page does.
    let waiting = if control::is_control(&request) { control::MAX_WAIT } else { Duration::ZERO };
    tokio::time::timeout(REQUEST_TIMEOUT + waiting, next.run(request))
        .await
        .unwrap_or_else(|_| caller.notice(&state, StatusCode::REQUEST_TIMEOUT, "too_long"))
}

enum Caller {
    Person,
    /// A program that redeems a code or the like, with the headers that say where it is from.
    Script(HeaderMap),
}

impl Caller {
    fn of(request: &Request) -> Self {
        if request.uri().path().starts_with("/oauth/") {
            Self::Script(request.headers().clone())
        } else {
            Self::Person
        }
    }

    /// `what`: a title and a sentence of the catalogue. Scripts are told in English.
    fn notice(&self, state: &AppState, status: StatusCode, what: &str) -> Response {
        let (title, sentence) = (format!("{what}.title"), format!("{what}.sentence"));
        let Self::Script(headers) = self else { return pages::notice(state, status, t(title), t(sentence)) };
        let sentence = Message::new(Language::english(), sentence).to_string();
        // A code of RFC 6749, 4.1.2.1: its section 5.2 has none for such a moment.
        let body = json!({ "error": "temporarily_unavailable", "error_description": sentence });
        let exposed = [(header::ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After")];
        (status, http::for_web_origins(state, headers), exposed, Json(body)).into_response()
    }
}

async fn not_found(axum::extract::State(state): Shared) -> Response {
    pages::notice(&state, StatusCode::NOT_FOUND, t("nothing_here.title"), t("nothing_here.sentence"))
}
