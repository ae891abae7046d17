//! ID token validation (OIDC Core 3.1.3.7 and, for the implicit flow, 3.2.2.11), in the order of the specification.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::{
    json::{Json, Object},
    oidc::jws::{JwsError, SignedPayload},
    problem::Problem,
    time::Timestamp,
};

/// How far two clocks may be apart, in seconds. A security invariant: it lengthens the life of every token.
pub const LEEWAY: i64 = 60;

/// The largest time that is read: 2^53, beyond which JSON numbers differ between readers.
const LATEST: i64 = 1 << 53;

/// What a valid ID token said. It can only be made by [`validate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    /// Who logged in: `sub`, unique at the issuer.
    pub subject: String,
    /// When, where the provider says so.
    pub auth_time: Option<Timestamp>,
    /// How, where the provider says so (RFC 8176).
    pub amr: Vec<String>,
}

/// What the token has to agree with.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The configured issuer.
    pub issuer: &'a str,
    /// This client.
    pub client_id: &'a str,
    /// The nonce of the request.
    pub nonce: &'a str,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// Why an ID token is not believed. Each rule has its own variant, with the offending data, never with the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a token of the right form.
    #[error("the ID token is malformed: {0}")]
    Malformed(#[from] JwsError),
    /// No key of the issuer has the `kid`, also after fetching the keys anew.
    #[error("the ID token names the key {0:?}, which the issuer does not have")]
    UnknownKey(Option<String>),
    /// The signature fits none of the issuer's keys.
    #[error("the ID token's signature is not the issuer's")]
    Signature,
    /// The browser could not check the signature.
    #[error("the browser could not check the signature: {0}")]
    NotChecked(String),
    /// The claims are no JSON object of the right types, or a claim is there twice or missing.
    #[error("the ID token's claims cannot be read: {0}")]
    Claims(String),
    /// A required claim is missing.
    #[error("the ID token has no `{0}`")]
    Missing(&'static str),
    /// 3.1.3.7, 2
    #[error("`iss` is {found:?}, the configured issuer is {expected:?}")]
    Issuer {
        /// What it says.
        found: String,
        /// What it should say.
        expected: String,
    },
    /// 3.1.3.7, 3: not for us, or also for somebody whom we do not trust.
    #[error("`aud` is {0:?}: it should name this client and nobody else")]
    Audience(Vec<String>),
    /// 3.1.3.7, 4 and 5
    #[error("`azp` is {0:?}: it should be this client")]
    AuthorizedParty(String),
    /// 3.1.3.7, 9
    #[error("it expired {0} seconds ago")]
    Expired(i64),
    /// 3.1.3.7, 10
    #[error("it was issued {0} seconds from now")]
    IssuedInTheFuture(i64),
    /// RFC 7519 4.1.5
    #[error("it is not valid for another {0} seconds")]
    NotYetValid(i64),
    /// A time that no clock shows.
    #[error("`{claim}` is {value}, which is no time")]
    NotATime {
        /// Which claim.
        claim: &'static str,
        /// What it holds.
        value: i64,
    },
    /// 3.1.3.7, 11: a replay, or the order was changed on the way.
    #[error(
        "`nonce` is not the one of the request: this token belongs to another request, or the stored one was changed"
    )]
    Nonce,
    /// 3.2.2.9: another access token.
    #[error("`at_hash` does not fit the access token that came with it")]
    AccessTokenHash,
    /// OIDC Core 2: at most 255 ASCII characters, not empty.
    #[error("`sub` has {0} bytes: it should have 1 to 255 ASCII characters")]
    Subject(usize),
}

struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Vec<String>>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
    nonce: Option<String>,
    azp: Option<String>,
    at_hash: Option<String>,
    auth_time: Option<i64>,
    amr: Vec<String>,
}

impl Claims {
    /// A claim of another type than the specification's is refused, also one that is optional.
    fn read(payload: &SignedPayload) -> Result<Self, String> {
        let claims = Object::parse_bytes(payload.bytes())?;
        let text = |name| claims.typed(name, Json::to_text);
        let integer = |name| claims.typed(name, Json::as_integer);
        Ok(Self {
            iss: text("iss")?,
            sub: text("sub")?,
            // One name, or a list of names (RFC 7519 4.1.3).
            aud: claims.typed("aud", |aud| aud.to_text().map(|one| vec![one]).or_else(|| aud.to_texts()))?,
            exp: integer("exp")?,
            iat: integer("iat")?,
            nbf: integer("nbf")?,
            nonce: text("nonce")?,
            azp: text("azp")?,
            at_hash: text("at_hash")?,
            auth_time: integer("auth_time")?,
            amr: claims.typed("amr", Json::to_texts)?.unwrap_or_default(),
        })
    }
}

