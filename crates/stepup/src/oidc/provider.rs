//! The provider's endpoints and keys, as far as they are known, and how the rest is found out.

use alloc::{borrow::ToOwned, format, string::String};

use crate::{
    config::{Config, PinnedMetadata},
    domain::{ParseUrl, Problem, WebUrl},
    http::{Caching, HttpRequest, HttpResponse, HttpResult, Method, NetworkError},
    oidc::{discovery, jwks::Jwks},
};

/// What is known of the provider in this tab.
#[derive(Debug)]
pub(crate) struct Provider {
    pins: PinnedMetadata,
    parse: ParseUrl,
    keys: Option<Jwks>,
    /// What the metadata say about `iss` (RFC 9207 3), once they were read.
    sends_iss: Option<bool>,
}

impl Provider {
    pub(crate) fn new(config: &Config, parse: ParseUrl) -> Self {
        Self { pins: config.pins.clone(), parse, keys: None, sends_iss: None }
    }

    /// Has the provider promised `iss` in each of its answers (RFC 9207)? `None` until its metadata were read.
    pub(crate) fn sends_iss(&self) -> Option<bool> {
        self.sends_iss
    }

    /// May a request name the transfer that it is for (RFC 9396)? Not until somebody has said so.
    pub(crate) fn supports_authorization_details(&self) -> bool {
        self.pins.authorization_details == Some(true)
    }

    pub(crate) fn metadata(&self) -> &PinnedMetadata {
        &self.pins
    }

    pub(crate) fn keys(&self) -> Option<&Jwks> {
        self.keys.as_ref()
    }

    /// Takes the metadata in. What the deployment pinned stays as it was pinned.
    pub(crate) fn learn_endpoints(&mut self, config: &Config, outcome: HttpResult) -> Result<(), Problem> {
        let body = successful(outcome)?;
        let found = discovery::parse(&body, &config.issuer, self.parse)
            .map_err(|e| misconfigured("provider.metadata", format!("discovery: {e}")))?;
        let pins = &mut self.pins;
        pins.authorization_endpoint.get_or_insert(found.authorization_endpoint);
        pins.jwks_uri.get_or_insert(found.jwks_uri);
        // Where the way to the provider is pinned, the metadata are not read for it: whether they were read for something
        // else must not make a difference.
        if config.pins.authorization_endpoint.is_none() {
            pins.authorization_details.get_or_insert(found.authorization_details);
        }
        pins.token_endpoint = pins.token_endpoint.take().or(found.token_endpoint);
        pins.end_session_endpoint = pins.end_session_endpoint.take().or(found.end_session_endpoint);
        pins.userinfo_endpoint = pins.userinfo_endpoint.take().or(found.userinfo_endpoint);
        self.sends_iss = Some(found.sends_iss);
        Ok(())
    }

    pub(crate) fn learn_keys(&mut self, outcome: HttpResult) -> Result<(), Problem> {
        let body = successful(outcome)?;
        self.keys =
            Some(Jwks::parse(&body).map_err(|e| misconfigured("provider.keys", format!("keys: {e}")))?);
        Ok(())
    }
}

pub(crate) fn metadata_request(config: &Config) -> HttpRequest {
    get(config.metadata.clone(), Caching::Allowed)
}

/// A request without a token, for what is everybody's.
pub(crate) fn get(url: WebUrl, caching: Caching) -> HttpRequest {
    HttpRequest { caching, ..HttpRequest::new(Method::Get, url) }
}

/// The body of an answer that went well.
pub(crate) fn successful(outcome: HttpResult) -> Result<String, Problem> {
    let cause = match outcome {
        Ok(HttpResponse { status: 200, body, .. }) => return Ok(body),
        Ok(HttpResponse { status, .. }) => format!("the provider answered {status}"),
        Err(error) => return Err(unreachable(error)),
    };
    Err(not_there(cause))
}

/// The page's words for a provider that cannot be reached.
pub(crate) fn unreachable(error: NetworkError) -> Problem {
    not_there(match error {
        NetworkError::Unreachable(cause) => cause,
        NetworkError::TimedOut => "no answer in time".to_owned(),
    })
}

/// The code of a problem that says nothing but that nobody answered.
pub(crate) const UNREACHABLE: &str = "provider.unreachable";

fn not_there(cause: String) -> Problem {
    Problem::new(UNREACHABLE, cause)
}

/// The page's words for a provider that does not fit this page.
pub(crate) fn misconfigured(code: &'static str, cause: String) -> Problem {
    Problem::new(code, cause).with_text("provider.misconfigured")
}
