//! The reference of a transfer: one line of text that looks the same to the payer, at the second factor, and to the payee.
//!
//! It may hold every character that is seen, in any script and direction; U+0020 is its only blank. Of what is not seen it
//! holds the joiners alone (U+200C, U+200D), after a character of a script that is written with them, or an emoji. One
//! character carries at most [`MAX_MARKS`] combining marks. Bank and provider have the same rule.

use alloc::{borrow::ToOwned, string::String, string::ToString};

use crate::domain::{
    locale::{Locale, MAX_MARKS},
    message::Message,
    text::{is_blank, is_invisible, takes_joiner},
};

/// The longest reference, in characters, as SEPA has it.
pub(crate) const REFERENCE_MAX: usize = 140;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferenceError {
    TooLong(usize),
    /// A line break, a tab, or a character that turns text around or is not seen: the receipt would not show what is sent.
    Control,
    /// It would draw over what stands above and below it.
    Stacked,
}

impl ReferenceError {
    /// For the customer.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::TooLong(found) => Message::with(
                "reference.too_long",
                [("max", REFERENCE_MAX.to_string()), ("found", found.to_string())],
            ),
            Self::Control => Message::new("reference.control"),
            Self::Stacked => Message::with("reference.stacked", [("max", MAX_MARKS.to_string())]),
        }
    }
}

/// What was typed or pasted, as it will be sent: what carries no meaning is left out, any blank is a blank. What turns text
/// around stays, and is refused: without it the text would read differently.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200c}' | '\u{200d}' if !out.chars().next_back().is_some_and(takes_joiner) => {}
            '\u{200c}' | '\u{200d}' | '\u{202d}' | '\u{202e}' => out.push(c),
            c if is_blank(c) => out.push(' '),
            c if is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out.trim_matches(' ').to_owned()
}

/// What was typed or pasted, as it will be sent, when it can be.
pub(crate) fn from_input(text: &str, locale: Locale) -> Result<String, ReferenceError> {
    line_from_input(text, REFERENCE_MAX, locale)
}

/// The same for any line of text.
pub(crate) fn line_from_input(text: &str, max: usize, locale: Locale) -> Result<String, ReferenceError> {
    let text = clean(text);
    if (locale.has_stacked_marks)(&text) {
        return Err(ReferenceError::Stacked);
    }
    check_line(&text, max)?;
    Ok(text)
}

/// Is it a reference that [`from_input`] has let through?
pub(crate) fn check(text: &str) -> Result<(), ReferenceError> {
    check_line(text, REFERENCE_MAX)
}

pub(crate) fn check_line(text: &str, max: usize) -> Result<(), ReferenceError> {
    if text.contains(['\u{202d}', '\u{202e}']) || clean(text) != text {
        return Err(ReferenceError::Control);
    }
    match text.chars().count() {
        long if long > max => Err(ReferenceError::TooLong(long)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: reference-characters
    #[test]
    fn is_one_plain_line() {
        for bad in [
            "a\nb",
            "a\tb",
            "a\u{a0}b",
            "a\u{2028}b",
            "a\u{202e}b",
            "\u{2066}x",
            "a\u{0}",
            "a\u{ad}b",
            "\u{61c}a",
            "a\u{200b}b",
            "a\u{200d}b",
            "a\u{2060}b",
            "a\u{feff}",
            "a\u{e0041}",
        ] {
            assert_eq!(check(bad), Err(ReferenceError::Control), "{bad:?}");
        }
        assert!(check(&"é".repeat(140)).is_ok());
        assert_eq!(check(&"é".repeat(141)), Err(ReferenceError::TooLong(141)));
    }
}
