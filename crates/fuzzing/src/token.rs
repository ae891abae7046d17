//! ID tokens whose signature is right, with any header and any claims: is somebody logged in who must not be?

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use stepup::oidc::at_hash;

use crate::visit::{CONFIG, ISSUER, KEYS, NOW, code_flow, logging_in};

const ACCESS_TOKEN: &str = "access-token";
/// Allowed for clocks that differ, in seconds.
const LEEWAY: i64 = 60;
const REFUSED: bool = false;

/// A header, a zero byte, and claims, as the answer of the implicit flow.
pub(crate) fn claims(data: &[u8]) -> bool {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (Some(header), Some(claims)) = (parts.next(), parts.next()) else { return REFUSED };
    let encode = Base64UrlUnpadded::encode_string;
    let id_token = format!("{}.{}.c2ln", encode(header), encode(claims));
    let (mut visit, state, nonce) = logging_in(CONFIG);
    let fragment = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("access_token", ACCESS_TOKEN),
            ("id_token", &id_token),
            ("token_type", "Bearer"),
            ("state", &state),
        ])
        .finish();
    visit.load(Some(fragment));
    visit.succeed(&KEYS);
    visit.verify();
    if visit.is_logged_in() {
        is_believable(&id_token, &nonce, Some(ACCESS_TOKEN));
    }
    visit.is_logged_in()
}

/// The body of the token endpoint's answer.
pub(crate) fn endpoint(data: &[u8]) -> bool {
    let Ok(body) = std::str::from_utf8(data) else { return REFUSED };
    let (mut visit, state, nonce) = logging_in(&code_flow());
    visit.load(Some(format!("code=a-code&state={state}")));
    // The provider may promise `iss` only in its metadata, which are not asked for: everything is pinned.
    visit.succeed(body);
    visit.succeed(&KEYS);
    visit.verify();
    if visit.is_logged_in() {
        let answer: Value = serde_json::from_str(body).expect("JSON");
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("`{name}` is no text"));
        assert!(text("token_type").eq_ignore_ascii_case("bearer"));
        let hashed = claims_of(text("id_token")).get("at_hash").is_some();
        is_believable(text("id_token"), &nonce, hashed.then(|| text("access_token")));
    }
    visit.is_logged_in()
}

fn claims_of(id_token: &str) -> Value {
    let payload = id_token.split('.').nth(1).expect("three parts");
    let bytes = Base64UrlUnpadded::decode_vec(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("claims in JSON")
}

/// OIDC Core 3.1.3.7 and 3.2.2.11, written once more, and read by another reader.
fn is_believable(id_token: &str, nonce: &str, access_token: Option<&str>) {
    let claims = claims_of(id_token);
    assert_eq!(claims["iss"], ISSUER);
    let audience = match &claims["aud"] {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    assert!(!audience.is_empty() && audience.iter().all(|aud| aud == "riser"), "{audience:?}");
    assert!(claims.get("azp").is_none_or(|azp| azp == "riser"));
    // A time may have a fraction (RFC 7519 2).
    let seconds = |value: &Value| value.as_f64().map(f64::floor);
    #[expect(clippy::cast_possible_truncation, reason = "a time that was accepted is far below 2^53")]
    let time = |name: &str| seconds(&claims[name]).map(|seconds| seconds as i64);
    assert!(time("exp").expect("required") > NOW - LEEWAY);
    let issued = time("iat").expect("required");
    assert!((NOW - LEEWAY..=NOW + LEEWAY).contains(&issued), "{issued}");
    assert!(claims.get("nbf").is_none() || time("nbf").is_some_and(|nbf| nbf <= NOW + LEEWAY));
    assert_eq!(claims["nonce"], nonce);
    if let Some(access_token) = access_token {
        assert_eq!(claims["at_hash"], at_hash(access_token).as_str());
    }
    let subject = claims["sub"].as_str().expect("required");
    assert!(!subject.is_empty() && subject.len() <= 255 && subject.is_ascii());
}
