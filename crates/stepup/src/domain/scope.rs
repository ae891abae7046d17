//! Scopes (RFC 6749 3.3).

use alloc::{borrow::ToOwned, string::String, string::ToString, vec::Vec};
use core::fmt;
use serde::Serialize;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compare_as_a_set() {
        let scopes = Scopes::parse("view:balance  openid view:balance \"quoted\" back\\slash");
        assert_eq!(scopes.to_string(), "view:balance openid");
        assert_eq!(scopes, Scopes::parse("openid view:balance"), "the order says nothing");
        assert_ne!(scopes, Scopes::parse("openid"));
        assert_ne!(scopes, Scopes::parse("openid view:balance transfer:funds"));
        assert!(scopes.contains(&Scopes::parse("openid")));
        assert!(!scopes.contains(&Scopes::parse("openid transfer:funds")));
        assert_eq!(Scopes::parse("a b").union(&Scopes::parse("b c")).to_string(), "a b c");
    }
}
