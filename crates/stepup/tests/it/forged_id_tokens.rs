//! Forged ID tokens of every known kind, with real signatures, each through the whole session: no session, no request to
//! the bank, nothing stored, and a sentence with the very reason.

use aws_lc_rs::{hmac, rsa::KeySize, signature};
use serde_json::{Value, json};
use stepup::{oidc::at_hash, view::Screen};

use crate::{
    english,
    id_token_signer::{ACCESS_TOKEN, FOREIGN_KEY, KEY, LogIn, decode, encode, jwk, jwks, jws, sign},
    tab::START,
};

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT","kid":"1"}"#;

fn log_in() -> LogIn {
    LogIn::begin(jwks(&[jwk(&KEY, Some("1"))]))
}

/// The token is refused for that reason, and nothing happened.
fn refused(name: &str, log_in: &mut LogIn, token: &str, code: &str, reason: &str) {
    log_in.end(token);
    let Screen::Failed(failure) = log_in.tab.screen() else { panic!("{name}: {:?}", log_in.tab.screen()) };
    let problem = failure.problem;
    assert_eq!(problem.code, code, "{name}: {}", problem.cause);
    assert!(problem.cause.contains(reason), "{name}: {:?} is not {reason:?}", problem.cause);
    assert!(english::sentence(problem.sentence).contains("No money was moved"), "{name}");
    assert!(log_in.servers.api.is_empty(), "{name}: the bank was asked {:?}", log_in.servers.api);
    assert!(log_in.tab.storage.is_empty(), "{name}: {:?}", log_in.tab.storage);
    for part in token.split('.').filter(|part| part.len() > 20) {
        assert!(!problem.cause.contains(part), "{name}: the reason quotes the token");
    }
}

fn accepted(name: &str, log_in: &mut LogIn, token: &str) {
    log_in.end(token);
    assert!(matches!(log_in.tab.screen(), Screen::Account(_)), "{name}: {:?}", log_in.tab.screen());
}

/// The genuine claims under this header, rightly signed.
fn under(header: &str) -> (LogIn, String) {
    let log_in = log_in();
    let token = jws(&KEY, header.as_bytes(), log_in.claims().to_string().as_bytes());
    (log_in, token)
}

