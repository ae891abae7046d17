//! Codes as people type and paste them.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Letters and digits alone, in their compatibility form (NFKC), digits of any script as ASCII: without blanks, hyphens and
/// stops between and behind, and without the marks that messengers leave, which nobody sees.
pub(super) fn normalize_typed_code(text: &str) -> String {
    text.nfkc().map(ascii_digit).filter(|c| c.is_alphanumeric()).collect()
}

/// Unicode has the ten digits of a script one after the other, and never another's right before its zero at other than a
/// multiple of ten.
fn ascii_digit(c: char) -> char {
    let is_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber;
    if c.is_ascii() || !is_digit(c) {
        return c;
    }
    let before = (1..100).take_while(|by| (u32::from(c) - by).try_into().is_ok_and(is_digit)).count();
    u32::try_from(before % 10).ok().and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_any_script_map_to_ascii() {
        let digits: Vec<char> =
            ('\0'..=char::MAX).filter(|c| c.general_category() == GeneralCategory::DecimalNumber).collect();
        assert!(digits.len() >= 700 && digits.len().is_multiple_of(10), "{}", digits.len());
        for ten in digits.chunks(10) {
            assert_eq!(ten.iter().copied().map(ascii_digit).collect::<String>(), "0123456789", "{ten:?}");
        }
    }
}
