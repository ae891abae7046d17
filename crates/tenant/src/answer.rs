//! Answers to clients: tokens, a code or an error (OIDC Core 3.1.2.5, 3.2.2.5 and 3.2.2.6). How they get there is in
//! [`delivery`].

mod delivery;

use axum::response::Response;
use form_urlencoded::Serializer;
use serde_json::json;

use crate::config::{Customer, origin_of};
use crate::endpoints::authorize::{Request, ResponseType};
use crate::grant::Grant;
use crate::log::{self, Token, Trace};
use crate::metrics::{self, Flow};
use crate::random;
use crate::scopes;
use crate::state::State;
use crate::store::{IssuedCode, Session};

/// Where an answer goes.
#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    /// One of the client's registered URIs.
    pub(crate) redirect_uri: String,
    /// In which way.
    pub(crate) place: Place,
    /// Named in every answer, so that a client of several tenants knows whose it is (RFC 9207).
    pub(crate) issuer: String,
    /// Echoed as it came.
    pub(crate) state: Option<String>,
    /// Where it is written down what became of the request.
    pub(crate) trace: Trace,
}

/// How an answer gets to the client: `response_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the redirect URI after `#`: browsers do not send it to a server.
    Fragment,
    /// In the redirect URI after `?`.
    Query,
    /// Posted to the redirect URI as a form (OAuth 2.0 Form Post Response Mode).
    FormPost,
    /// As a message to the page that framed or opened this one, if it is of the redirect URI's origin (Auth0's way, and
    /// draft-sakimura-oauth-wmrm).
    WebMessage,
}

/// The parameters of an answer, in their order.
#[derive(Debug, Default)]
pub(crate) struct Answer(Vec<(&'static str, String)>);

impl Answer {
    fn append_pair(&mut self, name: &'static str, value: &str) {
        self.0.push((name, value.to_owned()));
    }

    /// As a query or a fragment has it.
    fn encoded(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// What Auth0 answers to `prompt=none` where there is no session. Its libraries compare these two letter by letter.
pub(crate) const LOGIN_REQUIRED: &str = "Login required";
/// What Auth0 answers to `prompt=none`, with `login_required` too, where there is a session and a second factor is needed:
/// auth0-spa-js then opens a window for it (`interactiveErrorHandler: "popup"`).
pub(crate) const MULTIFACTOR_REQUIRED: &str = "Multifactor authentication required";

/// The error codes that this tenant sends (RFC 6749, 4.2.2.1, and OIDC Core 3.1.2.6). There is no `consent_required`: the
/// applications of a tenant are its own, and where a client wants consent anew, the log-in page asks for it. There is no
/// `interaction_required`: Auth0 has it for redirects of Actions, and a second factor is `login_required` there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    AccessDenied,
    /// RFC 9396, 5.
    InvalidAuthorizationDetails,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    TemporarilyUnavailable,
    UnauthorizedClient,
    /// Auth0's, when a Rule says `UnauthorizedError`.
    Unauthorized,
    UnsupportedResponseType,
}

impl ErrorCode {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::Unauthorized => "unauthorized",
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
        let mut answer = Answer::default();
        answer.append_pair("error", error.code());
        let description = printable(description);
        answer.append_pair("error_description", &description);
        self.send(answer, Some(log::Refusal { error: error.code().to_owned(), description }))
    }

    fn send(&self, mut answer: Answer, refusal: Option<log::Refusal>) -> Response {
        if let Some(state) = &self.state {
            answer.append_pair("state", state);
        }
        answer.append_pair("iss", &self.issuer);
        self.trace.record(log::redirect(self, &answer.encoded(), refusal));
        delivery::deliver(self, &answer)
    }
}

/// RFC 6749, 4.2.2.1: a description has no quotation marks, no backslash and nothing beyond ASCII, and descriptions
/// quote what the client sent.
fn printable(description: &str) -> String {
    let allowed = |letter: &char| matches!(letter, ' '..='~') && *letter != '"' && *letter != '\\';
    description.chars().map(|letter| if letter == '"' { '\'' } else { letter }).filter(allowed).collect()
}

/// What the client asked for. `multi_factor`: the customer has given a second factor for this very request.
pub(crate) fn grant(
    state: &State,
    request: &Request,
    customer: &Customer,
    session: &Session,
    multi_factor: bool,
) -> Response {
    let now = state.now();
    let identity = scopes::granted(&request.scopes, request.api.as_deref(), customer);
    let decided = request.decided.get();
    let decisions = &decided.decisions;
    let scopes = scopes::decided(identity.clone(), decisions);
    let grant = Grant {
        client: request.client.clone(),
        sub: customer.sub.clone(),
        sid: session.sid.clone(),
        auth_time: session.auth_time,
        api: request.api.clone(),
        // It rides on what takes a second factor, so that nobody gets it without one.
        payment: request.payment_for(&scopes).filter(|_| multi_factor).cloned(),
        scopes,
        identity,
        id_token_claims: decisions.id_token.clone(),
        access_token_claims: decisions.access_token.clone(),
        nonce: request.nonce.clone(),
        multi_factor,
        trace: request.to.trace.clone(),
    };
    grant.trace.record(log::granted(request, customer, &grant.scopes, multi_factor));
    let (client_id, sub, scope) = (&request.client.id, &customer.sub, grant.scope());
    tracing::info!(client_id, sub, scope, multi_factor, "granted");

    let mut answer = Answer::default();
    if let ResponseType::Code { challenge } = &request.response {
        let code = random::secret();
        let expires = now + state.lifetimes.code;
        let redirect_uri = request.to.redirect_uri.clone();
        grant.trace.is_about_code(&code);
        grant.trace.record(log::code(state.lifetimes.code, &redirect_uri, challenge));
        let issued = IssuedCode { grant, challenge: challenge.clone(), redirect_uri, expires };
        state.store().codes.insert(&code, issued, now);
        answer.append_pair("code", &code);
        return request.to.send(answer, None);
    }
    let access_token = request.response.has_access_token().then(|| grant.access_token(state));
    if let Some(access_token) = &access_token {
        metrics::token_issued(Flow::Implicit, Token::AccessToken);
        answer.append_pair("access_token", access_token);
        answer.append_pair("token_type", "Bearer");
        answer.append_pair("expires_in", &grant.lifetime(state).to_string());
    }
    if request.response.has_id_token() {
        metrics::token_issued(Flow::Implicit, Token::IdToken);
        answer.append_pair("id_token", &grant.id_token(state, access_token.as_deref()));
    }
    answer.append_pair("scope", &grant.scope());
    if let Some(details) = grant.authorization_details() {
        answer.append_pair("authorization_details", &json!(details).to_string());
    }
    request.to.send(answer, None)
}
