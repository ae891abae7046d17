//! ID token validation (OIDC Core 3.1.3.7 and, for the implicit flow, 3.2.2.11), in the order of the specification.

use alloc::{borrow::ToOwned, string::String, string::ToString, vec, vec::Vec};
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::{
    config::Config,
    domain::{AuthenticationRequirement, MFA_AMR, Problem, Timestamp},
    json::{Json, Object},
    oidc::jws::{JwsError, SignedPayload},
    quoted::{quoted, quoted_list, quoted_or_missing},
};

/// The largest time that is read: 2^53, beyond which JSON numbers differ between readers.
const LATEST: i64 = 1 << 53;

/// What a valid ID token said. It can only be made by [`validate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdToken {
    /// Who logged in: `sub`, unique at the issuer.
    pub subject: String,
    /// Which session of the provider this is (`sid`, OIDC Front-Channel Logout 1.0, 3), where it says so.
    pub session_id: Option<String>,
    /// How, where the provider says so (RFC 8176).
    pub amr: Vec<String>,
}

impl IdToken {
    /// Does it tell of a second factor? That there is an `amr` says nothing; its values are looked at.
    #[must_use]
    pub(crate) fn has_second_factor(&self) -> bool {
        self.amr.iter().any(|method| method == MFA_AMR)
    }
}

/// What the token has to agree with.
#[derive(Debug)]
pub(crate) struct ExpectedClaims<'a> {
    pub parties: TrustedParties<'a>,
    pub nonce: &'a str,
    pub asked_at: Timestamp,
    pub requirement: &'a AuthenticationRequirement,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// Did both come through the browser? Then `at_hash` is what ties them together, and required (3.2.2.9). From the
    /// token endpoint both come from the issuer itself, and it is optional (3.1.3.8).
    pub front_channel: bool,
    pub now: Timestamp,
}

/// Whose tokens are believed, for whom they have to be, and by which clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrustedParties<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// Who else a token may be for, because the deployment says so.
    pub trusted_audiences: &'a [String],
    /// How far the two clocks may be apart, in seconds.
    pub leeway: i64,
}

impl<'a> From<&'a Config> for TrustedParties<'a> {
    fn from(config: &'a Config) -> Self {
        Self {
            issuer: &config.issuer,
            client_id: &config.client_id,
            trusted_audiences: &config.trusted_audiences,
            leeway: config.clock_leeway,
        }
    }
}

/// Why an ID token is not believed. Each rule has its own variant, with the offending data, never with the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenError {
    /// Not a token of the right form.
    #[error("the ID token is malformed: {0}")]
    Malformed(#[from] JwsError),
    /// No key of the issuer has the `kid`, also after fetching the keys anew.
    #[error("the ID token names the key {}, which the issuer does not have", quoted_or_missing(.0.as_deref()))]
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
    #[error("the ID token has no `{0}`")]
    Missing(&'static str),
    /// 3.1.3.7, 2
    #[error("`iss` is {}, the configured issuer is {}", quoted(.found), quoted(.expected))]
    Issuer { found: String, expected: String },
    /// 3.1.3.7, 3: not for us, or also for somebody whom we do not trust.
    #[error("`aud` is {}: it should name this client and nobody else", quoted_list(.0))]
    Audience(Vec<String>),
    /// 3.1.3.7, 4 and 5
    #[error("`azp` is {}: it should be this client", quoted(.0))]
    AuthorizedParty(String),
    /// 3.1.3.7, 9
    #[error("it expired {0} seconds ago")]
    Expired(i64),
    /// 3.1.3.7, 10
    #[error("it was issued {0} seconds from now")]
    IssuedInTheFuture(i64),
    /// 3.1.3.7, 10: it cannot be older than the request whose nonce it carries. One of the two clocks is wrong.
    #[error("it was issued {0} seconds before it was asked for")]
    IssuedBeforeTheRequest(i64),
    /// RFC 7519 4.1.5
    #[error("it is not valid for another {0} seconds")]
    NotYetValid(i64),
    #[error("`{claim}` is {value}, which is no time")]
    NotATime { claim: &'static str, value: i64 },
    /// 3.1.3.7, 11: a replay, or the order was changed on the way.
    #[error(
        "`nonce` is not the one of the request: this token belongs to another request, or the stored one was changed"
    )]
    Nonce,
    /// 3.1.3.7, 12: `acr_values` is voluntary, so that a success may come with less.
    #[error("`acr` is {} and `amr` is {}: {} was asked for", quoted_or_missing(.acr.as_deref()), quoted_list(.amr), quoted(.wanted))]
    AuthenticationContext { acr: Option<String>, amr: Vec<String>, wanted: String },
    /// 3.1.3.7, 13
    #[error("the customer authenticated {age} seconds ago: at most {max_age} were asked for")]
    AuthenticatedTooLongAgo {
        age: i64,
        /// What `max_age` allowed.
        max_age: i64,
    },
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
    acr: Option<String>,
    amr: Vec<String>,
    sid: Option<String>,
}

