//! What people type and paste, as it is read: digits of any script, blanks of any width, and nothing that is not seen.

use alloc::string::String;

use crate::domain::locale::Locale;

/// Zero in every script that has decimal digits of its own (Unicode 17, category Nd); one to nine follow each.
const ZEROS: &str = "\u{660}\u{6f0}\u{7c0}\u{966}\u{9e6}\u{a66}\u{ae6}\u{b66}\u{be6}\u{c66}\u{ce6}\u{d66}\u{de6}\u{e50}\u{ed0}\u{f20}\u{1040}\u{1090}\u{17e0}\u{1810}\u{1946}\u{19d0}\u{1a80}\u{1a90}\u{1b50}\u{1bb0}\u{1c40}\u{1c50}\u{a620}\u{a8d0}\u{a900}\u{a9d0}\u{a9f0}\u{aa50}\u{abf0}\u{ff10}\u{104a0}\u{10d30}\u{10d40}\u{11066}\u{110f0}\u{11136}\u{111d0}\u{112f0}\u{11450}\u{114d0}\u{11650}\u{116c0}\u{116d0}\u{116da}\u{11730}\u{118e0}\u{11950}\u{11bf0}\u{11c50}\u{11d50}\u{11da0}\u{11de0}\u{11f50}\u{16130}\u{16a60}\u{16ac0}\u{16b50}\u{16d70}\u{1ccf0}\u{1d7ce}\u{1d7d8}\u{1d7e2}\u{1d7ec}\u{1d7f6}\u{1e140}\u{1e2f0}\u{1e4f0}\u{1e5f1}\u{1e950}\u{1fbf0}";

/// The digits of `hanidec`, which are letters to Unicode.
const HAN: &str = "〇一二三四五六七八九";

/// A digit of any script as the ASCII digit; any other character as it is.
fn ascii_digit(c: char) -> char {
    let distance = |zero: char| u32::from(c).checked_sub(u32::from(zero)).filter(|distance| *distance < 10);
    if c.is_ascii() {
        return c;
    }
    let value = ZEROS.chars().find_map(distance);
    let value = value.or_else(|| (0..).zip(HAN.chars()).find_map(|(value, han)| (han == c).then_some(value)));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

/// Is nothing seen of it? Controls, and what Unicode calls ignorable by default: marks that PDFs, messengers and editors
/// leave behind. U+FFFC stands where an application had a picture.
pub(crate) fn is_invisible(c: char) -> bool {
    let ignorable = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    ignorable || (c.is_control() && !c.is_whitespace())
}

/// Does a part stand in a text? `str::contains` is quicker in long texts, and four times as large.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    part.is_empty() || text.as_bytes().windows(part.len()).any(|there| there == part.as_bytes())
}

/// Is it a blank, however wide? A Braille cell without dots is one too.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// What figures and codes are read from: in the compatibility form (NFKC), with ASCII digits, plain blanks, hyphens for
/// dashes of any length, and without what is not seen.
pub(crate) fn normalize(text: &str, locale: Locale) -> String {
    let plain = |c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
        c if is_blank(c) => ' ',
        c => ascii_digit(c),
    };
    // The compatibility form would make figures of footnotes: 12² is not 122.
    let raised = |c| matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{2089}');
    (locale.normalize)(&text.replace(raised, "^")).chars().filter(|c| !is_invisible(*c)).map(plain).collect()
}

/// Does a joiner (U+200C, U+200D) after it mean something? In the scripts that are written with joiners, and between emoji.
pub(crate) fn takes_joiner(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{109f}' | '\u{1700}'..='\u{1cff}' | '\u{2190}'..='\u{2bff}' | '\u{a800}'..='\u{abff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10a00}'..='\u{1faff}')
        && !is_invisible(c)
}

#[cfg(test)]
mod tests {
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

    use super::*;

    /// Proves: amount-parsing
    #[test]
    fn reads_digits_of_every_script() {
        let mut scripts = 0;
        for c in ('\u{80}'..=char::MAX).filter(|c| c.general_category() == GeneralCategory::DecimalNumber) {
            assert!(ascii_digit(c).is_ascii_digit(), "{c:?}");
            scripts += usize::from(ascii_digit(c) == '0');
        }
        assert!(scripts >= 70, "{scripts}");
        let read: String = "〇一二三四五六七八九٠٩۰۹०९０９𝟎𝟿🯰🯹".chars().map(ascii_digit).collect();
        assert_eq!(read, "0123456789090909090909");
        assert_eq!(ascii_digit('²'), '²');
    }

    /// Proves: amount-parsing
    #[test]
    fn format_characters_are_invisible() {
        for c in ('\0'..=char::MAX).filter(|c| !is_blank(*c)) {
            let category = c.general_category();
            if matches!(category, GeneralCategory::Control) {
                assert!(is_invisible(c), "{c:?}");
            }
            // Signs that enclose a number or are drawn themselves are seen, though of the category Format.
            let drawn = matches!(c, '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}');
            if matches!(category, GeneralCategory::Format) && !drawn {
                assert!(is_invisible(c), "{c:?}");
            }
        }
        for c in ['a', 'é', '\u{301}', '漢', '👍', '\u{e000}', '\u{fffd}', ' ', '\u{a0}'] {
            assert!(!is_invisible(c), "{c:?}");
        }
    }
}
