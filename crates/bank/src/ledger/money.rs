//! Money: integer minor units with an ISO 4217 currency, never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most that an amount or a balance can be, 2^53 - 1: a browser cannot hold more without rounding.
pub const MAX_MINOR: i64 = 9_007_199_254_740_991;

/// An amount in minor units (cents) of a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; below zero only where a debt is meant.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
}

/// Three capital letters, as ISO 4217 has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(String);

impl Currency {
    /// Three capital letters, or nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
        fits.then(|| Self(text.to_owned()))
    }

    /// What the bank's own database holds; its schema has checked the form.
    pub(super) const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
