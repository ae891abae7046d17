//! What the HTTP request tells scripts.

use axum::http::{HeaderMap, header};
use serde_json::Map;

use crate::domain::{Parameters, RequestContext};
use crate::log;
use crate::random;

/// `address`: where the request came from, where that is known.
pub(crate) fn request_context(
    parameters: &Parameters,
    headers: &HeaderMap,
    address: Option<String>,
) -> RequestContext {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut query = Map::new();
    for (name, value) in parameters.pairs() {
        query.entry(name).or_insert_with(|| value.into());
    }
    let language = text(header::ACCEPT_LANGUAGE);
    let language = language.as_deref().and_then(|value| value.split([',', ';']).next());
    RequestContext {
        id: random::identifier(),
        query,
        confidential: log::secrets(parameters),
        user_agent: text(header::USER_AGENT),
        language: language.map(|language| language.trim().to_owned()).filter(|it| !it.is_empty()),
        host: text(header::HOST),
        address,
        refresh: None,
    }
}
