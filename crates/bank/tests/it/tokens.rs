//! Which tokens are believed. One line per forgery: what is wrong with it, and what the bank says.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::issuer::{FIRST, SECOND, encode};
use crate::test_bank::{AUDIENCE, NOW, TestBank, get, order_of};

/// Changes one claim of a good token; `null` takes it away.
fn with(world: &TestBank, name: &str, value: Value) -> String {
    let mut claims = world.claims("view:balance");
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    FIRST.token(&claims)
}

async fn refused(world: &TestBank, token: &str) -> String {
    let answer = world.get("/balance", token).await;
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

async fn believed(world: &TestBank, token: &str) {
    assert_eq!(world.get("/balance", token).await.status, 200);
}

#[tokio::test]
async fn accepts_valid_token() {
    let world = TestBank::new().await;
    believed(&world, &world.token("view:balance")).await;
    believed(&world, &with(&world, "aud", json!(AUDIENCE))).await;
    believed(&world, &with(&world, "iat", Value::Null)).await;
    believed(&world, &with(&world, "jti", Value::Null)).await;
    believed(&world, &with(&world, "exp", json!(1_750_000_000.5))).await;
    // The scheme has no case (RFC 9110, section 11.1).
    let mut request = get("/balance", "");
    let header = format!("bEaReR {}", world.token("view:balance"));
    request.headers_mut().insert("authorization", header.parse().unwrap());
    assert_eq!(world.send(request).await.status, 200);
}

#[tokio::test]
async fn missing_token_gets_challenge_without_error() {
    let world = TestBank::new().await;
    let token = world.token("view:balance");
    let requests = [
        Request::get("/balance").body(Body::empty()).unwrap(),
        Request::get("/balance").header("authorization", "Basic YTpi").body(Body::empty()).unwrap(),
        Request::get(format!("/balance?access_token={token}")).body(Body::empty()).unwrap(),
    ];
    for request in requests {
        let answer = world.send(request).await;
        assert_eq!(answer.problem(), "missing-token");
        assert_eq!(answer.challenge(), r#"Bearer realm="bank""#);
    }
}

#[tokio::test]
async fn rejects_two_authorization_headers() {
    let world = TestBank::new().await;
    let token = world.token("view:balance");
    let mut request = get("/balance", &token);
    request.headers_mut().append("authorization", format!("Bearer {token}").parse().unwrap());
    let answer = world.send(request).await;
    assert_eq!(answer.problem(), "malformed-request");
    assert_eq!(answer.challenge(), r#"Bearer realm="bank", error="invalid_request""#);
}

#[tokio::test]
async fn rejects_malformed_tokens() {
    let world = TestBank::new().await;
    let good = world.token("view:balance");
    let huge = format!("{good}{}", "A".repeat(10_000));
    for token in ["", "x", "a.b", "..", "a.b.c", "a.b.c.d", &format!("{good}.x"), &huge] {
        assert_eq!(refused(&world, token).await, "is not a signed JWT", "{token}");
    }
    assert_eq!(world.issuer.fetches(), 0, "nobody asks the issuer about that");
}

#[tokio::test]
async fn accepts_rs256_only() {
    let world = TestBank::new().await;
    let claims = world.claims("view:balance").to_string();
    for alg in ["none", "None", "HS256", "RS384", "RS512", "PS256", "ES256", "rs256", ""] {
        let header = json!({ "alg": alg, "typ": "JWT", "kid": "first" });
        let token = FIRST.token_with(&header, &claims);
        assert_eq!(refused(&world, &token).await, "is not signed with RS256", "{alg}");
    }
    // The classic: the public key as the secret of an HMAC.
    let message =
        format!("{}.{}", encode(json!({ "alg": "HS256", "kid": "first" }).to_string()), encode(&claims));
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, FIRST.modulus());
    let token = format!("{message}.{}", encode(aws_lc_rs::hmac::sign(&secret, message.as_bytes())));
    assert_eq!(refused(&world, &token).await, "is not signed with RS256");
    let header = json!({ "typ": "JWT", "kid": "first" });
    assert_eq!(refused(&world, &FIRST.token_with(&header, &claims)).await, "is not a signed JWT");
}

#[tokio::test]
async fn rejects_wrong_signature() {
    let world = TestBank::new().await;
    let claims = world.claims("view:balance").to_string();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
    assert_eq!(refused(&world, &SECOND.token_with(&header, &claims)).await, "signature is wrong");

    let good = FIRST.token_with(&header, &claims);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = message.split_once('.').unwrap();
    let mut richer = world.claims("view:balance transfer:funds");
    richer["sub"] = json!("auth0|1002");
    let forged = format!("{head}.{}.{signature}", encode(richer.to_string()));
    assert_eq!(refused(&world, &forged).await, "signature is wrong");
    assert_eq!(refused(&world, &format!("{message}.{}", encode([0; 256]))).await, "signature is wrong");
    // Unpadded base64url, and nothing else (RFC 7515, section 2).
    for signature in ["*", &format!("{signature}="), &format!("{signature}A")] {
        assert_eq!(refused(&world, &format!("{message}.{signature}")).await, "signature is wrong");
    }
}

#[tokio::test]
async fn ignores_key_in_header() {
    let world = TestBank::new().await;
    let claims = world.claims("view:balance").to_string();
    for (name, value) in [
        ("jwk", SECOND.jwk()),
        ("jku", json!("http://evil.example/jwks.json")),
        ("x5u", json!("http://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
        header[name] = value;
        assert_eq!(
            refused(&world, &SECOND.token_with(&header, &claims)).await,
            "signature is wrong",
            "{name}"
        );
        // Ignored, not refused: some providers send them in good faith.
        believed(&world, &FIRST.token_with(&header, &claims)).await;
    }
}

#[tokio::test]
async fn rejects_other_token_types_and_critical_headers() {
    let world = TestBank::new().await;
    let claims = world.claims("view:balance").to_string();
    let header = |name: &str, value: Value| {
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
        header[name] = value;
        FIRST.token_with(&header, &claims)
    };
    for crit in [json!(["b64"]), json!([]), json!(null), json!("exp")] {
        let reason = "has critical header parameters that are not understood";
        assert_eq!(refused(&world, &header("crit", crit)).await, reason);
    }
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt"] {
        assert_eq!(refused(&world, &header("typ", json!(typ))).await, "typ is not that of an access token");
    }
    for typ in ["JWT", "jwt", "at+jwt", "application/at+JWT"] {
        believed(&world, &header("typ", json!(typ))).await;
    }
    for kid in [json!(null), json!("")] {
        assert_eq!(refused(&world, &header("kid", kid)).await, "names no key");
    }
    assert_eq!(refused(&world, &header("kid", json!(7))).await, "is not a signed JWT");
}

#[tokio::test]
async fn rejects_other_issuer_or_audience() {
    let world = TestBank::new().await;
    let url = world.issuer.url.clone();
    for iss in [json!(url.trim_end_matches('/')), json!(format!("{url}x")), json!("https://evil.example/")] {
        assert_eq!(refused(&world, &with(&world, "iss", iss)).await, "is from another issuer");
    }
    for aud in [json!("riser"), json!(["riser"]), json!([]), json!(format!("{AUDIENCE}/")), json!("")] {
        assert_eq!(refused(&world, &with(&world, "aud", aud)).await, "is for another audience");
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
        let token = with(&world, name, value.clone());
        assert_eq!(refused(&world, &token).await, "claims are incomplete or malformed", "{name}: {value}");
    }
}

#[tokio::test]
async fn rejects_duplicate_claims() {
    let world = TestBank::new().await;
    let claims = world.claims("view:balance").to_string();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
    for twice in [r#","sub":"auth0|1002"}"#, r#","aud":"riser"}"#, r#","exp":99999999999}"#] {
        let token = FIRST.token_with(&header, &claims.replace('}', twice));
        assert_eq!(refused(&world, &token).await, "claims are incomplete or malformed", "{twice}");
    }
    for text in ["", "null", "[]", "{", "\u{feff}{}"] {
        let token = FIRST.token_with(&header, text);
        let reason = refused(&world, &token).await;
        assert!(["is not a signed JWT", "claims are incomplete or malformed"].contains(&reason.as_str()));
    }
}

#[tokio::test]
async fn rejects_arrays_as_header_or_claims() {
    let world = TestBank::new().await;
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "first" });
    let claims = world.claims("view:balance");
    believed(&world, &FIRST.token_with(&header, &claims.to_string())).await;

    let array =
        json!([claims["iss"], claims["sub"], claims["aud"], claims["exp"], null, null, "1", "view:balance"]);
    let token = FIRST.token_with(&header, &array.to_string());
    assert_eq!(refused(&world, &token).await, "claims are incomplete or malformed");
    let token = FIRST.token_with(&json!(["RS256", "JWT", "first"]), &claims.to_string());
    assert_eq!(refused(&world, &token).await, "is not a signed JWT");
}

#[tokio::test]
async fn allows_one_minute_of_clock_skew() {
    let world = TestBank::new().await;
    believed(&world, &with(&world, "exp", json!(NOW - 59))).await;
    assert_eq!(refused(&world, &with(&world, "exp", json!(NOW - 61))).await, "has expired");
    assert_eq!(refused(&world, &with(&world, "exp", json!(NOW - 60))).await, "has expired");
    assert_eq!(refused(&world, &with(&world, "exp", json!(-1))).await, "has expired");
    for name in ["nbf", "iat"] {
        believed(&world, &with(&world, name, json!(NOW + 60))).await;
        assert_eq!(refused(&world, &with(&world, name, json!(NOW + 61))).await, "is not valid yet");
    }
    let token = world.token("view:balance");
    world.clock.advance(7200 + 59);
    believed(&world, &token).await;
    world.clock.advance(2);
    assert_eq!(refused(&world, &token).await, "has expired");
}

#[tokio::test]
async fn subject_has_at_most_255_characters() {
    let world = TestBank::new().await;
    let longest = with(&world, "sub", json!("a".repeat(255)));
    assert_eq!(
        world.get("/balance", &longest).await.problem(),
        "account-not-found",
        "but a token of the issuer's"
    );
    for sub in [String::new(), "a".repeat(256)] {
        let token = with(&world, "sub", json!(sub));
        assert_eq!(world.get("/balance", &token).await.problem(), "invalid-token", "{sub}");
    }
}

/// Proves: forged-token-type
#[tokio::test]
async fn rejects_id_token() {
    let world = TestBank::new().await;
    let id_token = FIRST.token(&json!({
        "iss": world.issuer.url, "sub": "auth0|1001", "aud": "riser", "iat": NOW, "exp": NOW + 3600,
        "nonce": "n", "at_hash": "h", "sid": "s",
    }));
    assert_eq!(refused(&world, &id_token).await, "is for another audience");
}

#[tokio::test]
async fn missing_scope_is_named_in_challenge() {
    let world = TestBank::new().await;
    let token = world.token("view:balance");
    let answer = world.post(&token, uuid::Uuid::new_v4(), &order_of(100)).await;
    assert_eq!(answer.problem(), "insufficient-scope");
    assert_eq!(answer.body["scope"], "transfer:funds");
    let challenge = r#"Bearer realm="bank", error="insufficient_scope", scope="transfer:funds""#;
    assert_eq!(answer.challenge(), challenge);

    // Scopes are whole words with case, and one does not imply the other.
    for scope in
        ["transfer:funds", "view:balances", "View:Balance", "xview:balance", "view:balance\ttransfer:funds"]
    {
        let answer = world.get("/balance", &world.token(scope)).await;
        assert_eq!((answer.problem(), &answer.body["scope"]), ("insufficient-scope", &json!("view:balance")));
    }
    let without = with(&world, "scope", Value::Null);
    for address in ["/balance", "/transfers", "/transfers/7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70"] {
        assert_eq!(world.get(address, &without).await.problem(), "insufficient-scope");
    }
    assert_eq!(world.balance().await, crate::test_bank::OPENING);
}

/// Proves: token-id-required
#[tokio::test]
async fn token_without_id_cannot_transfer() {
    let world = TestBank::new().await;
    let long = "j".repeat(256);
    for jti in [None, Some(""), Some(&*long), Some(&*long.repeat(40))] {
        let mut claims = world.claims("transfer:funds");
        match jti {
            None => drop(claims.as_object_mut().unwrap().remove("jti")),
            Some(jti) => claims["jti"] = json!(jti),
        }
        let answer = world.post(&FIRST.token(&claims), uuid::Uuid::new_v4(), &order_of(100)).await;
        assert_eq!(answer.problem(), "invalid-token");
        assert!(answer.challenge().contains(r#"error="invalid_token""#));
    }
    assert_eq!(world.balance().await, crate::test_bank::OPENING);
    let mut claims = world.claims("transfer:funds");
    claims["jti"] = json!(long[1..]);
    let answer = world.post(&FIRST.token(&claims), uuid::Uuid::new_v4(), &order_of(100)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// Not read, and not taken for a token without the scope either: nobody is sent for a second factor because of it.
/// Proves: scope-claim-shape
#[tokio::test]
async fn explains_unsupported_scope_format() {
    let world = TestBank::new().await;
    for scopes in [json!(["view:balance"]), json!([]), json!(["openid", "view:balance", "transfer:funds"])] {
        let told = refused(&world, &with(&world, "scope", scopes.clone())).await;
        assert!(told.starts_with("scope is a list; this bank reads one text"), "{scopes}: {told}");
    }
    for scopes in [json!("view:balance"), json!(["view:balance"]), json!("view:balance transfer:funds")] {
        let mut claims = world.claims("view:balance");
        claims.as_object_mut().unwrap().remove("scope");
        claims["scp"] = scopes.clone();
        let told = refused(&world, &FIRST.token(&claims)).await;
        assert!(
            told.starts_with("has its scopes in scp, as those of Entra ID and Okta do"),
            "{scopes}: {told}"
        );
    }
    for wrong in [json!(1), json!({}), json!(true)] {
        assert_eq!(
            refused(&world, &with(&world, "scope", wrong)).await,
            "claims are incomplete or malformed"
        );
    }
    // What is beside a text takes nothing from it, and adds nothing to it.
    believed(&world, &with(&world, "scp", json!(["x"]))).await;
    let mut claims = world.claims("other");
    claims["scp"] = json!("view:balance");
    assert_eq!(world.get("/balance", &FIRST.token(&claims)).await.problem(), "insufficient-scope");
    assert_eq!(
        world.get("/balance", &with(&world, "scope", Value::Null)).await.problem(),
        "insufficient-scope"
    );
}
