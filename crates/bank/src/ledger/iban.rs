//! IBANs (ISO 13616): normalised, with their length by country and their check digits (ISO 7064, mod 97-10) checked.

use std::fmt;

use serde::Serialize;

/// A well-formed IBAN: capital letters and digits without blanks, check digits right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Iban(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    #[error("an IBAN starts with two letters and two digits and has only letters and digits after them")]
    Form,
    #[error("an IBAN of {country} has {expected} characters, not {found}")]
    Length { country: String, expected: usize, found: usize },
    #[error("an IBAN has 15 to 34 characters, not {found}")]
    AnyLength { found: usize },
    #[error("the check digits of the IBAN do not fit")]
    CheckDigits,
}

/// Capital letters, no blanks: two ways to write one IBAN are equal in this form.
pub(super) fn normalise(text: &str) -> String {
    text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect()
}

impl Iban {
    /// Takes an IBAN as people write it: in any case, with blanks.
    pub fn parse(text: &str) -> Result<Self, IbanError> {
        let iban = normalise(text);
        let bytes = iban.as_bytes();
        let [a, b, c, d, rest @ ..] = bytes else { return Err(IbanError::Form) };
        let starts_right =
            [a, b].iter().all(|l| l.is_ascii_uppercase()) && [c, d].iter().all(|n| n.is_ascii_digit());
        if !starts_right || !rest.iter().all(u8::is_ascii_alphanumeric) {
            return Err(IbanError::Form);
        }
        let found = bytes.len();
        match length_in([*a, *b]) {
            Some(expected) if expected != found => {
                return Err(IbanError::Length { country: iban.chars().take(2).collect(), expected, found });
            }
            None if !(15..=34).contains(&found) => return Err(IbanError::AnyLength { found }),
            _ => {}
        }
        // Three pairs pass the sum for some accounts, and are never issued.
        let issued = !matches!([c, d], [b'0', b'0' | b'1'] | [b'9', b'9']);
        if issued && remainder(rest.iter().chain([a, b, c, d])) == 1 {
            Ok(Self(iban))
        } else {
            Err(IbanError::CheckDigits)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number that the characters spell (A is 10, Z is 35), modulo 97.
fn remainder<'a>(characters: impl Iterator<Item = &'a u8>) -> u32 {
    characters.fold(0, |sum, c| match c {
        b'0'..=b'9' => (sum * 10 + u32::from(c - b'0')) % 97,
        _ => (sum * 100 + u32::from(c - b'A') + 10) % 97,
    })
}

/// From the SWIFT IBAN registry. Countries that it does not have are held to the general bounds.
fn length_in(country: [u8; 2]) -> Option<usize> {
    Some(match &country {
        b"NO" => 15,
        b"BE" => 16,
        b"DK" | b"FI" | b"FK" | b"FO" | b"GL" | b"NL" | b"SD" => 18,
        b"MK" | b"SI" => 19,
        b"AT" | b"BA" | b"EE" | b"KZ" | b"LT" | b"LU" | b"MN" | b"XK" => 20,
        b"CH" | b"HR" | b"LI" | b"LV" => 21,
        b"BG" | b"BH" | b"CR" | b"DE" | b"GB" | b"GE" | b"IE" | b"ME" | b"RS" | b"VA" => 22,
        b"AE" | b"GI" | b"IL" | b"IQ" | b"OM" | b"SO" | b"TL" => 23,
        b"AD" | b"CZ" | b"ES" | b"MD" | b"PK" | b"RO" | b"SA" | b"SE" | b"SK" | b"TN" | b"VG" => 24,
        b"LY" | b"PT" | b"ST" => 25,
        b"IS" | b"TR" => 26,
        b"BI" | b"DJ" | b"FR" | b"GR" | b"IT" | b"MC" | b"MR" | b"SM" => 27,
        b"AL" | b"AZ" | b"BY" | b"CY" | b"DO" | b"GT" | b"HN" | b"HU" | b"LB" | b"NI" | b"PL" | b"SV" => 28,
        b"BR" | b"EG" | b"PS" | b"QA" | b"UA" => 29,
        b"JO" | b"KW" | b"MU" | b"YE" => 30,
        b"MT" | b"SC" => 31,
        b"LC" => 32,
        b"RU" => 33,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_people_write() {
        for iban in
            ["DE89370400440532013000", "gb82 west 1234 5698 7654 32", "FR14 2004 1010 0505 0001 3M02 606"]
        {
            assert_eq!(Iban::parse(iban).unwrap().as_str(), normalise(iban));
        }
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let right = "DE89370400440532013000";
        for (at, _) in right.char_indices().skip(2) {
            for digit in '0'..='9' {
                let mut wrong = right.to_owned();
                wrong.replace_range(at..=at, &digit.to_string());
                assert_eq!(Iban::parse(&wrong).is_ok(), wrong == right, "{wrong}");
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(Iban::parse(""), Err(IbanError::Form));
        assert_eq!(Iban::parse("DE"), Err(IbanError::Form));
        assert_eq!(Iban::parse("8937DE0400440532013000"), Err(IbanError::Form));
        assert_eq!(Iban::parse("DE89-3704-0044-0532-0130-00"), Err(IbanError::Form));
        assert_eq!(Iban::parse("DE89ä704004405320130"), Err(IbanError::Form));
        let country = "DE".to_owned();
        assert_eq!(
            Iban::parse("DE8937040044053201300"),
            Err(IbanError::Length { country, expected: 22, found: 21 })
        );
        let country = "NO".to_owned();
        assert_eq!(
            Iban::parse("NO93860111179470"),
            Err(IbanError::Length { country, expected: 15, found: 16 })
        );
        assert_eq!(Iban::parse("QQ89370400"), Err(IbanError::AnyLength { found: 10 }));
        assert_eq!(Iban::parse("DE88370400440532013000"), Err(IbanError::CheckDigits));
    }
}
