//! Where an authorization response goes.

use super::origin::origin_of;
use super::response_mode::ResponseMode;

#[derive(Debug, Clone)]
pub(crate) struct RedirectTarget {
    pub(crate) redirect_uri: String,
    pub(crate) response_mode: ResponseMode,
    /// Named in every response, so that a client of several tenants knows whose it is (RFC 9207).
    pub(crate) issuer: String,
    /// Echoed as it came.
    pub(crate) state: Option<String>,
}

impl RedirectTarget {
    /// The client's front page, for people who should start again there.
    pub(crate) fn home(&self) -> String {
        origin_of(&self.redirect_uri).map_or_else(|| self.redirect_uri.clone(), |origin| format!("{origin}/"))
    }
}
