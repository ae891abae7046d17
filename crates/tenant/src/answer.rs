//! Answers to clients: redirects whose fragment carries tokens or an error (OIDC Core 3.2.2.5 and 3.2.2.6).

use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;

use crate::config::{Customer, origin_of};
use crate::endpoints::authorize::Request;
use crate::random;
use crate::scopes::{self, MULTI_FACTOR};
use crate::state::State;
use crate::store::Session;
use crate::tokens::{self, AccessToken, IdToken, Person};

/// Where an answer goes.
#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    /// One of the client's registered URIs.
    pub(crate) redirect_uri: String,
    /// Echoed as it came.
    pub(crate) state: Option<String>,
}

/// The error codes that this tenant sends (RFC 6749, 4.2.2.1, and OIDC Core 3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    AccessDenied,
    InteractionRequired,
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
        let mut fragment = Serializer::new(String::new());
        fragment.append_pair("error", error.code());
        fragment.append_pair("error_description", &printable(description));
        self.send(fragment)
    }

    fn send(&self, mut fragment: Serializer<'_, String>) -> Response {
        if let Some(state) = &self.state {
            fragment.append_pair("state", state);
        }
        Redirect::to(&format!("{}#{}", self.redirect_uri, fragment.finish())).into_response()
    }
}

/// RFC 6749, 4.2.2.1: a description has no quotation marks, no backslash and nothing beyond ASCII, and descriptions
/// quote what the client sent.
fn printable(description: &str) -> String {
    let allowed = |letter: &char| matches!(letter, ' '..='~') && *letter != '"' && *letter != '\\';
    description.chars().map(|letter| if letter == '"' { '\'' } else { letter }).filter(allowed).collect()
}

/// Tokens for the client. `multi_factor`: the customer has just approved this very request on the phone.
pub(crate) fn grant(
    state: &State,
    request: &Request,
    customer: &Customer,
    session: &Session,
    multi_factor: bool,
) -> Response {
    let now = state.now();
    let granted = scopes::granted(&request.scopes, request.api.as_deref(), customer);
    let scope = granted.join(" ");
    tracing::info!(client_id = request.client.id, sub = customer.sub, scope, multi_factor, "granted");

    let mut fragment = Serializer::new(String::new());
    let access_token = request.access_token.then(|| {
        let api = request.api.as_ref().map(|api| api.identifier.clone());
        let claims = AccessToken {
            iss: state.issuer.clone(),
            sub: customer.sub.clone(),
            aud: api.into_iter().chain([state.url("userinfo")]).collect(),
            azp: request.client.id.clone(),
            scope: scope.clone(),
            iat: now,
            exp: now + state.lifetimes.access_token,
            jti: random::identifier(),
        };
        tokens::sign(&state.key, &claims)
    });
    if let Some(access_token) = &access_token {
        fragment.append_pair("access_token", access_token);
        fragment.append_pair("token_type", "Bearer");
        fragment.append_pair("expires_in", &state.lifetimes.access_token.to_string());
    }
    let claims = IdToken {
        iss: state.issuer.clone(),
        sub: customer.sub.clone(),
        aud: request.client.id.clone(),
        iat: now,
        exp: now + state.lifetimes.id_token,
        nonce: request.nonce.clone(),
        // A second factor is an authentication too (OIDC Core 2: when it occurred), and it happened just now.
        auth_time: if multi_factor { now } else { session.auth_time },
        sid: session.sid.clone(),
        at_hash: access_token.as_deref().map(tokens::at_hash),
        acr: multi_factor.then_some(MULTI_FACTOR),
        amr: multi_factor.then_some(["mfa"]),
        person: person(customer, &granted),
    };
    fragment.append_pair("id_token", &tokens::sign(&state.key, &claims));
    fragment.append_pair("scope", &scope);
    request.to.send(fragment)
}

/// What the granted scopes tell about the customer.
pub(crate) fn person(customer: &Customer, granted: &[impl AsRef<str>]) -> Person {
    let has = |scope: &str| granted.iter().any(|granted| granted.as_ref() == scope);
    Person {
        name: has("profile").then(|| customer.name.clone()),
        email: has("email").then(|| customer.email.clone()),
        email_verified: has("email").then_some(true),
    }
}
