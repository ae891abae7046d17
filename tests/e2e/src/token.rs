//! Access tokens as the harness meets them: to be compared, looked into and presented again, never to be printed.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// A bearer token that went over the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    pub(crate) fn from_header(authorization: &str) -> Option<Self> {
        let (scheme, token) = authorization.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Self(token.to_owned()))
    }

    /// A token from elsewhere, such as one that a test made itself.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The header that presents it again.
    #[must_use]
    pub fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Does `text` hold it, or its signature alone?
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let signature = self.0.rsplit('.').next().unwrap_or(&self.0);
        text.contains(&self.0) || text.contains(signature)
    }

    /// What it claims; `Null` when it is no JWT. Nothing is checked.
    #[must_use]
    pub fn claims(&self) -> Value {
        let payload = self.0.split('.').nth(1).unwrap_or_default();
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }

    /// Its granted scopes, sorted.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let claims = self.claims();
        let mut scopes: Vec<String> =
            claims["scope"].as_str().unwrap_or_default().split(' ').map(str::to_owned).collect();
        scopes.sort();
        scopes
    }
}

impl fmt::Debug for Token {
    /// Two that look the same are the same; no more can be learned from it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        write!(f, "token#{:08x}", hasher.finish() >> 32)
    }
}

/// A text without the JWTs in it, for what is printed or kept.
#[must_use]
pub fn without_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        out.push_str(&rest[..at]);
        let token = &rest[at..];
        let end = token
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
            .unwrap_or(token.len());
        out.push_str(if end > 40 { "[token]" } else { &token[..end] });
        rest = &token[end..];
    }
    out.push_str(rest);
    out
}
