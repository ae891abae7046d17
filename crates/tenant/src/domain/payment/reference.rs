//! What a reference may hold: what is seen, and looks the same on both of the customer's devices as at the payee.

use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};

/// As long as a reference may be (SEPA), in characters.
const MAX_LENGTH: usize = 140;
/// Marks on one character. More would draw over the lines around them.
const MAX_MARKS: usize = 4;

pub(super) fn is_plain(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.len() <= MAX_LENGTH
        && characters.iter().enumerate().all(|(at, &c)| {
            let before = at.checked_sub(1).and_then(|at| characters.get(at).copied());
            if is_joiner(c) { before.is_some_and(is_written_with_joiners) } else { is_visible(c) }
        })
        && !is_stacked(&characters)
}

fn is_stacked(characters: &[char]) -> bool {
    let mark = |c: &char| matches!(c.general_category(), Category::NonspacingMark | Category::EnclosingMark);
    let seen: Vec<bool> = characters.iter().filter(|c| !is_joiner(**c)).map(mark).collect();
    seen.windows(MAX_MARKS + 1).any(|marks| marks.iter().all(|mark| *mark))
}

/// Without them Persian and Hindi are misspelled, and a family of emoji falls apart.
fn is_joiner(c: char) -> bool {
    c == '\u{200c}' || c == '\u{200d}'
}

fn is_written_with_joiners(c: char) -> bool {
    matches!(c,
        // Arabic to Burmese, Tagalog to Vedic signs, symbols.
        '\u{600}'..='\u{109f}' | '\u{1700}'..='\u{1cff}' | '\u{2190}'..='\u{2bff}'
        // Further Indic scripts, Arabic presentation forms, emoji and the scripts above the basic plane.
        | '\u{a800}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10a00}'..='\u{1faff}')
}

fn is_visible(c: char) -> bool {
    let ignorable = matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2065}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{e0000}'..='\u{e0fff}');
    // A Braille cell without dots, and where an application had a picture.
    if ignorable || c == '\u{2800}' || c == '\u{fffc}' {
        return false;
    }
    match c.general_category() {
        Category::Control | Category::LineSeparator | Category::ParagraphSeparator => false,
        Category::SpaceSeparator => c == ' ',
        // Some formats have a shape: they stand around or before numbers.
        Category::Format => {
            matches!(c, '\u{600}'..='\u{605}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{110bd}'
                | '\u{110cd}' | '\u{13430}'..='\u{1345f}')
        }
        _ => true,
    }
}
