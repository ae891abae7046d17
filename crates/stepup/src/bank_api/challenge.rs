//! What a 401 or 403 of the API asks for: the `WWW-Authenticate` header (RFC 9110 11.6.1, RFC 6750 3, RFC 9470 3).

use alloc::{borrow::ToOwned, string::String};

use crate::domain::{AuthenticationRequirement, Scopes};

/// The Bearer challenge of an answer. The status decides what happens; this only refines it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// `error`, as in `insufficient_scope`.
    pub error: Option<String>,
    /// `scope`: what would be enough.
    pub scope: Option<Scopes>,
    /// `acr_values` and `max_age`: which authentication would be enough.
    pub requirement: AuthenticationRequirement,
}

impl Challenge {
    /// Finds the Bearer challenge in a header. What cannot be read counts as absent: a 403 is a 403 without it too.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut rest = header.trim_start();
        let mut challenge: Option<Self> = None;
        while !rest.is_empty() {
            let (name, after) = token(rest)?;
            let after = after.trim_start();
            if let Some(value) = after.strip_prefix('=') {
                let (value, after) = parameter(value.trim_start())?;
                if let Some(challenge) = &mut challenge {
                    challenge.set(name, value);
                }
                rest = after;
            } else {
                // A word without `=` is the name of a scheme: the challenge before it is over.
                if challenge.is_some() {
                    break;
                }
                challenge = name.eq_ignore_ascii_case("bearer").then(Self::default);
                rest = after_token68(after).unwrap_or(after);
            }
            rest = rest.trim_start_matches([' ', '\t', ',']);
        }
        challenge
    }

    /// Does the API ask for another authentication (RFC 9470 3)?
    #[must_use]
    pub fn asks_to_authenticate(&self) -> bool {
        self.error.as_deref() == Some("insufficient_user_authentication")
    }

    fn set(&mut self, name: &str, value: String) {
        match name.to_ascii_lowercase().as_str() {
            "error" => drop(self.error.get_or_insert(value)),
            "scope" => drop(self.scope.get_or_insert_with(|| Scopes::parse(&value))),
            "acr_values" => self.requirement.set_acr_values(value),
            "max_age" => self.requirement.set_max_age(&value),
            _ => {}
        }
    }
}

fn token(text: &str) -> Option<(&str, &str)> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What comes after the one value that some schemes have in place of parameters, as in `Negotiate YII=` (RFC 9110 11.2);
/// nothing when there is no such value.
fn after_token68(text: &str) -> Option<&str> {
    let after = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
    let after = after.trim_start_matches('=').trim_start();
    (after.is_empty() || after.starts_with(',')).then_some(after)
}

fn parameter(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        return token(text).map(|(value, rest)| (value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: api-403-step-up
    #[test]
    fn parses_challenges_of_real_servers() {
        let read = |header: &str| {
            Challenge::parse(header)
                .map(|c| (c.error.unwrap_or_default(), c.scope.unwrap_or_default().to_string()))
        };
        let some = |error: &str, scope: &str| Some((error.to_owned(), scope.to_owned()));
        for (header, expected) in [
            (
                r#"Bearer error="insufficient_scope", scope="transfer:funds""#,
                some("insufficient_scope", "transfer:funds"),
            ),
            (r#"Bearer realm="a, b", error=insufficient_scope"#, some("insufficient_scope", "")),
            (r#"bearer scope="a \"b" , error="x""#, some("x", "a")),
            (
                r#"Bearer scope="transfer:funds", error="Insufficient scope""#,
                some("Insufficient scope", "transfer:funds"),
            ),
            (r#"Basic realm="x", Bearer scope="a""#, some("", "a")),
            (r#"Bearer scope="a", Basic realm="x", scope="b""#, some("", "a")),
            (r#"Bearer scope="a", scope="b""#, some("", "a")),
            (r#"Negotiate, Bearer scope="a""#, some("", "a")),
            (r#"Negotiate YII=, Bearer scope="a""#, some("", "a")),
            (r#"Negotiate Y/I+I~-._== , Bearer scope="a""#, some("", "a")),
            ("Negotiate YII==", None),
            ("Bearer a==", some("", "")),
            ("Bearer a==, scope=b", some("", "b")),
            ("Bearer scope=a=", None),
            ("Bearer", some("", "")),
            ("Basic realm=x", None),
            (r#"Bearer scope="never closed"#, None),
            ("", None),
            ("=", None),
            (r#"Bearer error="x\"#, None),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
    }

    /// Proves: api-authentication-challenge
    #[test]
    fn recognizes_rfc_9470_requirement() {
        // The examples of section 3.
        let challenge = Challenge::parse(
            r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR""#,
        )
        .unwrap();
        assert!(challenge.asks_to_authenticate());
        assert_eq!(
            challenge.requirement,
            AuthenticationRequirement { acr_values: Some("myACR".into()), max_age: None }
        );
        for max_age in [r#""5""#, "5"] {
            let header = format!(r#"Bearer error="insufficient_user_authentication", max_age={max_age}"#);
            let challenge = Challenge::parse(&header).unwrap();
            assert_eq!(
                challenge.requirement,
                AuthenticationRequirement { acr_values: None, max_age: Some(5) }
            );
        }
        assert!(
            !Challenge::parse(r#"Bearer error="invalid_token", max_age=5"#).unwrap().asks_to_authenticate()
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics_on_header(header in "\\PC{0,120}") {
            let _ = Challenge::parse(&header);
        }
    }
}
