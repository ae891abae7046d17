//! Which tokens are accepted. One line per forgery: what is wrong with it, and the refusal.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::issuer::{FIRST, SECOND, encode};
use crate::test_bank::{AUDIENCE, NOW, TestBank, get, order_of};

/// Changes one claim of a good token; `null` takes it away.
fn with(test_bank: &TestBank, name: &str, value: Value) -> String {
    let mut claims = test_bank.claims("view:balance");
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    FIRST.token(&claims)
}

async fn refused(test_bank: &TestBank, token: &str) -> String {
    let answer = test_bank.get("/balance", token).await;
    assert_eq!(answer.problem(), "invalid-token");
    let detail = answer.body["detail"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.challenge(),
        format!(r#"Bearer realm="bank", error="invalid_token", error_description="{detail}""#)
    );
    detail
        .strip_prefix("the access token ")
        .or(detail.strip_prefix("the access token's "))
        .unwrap()
        .to_owned()
}

async fn believed(test_bank: &TestBank, token: &str) {
    assert_eq!(test_bank.get("/balance", token).await.status, 200);
}

#[tokio::test]
async fn accepts_valid_token() {
    let test_bank = TestBank::new().await;
    believed(&test_bank, &test_bank.token("view:balance")).await;
    believed(&test_bank, &with(&test_bank, "aud", json!(AUDIENCE))).await;
    believed(&test_bank, &with(&test_bank, "iat", Value::Null)).await;
    believed(&test_bank, &with(&test_bank, "jti", Value::Null)).await;
    believed(&test_bank, &with(&test_bank, "exp", json!(1_750_000_000.5))).await;
    // The scheme has no case (RFC 9110, section 11.1).
    let mut request = get("/balance", "");
    let header = format!("bEaReR {}", test_bank.token("view:balance"));
    request.headers_mut().insert("authorization", header.parse().unwrap());
    assert_eq!(test_bank.send(request).await.status, 200);
}

#[tokio::test]
async fn missing_token_gets_challenge_without_error() {
    let test_bank = TestBank::new().await;
    let token = test_bank.token("view:balance");
    let requests = [
        Request::get("/balance").body(Body::empty()).unwrap(),
        Request::get("/balance").header("authorization", "Basic YTpi").body(Body::empty()).unwrap(),
        Request::get(format!("/balance?access_token={token}")).body(Body::empty()).unwrap(),
    ];
    for request in requests {
        let answer = test_bank.send(request).await;
        assert_eq!(answer.problem(), "missing-token");
        assert_eq!(answer.challenge(), r#"Bearer realm="bank""#);
    }
}

#[tokio::test]
async fn rejects_two_authorization_headers() {
    let test_bank = TestBank::new().await;
    let token = test_bank.token("view:balance");
    let mut request = get("/balance", &token);
    request.headers_mut().append("authorization", format!("Bearer {token}").parse().unwrap());
    let answer = test_bank.send(request).await;
    assert_eq!(answer.problem(), "malformed-request");
    assert_eq!(answer.challenge(), r#"Bearer realm="bank", error="invalid_request""#);
}

#[tokio::test]
async fn rejects_malformed_tokens() {
    let test_bank = TestBank::new().await;
    let good = test_bank.token("view:balance");
    let huge = format!("{good}{}", "A".repeat(10_000));
    for token in ["", "x", "a.b", "..", "a.b.c", "a.b.c.d", &format!("{good}.x"), &huge] {
        assert_eq!(refused(&test_bank, token).await, "is not a signed JWT", "{token}");
    }
    assert_eq!(test_bank.issuer.fetches(), 0, "nobody asks the issuer about that");
}

#[tokio::test]
async fn accepts_rs256_only() {
    let test_bank = TestBank::new().await;
    let claims = test_bank.claims("view:balance").to_string();
    for alg in ["none", "None", "HS256", "RS384", "RS512", "PS256", "ES256", "rs256", ""] {
        let header = json!({ "alg": alg, "typ": "JWT", "kid": "first" });
        let token = FIRST.token_with(&header, &claims);
        assert_eq!(refused(&test_bank, &token).await, "is not signed with RS256", "{alg}");
    }
    // The public key as the secret of an HMAC.
    let message =
        format!("{}.{}", encode(json!({ "alg": "HS256", "kid": "first" }).to_string()), encode(&claims));
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, FIRST.modulus());
    let token = format!("{message}.{}", encode(aws_lc_rs::hmac::sign(&secret, message.as_bytes())));
    assert_eq!(refused(&test_bank, &token).await, "is not signed with RS256");
    let header = json!({ "typ": "JWT", "kid": "first" });
    assert_eq!(refused(&test_bank, &FIRST.token_with(&header, &claims)).await, "is not a signed JWT");
}

#[tokio::test]
async fn rejects_wrong_signature() {
    let test_bank = TestBank::new().await;
    let claims = test_bank.claims("view:balance").to_string();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
    assert_eq!(refused(&test_bank, &SECOND.token_with(&header, &claims)).await, "signature is wrong");

    let good = FIRST.token_with(&header, &claims);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = message.split_once('.').unwrap();
    let mut richer = test_bank.claims("view:balance transfer:funds");
    richer["sub"] = json!("auth0|1002");
    let forged = format!("{head}.{}.{signature}", encode(richer.to_string()));
    assert_eq!(refused(&test_bank, &forged).await, "signature is wrong");
    assert_eq!(refused(&test_bank, &format!("{message}.{}", encode([0; 256]))).await, "signature is wrong");
    // Unpadded base64url, and nothing else (RFC 7515, section 2).
    for signature in ["*", &format!("{signature}="), &format!("{signature}A")] {
        assert_eq!(refused(&test_bank, &format!("{message}.{signature}")).await, "signature is wrong");
    }
}

#[tokio::test]
async fn ignores_key_in_header() {
    let test_bank = TestBank::new().await;
    let claims = test_bank.claims("view:balance").to_string();
    for (name, value) in [
        ("jwk", SECOND.jwk()),
        ("jku", json!("http://evil.example/jwks.json")),
        ("x5u", json!("http://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
        header[name] = value;
        assert_eq!(
            refused(&test_bank, &SECOND.token_with(&header, &claims)).await,
            "signature is wrong",
            "{name}"
        );
        // Ignored, not refused: some providers send them.
        believed(&test_bank, &FIRST.token_with(&header, &claims)).await;
    }
}

#[tokio::test]
async fn rejects_other_token_types_and_critical_headers() {
    let test_bank = TestBank::new().await;
    let claims = test_bank.claims("view:balance").to_string();
    let header = |name: &str, value: Value| {
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
        header[name] = value;
        FIRST.token_with(&header, &claims)
    };
    for crit in [json!(["b64"]), json!([]), json!(null), json!("exp")] {
        let reason = "has critical header parameters that are not understood";
        assert_eq!(refused(&test_bank, &header("crit", crit)).await, reason);
    }
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt"] {
        assert_eq!(
            refused(&test_bank, &header("typ", json!(typ))).await,
            "typ is not that of an access token"
        );
    }
    for typ in ["JWT", "jwt", "at+jwt", "application/at+JWT"] {
        believed(&test_bank, &header("typ", json!(typ))).await;
    }
    for kid in [json!(null), json!("")] {
        assert_eq!(refused(&test_bank, &header("kid", kid)).await, "names no key");
    }
    assert_eq!(refused(&test_bank, &header("kid", json!(7))).await, "is not a signed JWT");
}

#[tokio::test]
async fn rejects_other_issuer_or_audience() {
    let test_bank = TestBank::new().await;
    let url = test_bank.issuer.url.clone();
    for iss in [json!(url.trim_end_matches('/')), json!(format!("{url}x")), json!("https://evil.example/")] {
        assert_eq!(refused(&test_bank, &with(&test_bank, "iss", iss)).await, "is from another issuer");
    }
    for aud in [json!("riser"), json!(["riser"]), json!([]), json!(format!("{AUDIENCE}/")), json!("")] {
        assert_eq!(refused(&test_bank, &with(&test_bank, "aud", aud)).await, "is for another audience");
    }
    for (name, value) in [
        ("iss", Value::Null),
        ("iss", json!([url])),
        ("aud", Value::Null),
        ("aud", json!({})),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("x".repeat(256))),
        ("sub", json!("auth0|1001\0")),
        ("sub", json!(1001)),
        ("exp", Value::Null),
        ("exp", json!("1800000000")),
        ("iat", json!("now")),
        ("nbf", json!([])),
        ("jti", json!(7)),
        ("jti", json!("a\0b")),
    ] {
        let token = with(&test_bank, name, value.clone());
        assert_eq!(
            refused(&test_bank, &token).await,
            "claims are incomplete or malformed",
            "{name}: {value}"
        );
    }
}

#[tokio::test]
async fn rejects_duplicate_claims() {
    let test_bank = TestBank::new().await;
    let claims = test_bank.claims("view:balance").to_string();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
    for twice in [r#","sub":"auth0|1002"}"#, r#","aud":"riser"}"#, r#","exp":99999999999}"#] {
        let token = FIRST.token_with(&header, &claims.replace('}', twice));
        assert_eq!(refused(&test_bank, &token).await, "claims are incomplete or malformed", "{twice}");
    }
    for text in ["", "null", "[]", "{", "\u{feff}{}"] {
        let token = FIRST.token_with(&header, text);
        let reason = refused(&test_bank, &token).await;
        assert!(["is not a signed JWT", "claims are incomplete or malformed"].contains(&reason.as_str()));
    }
}

#[tokio::test]
async fn rejects_arrays_as_header_or_claims() {
    let test_bank = TestBank::new().await;
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
    let claims = test_bank.claims("view:balance");
    believed(&test_bank, &FIRST.token_with(&header, &claims.to_string())).await;

    let array =
        json!([claims["iss"], claims["sub"], claims["aud"], claims["exp"], null, null, "1", "view:balance"]);
    let token = FIRST.token_with(&header, &array.to_string());
    assert_eq!(refused(&test_bank, &token).await, "claims are incomplete or malformed");
    let token = FIRST.token_with(&json!(["RS256", "JWT", "first"]), &claims.to_string());
    assert_eq!(refused(&test_bank, &token).await, "is not a signed JWT");
}

#[tokio::test]
async fn allows_one_minute_of_clock_skew() {
    let test_bank = TestBank::new().await;
    believed(&test_bank, &with(&test_bank, "exp", json!(NOW - 59))).await;
    assert_eq!(refused(&test_bank, &with(&test_bank, "exp", json!(NOW - 61))).await, "has expired");
    assert_eq!(refused(&test_bank, &with(&test_bank, "exp", json!(NOW - 60))).await, "has expired");
    assert_eq!(refused(&test_bank, &with(&test_bank, "exp", json!(-1))).await, "has expired");
    for name in ["nbf", "iat"] {
        believed(&test_bank, &with(&test_bank, name, json!(NOW + 60))).await;
        assert_eq!(refused(&test_bank, &with(&test_bank, name, json!(NOW + 61))).await, "is not valid yet");
    }
    let token = test_bank.token("view:balance");
    test_bank.clock.advance(7200 + 59);
    believed(&test_bank, &token).await;
    test_bank.clock.advance(2);
    assert_eq!(refused(&test_bank, &token).await, "has expired");
}

#[tokio::test]
async fn subject_has_at_most_255_characters() {
    let test_bank = TestBank::new().await;
    let longest = with(&test_bank, "sub", json!("a".repeat(255)));
    assert_eq!(
        test_bank.get("/balance", &longest).await.problem(),
        "account-not-found",
        "but a token of the issuer's"
    );
    for sub in [String::new(), "a".repeat(256)] {
        let token = with(&test_bank, "sub", json!(sub));
        assert_eq!(test_bank.get("/balance", &token).await.problem(), "invalid-token", "{sub}");
    }
}

/// Proves: forged-token-type
#[tokio::test]
async fn rejects_id_token() {
    let test_bank = TestBank::new().await;
    let id_token = FIRST.token(&json!({
        "iss": test_bank.issuer.url, "sub": "auth0|1001", "aud": "riser", "iat": NOW, "exp": NOW + 3600,
        "nonce": "n", "at_hash": "h", "sid": "s",
    }));
    assert_eq!(refused(&test_bank, &id_token).await, "is for another audience");
}

#[tokio::test]
async fn missing_scope_is_named_in_challenge() {
    let test_bank = TestBank::new().await;
    let token = test_bank.token("view:balance");
    let answer = test_bank.post(&token, uuid::Uuid::new_v4(), &order_of(100)).await;
    assert_eq!(answer.problem(), "insufficient-scope");
    assert_eq!(answer.body["scope"], "transfer:funds");
    let challenge = r#"Bearer realm="bank", error="insufficient_scope", scope="transfer:funds""#;
    assert_eq!(answer.challenge(), challenge);

    // Scopes are whole words with case, and one does not imply the other.
    for scope in
        ["transfer:funds", "view:balances", "View:Balance", "xview:balance", "view:balance\ttransfer:funds"]
    {
        let answer = test_bank.get("/balance", &test_bank.token(scope)).await;
        assert_eq!((answer.problem(), &answer.body["scope"]), ("insufficient-scope", &json!("view:balance")));
    }
    let without = with(&test_bank, "scope", Value::Null);
    for address in ["/balance", "/transfers", "/transfers/7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70"] {
        assert_eq!(test_bank.get(address, &without).await.problem(), "insufficient-scope");
    }
    assert_eq!(test_bank.balance().await, crate::test_bank::OPENING);
}

/// Proves: token-id-required
#[tokio::test]
async fn token_without_id_cannot_transfer() {
    let test_bank = TestBank::new().await;
    let long = "j".repeat(256);
    for jti in [None, Some(""), Some(&*long), Some(&*long.repeat(40))] {
        let mut claims = test_bank.claims("transfer:funds");
        match jti {
            None => drop(claims.as_object_mut().unwrap().remove("jti")),
            Some(jti) => claims["jti"] = json!(jti),
        }
        let answer = test_bank.post(&FIRST.token(&claims), uuid::Uuid::new_v4(), &order_of(100)).await;
        assert_eq!(answer.problem(), "invalid-token");
        assert!(answer.challenge().contains(r#"error="invalid_token""#));
    }
    assert_eq!(test_bank.balance().await, crate::test_bank::OPENING);
    let mut claims = test_bank.claims("transfer:funds");
    claims["jti"] = json!(long[1..]);
    let answer = test_bank.post(&FIRST.token(&claims), uuid::Uuid::new_v4(), &order_of(100)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// Refused by name, and not as a missing scope, which would cause a step-up.
/// Proves: scope-claim-shape
#[tokio::test]
async fn explains_unsupported_scope_format() {
    let test_bank = TestBank::new().await;
    for scopes in [json!(["view:balance"]), json!([]), json!(["openid", "view:balance", "transfer:funds"])] {
        let told = refused(&test_bank, &with(&test_bank, "scope", scopes.clone())).await;
        assert!(told.starts_with("scope is a list; this bank reads one text"), "{scopes}: {told}");
    }
    for scopes in [json!("view:balance"), json!(["view:balance"]), json!("view:balance transfer:funds")] {
        let mut claims = test_bank.claims("view:balance");
        claims.as_object_mut().unwrap().remove("scope");
        claims["scp"] = scopes.clone();
        let told = refused(&test_bank, &FIRST.token(&claims)).await;
        assert!(
            told.starts_with("has its scopes in scp, as those of Entra ID and Okta do"),
            "{scopes}: {told}"
        );
    }
    for wrong in [json!(1), json!({}), json!(true)] {
        assert_eq!(
            refused(&test_bank, &with(&test_bank, "scope", wrong)).await,
            "claims are incomplete or malformed"
        );
    }
    // `scp` beside a text `scope` is ignored.
    believed(&test_bank, &with(&test_bank, "scp", json!(["x"]))).await;
    let mut claims = test_bank.claims("other");
    claims["scp"] = json!("view:balance");
    assert_eq!(test_bank.get("/balance", &FIRST.token(&claims)).await.problem(), "insufficient-scope");
    assert_eq!(
        test_bank.get("/balance", &with(&test_bank, "scope", Value::Null)).await.problem(),
        "insufficient-scope"
    );
}
