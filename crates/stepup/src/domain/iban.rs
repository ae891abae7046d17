//! IBANs (ISO 13616): read as people type or paste them, shown in groups of four.

use alloc::{borrow::ToOwned, string::String, string::ToString};
use serde::Serialize;

use crate::domain::{locale::Locale, message::Message, text};

/// An IBAN whose form and check digits are right: upper case, no blanks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Iban(String);

/// Why a text is no IBAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IbanError {
    /// Nothing was typed.
    Empty,
    /// A character that no IBAN has.
    Character,
    /// It does not begin with a country and two digits.
    Start,
    /// Its country's IBANs have another length.
    Length {
        /// The two letters.
        country: [char; 2],
        /// How long it is.
        found: usize,
        /// How long it should be.
        expected: usize,
    },
    /// Shorter or longer than any IBAN.
    AnyLength(usize),
    /// The check digits do not fit: most likely a slip.
    CheckDigits,
}

impl IbanError {
    /// For the customer.
    #[must_use]
    pub fn message(self) -> Message {
        Message::new(match self {
            Self::Empty => "iban.empty",
            Self::Character => "iban.character",
            Self::Start => "iban.start",
            Self::Length { country: [first, second], found, expected } => {
                let country = String::from_iter([first, second]);
                let arguments =
                    [("found", found.to_string()), ("country", country), ("expected", expected.to_string())];
                return Message::with("iban.length", arguments);
            }
            Self::AnyLength(found) => {
                return Message::with("iban.any_length", [("found", found.to_string())]);
            }
            Self::CheckDigits => "iban.check_digits",
        })
    }
}

impl Iban {
    /// Reads an IBAN as people have it: in digits of any script, with marks of other programs in it, after "IBAN:".
    pub fn from_input(text: &str, locale: Locale) -> Result<Self, IbanError> {
        Self::parse(&text::normalize(text, locale))
    }

    /// Reads an IBAN in ASCII; what stands between its groups is left out, letters are made upper case.
    pub fn parse(text: &str) -> Result<Self, IbanError> {
        let text: String =
            text.chars().filter(|c| !separates_groups(*c)).map(|c| c.to_ascii_uppercase()).collect();
        let text = without_label(&text).to_owned();
        if text.is_empty() {
            return Err(IbanError::Empty);
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(IbanError::Character);
        }
        let bytes = text.as_bytes();
        let starts = bytes.len() >= 4
            && bytes[..2].iter().all(u8::is_ascii_alphabetic)
            && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !starts {
            return Err(IbanError::Start);
        }
        match expected_length(&text[..2]) {
            Some(expected) if expected != text.len() => {
                let country = [char::from(bytes[0]), char::from(bytes[1])];
                return Err(IbanError::Length { country, found: text.len(), expected });
            }
            None if !(15..=34).contains(&text.len()) => return Err(IbanError::AnyLength(text.len())),
            _ => {}
        }
        // ISO 7064, MOD 97-10, with the first four characters moved to the end. Check digits 00, 01 and 99 would pass
        // the sum for some accounts but are never issued.
        let sum = bytes[4..].iter().chain(&bytes[..4]).fold(0_u32, |sum, byte| match byte {
            b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
            letter => (sum * 100 + u32::from(letter - b'A') + 10) % 97,
        });
        if sum == 1 && !matches!(&text[2..4], "00" | "01" | "99") {
            Ok(Self(text))
        } else {
            Err(IbanError::CheckDigits)
        }
    }

    /// As it is sent: no blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is read: groups of four.
    #[must_use]
    pub fn grouped(&self) -> String {
        grouped(&self.0)
    }
}

/// Any text in groups of four: also the IBANs that a bank tells us, which are shown as they come.
#[must_use]
pub(crate) fn grouped(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().filter(|c| !c.is_whitespace()).enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Blanks, and what people, forms and sentences put between the groups and around them.
fn separates_groups(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | ',' | ':' | '/' | '_' | '·' | '"' | '\'' | '“' | '”' | '„')
}

/// Without what says that it is one: `IBAN`, `IBAN (EUR)`, `IBAN-Nr`. No country has the letters `IB`.
fn without_label(text: &str) -> &str {
    let Some(at) = text.as_bytes().windows(4).position(|four| four == b"IBAN") else { return text };
    let (before, rest) = (&text[..at], &text[at + 4..]);
    if before.bytes().any(|b| b.is_ascii_digit()) {
        return text;
    }
    let starts = |four: &[u8]| {
        four[..2].iter().all(u8::is_ascii_uppercase) && four[2..].iter().all(u8::is_ascii_digit)
    };
    rest.as_bytes().windows(4).position(starts).and_then(|at| rest.get(at..)).unwrap_or(rest)
}

/// The lengths in the SWIFT IBAN registry; IBANs of other countries are checked by their digits alone.
fn expected_length(country: &str) -> Option<usize> {
    const LENGTHS: &[(usize, &str)] = &[
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FK FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    ];
    LENGTHS
        .iter()
        .find(|(_, countries)| countries.split(' ').any(|c| c == country))
        .map(|(length, _)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_pasted_ibans() {
        for text in [
            "DE89370400440532013000",
            "de89 3704 0044 0532 0130 00",
            " GB82-WEST-1234-5698-7654-32\n",
            "FR14 2004 1010 0505 0001 3M02 606",
            "NO93 8601 1117 947",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            let iban = Iban::parse(text).unwrap();
            assert_eq!(Iban::parse(&iban.grouped()).unwrap(), iban);
        }
    }

    #[test]
    fn each_error_has_a_message() {
        for (text, expected) in [
            ("", IbanError::Empty),
            ("  ", IbanError::Empty),
            ("DE89?704", IbanError::Character),
            ("DÉ89370400440532013000", IbanError::Character),
            ("8937", IbanError::Start),
            ("DEXX370400440532013000", IbanError::Start),
            ("DE8", IbanError::Start),
            ("DE8937040044053201300", IbanError::Length { country: ['D', 'E'], found: 21, expected: 22 }),
            ("XX893704", IbanError::AnyLength(8)),
            ("XX89370400440532", IbanError::CheckDigits),
            ("XX893704004405", IbanError::AnyLength(14)),
            ("XX89370400440532013000893704004405320", IbanError::AnyLength(37)),
            ("DE89370400440532013001", IbanError::CheckDigits),
            ("DE98370400440532013000", IbanError::CheckDigits),
        ] {
            assert_eq!(Iban::parse(text), Err(expected), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn detects_one_changed_character(at in 2_usize..22, by in 1_u8..10) {
            let mut bytes = b"DE89370400440532013000".to_vec();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            let text = String::from_utf8(bytes).unwrap();
            proptest::prop_assert_eq!(Iban::parse(&text), Err(IbanError::CheckDigits));
        }
    }
}
