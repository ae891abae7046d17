//! `/userinfo`: the claims of the access token's customer (OIDC Core 5.3). Errors as RFC 6750, 3.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};

use super::control::happens;
use crate::control::{ANOTHER_CUSTOMER, Fault};
use crate::domain::Parameters;
use crate::log::{self, Event, Kind, Refusal, events};
use crate::state::{AppState, Shared};
use crate::tokens::{self, PresentedAccessToken};

/// Why a request has no claims to get (RFC 6750, 3 and 3.1).
#[derive(Debug, Clone, Copy)]
struct UserInfoError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
}

/// A request without a token is told only how to bring one; the code is for the log.
const NO_TOKEN: UserInfoError =
    UserInfoError { status: StatusCode::UNAUTHORIZED, code: "invalid_token", description: "" };
const INVALID_TOKEN: UserInfoError =
    UserInfoError { description: "The access token is expired or not for this endpoint", ..NO_TOKEN };
/// "This was not me" on the phone.
const REPORTED_SESSION: UserInfoError = UserInfoError {
    description: "The customer said on the phone that this session was not theirs",
    ..NO_TOKEN
};
const TWO_TOKENS: UserInfoError = UserInfoError {
    status: StatusCode::BAD_REQUEST,
    code: "invalid_request",
    description: "The access token stands more than once",
};
/// The token is not one of OpenID Connect (OIDC Core 5.3.1).
const NOT_OPENID: UserInfoError = UserInfoError {
    status: StatusCode::FORBIDDEN,
    code: "insufficient_scope",
    description: "The access token needs the scope openid",
};

impl UserInfoError {
    fn challenge(self) -> String {
        let Self { status, code, description } = self;
        if description.is_empty() {
            return "Bearer".to_owned();
        }
        let scope = if status == StatusCode::FORBIDDEN { ", scope=\"openid\"" } else { "" };
        format!("Bearer error=\"{code}\", error_description=\"{description}\"{scope}")
    }
}

/// The token is in the header (RFC 6750, 2.1) or in a posted form (2.2). One in the query (2.3) is not looked at, since
/// addresses are logged.
pub(super) async fn handle(
    State(state): Shared,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = if method == Method::POST && is_form(&headers) { Parameters::parse(&body) } else { None };
    let form = form.unwrap_or_default();
    let sent: Vec<&str> = bearer(&headers).into_iter().chain(form.all("access_token")).collect();
    let mut claims = claims(&state, &sent);
    if let Ok(claims) = &mut claims
        && happens(&state, Fault::UserinfoInvalidSub)
    {
        claims.insert("sub".to_owned(), ANOTHER_CUSTOMER.into());
    }
    record(&state, &sent, claims.as_ref());
    let answer = match claims {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => (error.status, [(header::WWW_AUTHENTICATE, error.challenge())]).into_response(),
    };
    let cors = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate"),
    ];
    (cors, answer).into_response()
}

fn claims(state: &AppState, sent: &[&str]) -> Result<Map<String, Value>, UserInfoError> {
    let token = match sent {
        [] => return Err(NO_TOKEN),
        [token] => token,
        _ => return Err(TWO_TOKENS),
    };
    let claims: PresentedAccessToken = tokens::verify(&state.key, token).ok_or(INVALID_TOKEN)?;
    let for_us = claims.iss == state.issuer && claims.aud.contains(&state.url("userinfo"));
    let customer = state.directory.by_sub(&claims.sub).filter(|_| for_us && state.now() < claims.exp);
    let customer = customer.ok_or(INVALID_TOKEN)?;
    if state.store().sessions.is_reported(&claims.sid, state.now()) {
        return Err(REPORTED_SESSION);
    }
    let granted: Vec<&str> = claims.scope.split(' ').collect();
    if !granted.contains(&"openid") {
        return Err(NOT_OPENID);
    }
    let mut claims = tokens::personal_claims(&customer, &granted);
    claims.insert("sub".to_owned(), customer.sub.as_str().into());
    Ok(claims)
}

/// The name of the scheme has no case.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Records a call of the userinfo endpoint: with the token's own trace when it was answered, else in a trace of its own.
fn record(state: &AppState, sent: &[&str], answer: Result<&Map<String, Value>, &UserInfoError>) {
    let presented: Option<Value> = sent.first().and_then(|token| tokens::verify(&state.key, token));
    let claim = |name| presented.as_ref()?.get(name)?.as_str();
    let who = claim("sub").and_then(|sub| state.directory.by_sub(sub)).map(|customer| events::who(&customer));
    let begin = || state.log.begin(Kind::UserInfo);
    match answer {
        Ok(answer) => {
            let trace = claim("jti").and_then(|jti| state.log.of_token(jti)).unwrap_or_else(begin);
            let claims = answer.keys().cloned().collect();
            trace.record(Event::UserInfo { who, claims, refused: None });
        }
        Err(error) => {
            let description = match sent {
                _ if error.description == REPORTED_SESSION.description => format!("{}.", error.description),
                [] => "No token was sent.".to_owned(),
                [_] => why_no_user_info(state, presented.as_ref()),
                _ => "The token stands more than once.".to_owned(),
            };
            let refused = Some(Refusal { error: error.code.to_owned(), description });
            begin().record(Event::UserInfo { who, claims: Vec::new(), refused });
        }
    }
}

fn why_no_user_info(state: &AppState, presented: Option<&Value>) -> String {
    let Some(claims) = presented else {
        return "What was sent is no token that a key of this tenant has signed.".to_owned();
    };
    let expired = claims.get("exp").and_then(Value::as_u64).filter(|exp| *exp <= state.now());
    let scope = claims.get("scope");
    if scope.is_none() {
        "It is not an access token; it looks like an ID token.".to_owned()
    } else if let Some(expired) = expired {
        format!("The token expired at {}.", log::time::people(1_000 * expired))
    } else if scope.and_then(Value::as_str).is_some_and(|it| !it.split(' ').any(|it| it == "openid")) {
        "The token was granted without the scope openid, so it is one of OAuth alone.".to_owned()
    } else {
        "The token is not for the userinfo endpoint, or its customer is gone.".to_owned()
    }
}
