//! Access tokens, and the cache that holds the one for the balance.
//!
//! The types say what may be done: a [`SessionToken`] can be kept and sent again, a [`SingleUseToken`] is consumed by
//! the request that carries it. Neither shows itself in `Debug`, and neither has `Display`.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use serde::Serialize;

use crate::{
    domain::{scope::Scopes, time::Timestamp},
    json::Json,
};

/// An access token as it came from the provider. What it was asked for decides, once, what it becomes.
#[derive(PartialEq, Eq)]
pub struct ReceivedAccessToken(String);

/// An access token that may be used until it expires: the one for the balance.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct SessionToken(String);

/// An access token that is for one request: sending it consumes it. It is not `Clone`, and it cannot be serialised, so
/// it is in no storage.
pub(crate) struct SingleUseToken(String);

/// A token on its way into an `Authorization` header.
pub struct Bearer(String);

/// An ID token as the provider signed it. It was verified when it came; out of a storage it has to be verified again.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct CompactIdToken(String);

/// A code that the token endpoint exchanges for tokens (RFC 6749 1.3.1): as good as they are, for as long as it lasts.
#[derive(PartialEq, Eq)]
pub struct AuthorizationCode(String);

impl AuthorizationCode {
    pub(crate) fn new(code: String) -> Self {
        Self(code)
    }

    /// To be redeemed. Consumes it: a code is good for one exchange.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

impl CompactIdToken {
    /// From an answer of the provider, or from the storage.
    pub(crate) fn new(token: String) -> Self {
        Self(token)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Can this stand in an `Authorization` header (RFC 6750 2.1)? A browser refuses others by an exception.
fn fits_authorization_header(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

impl ReceivedAccessToken {
    /// `None` when it does not fit into a header.
    pub(crate) fn new(token: String) -> Option<Self> {
        fits_authorization_header(&token).then_some(Self(token))
    }

    /// For `at_hash`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_session_token(self) -> SessionToken {
        SessionToken(self.0)
    }

    pub(crate) fn into_single_use_token(self) -> SingleUseToken {
        SingleUseToken(self.0)
    }
}

impl SessionToken {
    #[cfg(test)]
    pub(crate) fn new(token: String) -> Self {
        Self(token)
    }

    pub(crate) fn bearer(&self) -> Bearer {
        Bearer(self.0.clone())
    }
}

impl SingleUseToken {
    /// For the one request that it is for.
    pub(crate) fn into_bearer(self) -> Bearer {
        Bearer(self.0)
    }
}

impl Bearer {
    /// The header's value. Consumes the token: only the request that carries it may call this.
    #[must_use]
    pub fn into_header(self) -> String {
        format!("Bearer {}", self.0)
    }
}

redacted!(ReceivedAccessToken, SessionToken, SingleUseToken, Bearer, CompactIdToken, AuthorizationCode);

/// A token that is kept, with what it is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CachedToken {
    pub audience: String,
    pub scopes: Scopes,
    pub expires_at: Timestamp,
    token: SessionToken,
}

/// The tokens of a session, by audience and granted scopes. It is kept in the tab's storage with the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TokenCache(Vec<CachedToken>);

impl TokenCache {
    pub(crate) fn read(list: &[Json]) -> Option<Self> {
        let cached = |item: &Json| {
            let item = item.as_object()?;
            Some(CachedToken {
                audience: item.text("audience")?,
                scopes: Scopes::parse(&item.text("scopes")?),
                expires_at: Timestamp(item.integer("expires_at")?),
                token: SessionToken(item.text("token").filter(|token| fits_authorization_header(token))?),
            })
        };
        list.iter().map(cached).collect::<Option<_>>().map(Self)
    }

    /// Puts a token in; one for the same audience and scopes is replaced.
    pub(crate) fn put(&mut self, audience: &str, scopes: Scopes, expires_at: Timestamp, token: SessionToken) {
        self.0.retain(|cached| cached.audience != audience || cached.scopes != scopes);
        self.0.push(CachedToken { audience: audience.to_owned(), scopes, expires_at, token });
    }

    /// A token for that audience that is good for at least those scopes now.
    pub(crate) fn find(&self, audience: &str, needed: &Scopes, now: Timestamp) -> Option<&CachedToken> {
        self.0.iter().find(|cached| {
            cached.audience == audience && cached.expires_at > now && cached.scopes.contains(needed)
        })
    }

    /// When the last of the tokens ends.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.0.iter().map(|cached| cached.expires_at).max()
    }
}

impl CachedToken {
    pub(crate) fn bearer(&self) -> Bearer {
        self.token.bearer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: threat-logged-secrets
    #[test]
    fn debug_is_redacted() {
        let secret = "eyJhbGciOi";
        let shown = format!(
            "{:?} {:?} {:?}",
            SessionToken::new(secret.into()),
            SingleUseToken(secret.into()),
            SessionToken::new(secret.into()).bearer()
        );
        assert!(!shown.contains(secret), "{shown}");
    }

    #[test]
    fn cache_finds_matching_tokens_only() {
        let mut cache = TokenCache::default();
        let (api, view) = ("https://api", Scopes::parse("openid view:balance"));
        cache.put(api, view.clone(), Timestamp(100), SessionToken::new("t".into()));
        let balance = Scopes::parse("view:balance");
        assert!(cache.find(api, &balance, Timestamp(99)).is_some());
        assert!(cache.find(api, &balance, Timestamp(100)).is_none(), "expired");
        assert!(cache.find("https://other", &balance, Timestamp(0)).is_none(), "another audience");
        assert!(cache.find(api, &Scopes::parse("transfer:funds"), Timestamp(0)).is_none(), "another scope");
        cache.put(api, view, Timestamp(200), SessionToken::new("u".into()));
        assert_eq!(cache.0.len(), 1);
        cache.put(api, Scopes::parse("other"), Timestamp(200), SessionToken::new("v".into()));
        cache.put("https://other", Scopes::parse("other"), Timestamp(300), SessionToken::new("w".into()));
        assert_eq!(cache.0.len(), 3, "one for each audience and scopes");
        assert!(cache.find(api, &balance, Timestamp(199)).is_some());
        assert_eq!(cache.ends_at(), Some(Timestamp(300)));
    }
}