/// Checks the claims of a token whose signature was right.
pub fn validate(payload: &SignedPayload, expected: &Expected<'_>) -> Result<IdToken, IdTokenError> {
    let claims = Claims::read(payload).map_err(IdTokenError::Claims)?;
    // 3.1.3.7, 2: the issuer, exactly.
    let issuer = claims.iss.ok_or(IdTokenError::Missing("iss"))?;
    if issuer != expected.issuer {
        return Err(IdTokenError::Issuer { found: short(&issuer), expected: expected.issuer.to_owned() });
    }
    // 3: for this client, and for nobody else.
    let audience = claims.aud.ok_or(IdTokenError::Missing("aud"))?;
    if audience.is_empty() || audience.iter().any(|aud| aud != expected.client_id) {
        return Err(IdTokenError::Audience(audience.iter().map(|aud| short(aud)).take(5).collect()));
    }
    // 4, 5: the authorized party, when it is named.
    if let Some(azp) = claims.azp.filter(|azp| azp != expected.client_id) {
        return Err(IdTokenError::AuthorizedParty(short(&azp)));
    }
    // 6 to 8 are about the signature, which was checked before: RS256 with a key of the issuer.
    check_times(claims.exp, claims.iat, claims.nbf, expected.now)?;
    // 11: the nonce of our request.
    if claims.nonce.ok_or(IdTokenError::Missing("nonce"))? != expected.nonce {
        return Err(IdTokenError::Nonce);
    }
    // 3.2.2.9: the access token that came with it.
    if claims.at_hash.ok_or(IdTokenError::Missing("at_hash"))? != at_hash(expected.access_token) {
        return Err(IdTokenError::AccessTokenHash);
    }
    let subject = claims.sub.ok_or(IdTokenError::Missing("sub"))?;
    if subject.is_empty() || subject.len() > 255 || !subject.is_ascii() {
        return Err(IdTokenError::Subject(subject.len()));
    }
    let auth_time = claims.auth_time.map(|time| in_range("auth_time", time)).transpose()?;
    Ok(IdToken { subject, auth_time, amr: claims.amr })
}

/// 3.1.3.7, 9 and 10; both claims are required (OIDC Core 2).
fn check_times(
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
    now: Timestamp,
) -> Result<(), IdTokenError> {
    let exp = in_range("exp", exp.ok_or(IdTokenError::Missing("exp"))?)?;
    let iat = in_range("iat", iat.ok_or(IdTokenError::Missing("iat"))?)?;
    if now.since(exp) >= LEEWAY {
        return Err(IdTokenError::Expired(now.since(exp)));
    }
    if iat.since(now) > LEEWAY {
        return Err(IdTokenError::IssuedInTheFuture(iat.since(now)));
    }
    if let Some(nbf) = nbf.map(|time| in_range("nbf", time)).transpose()?
        && nbf.since(now) > LEEWAY
    {
        return Err(IdTokenError::NotYetValid(nbf.since(now)));
    }
    Ok(())
}

fn in_range(claim: &'static str, value: i64) -> Result<Timestamp, IdTokenError> {
    if (0..=LATEST).contains(&value) {
        Ok(Timestamp(value))
    } else {
        Err(IdTokenError::NotATime { claim, value })
    }
}

