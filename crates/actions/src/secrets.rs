//! Values that scripts are given and that nobody may read in what they write: their secrets, and what the request holds for
//! its client alone. They are found as they are, and in the forms that a script makes with one call.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// How often a value may have become JSON and is still found: `console.log(event)` writes JSON, and so may a script before.
const JSON: usize = 2;
/// Shorter forms stand in half of all words, so they are found only where no letter or digit is beside them.
const INSIDE_WORDS: usize = 3;

#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The longest first, since a value may contain another.
    forms: Vec<Form>,
}

#[derive(Debug, Clone)]
struct Form {
    text: String,
    instead: String,
    is_short: bool,
}

impl Secrets {
    /// Values of any length, with the names that stand in their place. Names are shown, values are not.
    pub fn new<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut known = BTreeMap::new();
        for (name, value) in values {
            for text in forms(value) {
                known.entry(text).or_insert_with(|| format!("[secret {name}]"));
            }
        }
        let form = |(text, instead): (String, String)| {
            let is_short = text.chars().count() < INSIDE_WORDS;
            Form { text, instead, is_short }
        };
        let mut forms: Vec<Form> = known.into_iter().map(form).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.text.len()));
        Self { forms }
    }

    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.hide_up_to(text, usize::MAX)
    }

    /// The beginning of the text, without secrets. They are hidden first: a text that is cut first may end in a part of a
    /// secret, which nobody finds any more.
    pub(crate) fn hide_and_cut(&self, text: &str, length: usize) -> String {
        cut(&self.hide_up_to(text, length), length)
    }

    /// The beginning of the text without them: more than `length` bytes, where there is more. The rest is not looked at.
    fn hide_up_to(&self, text: &str, length: usize) -> String {
        let mut clean = String::new();
        let (mut rest, mut before) = (text, None);
        while let Some(first) = rest.chars().next().filter(|_| clean.len() <= length) {
            let found = self.forms.iter().find_map(|form| {
                let after = rest.strip_prefix(form.text.as_str())?;
                (!form.is_short || is_alone(before, after)).then_some((form, after))
            });
            if let Some((form, after)) = found {
                clean.push_str(&form.instead);
                before = form.text.chars().next_back();
                rest = after;
            } else {
                clean.push(first);
                before = Some(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
        clean
    }
}

fn is_alone(before: Option<char>, after: &str) -> bool {
    !before.is_some_and(char::is_alphanumeric) && !after.chars().next().is_some_and(char::is_alphanumeric)
}

/// The value itself and in other letter cases, as it stands in JSON (where it has a quotation mark, a backslash or an end of
/// a line), in an address (`encodeURIComponent`, `encodeURI`, a form), and in Base64 (`btoa`).
fn forms(value: &str) -> BTreeSet<String> {
    let mut forms: Vec<String> = vec![value.to_owned()];
    for _ in 0..JSON {
        let quoted = forms.last().and_then(|last| serde_json::to_string(last).ok()).unwrap_or_default();
        forms.extend(quoted.get(1..quoted.len().saturating_sub(1)).map(str::to_owned));
    }
    forms.extend([value.to_lowercase(), value.to_uppercase()]);
    let encoded = percent_encoded(value, "-_.!~*'()");
    forms.extend([encoded.replace("%20", "+"), percent_encoded(value, "-_.!~*'();/?:@&=+$,#"), encoded]);
    // `btoa` takes characters for bytes, where they are no more than that.
    let latin1: Option<Vec<u8>> = value.chars().map(|letter| u8::try_from(letter).ok()).collect();
    for bytes in latin1.iter().map(Vec::as_slice).chain([value.as_bytes()]) {
        forms.extend(
            [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|base64| base64.encode(bytes)),
        );
    }
    forms.into_iter().filter(|form| !form.is_empty()).collect()
}

fn percent_encoded(value: &str, plain: &str) -> String {
    let mut encoded = String::new();
    for byte in value.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || plain.contains(letter) {
            encoded.push(letter);
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn cut(text: &str, length: usize) -> String {
    if text.len() <= length {
        return text.to_owned();
    }
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Secrets, cut};

    #[test]
    fn cut_keeps_whole_characters() {
        assert_eq!(cut("aé", 2), "a…");
        assert_eq!(cut("aé", 3), "aé");
    }

    fn hide(values: &[(&str, &str)], text: &str) -> String {
        Secrets::new(values.iter().copied()).hide(text)
    }

    #[test]
    fn hides_longest_value_first_and_no_name() {
        let values = [("KEY", "swordfish"), ("LONG", "swordfish-2"), ("NAME", "secret")];
        assert_eq!(hide(&values, "swordfish-2, swordfish"), "[secret LONG], [secret KEY]");
        assert_eq!(hide(&values, "a secret"), "a [secret NAME]");
        assert_eq!(hide(&[("EMPTY", "")], "text"), "text");
    }

    #[test]
    fn hides_short_value_only_as_whole_word() {
        let values = [("state", "a"), ("nonce", "é1"), ("code", "abc")];
        for (text, expected) in [
            ("a", "[secret state]"),
            ("state is a.", "state is [secret state]."),
            (r#"{"state":"a","x":"ba"}"#, r#"{"state":"[secret state]","x":"ba"}"#),
            ("é1 xé1", "[secret nonce] xé1"),
            ("xabcx", "x[secret code]x"),
            ("aa", "aa"),
        ] {
            assert_eq!(hide(&values, text), expected);
        }
    }

    #[test]
    fn hides_encoded_forms() {
        let value = "Sword\"fish/é +";
        for form in [
            value,
            r#"Sword\"fish/é +"#,
            r#"Sword\\\"fish/é +"#,
            "Sword%22fish%2F%C3%A9%20%2B",
            "Sword%22fish%2F%C3%A9+%2B",
            "Sword%22fish/%C3%A9%20+",
            "sword\"fish/é +",
            "SWORD\"FISH/É +",
            // Of Latin-1, as `btoa` has it, and of UTF-8.
            "U3dvcmQiZmlzaC/pICs=",
            "U3dvcmQiZmlzaC_pICs",
            "U3dvcmQiZmlzaC/DqSAr",
        ] {
            assert_eq!(hide(&[("KEY", value)], &format!("<{form}>")), "<[secret KEY]>", "{form}");
        }
    }

    #[test]
    fn reads_no_more_than_it_keeps() {
        let secrets = Secrets::new([("KEY", "swordfish")]);
        let clean = secrets.hide_up_to(&"swordfish".repeat(1_000), 30);
        assert_eq!(clean, "[secret KEY]".repeat(3));
    }
}
