//! What customers read, in their language: the catalogues in `messages/`, one file for each. Money and dates are written by
//! patterns of the same files, so that a new language is one file and one line here. (`icu` would bring data for all
//! currencies and calendars of which four lines are used.)

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde_json::Value;

/// The first is the one in which everything falls back, and in which the log and the protocol speak.
const CATALOGUES: [(&str, &str); 4] = [
    ("en", include_str!("../messages/en.json")),
    ("de", include_str!("../messages/de.json")),
    ("fr", include_str!("../messages/fr.json")),
    ("ar", include_str!("../messages/ar.json")),
];

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    CATALOGUES
        .map(|(tag, text)| Language { tag, messages: serde_json::from_str(text).unwrap_or_default() })
        .into()
});

static ENGLISH: LazyLock<Language> = LazyLock::new(|| Language {
    tag: "en",
    messages: serde_json::from_str(CATALOGUES[0].1).unwrap_or_default(),
});

#[derive(Debug)]
pub(crate) struct Language {
    /// As in `lang` (BCP 47).
    pub(crate) tag: &'static str,
    messages: HashMap<String, Value>,
}

/// The tags of all languages, as `ui_locales_supported` has them.
pub(crate) fn tags() -> [&'static str; 4] {
    CATALOGUES.map(|(tag, _)| tag)
}

impl Language {
    pub(crate) fn english() -> &'static Self {
        &ENGLISH
    }

    pub(crate) fn by_tag(tag: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.tag == tag)
    }

    /// The first of these that there is: of `de-AT`, German. (`ui_locales`, OIDC Core 3.1.2.1)
    pub(crate) fn first_of<'a>(tags: impl IntoIterator<Item = &'a str>) -> Option<&'static Self> {
        tags.into_iter().find_map(|tag| {
            let language = tag.split(['-', '_']).next()?.to_ascii_lowercase();
            Self::by_tag(&language)
        })
    }

    /// The best of an `Accept-Language` (RFC 9110, 12.5.4).
    pub(crate) fn accepted(header: &str) -> Option<&'static Self> {
        let mut wanted: Vec<(&str, f32)> = header
            .split(',')
            .map(|item| {
                let (tag, quality) = item.split_once(";q=").unwrap_or((item, "1"));
                (tag.trim(), quality.trim().parse().unwrap_or(0.0))
            })
            .filter(|(_, quality)| *quality > 0.0)
            .collect();
        wanted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        Self::first_of(wanted.into_iter().map(|(tag, _)| tag))
    }

    pub(crate) fn is_right_to_left(&self) -> bool {
        self.tag == "ar"
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.messages.contains_key(id)
    }

    /// The text of a message, or of the form that goes with a number.
    pub(crate) fn text(&self, id: &str, count: Option<u64>) -> Option<&str> {
        match self.messages.get(id)? {
            Value::String(text) => Some(text),
            Value::Object(forms) => {
                let n = count.unwrap_or_default();
                // "None" has words of its own, also where the language has no form for it.
                let none = forms.get("zero").filter(|_| n == 0);
                none.or_else(|| forms.get(plural(self.tag, n)))?.as_str()
            }
            _ => None,
        }
    }
}

/// The form of a whole number (CLDR, plural rules).
const fn plural(tag: &str, n: u64) -> &'static str {
    match (tag.as_bytes(), n) {
        (b"ar", 0) => "zero",
        (b"ar", 2) => "two",
        (b"ar", _) if matches!(n % 100, 3..=10) => "few",
        (b"ar", _) if matches!(n % 100, 11..=99) => "many",
        (b"fr", 0) | (_, 1) => "one",
        _ => "other",
    }
}

/// A message with its arguments. It is written when it is shown, so that an argument is never taken for a place of another.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    language: &'static Language,
    id: Cow<'static, str>,
    arguments: Vec<(&'static str, String)>,
    count: Option<u64>,
}

impl Message {
    pub(crate) fn new(language: &'static Language, id: impl Into<Cow<'static, str>>) -> Self {
        Self { language, id: id.into(), arguments: Vec::new(), count: None }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// The number that decides about the form; its place is `{n}`.
    pub(crate) fn count(mut self, n: impl Into<Count>) -> Self {
        let Count(n) = n.into();
        self.count = Some(n);
        self.with("n", n)
    }

    fn write_argument(&self, name: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((_, value)) = self.arguments.iter().find(|(known, _)| *known == name) else { return Ok(()) };
        // What has its own direction keeps it to itself (Unicode bidi, isolates).
        if self.language.is_right_to_left() || value.chars().any(is_right_to_left) {
            return write!(formatter, "\u{2068}{value}\u{2069}");
        }
        formatter.write_str(value)
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.to_string()
    }
}

/// A number of things, as templates hand it over.
pub(crate) struct Count(u64);

impl From<u64> for Count {
    fn from(n: u64) -> Self {
        Self(n)
    }
}

impl From<&u64> for Count {
    fn from(n: &u64) -> Self {
        Self(*n)
    }
}

impl From<usize> for Count {
    fn from(n: usize) -> Self {
        Self(u64::try_from(n).unwrap_or(u64::MAX))
    }
}

impl From<&usize> for Count {
    fn from(n: &usize) -> Self {
        Self::from(*n)
    }
}

/// Letters of Hebrew, Arabic and the scripts beside them.
const fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.language.text(&self.id, self.count);
        let text = text.or_else(|| Language::english().text(&self.id, self.count)).unwrap_or(&self.id);
        let mut parts = text.split('{');
        formatter.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            self.write_argument(name, formatter)?;
            formatter.write_str(rest)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
