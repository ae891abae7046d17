//! The one place that everything recorded passes through: what could be misused is taken out, and what is too long is
//! cut. The events have no room for secrets; this is for the texts in them, which others write: a script's console, a
//! claim, an address.

use serde_json::{Map, Value};

use super::parameters::{GUESSED, HIDDEN, Hidden};

/// The longest text, in characters.
const MAX_TEXT_LENGTH: usize = 4_000;
const MAX_MEMBERS: usize = 200;

/// Members of JSON whose values are secrets wherever they stand.
const SECRET_MEMBERS: &str = "access_token client_secret code_verifier cookie form_token id_token \
    id_token_hint nonce password refresh_token";
/// Further names after which a text may have a secret: `state=…`, `"code": "…"`.
const SECRET_NAMES: &str = "api_key assertion authorization client_assertion code passphrase passwd \
    private_key pwd secret state token";

/// What is known to be secret in a trace, and what looks like it and is not.
#[derive(Clone, Copy)]
pub(super) struct Redaction<'a> {
    pub(super) secrets: &'a [&'a str],
    /// Identifiers of keys, which are as long as a secret of this tenant.
    pub(super) public: &'a [String],
}

impl Redaction<'_> {
    /// Takes the secrets out of every text, at any depth.
    pub(super) fn clean(self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => {
                items.truncate(MAX_MEMBERS);
                for item in items {
                    self.clean(item);
                }
            }
            Value::Object(members) => {
                let cleaned = std::mem::take(members).into_iter().take(MAX_MEMBERS).map(|(name, value)| {
                    let value = self.member(&name, value);
                    (self.text(&name), value)
                });
                *members = cleaned.collect::<Map<_, _>>();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn member(self, name: &str, mut value: Value) -> Value {
        match value {
            Value::String(_) if GUESSED.contains(&name) => HIDDEN.into(),
            Value::String(secret) if SECRET_MEMBERS.split(' ').any(|member| member == name) => {
                let Hidden { characters, sha256 } = Hidden::of(&secret);
                serde_json::json!({ "hidden": { "characters": characters, "sha256": sha256 } })
            }
            _ => {
                self.clean(&mut value);
                value
            }
        }
    }

    pub(super) fn text(self, text: &str) -> String {
        let (read, unread) = readable(text);
        let mut clean = read.to_owned();
        for secret in self.secrets {
            if clean.contains(secret) {
                clean = clean.replace(secret, HIDDEN);
            }
        }
        cut(&self.words(&clean), unread.chars().count())
    }

    /// Looks at the text word by word, a word being what a token, a code or a value in a query mostly consists of. The value
    /// after a name is whatever stands there.
    fn words(self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let len = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
            let Some((word, after)) = rest.split_at_checked(len).filter(|(word, _)| !word.is_empty()) else {
                clean.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
                continue;
            };
            clean.push_str(if self.looks_secret(word) { HIDDEN } else { word });
            rest = after;
            if let Some((before, left)) = value_after(word, after) {
                clean.push_str(before);
                clean.push_str(HIDDEN);
                rest = left;
            }
        }
        clean
    }

    /// A JWT, or a value like those that this tenant makes for cookies, codes and forms.
    fn looks_secret(self, word: &str) -> bool {
        let is_ours = word.len() == 43 && !self.public.iter().any(|public| public == word);
        let is_jwt = word.contains("eyJ") && word.contains('.') && word.len() > 20;
        // In a path or before a sentence's end the value has neighbours.
        let inner =
            || word.split('.').any(|part| part.len() == 43 && !self.public.iter().any(|it| it == part));
        is_jwt || (is_ours && !word.contains('.')) || inner()
    }
}

/// What base64url, hexadecimal numbers and JWTs are made of, and percent-encoding.
fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~' | '%' | '+')
}

/// A scheme of the header `Authorization`, which stands before the secret.
fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

fn is_secret_name(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let name = lower.rsplit('.').next().unwrap_or_default();
    SECRET_MEMBERS.split(' ').chain(SECRET_NAMES.split(' ')).any(|secret| letters(secret).eq(letters(name)))
        || lower.starts_with("riser_tenant_")
}

