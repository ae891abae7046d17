//! What the HTTP request for an authorization said besides the parameters that are validated. Scripts read it.

use serde_json::{Map, Value};

#[derive(Debug, Default)]
pub(crate) struct RequestContext {
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
    /// Set where a refresh token is exchanged: then nobody sits in front of a browser, and `query` was posted.
    pub(crate) refresh: Option<RefreshContext>,
}

/// The refresh token that is exchanged, as scripts are told of it.
#[derive(Debug)]
pub(crate) struct RefreshContext {
    pub(crate) created: u64,
    pub(crate) last_used: u64,
    pub(crate) expires: u64,
    pub(crate) idle_expires: u64,
}

impl RequestContext {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.query.get(name).and_then(Value::as_str).filter(|value| !value.is_empty())
    }
}
