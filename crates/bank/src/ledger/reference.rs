//! What a reference may hold, as `openapi.json` describes it: text that looks the same to every reader.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

pub(super) const MAX_LENGTH: usize = 140;
/// How many marks a character can carry. Languages need up to four; more draw over the lines above and below.
const MAX_MARKS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ReferenceError {
    #[error("a reference has at most {MAX_LENGTH} characters, not {0}")]
    TooLong(usize),
    #[error(
        "a reference has no line breaks, no blanks but U+0020, and no characters that are not seen or turn text around"
    )]
    Invisible,
    #[error("a character of a reference carries at most {MAX_MARKS} combining marks")]
    Stacked,
}

pub(super) fn check(text: &str) -> Result<(), ReferenceError> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return Err(ReferenceError::TooLong(length));
    }
    let (mut before, mut marks) = (None, 0);
    for c in text.chars() {
        if is_joiner(c) {
            if !before.is_some_and(takes_joiner) {
                return Err(ReferenceError::Invisible);
            }
        } else {
            if !is_seen(c) {
                return Err(ReferenceError::Invisible);
            }
            marks = if is_mark(c) { marks + 1 } else { 0 };
            if marks > MAX_MARKS {
                return Err(ReferenceError::Stacked);
            }
        }
        before = Some(c);
    }
    Ok(())
}

/// Zero width joiner and non-joiner: some scripts cannot be written without them, nor some emoji.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A joiner means something behind these: scripts from Arabic to Burmese and from Tagalog to Vedic signs, their extensions and
/// presentation forms, symbols, and what is above the basic plane, emoji among it.
fn takes_joiner(c: char) -> bool {
    const BLOCKS: [(u32, u32); 7] = [
        (0x0600, 0x109f),
        (0x1700, 0x1cff),
        (0x2190, 0x2bff),
        (0xa800, 0xabff),
        (0xfb50, 0xfdff),
        (0xfe70, 0xfefe),
        (0x10a00, 0x1faff),
    ];
    BLOCKS.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

/// Controls, formats, separators, and the rest of what Unicode calls ignorable by default are not seen; and a blank is U+0020.
fn is_seen(c: char) -> bool {
    match c.general_category() {
        GeneralCategory::Format => is_drawn(c),
        GeneralCategory::Control | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => {
            false
        }
        GeneralCategory::SpaceSeparator => c == ' ',
        // Fillers, vowels without a shape, variation selectors; a Braille cell without dots; where a picture was.
        _ => {
            !matches!(u32::from(c), 0x34f | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x2065 | 0x2800 | 0x3164
            | 0xfe00..=0xfe0f | 0xffa0 | 0xfff0..=0xfff8 | 0xfffc | 0xe0000..=0xe0fff)
        }
    }
}

/// Formats that have a shape: they enclose or precede numbers.
const fn is_drawn(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1345f}')
}

fn is_mark(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

#[cfg(test)]
mod tests {
    use super::check;

    /// The sign of a number and the end of a verse, in Arabic, and a number in Kaithi.
    #[test]
    fn formats_with_a_shape_are_seen() {
        for text in ["\u{600}12", "\u{6dd}12", "\u{110bd}\u{110a0}"] {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
    }
}
