//! What a client sends: a form, as RFC 6749 has it, or an object in JSON, as Auth0 takes it too.

use std::fmt;

use axum::http::{HeaderMap, header};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::error::{OAuthError, error};
use crate::domain::{MAX_LENGTH, Parameters};

/// What these endpoints take, each at most once.
const KNOWN: [&str; 11] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "audience",
    "token",
    "token_type_hint",
];

/// The body has more than [`MAX_LENGTH`] bytes.
pub(in crate::endpoints) const TOO_LONG: OAuthError = error("invalid_request", "The body is too long.");

/// In order.
pub(in crate::endpoints) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Parameters, OAuthError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Parameters::parse(body).ok_or(TOO_LONG),
        "application/json" => json(body),
        _ => {
            let description = "The body must be application/x-www-form-urlencoded or application/json.";
            Err(error("invalid_request", description))
        }
    }
}

/// None of them may stand twice (RFC 6749, 3.2).
pub(in crate::endpoints) fn no_duplicates(parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.duplicate(KNOWN) {
        Some(_) => Err(error("invalid_request", "A parameter stands more than once.")),
        None => Ok(()),
    }
}

fn json(body: &[u8]) -> Result<Parameters, OAuthError> {
    if body.len() > MAX_LENGTH {
        return Err(TOO_LONG);
    }
    let members: Result<Members, _> = serde_json::from_slice(body);
    // What the library says would quote the body, in which there is a code.
    let members = members.map_err(|_| error("invalid_request", "The body must be one object in JSON."))?;
    let texts = members.0.into_iter().map(|(name, value)| match value {
        serde_json::Value::String(text) => Ok((name, text)),
        // A member that is null is one that is not there.
        serde_json::Value::Null => Ok((name, String::new())),
        // Numbers and the like have no meaning here, and neither do members that are not known.
        _ if !KNOWN.contains(&name.as_str()) => Ok((name, String::new())),
        _ => Err(error("invalid_request", "Every parameter must be a string.")),
    });
    Ok(Parameters::of_pairs(texts.collect::<Result<_, _>>()?))
}

/// An object with its members in order, those that stand twice too.
struct Members(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
