//! What the tenant does wrong because a test wants to see what its client does then.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The issuer that is none of ours.
pub(crate) const ANOTHER_ISSUER: &str = "https://another-issuer.example/";
/// A customer who is none of ours.
pub(crate) const ANOTHER_CUSTOMER: &str = "auth0|another-customer";

/// One thing that goes wrong. Where the OpenID Foundation's tests for relying parties have a name for it, it is that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// Every request is answered with 503.
    Outage,
    /// Every answer takes longer.
    Slow,
    /// `iss` is another issuer.
    InvalidIss,
    /// `aud` is somebody else.
    InvalidAud,
    /// `aud` names somebody else beside the client.
    SecondaryAud,
    /// `azp` is somebody else.
    InvalidAzp,
    /// `sub` is another customer.
    OtherSub,
    /// The ID token's `nonce` is not the request's.
    NonceInvalid,
    /// The ID token's `at_hash` is that of another access token.
    InvalidAtHash,
    MissingIss,
    MissingAud,
    MissingSub,
    MissingIat,
    MissingExp,
    MissingNonce,
    MissingAtHash,
    /// It has been expired for an hour.
    Expired,
    /// It is made an hour from now.
    IatInFuture,
    /// It does not tell of a second factor: no `amr`, no `acr`.
    NoSecondFactor,
    /// One bit of the signature is changed.
    InvalidSigRs256,
    /// HS256, with a secret that nobody has.
    InvalidSigHs256,
    /// ES256, with a key that is not published.
    InvalidSigEs256,
    /// HS256, with the published key as the secret: what a library falls for that takes `alg` from the token.
    Hs256WithPublicKey,
    /// Another key signs, under the name of the published one.
    ForeignKey,
    /// Another key signs, under a name of its own that is not published.
    UnknownKey,
    /// Another key signs, and the header brings it along.
    HeaderJwk,
    /// `alg` is `none`, and there is no signature.
    IdTokenSigNone,
    /// The header names no key.
    KidAbsent,
    /// There is no ID token, although `openid` is granted.
    MissingIdToken,
    /// `state` of the response is not the request's.
    InvalidState,
    /// The response has no `state`, although the request has one.
    MissingState,
    /// `iss` of the response (RFC 9207) is another issuer.
    InvalidResponseIss,
    /// The response has no `iss`, although the metadata says that it does.
    MissingResponseIss,
    /// The userinfo endpoint tells about another customer.
    UserinfoInvalidSub,
    /// `issuer` of the metadata is another issuer.
    DiscoveryIssuerMismatch,
    /// The scopes that take a second factor are not granted, and the answer says so.
    LessScope,
    /// The access token is for another payment than the one that was confirmed.
    OtherDetails,
}

/// Where a fault shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the claims or the signature of a token.
    Token,
    /// In the parameters of a successful authorization response.
    Response,
    /// Somewhere else: whoever makes it asks for it by name.
    Elsewhere,
}

impl Fault {
    pub(super) const fn place(self) -> Place {
        match self {
            Self::InvalidState | Self::MissingState | Self::InvalidResponseIss | Self::MissingResponseIss => {
                Place::Response
            }
            Self::Outage
            | Self::Slow
            | Self::MissingIdToken
            | Self::UserinfoInvalidSub
            | Self::DiscoveryIssuerMismatch
            | Self::LessScope
            | Self::OtherDetails => Place::Elsewhere,
            _ => Place::Token,
        }
    }

    /// As it is asked for.
    pub(crate) fn name(self) -> String {
        json!(self).as_str().unwrap_or_default().to_owned()
    }

    /// Makes the claims of a token wrong.
    pub(crate) fn spoil(self, claims: &mut Map<String, Value>, now: u64) {
        let (name, value) = match self {
            Self::InvalidIss => ("iss", json!(ANOTHER_ISSUER)),
            Self::InvalidAud => ("aud", json!("somebody-else")),
            Self::SecondaryAud => {
                let mut audience = claims.get("aud").cloned().unwrap_or_default();
                if !audience.is_array() {
                    audience = json!([audience]);
                }
                if let Some(audience) = audience.as_array_mut() {
                    audience.push(json!("somebody-else"));
                }
                ("aud", audience)
            }
            Self::InvalidAzp => ("azp", json!("somebody-else")),
            Self::OtherSub => ("sub", json!(ANOTHER_CUSTOMER)),
            Self::NonceInvalid => ("nonce", json!("not-the-nonce-of-the-request")),
            Self::InvalidAtHash => ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
            Self::Expired => ("exp", json!(now.saturating_sub(3_600))),
            Self::IatInFuture => {
                claims.insert("exp".to_owned(), json!(now + 7_200));
                ("iat", json!(now + 3_600))
            }
            Self::MissingIss => ("iss", Value::Null),
            Self::MissingAud => ("aud", Value::Null),
            Self::MissingSub => ("sub", Value::Null),
            Self::MissingIat => ("iat", Value::Null),
            Self::MissingExp => ("exp", Value::Null),
            Self::MissingNonce => ("nonce", Value::Null),
            Self::MissingAtHash => ("at_hash", Value::Null),
            Self::NoSecondFactor => {
                claims.remove("acr");
                ("amr", Value::Null)
            }
            _ => return,
        };
        claims.remove(name);
        if !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    }
}