/// Proves: jws-signature-first, forged-alg-none, oidcc-client-test-idtoken-sig-none
#[test]
fn alg_none_is_refused() {
    for alg in ["none", "None", "NONE", "nOnE", "", " none", "none "] {
        let header = json!({"alg": alg, "kid": "1"}).to_string();
        let (mut visit, token) = under(&header);
        refused(alg, &mut visit, &token, "id_token.refused", "only RS256 is accepted");
        // Without a signature, as such tokens come.
        let (mut visit, token) = under(&header);
        let unsigned = format!("{}.", token.rsplit_once('.').expect("parts").0);
        refused(alg, &mut visit, &unsigned, "id_token.refused", "it has 2 parts");
    }
    for (header, reason) in [
        (r#"{"kid":"1"}"#, "it has no `alg`"),
        (r#"{"alg":null,"kid":"1"}"#, "it has no `alg`"),
        (r#"{"alg":["RS256"],"kid":"1"}"#, "`alg` is of the wrong type"),
        (r#"{"alg":{"RS256":1},"kid":"1"}"#, "`alg` is of the wrong type"),
        (r#"{"alg":256,"kid":"1"}"#, "`alg` is of the wrong type"),
    ] {
        let (mut visit, token) = under(header);
        refused(header, &mut visit, &token, "id_token.refused", reason);
    }
}

/// Proves: forged-hmac
#[test]
fn hmac_with_public_key_is_refused() {
    let public = jwk(&KEY, Some("1"));
    let modulus = public["n"].as_str().expect("a modulus").to_owned();
    for (alg, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        for secret in [public.to_string(), modulus.clone()] {
            let mut visit = log_in();
            let header = json!({"alg": alg, "kid": "1"}).to_string();
            let text =
                format!("{}.{}", encode(header.as_bytes()), encode(visit.claims().to_string().as_bytes()));
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), text.as_bytes());
            let token = format!("{text}.{}", encode(tag.as_ref()));
            refused(alg, &mut visit, &token, "id_token.refused", "only RS256 is accepted");
            assert_eq!(visit.tab.checked, 0, "{alg}: no key is tried");
            // The same called RS256.
            let mut visit = log_in();
            let text =
                format!("{}.{}", encode(HEADER.as_bytes()), encode(visit.claims().to_string().as_bytes()));
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), text.as_bytes());
            let token = format!("{text}.{}", encode(tag.as_ref()));
            refused(alg, &mut visit, &token, "id_token.refused", "signature is not the issuer's");
        }
    }
}

/// Proves: jws-signature-first, forged-other-alg
#[test]
fn other_algorithm_is_refused() {
    let algorithms: [(&str, &'static dyn signature::RsaEncoding); 5] = [
        ("RS384", &signature::RSA_PKCS1_SHA384),
        ("RS512", &signature::RSA_PKCS1_SHA512),
        ("PS256", &signature::RSA_PSS_SHA256),
        ("PS384", &signature::RSA_PSS_SHA384),
        ("PS512", &signature::RSA_PSS_SHA512),
    ];
    for (alg, algorithm) in algorithms {
        for (called, reason) in [(alg, "only RS256 is accepted"), ("RS256", "signature is not the issuer's")]
        {
            let mut visit = log_in();
            let header = json!({"alg": called, "kid": "1"}).to_string();
            let text =
                format!("{}.{}", encode(header.as_bytes()), encode(visit.claims().to_string().as_bytes()));
            let token = format!("{text}.{}", encode(&sign(&KEY, algorithm, &text)));
            refused(&format!("{alg} called {called}"), &mut visit, &token, "id_token.refused", reason);
        }
    }
    for alg in ["ES256", "ES384", "EdDSA", "rs256", "Rs256", "RS256 ", "RSA256"] {
        let (mut visit, token) = under(&json!({"alg": alg, "kid": "1"}).to_string());
        refused(alg, &mut visit, &token, "id_token.refused", "only RS256 is accepted");
    }
}

/// Proves: forged-foreign-key
#[test]
fn other_key_under_same_kid_is_refused() {
    let mut visit = log_in();
    let token = jws(&FOREIGN_KEY, HEADER.as_bytes(), visit.claims().to_string().as_bytes());
    refused("foreign key", &mut visit, &token, "id_token.refused", "signature is not the issuer's");
    assert_eq!(visit.servers.key_fetches, 2, "one look at the keys as they are now, and no more");
}

/// Proves: jws-header-keys-ignored, forged-header-keys
#[test]
fn embedded_key_is_ignored() {
    let own = jwk(&FOREIGN_KEY, Some("1"));
    for (name, value) in [
        ("jwk", own.clone()),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/certificate")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ] {
        let mut header: Value = serde_json::from_str(HEADER).expect("JSON");
        header[name] = value;
        let header = header.to_string();
        let mut visit = log_in();
        let token = jws(&FOREIGN_KEY, header.as_bytes(), visit.claims().to_string().as_bytes());
        refused(name, &mut visit, &token, "id_token.refused", "signature is not the issuer's");
        // With the issuer's own signature such a member is not looked at.
        let (mut visit, token) = under(&header);
        accepted(name, &mut visit, &token);
    }
}

/// Proves: jws-header-keys-ignored, forged-crit
#[test]
fn critical_extension_is_refused() {
    for (header, reason) in [
        (r#"{"alg":"RS256","kid":"1","crit":["exp"]}"#, "`crit`"),
        (r#"{"alg":"RS256","kid":"1","crit":["unknown"],"unknown":1}"#, "`crit`"),
        (r#"{"alg":"RS256","kid":"1","crit":[]}"#, "`crit`"),
        (r#"{"alg":"RS256","kid":"1","crit":null}"#, "`crit`"),
        (r#"{"alg":"RS256","kid":"1","crit":"b64"}"#, "`crit`"),
        (r#"{"alg":"RS256","kid":"1","b64":false}"#, "`b64`"),
        (r#"{"alg":"RS256","kid":"1","b64":true}"#, "`b64`"),
        (r#"{"alg":"RS256","kid":"1","b64":false,"crit":["b64"]}"#, "`crit`"),
    ] {
        let (mut visit, token) = under(header);
        refused(header, &mut visit, &token, "id_token.refused", reason);
    }
}

/// Proves: jws-form, forged-base64, forged-json-serialization
#[test]
fn malformed_compact_form_is_refused() {
    let (_, token) = under(HEADER);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signed] = parts[..] else { panic!("three parts") };
    let bytes = decode(signed);
    let plus = |part: &str| format!("+{}", &part[1..]);
    for (name, token, reason) in [
        ("nothing", String::new(), "it has 1 parts"),
        ("one part", header.to_owned(), "it has 1 parts"),
        ("two parts", format!("{header}.{claims}"), "it has 2 parts"),
        ("four parts", format!("{header}.{claims}.{signed}.{signed}"), "it has 4 parts"),
        (
            "five parts, as a JWE has",
            format!("{header}.{claims}.{signed}.{signed}.{signed}"),
            "it has 5 parts",
        ),
        ("no header", format!(".{claims}.{signed}"), "it has 2 parts"),
        ("no claims", format!("{header}..{signed}"), "it has 2 parts"),
        ("no signature", format!("{header}.{claims}."), "it has 2 parts"),
        ("padded header", format!("{header}=.{claims}.{signed}"), "header is not base64url"),
        ("padded claims", format!("{header}.{claims}=.{signed}"), "payload is not base64url"),
        ("padded signature", format!("{header}.{claims}.{signed}=="), "signature is not base64url"),
        ("the other alphabet", format!("{header}.{claims}.{}", plus(signed)), "signature is not base64url"),
        ("a blank before", format!(" {header}.{claims}.{signed}"), "header is not base64url"),
        ("a line after", format!("{header}.{claims}.{signed}\n"), "signature is not base64url"),
        (
            "a blank within",
            format!("{header}.{} {}.{signed}", &claims[..4], &claims[4..]),
            "payload is not base64url",
        ),
        ("cut short by one", format!("{header}.{claims}.{}", &signed[..signed.len() - 1]), "signature"),
        (
            "cut short by a byte",
            format!("{header}.{claims}.{}", encode(&bytes[1..])),
            "signature is not the issuer's",
        ),
        (
            "longer by a byte",
            format!("{header}.{claims}.{}", encode(&[&[0][..], &bytes].concat())),
            "signature is not the issuer's",
        ),
        (
            "claims of another",
            format!("{header}.{}.{signed}", encode(b"{}")),
            "signature is not the issuer's",
        ),
        (
            "flattened JSON",
            json!({"payload": claims, "protected": header, "signature": signed}).to_string(),
            "it has 1 parts",
        ),
        (
            "general JSON",
            json!({"payload": claims, "signatures": [{"protected": header, "signature": signed}]})
                .to_string(),
            "it has 1 parts",
        ),
    ] {
        let mut visit = log_in();
        refused(name, &mut visit, &token, "id_token.refused", reason);
    }
    // Two texts for the same bytes: the bits that base64url does not use have to be zero (RFC 4648 3.5).
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = signed.chars().last().expect("a character");
    let at = alphabet.find(last).expect("base64url");
    let twin = alphabet.chars().nth(at ^ 1).expect("a neighbour");
    let malleable = format!("{header}.{claims}.{}{twin}", &signed[..signed.len() - 1]);
    refused("unused bits", &mut log_in(), &malleable, "id_token.refused", "signature is not base64url");
}

/// Proves: json-duplicate-members, forged-duplicate-members
#[test]
fn duplicate_members_are_refused() {
    let good = log_in().claims().to_string();
    for (name, header, claims, reason) in [
        ("alg", r#"{"alg":"RS256","alg":"none","kid":"1"}"#.to_owned(), good.clone(), "header"),
        ("alg escaped", r#"{"alg":"RS256","\u0061lg":"none","kid":"1"}"#.to_owned(), good.clone(), "header"),
        ("kid", r#"{"alg":"RS256","kid":"1","kid":"2"}"#.to_owned(), good.clone(), "header"),
        ("sub", HEADER.to_owned(), good.replacen('{', r#"{"sub":"auth0|2","#, 1), "a member twice"),
        (
            "iss escaped",
            HEADER.to_owned(),
            good.replacen('{', r#"{"\u0069ss":"https://evil.example/","#, 1),
            "a member twice",
        ),
        ("nested", HEADER.to_owned(), good.replacen('{', r#"{"x":{"a":1,"a":2},"#, 1), "a member twice"),
        (
            "in a list",
            HEADER.to_owned(),
            good.replacen('{', r#"{"x":[[{"a":1,"a":2}]],"#, 1),
            "a member twice",
        ),
    ] {
        let mut visit = log_in();
        let token = jws(&KEY, header.as_bytes(), claims.as_bytes());
        refused(name, &mut visit, &token, "id_token.refused", reason);
    }
}

/// Proves: forged-json
#[test]
fn malformed_json_is_refused() {
    let deep = "[".repeat(3_000);
    let closed = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for (name, claims) in [
        ("nothing", b"".to_vec()),
        ("a list", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("a string", br#""{}""#.to_vec()),
        ("something after", [log_in().claims().to_string().as_bytes(), b"{}"].concat()),
        ("a mark before", [b"\xef\xbb\xbf", log_in().claims().to_string().as_bytes()].concat()),
        ("a comma too many", log_in().claims().to_string().replace('}', ",}").into_bytes()),
        ("not UTF-8", b"{\"iss\":\"\xff\xfe\"}".to_vec()),
        ("half a surrogate", br#"{"iss":"\ud800"}"#.to_vec()),
        ("a NUL", b"{\"iss\":\"a\0b\"}".to_vec()),
        ("nested without an end", deep.clone().into_bytes()),
        ("nested deeply", format!(r#"{{"x":{closed}}}"#).into_bytes()),
        ("UTF-16", "{}".encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ] {
        let mut visit = log_in();
        let token = jws(&KEY, HEADER.as_bytes(), &claims);
        // Nothing at all is an empty part.
        let reason = if claims.is_empty() { "parts" } else { "claims cannot be read" };
        refused(name, &mut visit, &token, "id_token.refused", reason);
        let mut visit = log_in();
        let token = jws(&KEY, &claims, visit.claims().to_string().as_bytes());
        let reason = if claims.is_empty() { "parts" } else { "header" };
        refused(name, &mut visit, &token, "id_token.refused", reason);
    }
}

/// Proves: forged-times
#[test]
fn invalid_times_are_refused() {
    let too_large: Value = serde_json::from_str("9007199254740993").expect("a number");
    for claim in ["exp", "iat", "nbf"] {
        for (value, reason) in [
            (json!("1700000000"), "wrong type"),
            (json!(-0.5), "no time"),
            (json!(1e300), "no time"),
            (json!([1_700_000_000]), "wrong type"),
            (json!({"seconds": 1}), "wrong type"),
            (json!(true), "wrong type"),
            (json!(-1), "no time"),
            (too_large.clone(), "no time"),
            (json!(i64::MAX), "no time"),
            (json!(u64::MAX), "no time"),
        ] {
            let mut visit = log_in();
            let token = jws(&KEY, HEADER.as_bytes(), &visit.with(claim, &value));
            refused(&format!("{claim} = {value}"), &mut visit, &token, "id_token.refused", reason);
        }
        // Numbers that no type holds.
        for text in ["1e400", "-1e400", "99999999999999999999999999"] {
            let mut visit = log_in();
            let mut claims = visit.claims();
            claims[claim] = json!("here");
            let claims = claims.to_string().replace("\"here\"", text);
            let token = jws(&KEY, HEADER.as_bytes(), claims.as_bytes());
            refused(&format!("{claim} = {text}"), &mut visit, &token, "id_token.refused", "");
        }
    }
}

/// Proves: id-token-times
#[test]
fn clock_leeway_is_one_minute() {
    let day = 24 * 60 * 60;
    for (claim, value, expected) in [
        ("exp", START - 59, None),
        ("exp", START - 60, Some("it expired 60 seconds ago")),
        ("exp", START - 61, Some("it expired 61 seconds ago")),
        ("exp", START - day, Some("it expired 86400 seconds ago")),
        ("iat", START + 59, None),
        ("iat", START + 60, None),
        ("iat", START + 61, Some("issued 61 seconds from now")),
        ("iat", START + day, Some("issued 86400 seconds from now")),
        ("iat", START - 60, None),
        ("iat", START - 61, Some("issued 61 seconds before it was asked for")),
        ("iat", START - day, Some("issued 86400 seconds before it was asked for")),
        ("nbf", START + 60, None),
        ("nbf", START + 61, Some("not valid for another 61 seconds")),
    ] {
        let mut visit = log_in();
        let token = jws(&KEY, HEADER.as_bytes(), &visit.with(claim, &json!(value)));
        let name = format!("{claim} {:+}", value - START);
        match expected {
            None => accepted(&name, &mut visit, &token),
            Some(reason) => {
                refused(&name, &mut visit, &token, "id_token.time", reason);
                let Screen::Failed(failure) = visit.tab.screen() else { panic!() };
                assert!(
                    english::headline(failure.problem.headline).contains("clock"),
                    "{name}: its own sentence"
                );
            }
        }
    }
}

/// Proves: id-token-claims
#[test]
fn foreign_claims_are_refused() {
    let sha512 = encode(
        &aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, ACCESS_TOKEN.as_bytes()).as_ref()[..32],
    );
    let whole =
        encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, ACCESS_TOKEN.as_bytes()).as_ref());
    for (claim, value, code, reason) in [
        ("iss", json!(null), "id_token.refused", "no `iss`"),
        ("iss", json!("https://evil.example/"), "id_token.refused", "the configured issuer is"),
        ("iss", json!("https://id.example"), "id_token.refused", "the configured issuer is"),
        ("iss", json!("https://ID.example/"), "id_token.refused", "the configured issuer is"),
        ("iss", json!("https://id.example/x"), "id_token.refused", "the configured issuer is"),
        ("iss", json!(["https://id.example/"]), "id_token.refused", "wrong type"),
        ("aud", json!(null), "id_token.refused", "no `aud`"),
        ("aud", json!("other"), "id_token.refused", "nobody else"),
        ("aud", json!("Riser"), "id_token.refused", "nobody else"),
        ("aud", json!([]), "id_token.refused", "nobody else"),
        ("aud", json!(["riser", "other"]), "id_token.refused", "nobody else"),
        ("aud", json!(7), "id_token.refused", "wrong type"),
        ("aud", json!({"riser": 1}), "id_token.refused", "wrong type"),
        ("aud", json!(["riser", 7]), "id_token.refused", "wrong type"),
        ("azp", json!("other"), "id_token.refused", "`azp`"),
        ("azp", json!(["riser"]), "id_token.refused", "wrong type"),
        ("sub", json!(null), "id_token.refused", "no `sub`"),
        ("sub", json!(""), "id_token.refused", "`sub` has 0 bytes"),
        ("sub", json!("x".repeat(256)), "id_token.refused", "`sub` has 256 bytes"),
        ("sub", json!("é"), "id_token.refused", "`sub` has 2 bytes"),
        ("sub", json!(7), "id_token.refused", "wrong type"),
        ("exp", json!(null), "id_token.refused", "no `exp`"),
        ("iat", json!(null), "id_token.refused", "no `iat`"),
        ("nonce", json!(null), "id_token.refused", "no `nonce`"),
        ("nonce", json!(""), "id_token.nonce", "not the one of the request"),
        ("nonce", json!("other"), "id_token.nonce", "not the one of the request"),
        ("nonce", json!(["n"]), "id_token.refused", "wrong type"),
        ("at_hash", json!(null), "id_token.refused", "no `at_hash`"),
        ("at_hash", json!(""), "id_token.refused", "`at_hash` does not fit"),
        ("at_hash", json!(at_hash("another token")), "id_token.refused", "`at_hash` does not fit"),
        ("at_hash", json!(whole), "id_token.refused", "`at_hash` does not fit"),
        ("at_hash", json!(sha512), "id_token.refused", "`at_hash` does not fit"),
        (
            "at_hash",
            json!(format!("{}==", at_hash(ACCESS_TOKEN))),
            "id_token.refused",
            "`at_hash` does not fit",
        ),
        ("acr", json!(1), "id_token.refused", "wrong type"),
    ] {
        let mut visit = log_in();
        let token = jws(&KEY, HEADER.as_bytes(), &visit.with(claim, &value));
        refused(&format!("{claim} = {value}"), &mut visit, &token, code, reason);
    }
    for (claim, value) in [
        ("aud", json!(["riser"])),
        ("azp", json!("riser")),
        ("sub", json!("x".repeat(255))),
        ("unknown", json!({"a": [1.5, null]})),
    ] {
        let mut visit = log_in();
        let token = jws(&KEY, HEADER.as_bytes(), &visit.with(claim, &value));
        accepted(&format!("{claim} = {value}"), &mut visit, &token);
    }
}

/// Proves: forged-token-type
#[test]
fn access_token_is_no_id_token() {
    // Signed by the same issuer with the same key, for the same customer: only its claims tell.
    let mut visit = log_in();
    let claims = json!({
        "iss": crate::servers::ISSUER, "sub": "auth0|1", "aud": ["https://my-banking-api"], "azp": "riser",
        "scope": "openid view:balance", "iat": START, "exp": START + 7200, "jti": "1",
    });
    let token = jws(&KEY, HEADER.as_bytes(), claims.to_string().as_bytes());
    refused("access token", &mut visit, &token, "id_token.refused", "nobody else");
}

/// Proves: forged-huge
#[test]
fn oversized_token_is_refused() {
    let mut visit = log_in();
    let token = jws(&KEY, HEADER.as_bytes(), &visit.with("x", &json!("x".repeat(16 * 1024))));
    visit.end(&token);
    let Screen::Failed(failure) = visit.tab.screen() else { panic!("{:?}", visit.tab.screen()) };
    assert_eq!(failure.problem.code, "callback.refused");
    assert!(failure.problem.cause.contains("more than"), "{}", failure.problem.cause);
    assert_eq!((visit.tab.checked, visit.servers.key_fetches), (0, 0), "it is not even looked at");
}

/// Proves: jwks-key-purpose
#[test]
fn unfit_keys_are_refused() {
    let changed = |name: &str, value: Value| {
        let mut key = jwk(&KEY, Some("1"));
        key[name] = value;
        key
    };
    let weak = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let mut short = jwk(&weak, Some("1"));
    short["n"] = json!(encode(&[0xa5; 128]));
    for (name, key) in [
        ("for encryption", changed("use", json!("enc"))),
        ("to encrypt", changed("key_ops", json!(["encrypt"]))),
        ("to sign only", changed("key_ops", json!(["sign"]))),
        ("for RS512", changed("alg", json!("RS512"))),
        ("for PS256", changed("alg", json!("PS256"))),
        ("elliptic", changed("kty", json!("EC"))),
        ("a secret", json!({"kty": "oct", "kid": "1", "k": "AAAA"})),
        ("1024 bits", short),
        ("padded", changed("n", json!(format!("{}=", jwk(&KEY, None)["n"].as_str().expect("n"))))),
        ("no exponent", changed("e", json!(null))),
        ("another name", changed("kid", json!("2"))),
    ] {
        let mut visit = LogIn::begin(jwks(&[key]));
        let token = jws(&KEY, HEADER.as_bytes(), visit.claims().to_string().as_bytes());
        visit.end(&token);
        let Screen::Failed(failure) = visit.tab.screen() else { panic!("{name}: {:?}", visit.tab.screen()) };
        let expected = if name == "another name" { "id_token.refused" } else { "provider.keys" };
        assert_eq!(failure.problem.code, expected, "{name}: {}", failure.problem.cause);
        assert!(visit.servers.api.is_empty() && visit.tab.storage.is_empty(), "{name}");
        assert_eq!(visit.tab.checked, 0, "{name}: it is not tried");
    }
}

/// Proves: jwks-key-by-kid, forged-many-kids
#[test]
fn unknown_kid_refetches_keys_once_per_response() {
    let mut visit = log_in();
    for number in 0..10_000 {
        let header = json!({"alg": "RS256", "kid": format!("made up {number}")}).to_string();
        let token = format!("{}.{}.c2ln", encode(header.as_bytes()), encode(b"{}"));
        visit.end(&token);
        assert!(matches!(visit.tab.screen(), Screen::Failed(_)));
    }
    assert_eq!(visit.servers.key_fetches, 2, "an answer that nobody asked for is not looked at");
    assert_eq!(visit.tab.checked, 0);
}
