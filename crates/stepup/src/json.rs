//! JSON as the core reads it: every member of an object is there once, and has the type that is asked for.
//!
//! One reader for everything that comes from outside (tokens, keys, metadata, the bank's answers, the tab's storage).
//! Two readers of one text must not see two different things, so a member that is there twice is refused at any depth.
//! One reader is also small: visitors of `serde` for the two dozen shapes would weigh more than the rest of the core, and one
//! visitor for all of them brings two kinds of floats, which nothing here has.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::fmt;
use serde::Serialize;

use crate::quoted::quoted;

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
        match Reader::read(text) {
            Ok(Json::Object(object)) if object.is_unambiguous() => Ok(object),
            Ok(Json::Object(_)) => Err("it has a member twice".into()),
            Ok(_) => Err("it is not an object".into()),
            Err(at) => {
                let before = text.as_bytes().get(..at).unwrap_or_default();
                let lines = || before.split(|byte| *byte == b'\n');
                let column = lines().next_back().map_or(0, <[u8]>::len) + 1;
                Err(format!("error at line {} column {column}", lines().count()))
            }
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
        Reader::read(text).ok().filter(Self::is_unambiguous)
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
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(_) => f.write_str("a list"),
            Self::Object(_) => f.write_str("an object"),
        }
    }
}

/// How many digits the whole part of a number may have.
const MAX_DIGITS: i16 = 308;

/// How deep values may be in each other, as in other readers: each level takes some of the stack.
const MAX_DEPTH: u8 = 127;

/// Reads RFC 8259, with limits on depth and on the size of numbers, which its section 9 allows. `None`: the text is not JSON;
/// what is wrong is at `at` or before it.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// The whole text as one value, or how far it could be read.
    fn read(text: &'a str) -> Result<Json, usize> {
        let mut reader = Self { text, at: 0, depth: 0 };
        let value = reader.value().filter(|_| reader.peek().is_none());
        value.ok_or(reader.at)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.byte()
    }

    /// Goes past what fits, and says how much that was.
    fn skip(&mut self, fits: impl Fn(u8) -> bool) -> usize {
        let from = self.at;
        while self.byte().is_some_and(&fits) {
            self.at += 1;
        }
        self.at - from
    }

    /// Goes past a byte, if it comes next.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self) -> Option<Json> {
        match self.peek()? {
            b'{' => {
                let mut members = Vec::new();
                self.items(b'}', |reader| {
                    reader.peek();
                    let name = reader.string()?;
                    reader.peek();
                    reader.take(b':')?;
                    members.push((name, reader.value()?));
                    Some(())
                })?;
                Some(Json::Object(Object(members)))
            }
            b'[' => {
                let mut list = Vec::new();
                self.items(b']', |reader| {
                    list.push(reader.value()?);
                    Some(())
                })?;
                Some(Json::List(list))
            }
            b'"' => self.string().map(Json::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
                let rest = self.text.get(self.at..)?;
                let (word, value) = words.into_iter().find(|(word, _)| rest.starts_with(word))?;
                self.at += word.len();
                Some(value)
            }
        }
    }

    /// What stands between brackets, with commas between.
    fn items(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        if self.peek()? != end {
            item(self)?;
            while self.peek()? == b',' {
                self.at += 1;
                item(self)?;
            }
        }
        self.depth -= 1;
        self.take(end)
    }

    fn string(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            let from = self.at;
            self.skip(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f));
            text.push_str(self.text.get(from..self.at)?);
            let end = self.byte()?;
            if end == b'"' {
                self.at += 1;
                return Some(text);
            }
            self.take(b'\\')?;
            let escape = self.byte()?;
            self.at += 1;
            text.push(match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unicode_escape()?,
                _ => return None,
            });
        }
    }

    /// A character by its number in UTF-16, which may take two of these.
    fn unicode_escape(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !matches!(first, 0xd800..=0xdbff) {
            return char::from_u32(first);
        }
        self.take(b'\\')?;
        self.take(b'u')?;
        let second = self.hex().filter(|second| matches!(second, 0xdc00..=0xdfff))?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        // Rust reads a sign, too.
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }

    fn number(&mut self) -> Option<Json> {
        let from = self.at;
        let is_negative = self.take(b'-').is_some();
        let zero = self.byte() == Some(b'0');
        let digits_from = self.at;
        let digits = self.skip(|byte| byte.is_ascii_digit());
        if digits == 0 || (zero && digits > 1) {
            return None;
        }
        let whole = self.text.get(digits_from..self.at)?;
        let mut fraction = "";
        if self.take(b'.').is_some() {
            let from = self.at;
            (self.skip(|byte| byte.is_ascii_digit()) > 0).then_some(())?;
            fraction = self.text.get(from..self.at)?;
        }
        let mut exponent = 0;
        let has_exponent = self.take(b'e').or_else(|| self.take(b'E')).is_some();
        if has_exponent {
            let from = self.at;
            if self.take(b'-').is_none() {
                let _ = self.take(b'+');
            }
            (self.skip(|byte| byte.is_ascii_digit()) > 0).then_some(())?;
            // One that does not fit is beyond all that is read.
            exponent = self.text.get(from..self.at)?.parse::<i16>().ok()?;
        }
        // No number that Riser reads is near this limit.
        let point =
            i16::try_from(whole.len()).ok()?.checked_add(exponent).filter(|point| *point <= MAX_DIGITS)?;
        let is_integer = fraction.is_empty() && !has_exponent;
        match self.text.get(from..self.at)?.parse() {
            Ok(number) if is_integer && (number != 0 || !is_negative) => Some(Json::Integer(number)),
            _ => Some(Json::OtherNumber(whole_part(is_negative, whole, fraction, point))),
        }
    }
}