/// base64url of the left half of SHA-256 of the access token (OIDC Core 3.2.2.9, for RS256).
#[must_use]
pub fn at_hash(access_token: &str) -> String {
    let hash = Sha256::digest(access_token.as_bytes());
    Base64UrlUnpadded::encode_string(&hash[..hash.len() / 2])
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl IdTokenError {
    /// For the page.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (code, headline, sentence) = match self {
            Self::Expired(_) | Self::IssuedInTheFuture(_) | Self::NotYetValid(_) => (
                "id_token.time",
                "This device's clock does not fit",
                "Its time and your bank's are too far apart. No money was moved. Please set the clock, then log in again.",
            ),
            Self::Nonce => (
                "id_token.nonce",
                "This answer belongs to something else",
                "What was confirmed is not what was asked for here, so we did not use it. No money was moved. Please start again.",
            ),
            Self::NotChecked(_) => (
                "id_token.not_checked",
                "This browser cannot check your log-in",
                "It lacks what is needed to do that safely. No money was moved. Please use a current browser.",
            ),
            _ => (
                "id_token.refused",
                "The log-in could not be verified",
                "The answer was not what your bank's log-in should send, so we did not use it. No money was moved.",
            ),
        };
        Problem::new(code, headline, sentence, self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000);

    fn claims() -> Value {
        json!({
            "iss": "https://id.example/", "sub": "auth0|1", "aud": "riser", "iat": NOW.0, "exp": NOW.0 + 3600,
            "nonce": "n", "at_hash": at_hash("AT"), "amr": ["mfa"], "auth_time": NOW.0, "unknown": {"a": [1]},
        })
    }

    fn check(text: &str) -> Result<IdToken, IdTokenError> {
        let expected = Expected {
            issuer: "https://id.example/",
            client_id: "riser",
            nonce: "n",
            access_token: "AT",
            now: NOW,
        };
        validate(&SignedPayload::assumed(text), &expected)
    }

    /// The example of OIDC Core, appendix A.3: the access token and its hash.
    #[test]
    fn at_hash_is_that_of_the_specification() {
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn a_good_token_is_believed() {
        let token = check(&claims().to_string()).unwrap();
        assert_eq!((token.subject.as_str(), token.amr), ("auth0|1", vec!["mfa".to_owned()]));
        let mut one = claims();
        one["aud"] = json!(["riser"]);
        one["azp"] = json!("riser");
        assert!(check(&one.to_string()).is_ok());
    }

    #[test]
    fn every_rule_refuses_by_its_own_name() {
        let removed = Value::Null;
        let audience =
            |names: &[&str]| IdTokenError::Audience(names.iter().map(ToString::to_string).collect());
        for (claim, value, expected) in [
            ("iss", removed.clone(), IdTokenError::Missing("iss")),
            ("sub", removed.clone(), IdTokenError::Missing("sub")),
            ("aud", removed.clone(), IdTokenError::Missing("aud")),
            ("exp", removed.clone(), IdTokenError::Missing("exp")),
            ("iat", removed.clone(), IdTokenError::Missing("iat")),
            ("nonce", removed.clone(), IdTokenError::Missing("nonce")),
            ("at_hash", removed.clone(), IdTokenError::Missing("at_hash")),
            (
                "iss",
                json!("https://id.example"),
                IdTokenError::Issuer {
                    found: "https://id.example".into(),
                    expected: "https://id.example/".into(),
                },
            ),
            ("aud", json!("other"), audience(&["other"])),
            ("aud", json!(["riser", "other"]), audience(&["riser", "other"])),
            ("aud", json!([]), audience(&[])),
            ("azp", json!("other"), IdTokenError::AuthorizedParty("other".into())),
            ("exp", json!(NOW.0 - 60), IdTokenError::Expired(60)),
            ("exp", json!(-1), IdTokenError::NotATime { claim: "exp", value: -1 }),
            ("exp", json!(LATEST + 1), IdTokenError::NotATime { claim: "exp", value: LATEST + 1 }),
            ("iat", json!(NOW.0 + 61), IdTokenError::IssuedInTheFuture(61)),
            ("nbf", json!(NOW.0 + 61), IdTokenError::NotYetValid(61)),
            ("nonce", json!("m"), IdTokenError::Nonce),
            ("at_hash", json!(at_hash("BT")), IdTokenError::AccessTokenHash),
            ("sub", json!(""), IdTokenError::Subject(0)),
            ("sub", json!("x".repeat(256)), IdTokenError::Subject(256)),
            ("sub", json!("é"), IdTokenError::Subject(2)),
        ] {
            let mut token = claims();
            if value.is_null() {
                token.as_object_mut().unwrap().remove(claim);
            } else {
                token[claim] = value.clone();
            }
            assert_eq!(check(&token.to_string()), Err(expected), "{claim} = {value}");
        }
    }

    #[test]
    fn clocks_may_be_a_minute_apart() {
        for (claim, value) in [("exp", NOW.0 - 59), ("iat", NOW.0 + 59), ("nbf", NOW.0 + 59)] {
            let mut token = claims();
            token[claim] = json!(value);
            assert!(check(&token.to_string()).is_ok(), "{claim}");
        }
    }

    #[test]
    fn claims_of_another_type_or_twice_are_refused() {
        let good = claims().to_string();
        let twice = good.replacen('{', r#"{"sub":"auth0|2","#, 1);
        let text = good.replace(&format!("\"exp\":{}", NOW.0 + 3600), "\"exp\":\"1\"");
        let float = good.replace(&format!("\"exp\":{}", NOW.0 + 3600), "\"exp\":1.8e9");
        let list = good.replace("\"iss\":\"https://id.example/\"", "\"iss\":[\"https://id.example/\"]");
        for token in [&twice, &text, &float, &list, "[]", "", "null"] {
            assert_ne!(token, &good);
            assert!(matches!(check(token), Err(IdTokenError::Claims(_))), "{token:.60}");
        }
    }
}