/// A name however it is written: `client_secret`, `clientSecret`, `client-secret`.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|letter| !matches!(letter, b'_' | b'-'))
}

/// What stands between this word and the secret that it announces, and what follows the secret: `code=…`, `"code": "…"`,
/// `Bearer …`. Nothing where the next word of a sentence follows.
fn value_after<'a>(word: &str, after: &'a str) -> Option<(&'a str, &'a str)> {
    let sign = after.trim_start_matches(['\\', '"', '\'']).trim_start_matches(' ');
    let value = if let Some(value) = sign.strip_prefix(['=', ':']).filter(|_| is_secret_name(word)) {
        let value = value.trim_start_matches(' ');
        quoted(value).unwrap_or_else(|| {
            let scheme = value.split_once(' ').filter(|(word, _)| is_scheme(word));
            unquoted(scheme.map_or(value, |(_, value)| value.trim_start_matches(' ')))
        })
    } else if word.eq_ignore_ascii_case("bearer") {
        Some(unquoted(after.trim_start_matches(' '))).filter(|(value, _)| value.len() > 15)?
    } else {
        return None;
    };
    let (value, left) = value;
    let before = after.len().checked_sub(value.len() + left.len()).filter(|_| !value.is_empty())?;
    Some((after.get(..before)?, left))
}

/// What is between quotation marks, with the marks of a text that was quoted once more (`\"`), and the rest from the second
/// mark on. All of it, where there is no second one.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let marks = text.trim_start_matches('\\');
    let inner = marks.strip_prefix(['"', '\''])?;
    let mark = text.strip_suffix(inner)?;
    let is_end = |at: &usize| mark.len() > 1 || !inner.get(..*at).is_some_and(|it| it.ends_with('\\'));
    let end = inner.match_indices(mark).map(|(at, _)| at).find(is_end).unwrap_or(inner.len());
    inner.split_at_checked(end)
}

/// What reaches to the next blank, quotation mark or parameter, without the signs that end a part of a sentence or a list.
fn unquoted(text: &str) -> (&str, &str) {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '&');
    let value = text.split(ends).next().unwrap_or_default().trim_end_matches([',', ';', ']', '}']);
    text.split_at_checked(value.len()).unwrap_or((text, ""))
}

/// The beginning that is looked at, and the rest that is left out unread. A word is in one of them, and whole.
fn readable(text: &str) -> (&str, &str) {
    let Some((at, _)) = text.char_indices().nth(4 * MAX_TEXT_LENGTH) else { return (text, "") };
    let (read, _) = text.split_at_checked(at).unwrap_or_default();
    let whole = read.trim_end_matches(is_of_word);
    text.split_at_checked(whole.len()).unwrap_or_default()
}