/// The largest whole number that is not above it; beyond 64 bits it is the last of them, which is no time.
fn whole_part(is_negative: bool, whole: &str, fraction: &str, point: i16) -> i64 {
    let sign = if is_negative { -1 } else { 1 };
    let mut number = 0_i64;
    let mut digits = whole.bytes().chain(fraction.bytes());
    for _ in 0..point {
        let digit = digits.next().unwrap_or(b'0') - b'0';
        number = number.saturating_mul(10).saturating_add(sign * i64::from(digit));
    }
    let has_rest = digits.any(|digit| digit != b'0');
    number.saturating_sub(i64::from(is_negative && has_rest))
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

    /// What another reader makes of a text, in the terms of this one.
    fn by_serde(value: &serde_json::Value) -> Json {
        use serde_json::Value;
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => number.as_i64().map_or_else(
                #[expect(clippy::cast_possible_truncation, reason = "it saturates, as the reader does")]
                || Json::OtherNumber(number.as_f64().map_or(0, |number| number.floor() as i64)),
                Json::Integer,
            ),
            Value::String(text) => Json::Text(text.clone()),
            Value::Array(list) => Json::List(list.iter().map(by_serde).collect()),
            Value::Object(object) => Json::Object(Object(
                object.iter().map(|(name, value)| (name.clone(), by_serde(value))).collect(),
            )),
        }
    }

    fn agrees_with_serde(text: &str) {
        let found = Reader::read(text).ok();
        let expected: Option<serde_json::Value> = serde_json::from_str(text).ok();
        // `serde_json` keeps the last of several members of one name.
        if found.as_ref().is_none_or(Json::is_unambiguous) {
            assert_eq!(found, expected.as_ref().map(by_serde), "{text:?}");
        }
    }

    #[test]
    fn reads_what_other_readers_read() {
        for text in [
            "0",
            "-0.0",
            "00",
            "01",
            "-",
            "-01",
            "1.",
            ".5",
            "+1",
            "1e",
            "1e+",
            "1e+3",
            "1E-3",
            "12.5e1",
            "-12.5e1",
            "-1.5",
            "-0.5",
            "0.5",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "123456789012345678901234567890",
            "1.0",
            "1700000000.25",
            "17e8",
            "0e5",
            "1e307",
            "1e400",
            "1e-400",
            "nul",
            "null ",
            " true",
            "falsey",
            "[1,]",
            "[,]",
            "[1 2]",
            "{}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{1:1}",
            "[] []",
            "\u{feff}[]",
            "\u{a0}1",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\u00e9\"",
            "\"\\u+0e9\"",
            "\"\\u00e\"",
            "\"\\x\"",
            "\"a\tb\"",
            "\"a\\tb\\/\\b\\f\\n\\r\\\"\\\\\"",
            "\"\u{7f}é\"",
            "\"",
            "'a'",
            "// a",
            "1 // a",
        ] {
            agrees_with_serde(text);
        }
        for depth in [1, 126, 127, 128, 129, 100_000] {
            agrees_with_serde(&("[".repeat(depth) + &"]".repeat(depth)));
            agrees_with_serde(&("{\"a\":".repeat(depth) + "1" + &"}".repeat(depth)));
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_on_any_text(text in r#"[\[\]{}:,"\\a-fu0-9.eE+ \-\n]{0,24}"#) {
            agrees_with_serde(&text);
        }

        #[test]
        fn agrees_on_numbers(text in r"-?[0-9]{1,22}|-?[0-9]{1,9}(\.[0-9]{1,4})?([eE][+-]?[0-3])?") {
            agrees_with_serde(&text);
        }

        #[test]
        fn agrees_on_strings(text in ".{0,12}", escape in r"\\\\([a-z]|u[0-9a-f]{4}){1,3}") {
            agrees_with_serde(&serde_json::to_string(&text).unwrap());
            agrees_with_serde(&format!("\"{escape}\""));
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
        for text in ["", "[]", "null", "secret", "{\"secret\":", "{\n\"é\": \"\\é", &"[".repeat(10_000)] {
            let error = Object::parse(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(Object::parse_bytes(b"{\"a\":\"\xff\"}").is_err());
    }
}
