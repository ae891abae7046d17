//! A JWT on its way from text to believed claims. Each stage is a type of its own, so that no claim can be read before
//! the signature was verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::details::Details;
use super::key::Key;
use crate::object::Object;

/// How far the issuer's clock may be from ours, in seconds. Never more than a minute: it prolongs every token.
const LEEWAY: f64 = 60.0;
const MAX_SUBJECT: usize = 255;
/// The books keep the id of each spent token in an index, and PostgreSQL has none for texts of some kilobytes.
const MAX_TOKEN_ID: usize = 255;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the access token is not a signed JWT")]
    Form,
    #[error("the access token is not signed with RS256")]
    Algorithm,
    #[error("the access token's typ is not that of an access token")]
    Type,
    #[error("the access token has critical header parameters that are not understood")]
    Critical,
    #[error("the access token names no key")]
    NoKeyId,
    #[error("the access token is signed with a key that the issuer does not publish")]
    UnknownKey,
    #[error("the access token's signature is wrong")]
    Signature,
    #[error("the access token's claims are incomplete or malformed")]
    Claims,
    #[error(
        "the access token's scope is a list; this bank reads one text with a space between scopes (RFC 9068, section 2.2.3)"
    )]
    ScopeList,
    #[error(
        "the access token has its scopes in scp, as those of Entra ID and Okta do; this bank reads scope, one text with a \
         space between scopes (RFC 9068, section 2.2.3)"
    )]
    Scp,
    #[error("the access token is from another issuer")]
    Issuer,
    #[error("the access token is for another audience")]
    Audience,
    #[error("the access token has expired")]
    Expired,
    #[error("the access token is not valid yet")]
    NotYetValid,
    #[error("the access token has no id (jti), so it cannot be spent")]
    NoTokenId,
    #[error("the access token's id (jti) has more than {MAX_TOKEN_ID} bytes, so it cannot be spent")]
    LongTokenId,
}

/// A token of which only the header was read, to find the key.
pub(super) struct Unverified<'a> {
    kid: String,
    /// Header and claims as they were signed.
    message: &'a str,
    claims: &'a str,
    signature: &'a str,
}

/// Claims that the issuer has signed, whoever that is and whenever it was.
pub(super) struct Signed(Claims);

/// The claims of an access token that are looked at (RFC 9068, section 2.2). A member that comes twice is an error.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    /// One string: an array, which some libraries accept, is not in the specification.
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: Option<String>,
    /// One text (RFC 9068, section 2.2.3; RFC 8693, section 4.2). Other shapes are not read, and told apart: whoever meant
    /// one of them is not asked for a scope that the token seems to lack.
    #[serde(default)]
    scope: serde_json::Value,
    /// Where some issuers put the scopes.
    scp: Option<serde_json::Value>,
    /// How and when the customer authenticated (RFC 9068, section 2.2.1). Of whatever type: what is not as it should be
    /// tells of nothing.
    #[serde(default)]
    amr: serde_json::Value,
    auth_time: Option<serde_json::Value>,
    #[serde(default)]
    pub(super) authorization_details: Details,
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

impl<'a> Unverified<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, Refused> {
        let (message, signature) = token.rsplit_once('.').ok_or(Refused::Form)?;
        let (header, claims) = message.split_once('.').ok_or(Refused::Form)?;
        if [header, claims, signature].iter().any(|part| part.is_empty()) || claims.contains('.') {
            return Err(Refused::Form);
        }
        let header: Header = decode(header).ok_or(Refused::Form)?;
        if header.alg != "RS256" {
            return Err(Refused::Algorithm);
        }
        if header.typ.is_some_and(|typ| !is_access_token_type(&typ)) {
            return Err(Refused::Type);
        }
        if header.crit {
            return Err(Refused::Critical);
        }
        let kid = header.kid.filter(|kid| !kid.is_empty()).ok_or(Refused::NoKeyId)?;
        Ok(Self { kid, message, claims, signature })
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// Verifies the signature with RS256, whatever else the key or the header might suggest (RFC 8725, section 3.1).
    pub(super) fn verify(self, key: &Key) -> Result<Signed, Refused> {
        if !key.has_signed(self.message, self.signature) {
            return Err(Refused::Signature);
        }
        decode(self.claims).map(Signed).ok_or(Refused::Claims)
    }
}

impl Signed {
    /// Checks that the claims are from this issuer, for this API, and good at `now`.
    pub(super) fn check(self, issuer: &str, audience: &str, now: u64) -> Result<Claims, Refused> {
        let Self(claims) = self;
        // Seconds up to the year 285 million are exact in an f64.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        let now = now as f64;
        if claims.iss != issuer {
            return Err(Refused::Issuer);
        }
        if !claims.aud.contains(audience) {
            return Err(Refused::Audience);
        }
        if now >= claims.exp + LEEWAY {
            return Err(Refused::Expired);
        }
        if [claims.nbf, claims.iat].into_iter().flatten().any(|from| from > now + LEEWAY) {
            return Err(Refused::NotYetValid);
        }
        match (&claims.scope, &claims.scp) {
            (serde_json::Value::String(_), _) | (serde_json::Value::Null, None) => {}
            (serde_json::Value::Null, Some(_)) => return Err(Refused::Scp),
            (serde_json::Value::Array(_), _) => return Err(Refused::ScopeList),
            _ => return Err(Refused::Claims),
        }
        if claims.sub.is_empty() || claims.sub.len() > MAX_SUBJECT {
            return Err(Refused::Claims);
        }
        // No text in PostgreSQL has this character, and who is asked about together with others fails with them.
        if [Some(&claims.sub), claims.jti.as_ref()].into_iter().flatten().any(|name| name.contains('\0')) {
            return Err(Refused::Claims);
        }
        Ok(claims)
    }
}

impl Claims {
    /// The id under which the token is spent.
    pub(super) fn token_id(&mut self) -> Result<String, Refused> {
        let id = self.jti.take().filter(|id| !id.is_empty()).ok_or(Refused::NoTokenId)?;
        if id.len() > MAX_TOKEN_ID { Err(Refused::LongTokenId) } else { Ok(id) }
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
    let Object(value) = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    Some(value)
}
