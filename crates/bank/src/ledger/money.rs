//! Money: integer minor units with an ISO 4217 currency, never a float.

use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

/// The most that an amount or a balance can be, 2^53 - 1: a browser cannot hold more without rounding.
pub const MAX_MINOR: i64 = 9_007_199_254_740_991;

/// An amount in minor units of a currency: 1250 is 12.50 EUR, 1250 JPY or 1.250 KWD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Money {
    /// Minor units; below zero only where a debt is meant.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
}

/// Three capital letters, as ISO 4217 has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Currency(String);

impl Currency {
    /// Three capital letters, or nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
        fits.then(|| Self(text.to_owned()))
    }

    /// How many decimals the minor unit has; none for gold, for example, which has no minor unit.
    #[must_use]
    pub fn minor_digits(&self) -> Option<u32> {
        minor_digits(&self.0)
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The minor unit of ISO 4217 (list one). A code that the list does not have is taken to have two decimals, as new ones do.
pub(crate) fn minor_digits(currency: &str) -> Option<u32> {
    Some(match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        "XAG" | "XAU" | "XBA" | "XBB" | "XBC" | "XBD" | "XDR" | "XPD" | "XPT" | "XSU" | "XTS" | "XUA"
        | "XXX" => {
            return None;
        }
        _ => 2,
    })
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_digits_are_those_of_iso_4217() {
        let letters = || 'A'..='Z';
        let mut known = 0;
        for code in letters()
            .flat_map(|a| letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c]))))
        {
            let Some(currency) = iso_currency::Currency::from_code(&code) else { continue };
            let digits = Currency::parse(&code).unwrap().minor_digits();
            assert_eq!(digits, currency.exponent().map(u32::from), "{code}");
            known += 1;
        }
        assert!(known > 150, "{known}");
        assert_eq!(minor_digits("ZZZ"), Some(2));
    }
}
