//! The claims of an ID token (OIDC Core 2 and 3.2.2.10): all of them right, but for the fault.

use super::{fault::Fault, grant::Grant, provider::FaultyProvider};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Long enough for a visit.
const ID_TOKEN_LIFETIME_SECONDS: u64 = 3_600;

/// The policy of more than a password, as `acr` has it.
const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

pub(super) fn claims(
    provider: &FaultyProvider,
    grant: &Grant,
    sub: &str,
    access_token: &str,
    now: u64,
) -> Value {
    let registration = provider.registration();
    let mut claims = json!({
        "iss": registration.issuer,
        "sub": sub,
        "aud": registration.client_id,
        "iat": now,
        "exp": now + ID_TOKEN_LIFETIME_SECONDS,
        "auth_time": now,
        "at_hash": at_hash(access_token),
    });
    if let Some(nonce) = &grant.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    if grant.is_step_up() {
        claims["acr"] = MULTI_FACTOR.into();
        claims["amr"] = json!(["mfa"]);
    }
    if let Some(fault) = provider.fault() {
        spoil(&mut claims, fault);
    }
    claims
}

fn spoil(claims: &mut Value, fault: Fault) {
    match fault {
        Fault::InvalidIss => claims["iss"] = "https://another-issuer.example/".into(),
        Fault::InvalidAud => claims["aud"] = "another client".into(),
        Fault::NonceInvalid => claims["nonce"] = "not the nonce of the request".into(),
        Fault::InvalidAtHash => claims["at_hash"] = at_hash("another access token").into(),
        Fault::MissingAud => remove(claims, "aud"),
        Fault::MissingSub => remove(claims, "sub"),
        Fault::MissingIat => remove(claims, "iat"),
        Fault::MissingAtHash => remove(claims, "at_hash"),
        _ => {}
    }
}

fn remove(claims: &mut Value, name: &str) {
    if let Some(claims) = claims.as_object_mut() {
        claims.remove(name);
    }
}

/// base64url of the left half of the access token's SHA-256 (OIDC Core 3.2.2.9).
fn at_hash(access_token: &str) -> String {
    let hash = digest(&SHA256, access_token.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}
