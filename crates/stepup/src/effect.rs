//! What the core asks of the world. The shell's driver is one `match` over this.

use std::borrow::Cow;

use crate::{
    oidc::authorize::State, oidc::jwks::RsaKey, oidc::jws::UnverifiedJws, tokens::Bearer, web_url::WebUrl,
};

/// One thing to do. The shell does them in order.
#[derive(Debug)]
pub enum Effect {
    /// Send a request; answer with [`crate::Event::Answered`].
    Fetch(RequestId, Request),
    /// Check an RS256 signature (RSASSA-PKCS1-v1_5 with SHA-256); answer with [`crate::Event::Verified`].
    Verify {
        /// To be named in the answer.
        check: CheckId,
        /// The token: what was signed, and the signature.
        token: UnverifiedJws,
        /// The key.
        key: RsaKey,
    },
    /// Keep a text for this tab (`sessionStorage`).
    Store(Slot, String),
    /// Forget it.
    Remove(Slot),
    /// Forget every [`Slot::Request`]: an answer to an earlier request is good for nothing from here on.
    ForgetRequests,
    /// Read it and forget it, in one step; answer with [`crate::Event::Taken`].
    Take(Slot),
    /// Leave this page for that address.
    Navigate(WebUrl),
    /// Leave this page for that address, which is sent these parameters as a form (`POST`).
    Submit(WebUrl, FormText),
    /// Load this page anew.
    Reload,
    /// Answer with [`crate::Event::Woke`] after that many milliseconds.
    Wake(Timer, u32),
}

/// Places in the tab's storage, and one that all tabs share. None of them ever holds a single-use token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The logged-in session with its token for the balance.
    Session,
    /// A transfer that was sent and not answered.
    Pending,
    /// What stands in the form.
    Draft,
    /// What a request to the provider was for, by its `state`.
    Request(State),
    /// That somebody has logged out here while a transfer was on its way, until the next log-in.
    LoggedOutWhileSending,
    /// How often somebody has logged out in this browser: a number, which all tabs of this origin share.
    LogOuts,
}

/// What a timer is for. Setting it again replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The session's token is about to expire, or expires.
    SessionEnds,
    /// The sentence before the second factor has been readable for a moment.
    Leave,
    /// The bank wants to be asked again now for what is only read.
    Retry,
    /// It is time to ask once more what became of a transfer.
    AskAgain,
}

/// Names a request, so that a stale answer can be told from an awaited one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u32);

/// Names a signature check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckId(pub u32);

/// A request over HTTP. It is consumed by sending it: it cannot be cloned, so a token in it leaves once.
#[derive(Debug)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: Method,
    /// Where to.
    pub url: WebUrl,
    /// The token, when the request needs one.
    pub authorization: Option<Bearer>,
    /// The transfer's id, sent as `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// What is sent along.
    pub body: Option<Body>,
    /// May the browser answer from its cache?
    pub caching: Caching,
}

/// What a request sends along.
#[derive(Debug)]
pub enum Body {
    /// `application/json`
    Json(String),
    /// `application/x-www-form-urlencoded`
    Form(FormText),
}

/// Form parameters, encoded. They may hold a code: they do not show themselves.
pub struct FormText(String);

impl FormText {
    /// Parameters as the token endpoint takes them (RFC 6749 4.1.3).
    pub(crate) fn encode(parameters: &[(&str, &str)]) -> Self {
        Self(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
    }

    /// As it is sent.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }

    /// Its parameters, decoded: names and values of the fields of a form.
    pub fn pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        url::form_urlencoded::parse(self.0.as_bytes())
    }
}

impl std::fmt::Debug for FormText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormText(…)")
    }
}

/// What the browser's cache may do for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Nothing: what is somebody's own is kept nowhere.
    Never,
    /// Answer, as long as the server said that it may.
    Allowed,
    /// Ask the server, and keep what it answers.
    Renewed,
}

/// The two methods that Riser uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reading; may be repeated.
    Get,
    /// Sending a transfer.
    Post,
}
