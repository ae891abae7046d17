//! The HTTP API: one file per endpoint with its request, response and handler.
//!
//! `app` is what handlers work with, `layers` the middleware of all routes, `problem` every error response.

mod app;
mod balance;
mod health;
mod json_body;
mod layers;
mod openapi;
mod page_query;
mod payees;
mod problem;
mod rate_limiter;
mod statements;
mod timeouts;
mod transfer;
mod transfer_response;
mod transfers;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::{get, post, put};

use crate::config::BankOpenError;
use layers::add_layers;
use problem::{Code, Problem};

pub(crate) use app::{App, timestamp};
pub(crate) use rate_limiter::RateLimiter;

pub(crate) fn router(app: App, allowed_origins: &[HeaderValue]) -> Router {
    let router =
        routes(app).fallback(async || Problem::new(Code::NOT_FOUND, "there is nothing at this address"));
    add_layers(router, allowed_origins)
}

pub(crate) fn api_routes(app: App, allowed_origins: &[HeaderValue]) -> Router {
    add_layers(routes(app), allowed_origins)
}

fn routes(app: App) -> Router {
    Router::new()
        .route("/balance", get(balance::get))
        .route("/statements", get(statements::get))
        .route("/transfer", post(transfer::post))
        .route("/transfers", get(transfers::list))
        .route("/transfers/{id}", get(transfers::one))
        .route("/payees", get(payees::list))
        .route("/payees/verify", post(payees::verify))
        .route("/payees/{iban}", put(payees::put).delete(payees::delete))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/healthz", get(health::ready))
        .route("/openapi.json", get(openapi::get))
        .method_not_allowed_fallback(async || {
            Problem::new(Code::METHOD_NOT_ALLOWED, "this address does not take this method; see Allow")
        })
        .with_state(Arc::new(app))
}

/// An origin as browsers send it (RFC 6454, section 6.2): scheme, host and port, nothing else.
pub(crate) fn parse_origin(text: &str) -> Result<HeaderValue, BankOpenError> {
    let wrong = || BankOpenError::Origin { value: text.to_owned() };
    let url = reqwest::Url::parse(text).map_err(|_| wrong())?;
    if url.origin().ascii_serialization() != text {
        return Err(wrong());
    }
    HeaderValue::from_str(text).map_err(|_| wrong())
}
