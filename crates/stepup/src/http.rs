//! HTTP as the core sees it: a request to send, and what came back.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::domain::{Bearer, WebUrl};

/// Names a request, so that a stale answer can be told from an awaited one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u32);

/// A request over HTTP. It is consumed by sending it: it cannot be cloned, so a token in it leaves once.
#[derive(Debug)]
pub struct HttpRequest {
    /// What is done.
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

impl HttpRequest {
    /// Without a token and a body; the browser keeps nothing of it.
    pub(crate) fn new(method: Method, url: WebUrl) -> Self {
        let (authorization, idempotency_key, body) = (None, None, None);
        Self { method, url, authorization, idempotency_key, body, caching: Caching::Never }
    }
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

redacted!(FormText);

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

/// The methods that Riser uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reading; may be repeated.
    Get,
    /// Sending a transfer, or a question that no address should hold.
    Post,
    /// Saving a payee.
    Put,
    /// Deleting one.
    Delete,
}

/// What came of a request.
pub type HttpResult = Result<HttpResponse, NetworkError>;

/// An answer over HTTP, as far as the core looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// `WWW-Authenticate`, when it may be read.
    pub www_authenticate: Option<String>,
    /// Was there an `Idempotency-Replayed: true`?
    pub replayed: bool,
    /// `Retry-After` (RFC 9110 10.2.3), in seconds from now, when there was one that could be read.
    pub retry_after: Option<u32>,
    /// The body as text.
    pub body: String,
}

/// There was no answer: nobody knows whether the request arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkError {
    /// No connection, a refused CORS request, or an answer cut short: the browser does not tell which.
    Unreachable(String),
    /// No answer within the shell's limit.
    TimedOut,
}
