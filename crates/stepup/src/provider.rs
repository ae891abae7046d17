//! The provider's endpoints and keys, as far as they are known, and how the rest is found out.

use crate::{
    config::{Config, Pins},
    effect::{Method, Request},
    event::{Answer, NetworkError},
    oidc::{discovery, jwks::Jwks},
    problem::Problem,
    web_url::{Parse, WebUrl},
};

/// What is known of the provider in this tab.
#[derive(Debug)]
pub(crate) struct Provider {
    pins: Pins,
    parse: Parse,
    keys: Option<Jwks>,
}

impl Provider {
    pub(crate) fn new(config: &Config, parse: Parse) -> Self {
        Self { pins: config.pins.clone(), parse, keys: None }
    }

    pub(crate) fn authorization_endpoint(&self) -> Option<&WebUrl> {
        self.pins.authorization_endpoint.as_ref()
    }

    pub(crate) fn end_session_endpoint(&self) -> Option<&WebUrl> {
        self.pins.end_session_endpoint.as_ref()
    }

    pub(crate) fn jwks_uri(&self) -> Option<&WebUrl> {
        self.pins.jwks_uri.as_ref()
    }

    pub(crate) fn keys(&self) -> Option<&Jwks> {
        self.keys.as_ref()
    }

    /// Takes the metadata in. What the deployment pinned stays as it was pinned.
    pub(crate) fn learn_endpoints(
        &mut self,
        config: &Config,
        outcome: Result<Answer, NetworkError>,
    ) -> Result<(), Problem> {
        let body = successful(outcome)?;
        let found = discovery::parse(&body, &config.issuer, self.parse)
            .map_err(|e| unfit("provider.metadata", format!("discovery: {e}")))?;
        let pins = &mut self.pins;
        pins.authorization_endpoint.get_or_insert(found.authorization_endpoint);
        pins.jwks_uri.get_or_insert(found.jwks_uri);
        if pins.end_session_endpoint.is_none() {
            pins.end_session_endpoint = found.end_session_endpoint;
        }
        Ok(())
    }

    /// Takes the keys in.
    pub(crate) fn learn_keys(&mut self, outcome: Result<Answer, NetworkError>) -> Result<(), Problem> {
        let body = successful(outcome)?;
        self.keys = Some(Jwks::parse(&body).map_err(|e| unfit("provider.keys", format!("keys: {e}")))?);
        Ok(())
    }
}

/// The request for the metadata.
pub(crate) fn metadata_request(config: &Config) -> Request {
    get(config.metadata.clone())
}

/// A request without a token.
pub(crate) fn get(url: WebUrl) -> Request {
    Request { method: Method::Get, url, authorization: None, idempotency_key: None, body: None }
}

fn successful(outcome: Result<Answer, NetworkError>) -> Result<String, Problem> {
    let cause = match outcome {
        Ok(Answer { status: 200, body, .. }) => return Ok(body),
        Ok(Answer { status, .. }) => format!("the provider answered {status}"),
        Err(NetworkError::Unreachable(cause)) => cause,
        Err(NetworkError::TimedOut) => "no answer in time".to_owned(),
    };
    Err(Problem::new(
        "provider.unreachable",
        "Your bank's log-in cannot be reached",
        "There is no connection to it at the moment. No money was moved. Please try again.",
        cause,
    ))
}

fn unfit(code: &'static str, cause: String) -> Problem {
    Problem::new(
        code,
        "Your bank's log-in is not set up correctly",
        "What it tells about itself does not fit, so we do not trust it. No money was moved. Please tell your bank.",
        cause,
    )
}
