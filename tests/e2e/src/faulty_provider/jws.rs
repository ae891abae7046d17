//! Signed tokens (RFC 7515): rightly, and in every wrong way.

use super::{
    certificate,
    fault::Fault,
    keys::{Key, failed},
    paths,
    provider::FaultyProvider,
};
use crate::TestError;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    },
};
use base64::{Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A token as it should be.
pub(super) fn signed(key: &Key, claims: &Value) -> Result<String, TestError> {
    let input = signing_input(&json!({ "alg": "RS256", "typ": "JWT", "kid": key.kid() }), claims);
    let signature = key.sign(&RSA_PKCS1_SHA256, input.as_bytes())?;
    Ok(compact(&input, &signature))
}

/// An ID token as this provider signs it at the moment.
pub(super) fn signed_by(provider: &FaultyProvider, claims: &Value) -> Result<String, TestError> {
    let Some(fault) = provider.fault() else { return signed(&provider.key(), claims) };
    let input = signing_input(&header(fault, provider)?, claims);
    let signature = signature(fault, provider, input.as_bytes())?;
    Ok(compact(&input, &signature))
}

fn header(fault: Fault, provider: &FaultyProvider) -> Result<Value, TestError> {
    let (key, foreign) = (provider.key(), provider.foreign_key());
    let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": key.kid() });
    match fault {
        Fault::KidAbsentSingleJwks | Fault::KidAbsentMultipleJwks => {
            header = json!({ "alg": "RS256", "typ": "JWT" });
        }
        Fault::InvalidSigHs256 | Fault::Hs256WithThePublicKey => header["alg"] = "HS256".into(),
        Fault::InvalidSigEs256 => header["alg"] = "ES256".into(),
        Fault::IdTokenSigNone => header["alg"] = "none".into(),
        Fault::Rs512 => header["alg"] = "RS512".into(),
        Fault::HeaderJwk => header["jwk"] = foreign.jwk_named(key.kid()),
        Fault::HeaderJku => header["jku"] = provider.at(paths::FOREIGN_KEYS).into(),
        Fault::HeaderX5u => header["x5u"] = provider.at(paths::FOREIGN_CERTIFICATE).into(),
        Fault::HeaderX5c => {
            let certificate = certificate::self_signed(foreign, &provider.registration().issuer)?;
            // RFC 7515, 4.1.6: the one member that is not base64url.
            header["x5c"] = json!([BASE64_STANDARD.encode(certificate)]);
        }
        Fault::HeaderCrit => {
            header["crit"] = json!(["urn:example:must-be-understood"]);
            header["urn:example:must-be-understood"] = true.into();
        }
        _ => {}
    }
    Ok(header)
}

fn signature(fault: Fault, provider: &FaultyProvider, input: &[u8]) -> Result<Vec<u8>, TestError> {
    let key = provider.key();
    match fault {
        Fault::InvalidSigRs256 => {
            let mut signature = key.sign(&RSA_PKCS1_SHA256, input)?;
            if let Some(last) = signature.last_mut() {
                *last ^= 1;
            }
            Ok(signature)
        }
        Fault::InvalidSigHs256 => Ok(hmac_of(b"a secret that only the provider has", input)),
        Fault::Hs256WithThePublicKey => Ok(hmac_of(key.public_pem()?.as_bytes(), input)),
        Fault::InvalidSigEs256 => {
            let foreign = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
            Ok(foreign.sign(&SystemRandom::new(), input).map_err(failed)?.as_ref().to_vec())
        }
        Fault::IdTokenSigNone => Ok(Vec::new()),
        Fault::ForeignKeyOfTheSameName
        | Fault::HeaderJwk
        | Fault::HeaderJku
        | Fault::HeaderX5u
        | Fault::HeaderX5c => provider.foreign_key().sign(&RSA_PKCS1_SHA256, input),
        Fault::Rs512 | Fault::Rs512CalledRs256 => key.sign(&RSA_PKCS1_SHA512, input),
        Fault::Ps256CalledRs256 => key.sign(&RSA_PSS_SHA256, input),
        _ => key.sign(&RSA_PKCS1_SHA256, input),
    }
}

fn hmac_of(secret: &[u8], input: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input).as_ref().to_vec()
}

fn signing_input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn compact(input: &str, signature: &[u8]) -> String {
    format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}