fn cut(text: &str, unread: usize) -> String {
    let (kept, left) = match text.char_indices().nth(MAX_TEXT_LENGTH) {
        None => (text, ""),
        Some((at, _)) => text.split_at_checked(at).unwrap_or((text, "")),
    };
    match left.chars().count() + unread {
        0 => kept.to_owned(),
        more => format!("{kept}… ({more} characters more)"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{HIDDEN, MAX_TEXT_LENGTH, Redaction};

    const KID: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    const OPAQUE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

    fn clean(text: &str) -> String {
        let public = [KID.to_owned()];
        Redaction { secrets: &["my-own-secret"], public: &public }.text(text)
    }

    #[test]
    fn removes_secrets_from_text() {
        for (text, expected) in [
            (format!("token: {JWT}"), "token: (hidden)"),
            (format!("I got {JWT}."), "I got (hidden)"),
            (format!("[{JWT},{JWT}]"), "[(hidden),(hidden)]"),
            (format!("x{JWT}"), "(hidden)"),
            (
                format!("http://a.example/cb#access_token={JWT}&x=1"),
                "http://a.example/cb#access_token=(hidden)&x=1",
            ),
            (
                "http://a.example/cb?code=abc&state=xyz".to_owned(),
                "http://a.example/cb?code=(hidden)&state=(hidden)",
            ),
            (r#"{"password":"hunter2","a":1}"#.to_owned(), r#"{"password":"(hidden)","a":1}"#),
            ("password = hunter2".to_owned(), "password = (hidden)"),
            (
                "{ clientSecret: 'abc', accessToken: 'def', a: 1 }".to_owned(),
                "{ clientSecret: '(hidden)', accessToken: '(hidden)', a: 1 }",
            ),
            ("api-key=abc pwd=def".to_owned(), "api-key=(hidden) pwd=(hidden)"),
            ("Authorization: Bearer abc".to_owned(), "Authorization: Bearer (hidden)"),
            ("authorization: abc".to_owned(), "authorization: (hidden)"),
            (format!("riser_tenant_session={OPAQUE}; a=b"), "riser_tenant_session=(hidden); a=b"),
            (format!("I printed {OPAQUE}, sorry."), "I printed (hidden), sorry."),
            (format!("at the end {OPAQUE}."), "at the end (hidden)"),
            ("xmy-own-secretx".to_owned(), "x(hidden)x"),
            // Not every secret is one word.
            ("http://a.example/cb?code=4/0AbC-d&x=1#y".to_owned(), "http://a.example/cb?code=(hidden)&x=1#y"),
            ("access_token=ab/cd+ef==, x".to_owned(), "access_token=(hidden), x"),
            ("password: p@ss!word and so on".to_owned(), "password: (hidden) and so on"),
            ("user.password = hunter2".to_owned(), "user.password = (hidden)"),
            ("code=&x=1 and \"code\":\"\",\"a\":1".to_owned(), "code=&x=1 and \"code\":\"\",\"a\":1"),
            ("[code=abc, state=(hidden)]".to_owned(), "[code=(hidden), state=(hidden)]"),
            ("password=$ecret".to_owned(), "password=(hidden)"),
            ("Authorization: Basic YW55/bm9i==".to_owned(), "Authorization: Basic (hidden)"),
            ("Bearer abcdefgh/ijklmnop/qrst end".to_owned(), "Bearer (hidden) end"),
            (r#"{"password":"p@ss, & \" word","a":1}"#.to_owned(), r#"{"password":"(hidden)","a":1}"#),
            ("{ password: 'p@ss word', a: 1 }".to_owned(), "{ password: '(hidden)', a: 1 }"),
            (r#""{\"password\":\"p@ss\"}""#.to_owned(), r#""{\"password\":\"(hidden)\"}""#),
        ] {
            assert_eq!(clean(&text), expected, "{text}");
        }
    }

    #[test]
    fn keeps_harmless_text() {
        for text in [
            "The code is unknown, too old, or was used before.",
            "state and nonce are missing",
            "code",
            &format!("signed with {KID}"),
            "https://my-banking-api view:balance transfer:funds",
            "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
            "response_type=code",
            "code_challenge_method must be \"S256\".",
        ] {
            assert_eq!(clean(text), text);
        }
    }

    #[test]
    fn cleans_json_at_any_depth() {
        let mut value = json!({"a": [{"nonce": "short", JWT: 1, "b": format!("c {JWT}")}], "nonce": 3});
        Redaction { secrets: &[], public: &[] }.clean(&mut value);
        let hidden = &value["a"][0]["nonce"]["hidden"];
        assert_eq!(hidden["characters"], 5);
        assert_eq!(hidden["sha256"].as_str().unwrap().len(), 8);
        assert_eq!(value["a"][0][HIDDEN], 1);
        assert_eq!(value["a"][0]["b"], "c (hidden)");
        assert!(!value.to_string().contains("eyJ"));
    }

    #[test]
    fn cuts_long_text_between_characters() {
        let text = "é".repeat(MAX_TEXT_LENGTH + 7);
        assert!(clean(&text).ends_with("é… (7 characters more)"));
        assert_eq!(clean(&"é".repeat(MAX_TEXT_LENGTH)), "é".repeat(MAX_TEXT_LENGTH));
        // One that would be cut in the middle is left out whole, however much shorter the text before it becomes.
        for shift in 0..60 {
            let text =
                format!("{}{}", format!("{JWT} ").repeat(5 * MAX_TEXT_LENGTH / JWT.len()), "x".repeat(shift));
            let said = clean(&text.chars().skip(shift).collect::<String>());
            assert!(!said.contains("eyJ") && said.ends_with("characters more)"), "{said}");
        }
    }
}
