//! `/userinfo`: the claims of the access token's customer (OIDC Core 5.3). Errors as RFC 6750, 3.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::Shared;
use crate::grant;
use crate::log;
use crate::state;
use crate::tokens::{self, Person, PresentedAccessToken};

#[derive(Serialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    person: Person,
}

/// Why a request has no claims to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UserInfoError {
    /// A request without a token is told only how to bring one.
    NoToken,
    InvalidToken,
}

impl UserInfoError {
    const fn challenge(self) -> &'static str {
        match self {
            Self::NoToken => "Bearer",
            Self::InvalidToken => {
                "Bearer error=\"invalid_token\", error_description=\"The access token is expired or not for this endpoint\""
            }
        }
    }
}

pub(super) async fn handle(State(state): Shared, headers: HeaderMap) -> Response {
    let claims = claims(&state, &headers);
    log::user_info(&state, bearer(&headers), claims.as_ref().ok());
    let answer = match claims {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => {
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, error.challenge())]).into_response()
        }
    };
    let cors = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate"),
    ];
    (cors, answer).into_response()
}

fn claims(state: &state::State, headers: &HeaderMap) -> Result<UserInfo, UserInfoError> {
    let token = bearer(headers).ok_or(UserInfoError::NoToken)?;
    let claims: PresentedAccessToken =
        tokens::verify(&state.key, token).ok_or(UserInfoError::InvalidToken)?;
    let for_us = claims.iss == state.issuer && claims.aud.contains(&state.url("userinfo"));
    let customer = state.directory.by_sub(&claims.sub);
    match customer {
        Some(customer) if for_us && state.now() < claims.exp => {
            let granted: Vec<&str> = claims.scope.split(' ').collect();
            Ok(UserInfo { sub: customer.sub.clone(), person: grant::person(customer, &granted) })
        }
        _ => Err(UserInfoError::InvalidToken),
    }
}

/// RFC 6750, 2.1; the name of the scheme has no case.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
