//! The parameters of a request, as the log keeps them: the values of those that cannot be misused, and of all others
//! only that they were there, how long they were, and the beginning of their hash.

use serde::{Deserialize, Serialize};

use crate::domain::Parameters;
use crate::random::Fingerprint;

pub(super) const HIDDEN: &str = "(hidden)";

/// The parameters whose values are kept. A name that is not here is a stranger's, and may be anything.
const SHOWN: &str = "acr_values audience authorization_details client_id code_challenge_method connection \
    display grant_type login_hint max_age organization post_logout_redirect_uri prompt redirect_uri \
    resource response_mode response_type returnTo scope screen_hint token_type_hint ui_locales";

/// Their values are short or chosen by people, so that they can be guessed: a hash would tell which guess is right.
pub(super) const GUESSED: [&str; 2] = ["otp", "password"];

/// The length of a SHA-256 in base64url.
const CHALLENGE: usize = 43;

/// Parameters that are no stranger's: their names may stand in the place of their values.
const NAMES: &str = "access_token client_assertion client_secret code code_challenge code_verifier \
    id_token_hint nonce otp password refresh_token request state token";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Value {
    Value(String),
    Hidden(Hidden),
}

/// What is told of a value that could be misused. Two of them can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hidden {
    pub(crate) characters: usize,
    /// The first characters of the value's SHA-256 in base64url. A `code_challenge` is such a hash of its verifier.
    pub(crate) sha256: String,
}

impl Hidden {
    pub(crate) fn of(value: &str) -> Self {
        Self { characters: value.chars().count(), sha256: shortened(&Fingerprint::of(value).short()) }
    }
}

/// Enough of a hash to compare it with another.
pub(crate) fn shortened(hash: &str) -> String {
    hash.chars().take(8).collect()
}

fn is_among(words: &str, name: &str) -> bool {
    words.split(' ').any(|word| word == name)
}

pub(crate) fn kept(parameters: &Parameters) -> Vec<Parameter> {
    let is_hashed = parameters.get("code_challenge_method") == Some("S256");
    let kept = |(name, value): (&str, &str)| {
        let value = if is_among(SHOWN, name) {
            Value::Value(value.to_owned())
        } else if GUESSED.contains(&name) {
            Value::Value(HIDDEN.to_owned())
        } else if name == "code_challenge" && is_hashed && value.len() == CHALLENGE {
            // It is a hash already. One of another form may be the verifier itself.
            Value::Hidden(Hidden { characters: value.chars().count(), sha256: shortened(value) })
        } else {
            Value::Hidden(Hidden::of(value))
        };
        Parameter { name: name.to_owned(), value }
    };
    parameters.pairs().map(kept).collect()
}

/// The values that must not come up in any text of this request's trace, with names that may.
pub(crate) fn secrets(parameters: &Parameters) -> Vec<(String, String)> {
    let secret = |(name, value): &(&str, &str)| !is_among(SHOWN, name) && !value.is_empty();
    let named = |(name, value): (&str, &str)| {
        let name = if is_among(NAMES, name) { name } else { "parameter" };
        (name.to_owned(), value.to_owned())
    };
    parameters.pairs().filter(secret).map(named).collect()
}

pub(crate) fn value<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a str> {
    parameters.iter().find(|it| it.name == name).and_then(|it| match &it.value {
        Value::Value(value) => Some(value.as_str()),
        Value::Hidden(_) => None,
    })
}

pub(crate) fn hidden<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a Hidden> {
    parameters.iter().find(|it| it.name == name).and_then(|it| match &it.value {
        Value::Value(_) => None,
        Value::Hidden(hidden) => Some(hidden),
    })
}
