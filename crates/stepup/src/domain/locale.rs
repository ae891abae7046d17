//! The language of the page, and how the browser writes money in it and compares text. As with URLs, the core uses what the browser has (ECMA-402,
//! Unicode), because tables of its own would be larger than the core, and older than the browser's.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use core::fmt;

use crate::domain::money::{self, Money};

/// The browser's functions. In tests, functions that do the same for a few languages.
#[derive(Clone, Copy)]
pub struct Locale {
    /// The languages that pages are wanted in, the page's own first: BCP 47 tags with blanks between (`ui_locales`, OIDC Core
    /// 3.1.2.1).
    pub ui_locales: fn() -> String,
    /// How amounts of a currency (three capital letters) are written.
    pub notation: fn(&str) -> Notation,
    /// An amount as it stands in a field: in digits and separators, without a sign of the currency.
    pub write: fn(&Money) -> String,
    /// A text in Unicode's compatibility form, NFKC.
    pub normalize: fn(&str) -> String,
    /// A text in small letters, to be searched.
    pub lower: fn(&str) -> String,
    /// Are there more marks on one character than [`MAX_MARKS`]?
    pub has_stacked_marks: fn(&str) -> bool,
}

/// How many combining marks one character can carry in a reference. Languages need up to four; more of them draw over the
/// lines above and below.
pub const MAX_MARKS: usize = 4;

/// How a locale writes amounts of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notation {
    /// Between units and the parts of a unit.
    pub decimal: char,
    /// Between groups of digits, when there are groups.
    pub group: Option<char>,
    /// How many digits the last group has, and each before it.
    pub sizes: [usize; 2],
    /// The currency as people write it: its signs, its code, its names.
    pub signs: Vec<String>,
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locale")
    }
}

/// Plain English, without Unicode's tables: for tests that are about something else.
impl Default for Locale {
    fn default() -> Self {
        Self {
            ui_locales: || "en".to_owned(),
            notation: |currency| Notation {
                decimal: '.',
                group: Some(','),
                sizes: [3, 3],
                signs: vec![currency.to_owned()],
            },
            write: money::write_in_english,
            normalize: str::to_owned,
            lower: str::to_ascii_lowercase,
            has_stacked_marks: |_| false,
        }
    }
}
