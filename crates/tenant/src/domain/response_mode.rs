//! How an authorization response reaches the client.

/// `response_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
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
