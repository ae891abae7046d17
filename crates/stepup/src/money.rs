//! Money: integer minor units with an ISO 4217 currency, never a float.

use serde::Serialize;

use crate::json::Object;

/// An amount of money. `amount` is in minor units (cents), as the bank's API writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// Minor units: 1250 is 12.50.
    pub amount: i64,
    /// ISO 4217: `EUR`.
    pub currency: String,
}

impl Money {
    /// From `{"amount": 1250, "currency": "EUR"}`.
    pub(crate) fn read(object: &Object) -> Option<Self> {
        Some(Self { amount: object.integer("amount")?, currency: object.text("currency")? })
    }
}

/// How a locale writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separators {
    /// Between units and cents.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
}

impl Default for Separators {
    fn default() -> Self {
        Self { decimal: '.', group: ',' }
    }
}

/// Why a typed amount cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing was typed.
    #[error("Enter an amount, for example 12.50.")]
    Empty,
    /// Something other than digits and separators, or separators in odd places.
    #[error("Use digits, with two decimals at most, for example 12.50.")]
    NotANumber,
    /// Zero (a sign is not a digit).
    #[error("The amount must be more than zero.")]
    Zero,
    /// More than any account could hold.
    #[error("This amount is too large.")]
    TooLarge,
    /// ISO 4217 gives it no decimals, or three, or does not have it.
    #[error("Transfers in this currency are not possible here.")]
    Currency,
}

/// The currencies whose minor unit is not a hundredth (ISO 4217).
const OTHER_DECIMALS: &str =
    "BHD BIF CLF CLP DJF GNF IQD ISK JOD JPY KMF KRW KWD LYD OMR PYG RWF TND UGX UYI UYW VND VUV XAF XOF XPF";

/// Is that a currency with two decimals? The form reads two, and the request for the second factor names two; the page shows
/// as many as ISO 4217 says. Where these are not the same, the page and the phone would show different amounts.
pub(crate) fn has_two_decimals(currency: &str) -> bool {
    let written = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    written && !OTHER_DECIMALS.split(' ').any(|other| other == currency)
}

/// The largest amount that can be typed, in minor units: ten thousand million units. It fits `f64` exactly, so that
/// the browser's number formatting shows it without rounding.
const LARGEST: i64 = 1_000_000_000_000;

/// Reads an amount as people type it, in minor units.
///
/// Either separator may stand before one or two decimals. A single separator before exactly three digits is a group
/// only when the locale groups with it: a German `1.234` is 1234.00, an English `1.234` is refused, because neither
/// 1234 nor 1.23 would surely be what was meant. Nor is `0,500` five hundred in any language: a group before others does
/// not begin with a zero. Blanks and apostrophes separate groups too.
pub fn parse(text: &str, locale: Separators) -> Result<i64, AmountError> {
    let text: String =
        text.trim().chars().map(|c| if separates_groups(c, locale) { ' ' } else { c }).collect();
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ')) {
        return Err(AmountError::NotANumber);
    }
    let (units, cents) = split_decimals(&text, locale)?;
    let digits = ungroup(units)?;
    let cents = match cents {
        "" => 0,
        one if one.len() == 1 => to_number(one)? * 10,
        two => to_number(two)?,
    };
    let minor = to_number(&digits)?
        .checked_mul(100)
        .and_then(|m| m.checked_add(cents))
        .ok_or(AmountError::TooLarge)?;
    match minor {
        0 => Err(AmountError::Zero),
        m if may_be_sent(m) => Ok(m),
        _ => Err(AmountError::TooLarge),
    }
}

/// Is that an amount, in minor units, that somebody can have typed?
pub(crate) fn may_be_sent(minor: i64) -> bool {
    (1..=LARGEST).contains(&minor)
}

/// Signs that separate groups and never decimals, whichever of them was typed.
fn separates_groups(sign: char, locale: Separators) -> bool {
    let ambiguous = matches!(sign, '.' | ',') || sign.is_ascii_digit();
    sign.is_whitespace() || matches!(sign, '\'' | '’') || (sign == locale.group && !ambiguous)
}

fn split_decimals(text: &str, locale: Separators) -> Result<(&str, &str), AmountError> {
    let Some(at) = text.rfind(['.', ',']) else { return Ok((text, "")) };
    let (units, rest) = text.split_at(at);
    let (separator, decimals) = rest.split_at(1);
    let repeated = units.contains(separator);
    match decimals.len() {
        1 | 2 if !repeated => Ok((units, decimals)),
        3 if repeated || separator.starts_with(locale.group) => Ok((text, "")),
        _ => Err(AmountError::NotANumber),
    }
}

