//! What the HTTP request for an authorization said besides what is checked: scripts are told.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::http::Parameters;
use crate::log;
use crate::random;

/// The request as it came.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Names the request, also when the scripts go on after a second factor.
    pub(crate) id: String,
    /// Its parameters. Of one that stands twice, the first.
    pub(crate) query: Map<String, Value>,
    /// Those of their values that nobody may read in what scripts write.
    pub(crate) confidential: Vec<(String, String)>,
    pub(crate) user_agent: Option<String>,
    /// The first choice of `Accept-Language`.
    pub(crate) language: Option<String>,
    pub(crate) host: Option<String>,
    /// Where it came from, where that is known.
    pub(crate) address: Option<String>,
}

impl Told {
    pub(crate) fn of(parameters: &Parameters, headers: &HeaderMap, address: Option<String>) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut query = Map::new();
        for (name, value) in parameters.iter() {
            query.entry(name).or_insert_with(|| value.into());
        }
        let language = text(header::ACCEPT_LANGUAGE);
        let language = language.as_deref().and_then(|value| value.split([',', ';']).next());
        Self {
            id: random::identifier(),
            query,
            confidential: log::secrets(parameters),
            user_agent: text(header::USER_AGENT),
            language: language
                .map(|language| language.trim().to_owned())
                .filter(|language| !language.is_empty()),
            host: text(header::HOST),
            address,
        }
    }

    /// One of its parameters.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.query.get(name).and_then(Value::as_str).filter(|value| !value.is_empty())
    }
}
