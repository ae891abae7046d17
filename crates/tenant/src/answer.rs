//! Answers to clients: redirects that carry tokens, a code or an error (OIDC Core 3.1.2.5, 3.2.2.5 and 3.2.2.6).

use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;
use serde_json::json;

use crate::config::{Customer, origin_of};
use crate::endpoints::authorize::{Request, ResponseType};
use crate::grant::Grant;
use crate::random;
use crate::scopes;
use crate::state::State;
use crate::store::{IssuedCode, Session};

/// Where an answer goes.
#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    /// One of the client's registered URIs.
    pub(crate) redirect_uri: String,
    /// In which part of it.
    pub(crate) place: Place,
    /// Named in every answer, so that a client of several tenants knows whose it is (RFC 9207).
    pub(crate) issuer: String,
    /// Echoed as it came.
    pub(crate) state: Option<String>,
}

/// The part of the redirect URI that carries an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// After `#`: browsers do not send it to a server.
    Fragment,
    /// After `?`.
    Query,
}

/// The error codes that this tenant sends (RFC 6749, 4.2.2.1, and OIDC Core 3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    AccessDenied,
    InteractionRequired,
    /// RFC 9396, 5.
    InvalidAuthorizationDetails,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    TemporarilyUnavailable,
    UnsupportedResponseType,
}

impl ErrorCode {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }
}

impl Recipient {
    /// The client's front page, for people who should start again there.
    pub(crate) fn home(&self) -> String {
        origin_of(&self.redirect_uri).map_or_else(|| self.redirect_uri.clone(), |origin| format!("{origin}/"))
    }

    pub(crate) fn refuse(&self, error: ErrorCode, description: &str) -> Response {
        let mut answer = Serializer::new(String::new());
        answer.append_pair("error", error.code());
        answer.append_pair("error_description", &printable(description));
        self.send(answer)
    }

    fn send(&self, mut answer: Serializer<'_, String>) -> Response {
        if let Some(state) = &self.state {
            answer.append_pair("state", state);
        }
        answer.append_pair("iss", &self.issuer);
        let separator = match self.place {
            Place::Fragment => '#',
            Place::Query if self.redirect_uri.contains('?') => '&',
            Place::Query => '?',
        };
        Redirect::to(&format!("{}{separator}{}", self.redirect_uri, answer.finish())).into_response()
    }
}

/// RFC 6749, 4.2.2.1: a description has no quotation marks, no backslash and nothing beyond ASCII, and descriptions
/// quote what the client sent.
fn printable(description: &str) -> String {
    let allowed = |letter: &char| matches!(letter, ' '..='~') && *letter != '"' && *letter != '\\';
    description.chars().map(|letter| if letter == '"' { '\'' } else { letter }).filter(allowed).collect()
}

/// What the client asked for. `multi_factor`: the customer has just approved this very request on the phone.
pub(crate) fn grant(
    state: &State,
    request: &Request,
    customer: &Customer,
    session: &Session,
    multi_factor: bool,
) -> Response {
    let now = state.now();
    let scopes = scopes::granted(&request.scopes, request.api.as_deref(), customer);
    let grant = Grant {
        client: request.client.clone(),
        sub: customer.sub.clone(),
        sid: session.sid.clone(),
        // A second factor is an authentication too (OIDC Core 2: when it occurred), and it happened just now.
        auth_time: if multi_factor { now } else { session.auth_time },
        api: request.api.clone(),
        // It rides on what takes a second factor, so that nobody gets it without one.
        payment: request.payment_for(&scopes).filter(|_| multi_factor).cloned(),
        scopes,
        nonce: request.nonce.clone(),
        multi_factor,
    };
    let (client_id, sub, scope) = (&request.client.id, &customer.sub, grant.scope());
    tracing::info!(client_id, sub, scope, multi_factor, "granted");

    let mut answer = Serializer::new(String::new());
    if let ResponseType::Code { challenge } = &request.response {
        let code = random::secret();
        let expires = now + state.lifetimes.code;
        let redirect_uri = request.to.redirect_uri.clone();
        let issued = IssuedCode { grant, challenge: challenge.clone(), redirect_uri, expires };
        state.store().codes.insert(&code, issued, now);
        answer.append_pair("code", &code);
        return request.to.send(answer);
    }
    let access_token = (request.response == ResponseType::IdTokenToken).then(|| grant.access_token(state));
    if let Some(access_token) = &access_token {
        answer.append_pair("access_token", access_token);
        answer.append_pair("token_type", "Bearer");
        answer.append_pair("expires_in", &grant.lifetime(state).to_string());
    }
    answer.append_pair("id_token", &grant.id_token(state, access_token.as_deref()));
    answer.append_pair("scope", &grant.scope());
    if let Some(details) = grant.authorization_details() {
        answer.append_pair("authorization_details", &json!(details).to_string());
    }
    request.to.send(answer)
}
