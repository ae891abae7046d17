//! Scopes, access tokens, and the vault that holds the one for the balance.
//!
//! The types say what may be done: an [`AccessToken`] can be held and sent again, a [`SingleUseToken`] is consumed by
//! the request that carries it. Neither shows itself in `Debug`, and neither has `Display`.

use std::fmt;

use serde::Serialize;

use crate::{json::Json, time::Timestamp};

/// A set of scopes in the order in which they were named; written with blanks between (RFC 6749 3.3).
#[derive(Debug, Clone, Default, Serialize)]
#[serde(into = "String")]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Reads a scope string. Characters that RFC 6749 does not allow in a scope make the word count for nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let allowed = |word: &&str| word.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        let mut scopes = Self::default();
        text.split(' ').filter(|word| !word.is_empty()).filter(allowed).for_each(|word| scopes.add(word));
        scopes
    }

    fn add(&mut self, word: &str) {
        if !self.0.iter().any(|known| known == word) {
            self.0.push(word.to_owned());
        }
    }

    /// No scope at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Are all of `other` here?
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.iter().all(|word| self.0.contains(word))
    }

    /// Both together, those of `self` first.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        other.0.iter().for_each(|word| all.add(word));
        all
    }
}

/// Equal as sets: the order says nothing (RFC 6749 3.3).
impl PartialEq for Scopes {
    fn eq(&self, other: &Self) -> bool {
        self.contains(other) && other.contains(self)
    }
}

impl Eq for Scopes {}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

/// An access token that may be used until it expires: the one for the balance.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccessToken(String);

/// An access token that is for one request: sending it consumes it. It is not `Clone`, and it cannot be serialised, so
/// it is in no storage.
pub struct SingleUseToken(String);

/// A token on its way into an `Authorization` header.
pub struct Bearer(String);

/// An ID token as the provider signed it. It was verified when it came; out of a storage it has to be verified again.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CompactIdToken(String);

/// A code that the token endpoint exchanges for tokens (RFC 6749 1.3.1): as good as they are, for as long as it lasts.
#[derive(PartialEq, Eq)]
pub struct AuthorizationCode(String);

impl AuthorizationCode {
    /// From an answer of the provider.
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

    /// To be taken apart.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Can this stand in an `Authorization` header (RFC 6750 2.1)? A browser refuses others by an exception.
pub(crate) fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

impl AccessToken {
    /// From a checked answer of the provider.
    pub(crate) fn new(token: String) -> Self {
        Self(token)
    }

    /// For one more request.
    pub(crate) fn bearer(&self) -> Bearer {
        Bearer(self.0.clone())
    }
}

impl SingleUseToken {
    /// From a checked answer of the provider.
    pub(crate) fn new(token: String) -> Self {
        Self(token)
    }

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

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
redacted!(AccessToken, SingleUseToken, Bearer, CompactIdToken, AuthorizationCode);

/// A token that is held, with what it is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldToken {
    /// The API it is for.
    pub audience: String,
    /// What was granted.
    pub scopes: Scopes,
    /// When it ends.
    pub expires_at: Timestamp,
    token: AccessToken,
}

/// The tokens of a session, by audience and granted scopes. It is kept in the tab's storage with the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Vault(Vec<HeldToken>);

impl Vault {
    /// From the tab's storage.
    pub(crate) fn read(list: &[Json]) -> Option<Self> {
        let held = |item: &Json| {
            let item = item.as_object()?;
            Some(HeldToken {
                audience: item.text("audience")?,
                scopes: Scopes::parse(&item.text("scopes")?),
                expires_at: Timestamp(item.integer("expires_at")?),
                token: AccessToken(item.text("token").filter(|token| is_sendable(token))?),
            })
        };
        list.iter().map(held).collect::<Option<_>>().map(Self)
    }

    /// Puts a token in; one for the same audience and scopes is replaced.
    pub(crate) fn put(&mut self, audience: &str, scopes: Scopes, expires_at: Timestamp, token: AccessToken) {
        self.0.retain(|held| held.audience != audience || held.scopes != scopes);
        self.0.push(HeldToken { audience: audience.to_owned(), scopes, expires_at, token });
    }

    /// A token for that audience that is good for at least those scopes now.
    pub(crate) fn find(&self, audience: &str, needed: &Scopes, now: Timestamp) -> Option<&HeldToken> {
        self.0
            .iter()
            .find(|held| held.audience == audience && held.expires_at > now && held.scopes.contains(needed))
    }

    /// When the last of the tokens ends.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.0.iter().map(|held| held.expires_at).max()
    }
}

impl HeldToken {
    /// For one more request.
    pub(crate) fn bearer(&self) -> Bearer {
        self.token.bearer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set() {
        let scopes = Scopes::parse("view:balance  openid view:balance \"quoted\" back\\slash");
        assert_eq!(scopes.to_string(), "view:balance openid");
        assert_eq!(scopes, Scopes::parse("openid view:balance"), "the order says nothing");
        assert_ne!(scopes, Scopes::parse("openid"));
        assert_ne!(scopes, Scopes::parse("openid view:balance transfer:funds"));
        assert!(scopes.contains(&Scopes::parse("openid")));
        assert!(!scopes.contains(&Scopes::parse("openid transfer:funds")));
        assert_eq!(Scopes::parse("a b").union(&Scopes::parse("b c")).to_string(), "a b c");
    }

    /// Proves: threat-logged-secrets
    #[test]
    fn a_token_never_shows_itself() {
        let secret = "eyJhbGciOi";
        let shown = format!(
            "{:?} {:?} {:?}",
            AccessToken::new(secret.into()),
            SingleUseToken::new(secret.into()),
            AccessToken::new(secret.into()).bearer()
        );
        assert!(!shown.contains(secret), "{shown}");
    }

    #[test]
    fn the_vault_hands_out_only_what_fits() {
        let mut vault = Vault::default();
        let (api, view) = ("https://api", Scopes::parse("openid view:balance"));
        vault.put(api, view.clone(), Timestamp(100), AccessToken::new("t".into()));
        let balance = Scopes::parse("view:balance");
        assert!(vault.find(api, &balance, Timestamp(99)).is_some());
        assert!(vault.find(api, &balance, Timestamp(100)).is_none(), "expired");
        assert!(vault.find("https://other", &balance, Timestamp(0)).is_none(), "another audience");
        assert!(vault.find(api, &Scopes::parse("transfer:funds"), Timestamp(0)).is_none(), "another scope");
        vault.put(api, view, Timestamp(200), AccessToken::new("u".into()));
        assert_eq!(vault.0.len(), 1);
        vault.put(api, Scopes::parse("other"), Timestamp(200), AccessToken::new("v".into()));
        vault.put("https://other", Scopes::parse("other"), Timestamp(300), AccessToken::new("w".into()));
        assert_eq!(vault.0.len(), 3, "one for each audience and scopes");
        assert!(vault.find(api, &balance, Timestamp(199)).is_some());
        assert_eq!(vault.ends_at(), Some(Timestamp(300)));
    }
}
