//! `/userinfo`: the claims of the access token's customer (OIDC Core 5.3). Errors as RFC 6750, 3.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;

use crate::domain::Parameters;
use crate::log::{self, Event, Kind, Refusal, events};
use crate::state::{AppState, Shared};
use crate::tokens::{self, Person, PresentedAccessToken};

#[derive(Serialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    person: Person,
}

/// Why a request has no claims to get (RFC 6750, 3 and 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UserInfoError {
    /// A request without a token is told only how to bring one.
    NoToken,
    InvalidToken,
    TwoTokens,
    /// The token is not one of OpenID Connect (OIDC Core 5.3.1).
    InsufficientScope,
}

impl UserInfoError {
    const fn status(self) -> StatusCode {
        match self {
            Self::NoToken | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::TwoTokens => StatusCode::BAD_REQUEST,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
        }
    }

    /// As the log names it; the one for a request without a token is not in the answer.
    const fn code(self) -> &'static str {
        match self {
            Self::NoToken | Self::InvalidToken => "invalid_token",
            Self::TwoTokens => "invalid_request",
            Self::InsufficientScope => "insufficient_scope",
        }
    }

    const fn challenge(self) -> &'static str {
        match self {
            Self::NoToken => "Bearer",
            Self::InvalidToken => {
                "Bearer error=\"invalid_token\", error_description=\"The access token is expired or not for this endpoint\""
            }
            Self::TwoTokens => {
                "Bearer error=\"invalid_request\", error_description=\"The access token stands more than once\""
            }
            Self::InsufficientScope => {
                "Bearer error=\"insufficient_scope\", error_description=\"The access token needs the scope openid\", scope=\"openid\""
            }
        }
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
    let claims = claims(&state, &sent);
    record(&state, &sent, claims.as_ref().map_err(|error| error.code()));
    let answer = match claims {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => (error.status(), [(header::WWW_AUTHENTICATE, error.challenge())]).into_response(),
    };
    let cors = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate"),
    ];
    (cors, answer).into_response()
}

fn claims(state: &AppState, sent: &[&str]) -> Result<UserInfo, UserInfoError> {
    let token = match sent {
        [] => return Err(UserInfoError::NoToken),
        [token] => token,
        _ => return Err(UserInfoError::TwoTokens),
    };
    let claims: PresentedAccessToken =
        tokens::verify(&state.key, token).ok_or(UserInfoError::InvalidToken)?;
    let for_us = claims.iss == state.issuer && claims.aud.contains(&state.url("userinfo"));
    let customer = state.directory.by_sub(&claims.sub).filter(|_| for_us && state.now() < claims.exp);
    let customer = customer.ok_or(UserInfoError::InvalidToken)?;
    let granted: Vec<&str> = claims.scope.split(' ').collect();
    if !granted.contains(&"openid") {
        return Err(UserInfoError::InsufficientScope);
    }
    Ok(UserInfo { sub: customer.sub.clone(), person: Person::of(customer, &granted) })
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
/// `sent`: every token of the request; `answer`: what was told, or the error code.
fn record(state: &AppState, sent: &[&str], answer: Result<&impl Serialize, &'static str>) {
    let presented: Option<Value> = sent.first().and_then(|token| tokens::verify(&state.key, token));
    let presented = presented.as_ref();
    let sub = presented.and_then(|claims| claims.get("sub")).and_then(Value::as_str);
    let who = sub.and_then(|sub| state.directory.by_sub(sub)).map(|customer| events::who(customer));
    let jti = presented.and_then(|claims| claims.get("jti")).and_then(Value::as_str);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let description = match sent {
                [] => "No token was sent.".to_owned(),
                [_] => why_no_user_info(state, presented),
                _ => "The token stands more than once.".to_owned(),
            };
            let refused = Some(Refusal { error: error.to_owned(), description });
            let event = Event::UserInfo { who, claims: Vec::new(), refused };
            return state.log.begin(Kind::UserInfo).record(event);
        }
    };
    let answer = serde_json::to_value(answer).unwrap_or_default();
    let claims = answer.as_object().map(|claims| claims.keys().cloned().collect()).unwrap_or_default();
    let trace =
        jti.and_then(|jti| state.log.of_token(jti)).unwrap_or_else(|| state.log.begin(Kind::UserInfo));
    trace.record(Event::UserInfo { who, claims, refused: None });
}

fn why_no_user_info(state: &AppState, presented: Option<&Value>) -> String {
    let Some(claims) = presented else {
        return "What was sent is no token that a key of this tenant has signed.".to_owned();
    };
    let expired = claims.get("exp").and_then(Value::as_u64).filter(|exp| *exp <= state.now());
    if claims.get("scope").is_none() {
        "It is not an access token; it looks like an ID token.".to_owned()
    } else if let Some(expired) = expired {
        format!("The token expired at {}.", log::time::people(1_000 * expired))
    } else if claims
        .get("scope")
        .and_then(Value::as_str)
        .is_some_and(|it| !it.split(' ').any(|it| it == "openid"))
    {
        "The token was granted without the scope openid, so it is one of OAuth alone.".to_owned()
    } else {
        "The token is not for the userinfo endpoint, or its customer is gone.".to_owned()
    }
}
