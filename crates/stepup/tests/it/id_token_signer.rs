//! An issuer with real RSA keys, for tokens that are forged on purpose, and a browser that really checks signatures.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{self, KeyPair as _, RsaEncoding, RsaPublicKeyComponents},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use stepup::oidc::{RsaKey, UnverifiedJws, at_hash};

use crate::{
    servers::{ISSUER, Servers, query},
    tab::{START, Signatures, Tab},
};

/// The issuer's key, and the one that it uses after a rotation.
pub(crate) static KEY: LazyLock<KeyPair> = LazyLock::new(|| generate(KeySize::Rsa2048));
pub(crate) static NEXT_KEY: LazyLock<KeyPair> = LazyLock::new(|| generate(KeySize::Rsa2048));
/// Somebody else's.
pub(crate) static FOREIGN_KEY: LazyLock<KeyPair> = LazyLock::new(|| generate(KeySize::Rsa2048));

fn generate(size: KeySize) -> KeyPair {
    KeyPair::generate(size).expect("a key")
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).expect("base64url")
}

/// What SubtleCrypto does for RSASSA-PKCS1-v1_5 with SHA-256.
pub(crate) fn is_signed(token: &UnverifiedJws, key: &RsaKey) -> bool {
    let (n, e) = (decode(&key.n), decode(&key.e));
    let key = RsaPublicKeyComponents { n, e };
    key.verify(&signature::RSA_PKCS1_2048_8192_SHA256, token.signing_input(), token.signature()).is_ok()
}

/// Signs a text with one of the RSA algorithms.
pub(crate) fn sign(key: &KeyPair, algorithm: &'static dyn RsaEncoding, text: &str) -> Vec<u8> {
    let mut bytes = vec![0; key.public_modulus_len()];
    key.sign(algorithm, &SystemRandom::new(), text.as_bytes(), &mut bytes).expect("a signature");
    bytes
}

/// Header and claims as they are given, with a right RS256 signature over them.
pub(crate) fn jws(key: &KeyPair, header: &[u8], claims: &[u8]) -> String {
    let text = format!("{}.{}", encode(header), encode(claims));
    let signature = sign(key, &signature::RSA_PKCS1_SHA256, &text);
    format!("{text}.{}", encode(&signature))
}

/// A key as a set publishes it.
pub(crate) fn jwk(key: &KeyPair, kid: Option<&str>) -> Value {
    let public = key.public_key();
    let n = public.modulus().big_endian_without_leading_zero();
    let e = public.exponent().big_endian_without_leading_zero();
    let mut jwk = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "n": encode(n), "e": encode(e),
    });
    if let Some(kid) = kid {
        jwk["kid"] = kid.into();
    }
    jwk
}

pub(crate) fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A log-in under way, of a browser that really checks signatures.
pub(crate) struct LogIn {
    pub(crate) servers: Servers,
    pub(crate) tab: Tab,
    pub(crate) nonce: String,
    state: String,
}

pub(crate) const ACCESS_TOKEN: &str = "the-access-token";

impl LogIn {
    /// The browser has left for the provider, which publishes these keys.
    pub(crate) fn begin(jwks: String) -> Self {
        let mut servers = Servers { jwks: Some(jwks), ..Servers::default() };
        let mut tab = Tab { signatures: Signatures::Checked, ..Tab::new() };
        tab.load(None);
        tab.log_in();
        servers.serve_all(&mut tab);
        let there = tab.gone.clone().expect("sent to the provider");
        servers.issued.insert(ACCESS_TOKEN.into(), ("openid view:balance".into(), "auth0|1".into()));
        Self { nonce: query(&there, "nonce"), state: query(&there, "state"), servers, tab }
    }

    /// What a genuine ID token claims now.
    pub(crate) fn claims(&self) -> Value {
        json!({
            "iss": ISSUER, "sub": "auth0|1", "aud": "riser", "iat": START, "exp": START + 36_000,
            "nonce": self.nonce, "at_hash": at_hash(ACCESS_TOKEN), "auth_time": START,
        })
    }

    /// The same with one claim changed; `null` takes it away.
    pub(crate) fn with(&self, name: &str, value: &Value) -> Vec<u8> {
        let mut claims = self.claims();
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            value => claims[name] = value.clone(),
        }
        claims.to_string().into_bytes()
    }

    /// The browser comes back with this ID token, and everybody answers.
    pub(crate) fn end(&mut self, id_token: &str) {
        let fragment = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("access_token", ACCESS_TOKEN),
                ("id_token", id_token),
                ("token_type", "Bearer"),
                ("expires_in", "7200"),
                ("scope", "openid view:balance"),
                ("state", &self.state),
            ])
            .finish();
        self.tab.load(Some(fragment));
        self.servers.serve_all(&mut self.tab);
    }
}