impl Claims {
    /// A claim of another type than the specification's is refused, also one that is optional. Exceptions are `auth_time`,
    /// `amr` and `sid`: of another type they say nothing, and nothing is believed because of them.
    fn read(payload: &SignedPayload) -> Result<Self, String> {
        let claims = Object::parse_bytes(payload.bytes())?;
        let text = |name| claims.typed(name, Json::to_text);
        let time = |name| claims.typed(name, Json::as_time);
        Ok(Self {
            iss: text("iss")?,
            sub: text("sub")?,
            // One name, or a list of names (RFC 7519 4.1.3).
            aud: claims.typed("aud", |aud| aud.to_text().map(|one| vec![one]).or_else(|| aud.to_texts()))?,
            exp: time("exp")?,
            iat: time("iat")?,
            nbf: time("nbf")?,
            nonce: text("nonce")?,
            azp: text("azp")?,
            at_hash: text("at_hash")?,
            auth_time: claims.get("auth_time").and_then(Json::as_time),
            acr: text("acr")?,
            amr: claims.get("amr").and_then(Json::to_texts).unwrap_or_default(),
            sid: claims.text("sid"),
        })
    }
}

/// Checks the claims of a token whose signature was right.
pub(crate) fn validate(
    payload: &SignedPayload,
    expected: &ExpectedClaims<'_>,
) -> Result<IdToken, IdTokenError> {
    let claims = Claims::read(payload).map_err(IdTokenError::Claims)?;
    // 2 to 5: from the issuer, for this client.
    check_parties(&claims, expected.parties)?;
    // 6 to 8 are about the signature, which was checked before: RS256 with a key of the issuer.
    // 9, 10: not too late, not too early.
    let leeway = expected.parties.leeway;
    let iat = check_times(&claims, leeway, expected.now)?;
    if expected.asked_at.since(iat) > leeway {
        return Err(IdTokenError::IssuedBeforeTheRequest(expected.asked_at.since(iat)));
    }
    // 11: the nonce of our request.
    if claims.nonce.as_ref().ok_or(IdTokenError::Missing("nonce"))? != expected.nonce {
        return Err(IdTokenError::Nonce);
    }
    // 12: as strongly as was asked for.
    if !expected.requirement.is_met_by(claims.acr.as_deref(), &claims.amr) {
        return Err(IdTokenError::AuthenticationContext {
            acr: claims.acr.as_deref().map(sanitize),
            amr: claims.amr.iter().map(|method| sanitize(method)).take(5).collect(),
            wanted: expected.requirement.acr_values.clone().unwrap_or_default(),
        });
    }
    // 13: as recently as was asked for. Where it was not, `auth_time` says nothing that counts: many providers report the
    // time of the log-in there, and some 0.
    if let Some(max_age) = expected.requirement.max_age {
        let auth_time = claims.auth_time.ok_or(IdTokenError::Missing("auth_time"))?;
        let age = expected.now.since(in_range("auth_time", auth_time)?);
        if age > max_age.saturating_add(leeway) {
            return Err(IdTokenError::AuthenticatedTooLongAgo { age, max_age });
        }
    }
    // 3.2.2.9: the access token that came with it.
    match &claims.at_hash {
        None if expected.front_channel => return Err(IdTokenError::Missing("at_hash")),
        Some(hash) if *hash != at_hash(expected.access_token) => return Err(IdTokenError::AccessTokenHash),
        _ => {}
    }
    claims.into_id_token()
}

