//! Money: integer minor units with an ISO 4217 currency, never a float.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// The most that an amount or a balance can be, 2^53 - 1: a browser cannot hold more without rounding.
pub const MAX_MINOR: i64 = 9_007_199_254_740_991;

/// An amount in minor units of a currency: 1250 is 12.50 EUR, 1250 JPY or 1.250 KWD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Money {
    /// Minor units; below zero only where a debt is meant.
    pub amount: i64,
    pub currency: Currency,
}

/// Three capital letters, as ISO 4217 has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Currency(String);

impl Currency {
    /// Three capital letters, or nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many decimals the minor unit of ISO 4217 (list one) has; nothing for gold, for example, which has no minor unit. A code
/// that the list does not have is taken to have two, as new ones do.
pub(crate) fn minor_digits(currency: &str) -> Option<u32> {
    iso_currency::Currency::from_code(currency).map_or(Some(2), |known| known.exponent().map(u32::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_digits_are_those_of_iso_4217() {
        for (code, digits) in [
            ("EUR", Some(2)),
            ("JPY", Some(0)),
            ("KWD", Some(3)),
            ("CLF", Some(4)),
            ("XAU", None),
            ("ZZZ", Some(2)),
        ] {
            assert_eq!(minor_digits(code), digits, "{code}");
        }
    }
}