/// Takes out one kind of separator, and only from between groups of three.
fn ungroup(units: &str) -> Result<String, AmountError> {
    let mut kinds = units.chars().filter(|c| !c.is_ascii_digit());
    let Some(separator) = kinds.next() else {
        return if units.is_empty() { Err(AmountError::NotANumber) } else { Ok(units.to_owned()) };
    };
    if kinds.any(|c| c != separator) {
        return Err(AmountError::NotANumber);
    }
    let mut groups = units.split(separator);
    let first = groups.next().unwrap_or_default();
    let leads = (1..=3).contains(&first.len()) && !first.starts_with('0');
    if leads && groups.all(|group| group.len() == 3) {
        Ok(units.replace(separator, ""))
    } else {
        Err(AmountError::NotANumber)
    }
}

fn to_number(digits: &str) -> Result<i64, AmountError> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountError::NotANumber);
    }
    digits.parse().map_err(|_| AmountError::TooLarge)
}

/// Writes minor units as they stand in the form once the field is left: `1,234.50`.
#[must_use]
pub fn format(minor: i64, locale: Separators) -> String {
    let (units, cents) = (minor / 100, minor % 100);
    let digits = units.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(locale.group);
        }
        out.push(digit);
    }
    out.push(locale.decimal);
    for digit in [cents / 10, cents % 10] {
        out.push_str(&digit.to_string());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: Separators = Separators { decimal: '.', group: ',' };
    const GERMAN: Separators = Separators { decimal: ',', group: '.' };
    const FRENCH: Separators = Separators { decimal: ',', group: '\u{202f}' };
    const SWISS: Separators = Separators { decimal: '.', group: '’' };

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, locale, expected) in [
            ("12.50", ENGLISH, Ok(1250)),
            ("12,50", ENGLISH, Ok(1250)),
            ("12,5", GERMAN, Ok(1250)),
            ("12", ENGLISH, Ok(1200)),
            (" 1 234,50 ", GERMAN, Ok(123_450)),
            ("1,234.50", GERMAN, Ok(123_450)),
            ("1.234,50", ENGLISH, Ok(123_450)),
            ("1,234", ENGLISH, Ok(123_400)),
            ("1.234", GERMAN, Ok(123_400)),
            ("1\u{202f}234,56", FRENCH, Ok(123_456)),
            ("1.234.567", ENGLISH, Ok(123_456_700)),
            ("1'234.50", ENGLISH, Ok(123_450)),
            ("1’234.50", SWISS, Ok(123_450)),
            ("1'234.50", SWISS, Ok(123_450)),
            ("0,500", ENGLISH, Err(AmountError::NotANumber)),
            ("0.500", GERMAN, Err(AmountError::NotANumber)),
            ("00,123", ENGLISH, Err(AmountError::NotANumber)),
            ("0 500", ENGLISH, Err(AmountError::NotANumber)),
            ("12 50", ENGLISH, Err(AmountError::NotANumber)),
            ("12.5 0", ENGLISH, Err(AmountError::NotANumber)),
            ("1 234,567.00", ENGLISH, Err(AmountError::NotANumber)),
            ("0.01", ENGLISH, Ok(1)),
            ("1.234", ENGLISH, Err(AmountError::NotANumber)),
            ("12.", ENGLISH, Err(AmountError::NotANumber)),
            (".50", ENGLISH, Err(AmountError::NotANumber)),
            ("12,34.56", ENGLISH, Err(AmountError::NotANumber)),
            ("1,2345.00", ENGLISH, Err(AmountError::NotANumber)),
            ("1.2.3", ENGLISH, Err(AmountError::NotANumber)),
            ("1.234.5", ENGLISH, Err(AmountError::NotANumber)),
            ("1_234", ENGLISH, Err(AmountError::NotANumber)),
            ("1. 5", ENGLISH, Err(AmountError::NotANumber)),
            ("12.345", ENGLISH, Err(AmountError::NotANumber)),
            ("-5", ENGLISH, Err(AmountError::NotANumber)),
            ("1e3", ENGLISH, Err(AmountError::NotANumber)),
            ("٣", ENGLISH, Err(AmountError::NotANumber)),
            ("", ENGLISH, Err(AmountError::Empty)),
            ("0", ENGLISH, Err(AmountError::Zero)),
            ("0,00", GERMAN, Err(AmountError::Zero)),
            ("99999999999999999999", ENGLISH, Err(AmountError::TooLarge)),
            ("10000000000.01", ENGLISH, Err(AmountError::TooLarge)),
        ] {
            assert_eq!(parse(text, locale), expected, "{text:?} in {locale:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_formatted_is_read_back(minor in 1..=LARGEST, locale in 0_usize..4) {
            let locale = [ENGLISH, GERMAN, FRENCH, SWISS][locale];
            proptest::prop_assert_eq!(parse(&format(minor, locale), locale), Ok(minor));
        }
    }
}
