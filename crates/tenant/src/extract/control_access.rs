//! Who may drive the tenant: a program on this very machine that has the token. A page in a browser may not, whatever name
//! leads it here.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_server::Peer;
use serde_json::json;

use super::log_access::is_here;
use crate::control::Control;
use crate::domain::origin_of;
use crate::state::SharedState;

/// Somebody who has shown the token.
pub(crate) struct Driver {
    pub(crate) control: Arc<Control>,
}

/// Somebody who is where the token may be shown.
pub(crate) struct NearControl {
    control: Arc<Control>,
}

impl FromRequestParts<SharedState> for NearControl {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, Response> {
        let refused = |status, error, why: &str| {
            Err((status, Json(json!({ "error": error, "error_description": why }))).into_response())
        };
        let Some(control) = &state.control else {
            return refused(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.");
        };
        let (headers, peer) = (&parts.headers, parts.extensions.get::<Peer>().copied());
        if !is_here(&state.issuer, headers, peer) {
            let why = "The tenant is driven from the machine that it runs on, and not through a proxy.";
            return refused(StatusCode::FORBIDDEN, "not_loopback", why);
        }
        let origin = origin_of(&state.issuer).unwrap_or_default();
        let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let host = value("host").unwrap_or_default();
        if origin.split_once("://").is_none_or(|(_, authority)| !authority.eq_ignore_ascii_case(host)) {
            let why =
                format!("The tenant is driven under its issuer's own address: {}control/.", state.issuer);
            return refused(StatusCode::MISDIRECTED_REQUEST, "other_host", &why);
        }
        // Browsers add these to what pages ask for, and pages cannot leave them out. Node's fetch says `sec-fetch-mode` alone.
        let is_of_page =
            value("origin").is_some() || value("sec-fetch-site").is_some_and(|site| site != "none");
        if is_of_page {
            return refused(
                StatusCode::FORBIDDEN,
                "from_a_page",
                "The tenant is not driven by pages in a browser.",
            );
        }
        Ok(Self { control: Arc::clone(control) })
    }
}

impl FromRequestParts<SharedState> for Driver {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &SharedState) -> Result<Self, Response> {
        let NearControl { control } = NearControl::from_request_parts(parts, state).await?;
        let sent = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = sent.and_then(|value| value.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        if token.is_some_and(|(_, token)| control.accepts(token.trim())) {
            return Ok(Self { control });
        }
        // RFC 6750, 3: no error code where no token was sent.
        let (challenge, why) = match token {
            None => ("Bearer realm=\"control\"", "Send `Authorization: Bearer` and the token of [control]."),
            Some(_) => {
                ("Bearer realm=\"control\", error=\"invalid_token\"", "This is not the token of [control].")
            }
        };
        let body = Json(json!({ "error": "invalid_token", "error_description": why }));
        Err((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], body).into_response())
    }
}
