//! Where an authorization response goes, and how.

use super::origin::origin_of;

#[derive(Debug, Clone, Default)]
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    /// In the redirect URI after `#`: browsers do not send it to a server.
    Fragment,
    #[default]
    Query,
    /// Posted to the redirect URI as a form (OAuth 2.0 Form Post Response Mode).
    FormPost,
    /// As a message to the page that framed or opened this one, if it is of the redirect URI's origin (Auth0's way, and
    /// draft-sakimura-oauth-wmrm).
    WebMessage,
}

impl ResponseMode {
    /// As the parameter `response_mode` names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fragment => "fragment",
            Self::Query => "query",
            Self::FormPost => "form_post",
            Self::WebMessage => "web_message",
        }
    }
}
