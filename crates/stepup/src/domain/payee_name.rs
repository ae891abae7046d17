//! The payee's name, and what the bank answers about it: Verification of Payee, Regulation (EU) 2024/886.

use alloc::{string::String, string::ToString};
use serde::{Serialize, Serializer};

use crate::{
    domain::{
        iban::Iban,
        locale::Locale,
        message::Message,
        reference::{self, ReferenceError},
    },
    json::Object,
};

/// The longest name, in characters, as payment messages have it (ISO 20022, `Max70Text`).
pub(crate) const NAME_MAX: usize = 70;

/// Does the name belong to the IBAN? The bank's four answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameCheck {
    /// Yes.
    Match,
    /// Nearly: the bank says how the holder is called.
    CloseMatch,
    /// No.
    NoMatch,
    /// Nobody could tell: another bank has the account, or the API has no such check.
    NotPossible,
}

/// A name with the bank's answer about it, as the customer sees both before confirming.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedName {
    /// As it was typed, in one line.
    pub name: String,
    /// The answer.
    pub check: NameCheck,
}

/// Somebody whom the customer pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payee {
    /// Where the money goes.
    pub iban: Iban,
    /// What they are called.
    pub name: String,
}

impl Payee {
    /// From `{"iban": …, "name": …}`.
    pub(crate) fn read(object: &Object) -> Option<Self> {
        Some(Self { iban: Iban::parse(&object.text("iban")?).ok()?, name: object.text("name")? })
    }
}

impl NameCheck {
    const ALL: [Self; 4] = [Self::Match, Self::CloseMatch, Self::NoMatch, Self::NotPossible];

    /// As it goes over the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::CloseMatch => "close-match",
            Self::NoMatch => "no-match",
            Self::NotPossible => "not-possible",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.as_str() == text)
    }
}

impl Serialize for NameCheck {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl CheckedName {
    /// From members of these names, which are there together or not at all. What could not have been typed is no name.
    pub(crate) fn read(object: &Object, name: &str, check: &str) -> Result<Option<Self>, ()> {
        match (object.get(name), object.get(check)) {
            (None, None) => Ok(None),
            (Some(name), Some(check)) => {
                let name = name.to_text().filter(|name| is_name(name)).ok_or(())?;
                let check = check.as_text().and_then(NameCheck::parse).ok_or(())?;
                Ok(Some(Self { name, check }))
            }
            _ => Err(()),
        }
    }
}

/// What was typed, as it will be sent; an empty name is none.
pub(crate) fn from_input(text: &str, locale: Locale) -> Result<String, Message> {
    reference::line_from_input(text, NAME_MAX, locale).map_err(|error| match error {
        ReferenceError::TooLong(found) => {
            Message::with("name.too_long", [("max", NAME_MAX.to_string()), ("found", found.to_string())])
        }
        _ => Message::new("name.characters"),
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && reference::check_line(text, NAME_MAX).is_ok()
}

/// The bank asks for a name, and there is none.
pub(crate) fn missing() -> Message {
    Message::new("name.empty")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;

    #[test]
    fn is_one_plain_line() {
        let read = |text: &str| from_input(text, Locale::default());
        assert_eq!(read("  Ben\u{a0}Example\u{200b} "), Ok("Ben Example".to_owned()));
        assert_eq!(read(" "), Ok(String::new()));
        assert_eq!(read(&"é".repeat(71)).unwrap_err().id, "name.too_long");
        assert_eq!(read("Ben\u{202e}Example").unwrap_err().id, "name.characters");
        assert!(is_name("Ben") && !is_name("") && !is_name(" Ben") && !is_name(&"x".repeat(71)));
    }

    #[test]
    fn name_and_answer_are_read_together_or_not_at_all() {
        let read = |text: &str| CheckedName::read(&Object::parse(text).unwrap(), "name", "check");
        assert_eq!(read("{}"), Ok(None));
        for check in NameCheck::ALL {
            let text = format!(r#"{{"name":"Ben","check":"{}"}}"#, check.as_str());
            assert_eq!(read(&text), Ok(Some(CheckedName { name: "Ben".into(), check })));
        }
        for bad in [
            r#"{"name":"Ben"}"#,
            r#"{"check":"match"}"#,
            r#"{"name":"","check":"match"}"#,
            r#"{"name":"Ben","check":"Match"}"#,
            r#"{"name":1,"check":"match"}"#,
            "{\"name\":\"Ben\\u202e\",\"check\":\"match\"}",
        ] {
            assert_eq!(read(bad), Err(()), "{bad}");
        }
    }
}
