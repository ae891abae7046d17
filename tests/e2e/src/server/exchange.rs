//! One request and what became of it.

use crate::token::{Token, without_tokens};
use axum::http::{HeaderMap, Method, Uri, header};
use std::fmt;

/// A request that a site was sent.
#[derive(Clone)]
pub struct Exchange {
    /// As in `POST`.
    pub method: String,
    /// As in `/transfer`.
    pub path: String,
    /// Without the question mark; empty when there is none.
    pub query: String,
    /// The token in `Authorization: Bearer`.
    pub token: Option<Token>,
    /// `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Referer`.
    pub referrer: Option<String>,
    /// The body, when it is JSON.
    pub body: Option<serde_json::Value>,
    /// What became of it.
    pub status: ExchangeStatus,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeStatus {
    /// No answer yet.
    Open,
    /// Answered with that status.
    Answered(u16),
    /// Handled with that status, and the answer lost on the way.
    Lost(u16),
    /// The connection broke before anybody looked at it.
    Cut,
}

impl ExchangeStatus {
    /// The status that arrived at the browser.
    #[must_use]
    pub fn answered(self) -> Option<u16> {
        if let Self::Answered(status) = self { Some(status) } else { None }
    }
}

impl Exchange {
    pub(super) fn new(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            method: method.to_string(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            token: text(header::AUTHORIZATION.as_str()).and_then(|value| Token::from_header(&value)),
            idempotency_key: text("idempotency-key"),
            origin: text(header::ORIGIN.as_str()),
            referrer: text(header::REFERER.as_str()),
            body: serde_json::from_slice(body).ok(),
            status: ExchangeStatus::Open,
        }
    }

    /// Is it that request?
    #[must_use]
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    /// Was it handled, with that status, whether or not the answer arrived?
    #[must_use]
    pub fn was_handled_with(&self, status: u16) -> bool {
        matches!(self.status, ExchangeStatus::Answered(seen) | ExchangeStatus::Lost(seen) if seen == status)
    }

    /// The query's parameters in their order, decoded.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        reqwest::Url::parse(&format!("http://localhost/?{}", self.query))
            .map(|url| url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
            .unwrap_or_default()
    }

    /// One parameter of the query; empty when it is not there.
    #[must_use]
    pub fn parameter(&self, name: &str) -> String {
        self.parameters().into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }
}

impl fmt::Debug for Exchange {
    /// One line, as in an access log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", without_tokens(&self.query))?;
        }
        if let Some(token) = &self.token {
            write!(f, " {token:?}")?;
        }
        if let Some(key) = &self.idempotency_key {
            write!(f, " key={key}")?;
        }
        write!(f, " -> {:?}", self.status)
    }
}
