//! An access token (RFC 7519, RFC 8725, RFC 9068) from text to validated claims. Each stage is a type of its own, so that no
//! claim can be read before the signature was verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::authorization_details::AuthorizationDetails;
use super::error::{InvalidToken, MAX_TOKEN_ID};
use super::verification_key::VerificationKey;
use crate::json_object::JsonObject;

/// How far the issuer's clock may be from ours, in seconds. It prolongs every token.
const CLOCK_LEEWAY: f64 = 60.0;
const MAX_SUBJECT: usize = 255;

/// A token of which only the header was read, to find the key.
pub(super) struct UnverifiedToken<'a> {
    kid: String,
    /// Header and claims as they were signed.
    message: &'a str,
    claims: &'a str,
    signature: &'a str,
}

/// Claims whose signature was verified, and nothing else.
pub(super) struct SignedToken(AccessTokenClaims);

/// The claims of an access token that are looked at (RFC 9068, section 2.2). A member that comes twice is an error.
#[derive(Debug, Deserialize)]
pub(super) struct AccessTokenClaims {
    /// One string: an array, which some libraries accept, is not in the specification.
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: Option<String>,
    /// One text (RFC 9068, section 2.2.3; RFC 8693, section 4.2). Other shapes are refused by name, because
    /// a client would otherwise ask for a scope that its token has.
    #[serde(default)]
    scope: serde_json::Value,
    /// Where some issuers put the scopes.
    scp: Option<serde_json::Value>,
    /// How and when the customer authenticated (RFC 9068, section 2.2.1). A value of a wrong type counts as absent.
    #[serde(default)]
    amr: serde_json::Value,
    auth_time: Option<serde_json::Value>,
    #[serde(default)]
    pub(super) authorization_details: AuthorizationDetails,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The header parameters that are looked at. `jwk`, `jku`, `x5c` and `x5u`, by which a token would bring its own key,
/// are not.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    /// Present is enough to refuse it (RFC 7515, section 4.1.11), whatever its value.
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl<'a> UnverifiedToken<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, InvalidToken> {
        let (message, signature) = token.rsplit_once('.').ok_or(InvalidToken::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(InvalidToken::Malformed)?;
        if [header, claims, signature].iter().any(|part| part.is_empty()) || claims.contains('.') {
            return Err(InvalidToken::Malformed);
        }
        let header: Header = decode(header).ok_or(InvalidToken::Malformed)?;
        if header.alg != "RS256" {
            return Err(InvalidToken::Algorithm);
        }
        if header.typ.is_some_and(|typ| !is_access_token_type(&typ)) {
            return Err(InvalidToken::Type);
        }
        if header.crit {
            return Err(InvalidToken::Critical);
        }
        let kid = header.kid.filter(|kid| !kid.is_empty()).ok_or(InvalidToken::NoKeyId)?;
        Ok(Self { kid, message, claims, signature })
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Verifies the signature with RS256, whatever else the key or the header might suggest (RFC 8725, section 3.1).
    pub(super) fn verify(self, key: &VerificationKey) -> Result<SignedToken, InvalidToken> {
        if !key.verify(self.message, self.signature) {
            return Err(InvalidToken::Signature);
        }
        decode(self.claims).map(SignedToken).ok_or(InvalidToken::Claims)
    }
}

impl SignedToken {
    /// Checks that the claims are from this issuer, for this API, and good at `now`.
    pub(super) fn validate(
        self,
        issuer: &str,
        audience: &str,
        now: u64,
    ) -> Result<AccessTokenClaims, InvalidToken> {
        let Self(claims) = self;
        // Seconds up to the year 285 million are exact in an f64.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        let now = now as f64;
        if claims.iss != issuer {
            return Err(InvalidToken::Issuer);
        }
        if !claims.aud.contains(audience) {
            return Err(InvalidToken::Audience);
        }
        if now >= claims.exp + CLOCK_LEEWAY {
            return Err(InvalidToken::Expired);
        }
        if [claims.nbf, claims.iat].into_iter().flatten().any(|from| from > now + CLOCK_LEEWAY) {
            return Err(InvalidToken::NotYetValid);
        }
        match (&claims.scope, &claims.scp) {
            (serde_json::Value::String(_), _) | (serde_json::Value::Null, None) => {}
            (serde_json::Value::Null, Some(_)) => return Err(InvalidToken::Scp),
            (serde_json::Value::Array(_), _) => return Err(InvalidToken::ScopeList),
            _ => return Err(InvalidToken::Claims),
        }
        if claims.sub.is_empty() || claims.sub.len() > MAX_SUBJECT {
            return Err(InvalidToken::Claims);
        }
        // PostgreSQL has no text with this character, and the whole batch would fail.
        if [Some(&claims.sub), claims.jti.as_ref()].into_iter().flatten().any(|name| name.contains('\0')) {
            return Err(InvalidToken::Claims);
        }
        Ok(claims)
    }
}

impl AccessTokenClaims {
    /// The id under which the token is spent.
    pub(super) fn take_token_id(&mut self) -> Result<String, InvalidToken> {
        let id = self.jti.take().filter(|id| !id.is_empty()).ok_or(InvalidToken::NoTokenId)?;
        if id.len() > MAX_TOKEN_ID { Err(InvalidToken::LongTokenId) } else { Ok(id) }
    }

    /// Scopes are separated by single spaces and compared as they are (RFC 6749, section 3.3).
    pub(super) fn has_scope(&self, needed: &str) -> bool {
        self.scope.as_str().unwrap_or_default().split(' ').any(|scope| scope == needed)
    }

    /// Whether the customer has given a second factor (RFC 8176), at most `max_age` seconds before `now`.
    pub(super) fn has_second_factor_within(&self, max_age: u64, now: u64) -> bool {
        let methods = self.amr.as_array().map(Vec::as_slice).unwrap_or_default();
        let auth_time = self.auth_time.as_ref().and_then(serde_json::Value::as_u64);
        let recent = auth_time.is_some_and(|at| now.saturating_sub(at) <= max_age);
        recent && methods.iter().any(|method| method == "mfa")
    }
}

impl Audience {
    fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

/// Absent, `JWT` as Auth0 has it, or `at+jwt` (RFC 9068, section 2.1); media types have no case.
fn is_access_token_type(typ: &str) -> bool {
    ["JWT", "at+jwt", "application/at+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known))
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    let JsonObject(value) = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    Some(value)
}
