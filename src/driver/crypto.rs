//! Signatures, checked by the browser (SubtleCrypto): no cryptography of our own is downloaded.

use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use jsonwebtoken::jwk::{RSAKeyParameters, RSAKeyType};
use leptos::prelude::window;
use stepup::oidc::{RsaKey, UnverifiedJws};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

/// RFC 7518 3.3, as the Web Cryptography API names it.
const RS256: &str = "RSASSA-PKCS1-v1_5";

/// What the browser lacks: outside of secure contexts there is no SubtleCrypto.
pub(super) fn missing_feature() -> Option<&'static str> {
    let subtle = window().crypto().ok().and_then(|c| Reflect::get(&c, &"subtle".into()).ok());
    subtle.is_none_or(|subtle| subtle.is_undefined()).then_some("crypto.subtle (it needs https)")
}

/// Does the signature of the token fit the key?
pub(super) async fn verify(token: &UnverifiedJws, key: RsaKey) -> Result<bool, String> {
    check(token, key).await.map_err(|error| {
        error.dyn_into::<js_sys::Error>().map_or_else(|_| "unknown".into(), |e| String::from(e.message()))
    })
}

async fn check(token: &UnverifiedJws, key: RsaKey) -> Result<bool, JsValue> {
    let subtle = window().crypto()?.subtle();
    let key = import(&subtle, key).await?;
    let (signature, signed) = (Uint8Array::from(token.signature()), Uint8Array::from(token.signing_input()));
    let answer =
        subtle.verify_with_str_and_buffer_source_and_buffer_source(RS256, &key, &signature, &signed)?;
    Ok(JsFuture::from(answer).await?.is_truthy())
}

async fn import(subtle: &SubtleCrypto, key: RsaKey) -> Result<CryptoKey, JsValue> {
    // What the key may be used for is said below, to the browser itself.
    let jwk = RSAKeyParameters { key_type: RSAKeyType::RSA, n: key.n, e: key.e };
    // Writing three strings cannot fail; if it did, the browser would refuse the empty text.
    let jwk: Object = JSON::parse(&serde_json::to_string(&jwk).unwrap_or_default())?.dyn_into()?;
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &RS256.into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    let usages = Array::of1(&"verify".into());
    let imported = subtle.import_key_with_object("jwk", &jwk, &algorithm, false, &usages)?;
    JsFuture::from(imported).await?.dyn_into()
}
