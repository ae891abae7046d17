//! Money: integer minor units with an ISO 4217 currency, never a float.

mod parse;

use alloc::{string::String, string::ToString};
use serde::Serialize;

pub use crate::domain::money::parse::{AmountError, parse};
use crate::json::Object;

/// An amount of money. `amount` is in minor units of ISO 4217 (cents, fils, whole yen), as the bank's API writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// Minor units: 1250 is 12.50 EUR, 1.250 KWD, 1250 JPY.
    pub amount: i64,
    /// ISO 4217: `EUR`.
    pub currency: String,
}

impl Money {
    /// From `{"amount": 1250, "currency": "EUR"}`.
    pub(crate) fn read(object: &Object) -> Option<Self> {
        Some(Self { amount: object.integer("amount")?, currency: object.text("currency")? })
    }

    /// As a decimal number with exactly the currency's decimals: `12.50`, `1250`. For machines.
    #[must_use]
    pub fn decimal(&self) -> String {
        let decimals = usize::from(minor_digits(&self.currency).unwrap_or(0));
        let mut text = self.amount.unsigned_abs().to_string();
        if decimals > 0 {
            while text.len() <= decimals {
                text.insert(0, '0');
            }
            text.insert(text.len() - decimals, '.');
        }
        if self.amount < 0 {
            text.insert(0, '-');
        }
        text
    }

    /// Can somebody have typed it? More than nothing, and not more than [`MAX_UNITS`] units.
    pub(crate) fn may_be_sent(&self) -> bool {
        minor_digits(&self.currency).is_some_and(|digits| (1..=largest(digits)).contains(&self.amount))
    }
}

/// The currencies without a minor unit (ISO 4217).
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Those whose minor unit is a thousandth.
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Those whose minor unit is a ten-thousandth.
const TEN_THOUSANDTHS: &str = "CLF UYW";
/// What is no money that people have in parts of a unit (metals, funds, tests): ISO 4217 has no number for them.
const NOT_APPLICABLE: &str = "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX";

/// How many decimals ISO 4217 gives a currency; nothing when that is no currency with a minor unit. Two, unless it stands in
/// a list above: a currency that is newer than this page most likely has two.
#[must_use]
pub fn minor_digits(currency: &str) -> Option<u8> {
    let written = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_in = |list: &str| list.split(' ').any(|listed| listed == currency);
    match () {
        () if !written || is_in(NOT_APPLICABLE) => None,
        () if is_in(WHOLE) => Some(0),
        () if is_in(THOUSANDTHS) => Some(3),
        () if is_in(TEN_THOUSANDTHS) => Some(4),
        () => Some(2),
    }
}

/// The largest amount that can be typed, in units: ten thousand million.
const MAX_UNITS: i64 = 10_000_000_000;

/// The same in minor units. It fits `f64` exactly.
fn largest(digits: u8) -> i64 {
    MAX_UNITS * power(digits)
}

/// How many minor units make a unit.
fn power(digits: u8) -> i64 {
    10_i64.pow(digits.into())
}

/// `1,234.50`.
pub(crate) fn write_in_english(money: &Money) -> String {
    let decimal = money.decimal();
    let (units, rest) = decimal.split_at(decimal.find('.').unwrap_or(decimal.len()));
    let mut out = String::new();
    for (i, digit) in units.chars().enumerate() {
        if i > 0 && (units.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: minor-units
    #[test]
    fn minor_digits_match_iso_4217() {
        let mut seen = [0; 5];
        let letters = || 'A'..='Z';
        let codes = letters()
            .flat_map(|a| letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c]))));
        for currency in codes.filter_map(|code| iso_currency::Currency::from_code(&code)) {
            let expected = currency.exponent().map(|digits| u8::try_from(digits).unwrap());
            assert_eq!(minor_digits(currency.code()), expected, "{currency:?}");
            seen[usize::from(expected.unwrap_or(1))] += 1;
        }
        assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
        for (currency, digits) in
            [("HUF", Some(2)), ("ZZZ", Some(2)), ("eur", None), ("", None), ("EURO", None), ("F C", None)]
        {
            assert_eq!(minor_digits(currency), digits, "{currency}");
        }
    }

    /// Proves: minor-units
    #[test]
    fn decimal_has_currency_digits() {
        for (amount, currency, expected) in [
            (0, "EUR", "0.00"),
            (1, "EUR", "0.01"),
            (1250, "HUF", "12.50"),
            (-5, "EUR", "-0.05"),
            (1250, "JPY", "1250"),
            (0, "JPY", "0"),
            (1250, "KWD", "1.250"),
            (7, "CLF", "0.0007"),
            (1250, "XAU", "1250"),
            (9_007_199_254_740_993, "EUR", "90071992547409.93"),
            (i64::MIN, "EUR", "-92233720368547758.08"),
        ] {
            assert_eq!(Money { amount, currency: currency.into() }.decimal(), expected);
        }
    }

    #[test]
    fn english_groups_by_three() {
        for (amount, currency, expected) in [
            (1, "EUR", "0.01"),
            (123_456, "EUR", "1,234.56"),
            (123_456, "JPY", "123,456"),
            (1_234_567, "KWD", "1,234.567"),
        ] {
            assert_eq!(write_in_english(&Money { amount, currency: currency.into() }), expected);
        }
    }
}
