//! JSON as the core reads it: every member of an object is there once, and has the type that is asked for.
//!
//! One reader for everything that comes from outside (tokens, keys, metadata, the bank's answers, the tab's storage).
//! Two readers of one text must not see two different things, so a member that is there twice is refused at any depth.
//! One reader is also small: a visitor for each of the two dozen shapes would weigh more than the rest of the core.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::fmt;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    Integer(i64),
    /// Any other number, by its whole part: a time may have a fraction (RFC 7519 2), and nothing else that Riser reads has
    /// one.
    OtherNumber(i64),
    Text(String),
    List(Vec<Json>),
    Object(Object),
}

/// An object: its members in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object(Vec<(String, Json)>);

/// The order of members means nothing (RFC 8259 4), and each is there once.
impl PartialEq for Object {
    fn eq(&self, Self(other): &Self) -> bool {
        self.0.len() == other.len() && self.0.iter().all(|member| other.contains(member))
    }
}

impl Eq for Object {}

impl Object {
    /// Reads a text that has to be an object. The error says what is wrong and where, without quoting the text: it may be
    /// a token's.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match serde_json::from_str(text) {
            Ok(Json::Object(object)) if object.is_unambiguous() => Ok(object),
            Ok(Json::Object(_)) => Err("it has a member twice".into()),
            Ok(_) => Err("it is not an object".into()),
            Err(e) => Err(format!("{:?} error at line {} column {}", e.classify(), e.line(), e.column())),
        }
    }

    /// Is every member there once, at any depth?
    fn is_unambiguous(&self) -> bool {
        let Self(members) = self;
        let once =
            |(i, (name, _)): (usize, &(String, _))| !members[..i].iter().any(|(known, _)| known == name);
        members.iter().enumerate().all(once) && members.iter().all(|(_, value)| value.is_unambiguous())
    }

    /// Reads bytes that should be UTF-8.
    pub(crate) fn parse_bytes(bytes: &[u8]) -> Result<Self, String> {
        Self::parse(core::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?)
    }

    pub(crate) fn members(&self) -> &[(String, Json)] {
        &self.0
    }

    /// A member; `null` counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value).filter(|v| **v != Json::Null)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_text().map(str::to_owned)
    }

    /// A whole number, when there is one.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Json::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Self> {
        self.get(name)?.as_object()
    }

    pub(crate) fn list(&self, name: &str) -> Option<&[Json]> {
        match self.get(name)? {
            Json::List(list) => Some(list),
            _ => None,
        }
    }

    /// What `read` makes of a member; a member that it cannot read is refused by name, an absent one is fine.
    pub(crate) fn typed<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Json) -> Option<T>,
    ) -> Result<Option<T>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| format!("`{name}` is of the wrong type")),
        }
    }
}

/// Something that is read back from the tab's storage.
pub(crate) trait FromJson: Sized {
    /// `None` when a member is missing or of another type.
    fn read(object: &Object) -> Option<Self>;
}

/// Reads stored JSON; what cannot be read counts as absent, for an older version may have written it.
pub(crate) fn read<T: FromJson>(text: Option<&str>) -> Option<T> {
    T::read(&Object::parse(text?).ok()?)
}

pub(crate) fn write<T: Serialize>(value: &T) -> String {
    // Writing to a string fails only for maps with keys that are no strings, and there are none here.
    serde_json::to_string(value).unwrap_or_default()
}

impl Json {
    /// Reads any value in which each member is there once; `None` for everything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(Self::is_unambiguous)
    }

    fn is_unambiguous(&self) -> bool {
        match self {
            Self::Object(object) => object.is_unambiguous(),
            Self::List(list) => list.iter().all(Self::is_unambiguous),
            _ => true,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn to_text(&self) -> Option<String> {
        self.as_text().map(str::to_owned)
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Seconds since 1970; what is less than a second counts for nothing.
    pub(crate) fn as_time(&self) -> Option<i64> {
        match self {
            Self::Integer(seconds) | Self::OtherNumber(seconds) => Some(*seconds),
            _ => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(crate) fn to_texts(&self) -> Option<Vec<String>> {
        match self {
            Self::List(list) => list.iter().map(Self::to_text).collect(),
            _ => None,
        }
    }
}

/// For error messages: short, and as it stood in the text.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::OtherNumber(_) => f.write_str("a number that is not whole"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(_) => f.write_str("a list"),
            Self::Object(_) => f.write_str("an object"),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(i64::try_from(number).map_or(Json::OtherNumber(i64::MAX), Json::Integer))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "beyond 64 bits it is the last of them, which is no time"
    )]
    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        // Without `std`, there is no `floor`.
        let whole = number as i64;
        Ok(Json::OtherNumber(if whole as f64 > number { whole.saturating_sub(1) } else { whole }))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: json-duplicate-members
    #[test]
    fn refuses_duplicate_members_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"b":2,"a":3}]}"#, r#"{"a":1,"\u0061":2}"#] {
            assert!(Object::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn compares_by_value() {
        let same = |a, b| Json::parse(a).unwrap() == Json::parse(b).unwrap();
        assert!(same(r#"[{"a":1,"b":{"c":2,"d":3}}]"#, r#"[{"b":{"d":3,"c":2},"a":1}]"#));
        for other in [
            r#"[{"a":1,"b":{"c":2,"d":4}}]"#,
            r#"[{"a":1,"b":{"c":2}}]"#,
            r#"[{"a":1,"b":{"c":2,"d":3},"e":null}]"#,
            r#"[{"a":1,"b":{"c":2,"d":3}},1]"#,
            "[]",
            "null",
        ] {
            assert!(!same(r#"[{"a":1,"b":{"c":2,"d":3}}]"#, other), "{other}");
        }
        for broken in ["", "[", "[] []", r#"[{"a":1,"a":1}]"#] {
            assert_eq!(Json::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn integers_are_whole() {
        let object =
            Object::parse(r#"{"a":1,"b":-1,"c":1.0,"d":1e3,"e":9223372036854775808,"f":"1"}"#).unwrap();
        let read: Vec<_> = ["a", "b", "c", "d", "e", "f"].map(|name| object.integer(name)).into();
        assert_eq!(read, [Some(1), Some(-1), None, None, None, None]);
        assert!(object.typed("c", Json::as_integer).is_err());
        assert_eq!(object.typed("absent", Json::as_integer), Ok(None));
    }

    #[test]
    fn error_does_not_quote_the_text() {
        for text in ["", "[]", "null", "secret", "{\"secret\":", &"[".repeat(10_000)] {
            let error = Object::parse(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(Object::parse_bytes(b"{\"a\":\"\xff\"}").is_err());
    }
}