/// Checks once more a token that was valid when it came, and that has been in the tab's storage since: everything that
/// does not belong to the request which it answered. Its signature was checked again, too.
pub(crate) fn recall(
    payload: &SignedPayload,
    parties: TrustedParties<'_>,
    now: Timestamp,
) -> Result<IdToken, IdTokenError> {
    let claims = Claims::read(payload).map_err(IdTokenError::Claims)?;
    check_parties(&claims, parties)?;
    check_times(&claims, parties.leeway, now)?;
    claims.into_id_token()
}

/// 3.1.3.7, 2 to 5
fn check_parties(claims: &Claims, parties: TrustedParties<'_>) -> Result<(), IdTokenError> {
    // 2: the issuer, exactly.
    let issuer = claims.iss.as_ref().ok_or(IdTokenError::Missing("iss"))?;
    if issuer != parties.issuer {
        return Err(IdTokenError::Issuer { found: sanitize(issuer), expected: parties.issuer.to_owned() });
    }
    // 3: for this client, and for nobody else whom the deployment does not trust.
    let audience = claims.aud.as_ref().ok_or(IdTokenError::Missing("aud"))?;
    let is_trusted = |aud: &String| aud == parties.client_id || parties.trusted_audiences.contains(aud);
    if !audience.iter().any(|aud| aud == parties.client_id) || !audience.iter().all(is_trusted) {
        return Err(IdTokenError::Audience(audience.iter().map(|aud| sanitize(aud)).take(5).collect()));
    }
    // 4, 5: the authorized party, when it is named.
    if let Some(azp) = claims.azp.as_ref().filter(|azp| *azp != parties.client_id) {
        return Err(IdTokenError::AuthorizedParty(sanitize(azp)));
    }
    Ok(())
}

/// 3.1.3.7, 9 and 10; both claims are required (OIDC Core 2). Answers with `iat`.
fn check_times(claims: &Claims, leeway: i64, now: Timestamp) -> Result<Timestamp, IdTokenError> {
    let exp = in_range("exp", claims.exp.ok_or(IdTokenError::Missing("exp"))?)?;
    let iat = in_range("iat", claims.iat.ok_or(IdTokenError::Missing("iat"))?)?;
    if now.since(exp) >= leeway {
        return Err(IdTokenError::Expired(now.since(exp)));
    }
    if iat.since(now) > leeway {
        return Err(IdTokenError::IssuedInTheFuture(iat.since(now)));
    }
    if let Some(nbf) = claims.nbf.map(|time| in_range("nbf", time)).transpose()?
        && nbf.since(now) > leeway
    {
        return Err(IdTokenError::NotYetValid(nbf.since(now)));
    }
    Ok(iat)
}

impl Claims {
    /// What a token says whose claims were checked but for `sub` (OIDC Core 2).
    fn into_id_token(self) -> Result<IdToken, IdTokenError> {
        let subject = self.sub.ok_or(IdTokenError::Missing("sub"))?;
        if subject.is_empty() || subject.len() > 255 || !subject.is_ascii() {
            return Err(IdTokenError::Subject(subject.len()));
        }
        Ok(IdToken { subject, session_id: self.sid, amr: self.amr })
    }
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

fn sanitize(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl IdTokenError {
    #[must_use]
    pub(crate) fn problem(&self) -> Problem {
        let code = match self {
            Self::Expired(_)
            | Self::IssuedInTheFuture(_)
            | Self::IssuedBeforeTheRequest(_)
            | Self::NotYetValid(_) => "id_token.time",
            Self::Nonce => "id_token.nonce",
            Self::AuthenticationContext { .. }
            | Self::AuthenticatedTooLongAgo { .. }
            | Self::Missing("auth_time") => "id_token.not_strong_enough",
            Self::NotChecked(_) => "id_token.not_checked",
            _ => "id_token.refused",
        };
        Problem::new(code, self.to_string())
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
        check_for(text, &AuthenticationRequirement::default(), true)
    }

    const LEEWAY: i64 = crate::config::DEFAULT_CLOCK_LEEWAY;
    const PARTIES: TrustedParties<'static> = TrustedParties {
        issuer: "https://id.example/",
        client_id: "riser",
        trusted_audiences: &[],
        leeway: LEEWAY,
    };

    fn check_for(
        text: &str,
        requirement: &AuthenticationRequirement,
        front_channel: bool,
    ) -> Result<IdToken, IdTokenError> {
        let expected = ExpectedClaims {
            parties: PARTIES,
            nonce: "n",
            asked_at: NOW,
            requirement,
            access_token: "AT",
            front_channel,
            now: NOW,
        };
        validate(&SignedPayload::assumed(text), &expected)
    }

    fn with(claim: &str, value: Value) -> String {
        let mut token = claims();
        if value.is_null() {
            token.as_object_mut().unwrap().remove(claim);
        } else {
            token[claim] = value;
        }
        token.to_string()
    }

    #[test]
    fn unverifiable_signature_is_reported() {
        assert_eq!(IdTokenError::NotChecked("no key".into()).problem().code, "id_token.not_checked");
        assert_eq!(IdTokenError::Signature.problem().code, "id_token.refused");
    }

    /// The example of OIDC Core, appendix A.3: the access token and its hash.
    #[test]
    fn at_hash_matches_specification() {
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn accepts_valid_token() {
        let token = check(&claims().to_string()).unwrap();
        assert_eq!((token.subject.as_str(), token.amr), ("auth0|1", vec!["mfa".to_owned()]));
        let mut one = claims();
        one["aud"] = json!(["riser"]);
        one["azp"] = json!("riser");
        assert!(check(&one.to_string()).is_ok());
    }

    /// Proves: id-token-claims
    #[test]
    fn refuses_each_broken_rule_by_name() {
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
            assert_eq!(check(&with(claim, value.clone())), Err(expected), "{claim} = {value}");
        }
    }

    /// Proves: id-token-acr-auth-time
    #[test]
    fn checks_acr_and_auth_time() {
        let strong = AuthenticationRequirement::second_factor();
        assert!(check_for(&claims().to_string(), &strong, true).is_ok());
        for (claim, value) in [("amr", Value::Null), ("amr", json!([])), ("amr", json!(["pwd", "MFA"]))] {
            let refused = check_for(&with(claim, value.clone()), &strong, true).unwrap_err();
            assert!(matches!(refused, IdTokenError::AuthenticationContext { .. }), "{claim} = {value}");
        }
        let recent = AuthenticationRequirement { acr_values: None, max_age: Some(300) };
        for (auth_time, expected) in [
            (json!(NOW.0 - 360), None),
            (json!(NOW.0 - 361), Some(IdTokenError::AuthenticatedTooLongAgo { age: 361, max_age: 300 })),
            (Value::Null, Some(IdTokenError::Missing("auth_time"))),
            (json!(-1), Some(IdTokenError::NotATime { claim: "auth_time", value: -1 })),
        ] {
            let token = with("auth_time", auth_time.clone());
            assert_eq!(check_for(&token, &recent, true).err(), expected, "{auth_time}");
        }
    }

    /// Proves: id-token-at-hash
    #[test]
    fn requires_at_hash_on_front_channel() {
        let requirement = AuthenticationRequirement::default();
        let without = with("at_hash", Value::Null);
        assert_eq!(check_for(&without, &requirement, true), Err(IdTokenError::Missing("at_hash")));
        assert!(
            check_for(&without, &requirement, false).is_ok(),
            "3.1.3.8: optional from the token endpoint"
        );
        let other = with("at_hash", json!(at_hash("BT")));
        assert_eq!(check_for(&other, &requirement, false), Err(IdTokenError::AccessTokenHash));
    }

    /// Proves: id-token-times
    #[test]
    fn refuses_token_older_than_request() {
        assert!(check(&with("iat", json!(NOW.0 - 60))).is_ok());
        let refused = check(&with("iat", json!(NOW.0 - 61)));
        assert_eq!(refused, Err(IdTokenError::IssuedBeforeTheRequest(61)));
        assert_eq!(refused.unwrap_err().problem().code, "id_token.time");
    }

    /// Proves: stored-id-token-verified
    #[test]
    fn recall_checks_stored_token() {
        let again = |text: &str, now: i64| recall(&SignedPayload::assumed(text), PARTIES, Timestamp(now));
        let good = again(&with("nonce", json!("of another request")), NOW.0 + 3600).unwrap();
        assert!(good.has_second_factor());
        assert_eq!(again(&claims().to_string(), NOW.0 + 3660), Err(IdTokenError::Expired(60)));
        assert!(!again(&with("amr", json!(["pwd"])), NOW.0).unwrap().has_second_factor());
        for (claim, value) in [
            ("iss", json!("https://evil.example/")),
            ("aud", json!("other")),
            ("azp", json!("other")),
            ("sub", json!("")),
            ("iat", json!(NOW.0 + 61)),
        ] {
            assert!(again(&with(claim, value.clone()), NOW.0).is_err(), "{claim} = {value}");
        }
    }

    /// Proves: id-token-times
    #[test]
    fn allows_one_minute_of_clock_skew() {
        for (claim, value) in [("exp", NOW.0 - 59), ("iat", NOW.0 + 59), ("nbf", NOW.0 + 59)] {
            assert!(check(&with(claim, json!(value))).is_ok(), "{claim}");
        }
    }

    /// Proves: provider-claim-variants
    #[test]
    fn tolerates_harmless_claims() {
        for (claim, value) in [
            ("exp", json!(1_700_003_600.25)),
            ("iat", json!(1_700_000_000.5)),
            ("nbf", json!(1_699_999_999.5)),
            ("auth_time", json!(1.5)),
            ("auth_time", json!(0)),
            ("auth_time", json!(-62_135_596_800_i64)),
            ("auth_time", json!("1700000000")),
            ("auth_time", Value::Null),
            ("amr", json!("mfa")),
            ("amr", json!({"mfa": true})),
            ("amr", json!(["mfa", 7])),
            ("sid", json!(7)),
        ] {
            assert!(check(&with(claim, value.clone())).is_ok(), "{claim} = {value}");
        }
        let strong = AuthenticationRequirement::second_factor();
        assert!(check_for(&with("amr", json!("mfa")), &strong, true).is_err(), "it was asked for");
    }

    /// Proves: provider-claim-variants
    #[test]
    fn follows_configured_audiences_and_leeway() {
        let trusted = ["https://api.example".to_owned()];
        let check = |text: &str, leeway| {
            let parties = TrustedParties { trusted_audiences: &trusted, leeway, ..PARTIES };
            recall(&SignedPayload::assumed(text), parties, NOW)
        };
        assert!(check(&with("aud", json!(["riser", "https://api.example"])), 60).is_ok());
        for aud in [json!("https://api.example"), json!(["riser", "https://api.example", "other"])] {
            let refused = check(&with("aud", aud.clone()), 60);
            assert!(matches!(refused, Err(IdTokenError::Audience(_))), "{aud}");
        }
        for (claim, apart) in [("exp", -299), ("iat", 300), ("nbf", 300)] {
            assert!(check(&with(claim, json!(NOW.0 + apart)), 300).is_ok(), "{claim}");
            assert!(check(&with(claim, json!(NOW.0 + apart + apart.signum())), 300).is_err(), "{claim}");
            assert!(check(&with(claim, json!(NOW.0 + apart)), 60).is_err(), "{claim}");
        }
    }

    /// Proves: json-duplicate-members
    #[test]
    fn refuses_mistyped_or_duplicate_claims() {
        let good = claims().to_string();
        let twice = good.replacen('{', r#"{"sub":"auth0|2","#, 1);
        let text = good.replace(&format!("\"exp\":{}", NOW.0 + 3600), "\"exp\":\"1\"");
        let list = good.replace("\"iss\":\"https://id.example/\"", "\"iss\":[\"https://id.example/\"]");
        for token in [&twice, &text, &list, "[]", "", "null"] {
            assert_ne!(token, &good);
            assert!(matches!(check(token), Err(IdTokenError::Claims(_))), "{token:.60}");
        }
    }
}
