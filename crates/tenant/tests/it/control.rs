//! The control API: what tests drive the tenant with, and who cannot.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tenant::{Config, ControlToken};

use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, Browser, PASSWORD, START, TRANSFER, World, authorize, config,
};

const TOKEN: &str = "a token for the tests";
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn driven() -> Config {
    Config { control: Some(ControlToken(TOKEN.to_owned())), ..config() }
}

/// A program on this machine.
fn program(world: &World) -> Browser {
    let mut program = world.browser();
    program.address = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    program.headers.insert(header::HOST, "localhost:8090".parse().unwrap());
    program
}

pub(crate) fn driver(world: &World) -> Browser {
    let mut driver = program(world);
    driver.headers.insert(header::AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap());
    driver
}

async fn call(driver: &mut Browser, method: Method, path: &str, body: &Value) -> Answer {
    driver.headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    driver.send(method, path, Body::from(body.to_string())).await
}

pub(crate) async fn put(driver: &mut Browser, path: &str, body: &Value) -> Answer {
    call(driver, Method::PUT, path, body).await
}

async fn post(driver: &mut Browser, path: &str, body: Value) -> Answer {
    call(driver, Method::POST, path, &body).await
}

/// Proves: control-access
#[tokio::test]
async fn only_programs_of_this_machine_with_token_get_in() {
    let world = World::with(driven()).await;
    let path = "/control/clock";
    assert_eq!(driver(&world).get(path).await.status, StatusCode::OK);

    let mut without = program(&world);
    let answer = without.get(path).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"control\"");
    for token in ["Bearer a token for the test", "Bearer ", "Basic YTpi", "Bearer a token for the tests too"]
    {
        without.headers.insert(header::AUTHORIZATION, token.parse().unwrap());
        assert_eq!(without.get(path).await.status, StatusCode::UNAUTHORIZED, "{token}");
    }

    let mut elsewhere = driver(&world);
    for address in ["192.0.2.7", "2001:db8::7"] {
        elsewhere.address = Some(address.parse().unwrap());
        assert_eq!(elsewhere.get(path).await.status, StatusCode::FORBIDDEN, "{address}");
    }
    elsewhere.address = None;
    assert_eq!(elsewhere.get(path).await.status, StatusCode::FORBIDDEN, "who knows where");

    let changed: [(&str, &str, StatusCode); 6] = [
        ("x-forwarded-for", "127.0.0.1", StatusCode::FORBIDDEN),
        ("via", "1.1 proxy", StatusCode::FORBIDDEN),
        // A name that somebody else owns and that leads here (DNS rebinding).
        ("host", "attacker.example:8090", StatusCode::MISDIRECTED_REQUEST),
        ("origin", "https://attacker.example", StatusCode::FORBIDDEN),
        ("origin", "null", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-origin", StatusCode::FORBIDDEN),
    ];
    for (name, value, status) in changed {
        let mut driver = driver(&world);
        driver.headers.insert(name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap());
        let answer = driver.get(path).await;
        assert_eq!(answer.status, status, "{name}: {value}");
        assert!(answer.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none());
    }
    // What Node's fetch adds.
    let mut node = driver(&world);
    node.headers.insert("sec-fetch-mode", "cors".parse().unwrap());
    assert_eq!(node.get(path).await.status, StatusCode::OK);
}

/// Proves: control-access
#[tokio::test]
async fn without_configuration_there_is_none() {
    let world = World::new().await;
    for path in ["/control/clock", "/control/openapi.json", "/control/pushes", "/control/reset"] {
        assert_eq!(driver(&world).get(path).await.status.as_u16() / 100, 4, "{path}");
    }
    let refused = tenant::Tenant::open(
        Config {
            control: Some(ControlToken("short".to_owned())),
            issuer: "https://id.example/".to_owned(),
            ..config()
        },
        world.clock.clone(),
    );
    let error = refused.await.err().unwrap().to_string();
    assert!(error.contains("control.token: the token has 5 characters; it must have 16 at least"), "{error}");
    assert!(error.contains("address of this very machine"), "{error}");
}

#[tokio::test]
async fn push_is_approved_once_or_denied() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let body = json!({ "email": ADA, "name": "Ada Example", "phone": true });
    let customer =
        call(&mut driver, Method::PUT, "/control/customers/auth0%7C1001", &body).await.json::<Value>();
    assert_eq!((&customer["phones"], &customer["totp"]), (&json!(1), &json!(false)));

    let mut tab = world.logged_in(ADA).await;
    for (answer, granted) in [("approve", true), ("deny", false)] {
        let page = tab.step_up().await;
        let pushes: Value = driver.get("/control/pushes").await.json();
        let [push] = pushes["pushes"].as_array().unwrap().as_slice() else { panic!("{pushes}") };
        assert_eq!((&push["sub"], &push["client"]), (&json!("auth0|1001"), &json!("Riser")));
        assert_eq!(push["number"].to_string(), page.number());
        let path = format!("/control/pushes/{}/{answer}", push["id"].as_str().unwrap());
        assert_eq!(post(&mut driver, &path, json!({})).await.status, StatusCode::OK);
        assert_eq!(post(&mut driver, &path, json!({})).await.status, StatusCode::CONFLICT, "answered");
        let fragment = tab.get(&format!("/u/mfa?state={}", page.input("state"))).await.fragment();
        assert_eq!(fragment.contains_key("access_token"), granted, "{answer}");
    }
    assert_eq!(
        post(&mut driver, "/control/pushes/none/approve", json!({})).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn waiting_call_is_answered_when_there_is_something() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let body = json!({ "email": ADA, "name": "Ada Example", "phone": true });
    call(&mut driver, Method::PUT, "/control/customers/auth0%7C1001", &body).await;
    let mut tab = world.logged_in(ADA).await;
    driver.get("/control/requests?take=true").await;

    // Nothing, when the time is over or nothing else came; it is not asked for again meanwhile.
    let others = driver.get("/control/pushes?wait=1&sub=auth0%7C1002").await;
    assert_eq!(others.json::<Value>(), json!({ "pushes": [] }));
    assert_eq!(driver.get("/control/requests?wait=0").await.json::<Value>(), json!({ "requests": [] }));

    let mut second = self::driver(&world);
    let (pushes, requests, page) = tokio::join!(
        driver.get("/control/pushes?wait=60&sub=auth0%7C1001"),
        second.get("/control/requests?wait=60&path=/u/mfa&take=true"),
        async {
            // Both wait when this begins.
            tokio::task::yield_now().await;
            tab.step_up().await
        },
    );
    assert_eq!(pushes.json::<Value>()["pushes"][0]["number"].to_string(), page.number());
    let requests: Value = requests.json();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 1, "{requests}");
    assert_eq!(requests["requests"][0]["path"], "/u/mfa");
    let left: Value = driver.get("/control/requests").await.json();
    let left: Vec<_> = left["requests"].as_array().unwrap().iter().map(|request| &request["path"]).collect();
    assert!(left.contains(&&json!("/authorize")) && !left.contains(&&json!("/u/mfa")), "{left:?}");

    for wrong in ["61", "-1", "soon", "1.5"] {
        for list in ["pushes", "requests"] {
            let answer = driver.get(&format!("/control/{list}?wait={wrong}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
            assert!(answer.body.contains("whole seconds, 0 to 60"), "{}", answer.body);
        }
    }
}

/// The clock of the test stands still unless everybody waits, so that half a minute is over at once.
#[tokio::test(start_paused = true)]
async fn waiting_call_may_take_longer_than_a_page() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let began = tokio::time::Instant::now();
    let answer = driver.get("/control/pushes?wait=60").await;
    assert_eq!((answer.status, answer.json::<Value>()), (StatusCode::OK, json!({ "pushes": [] })));
    assert_eq!(began.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn customers_come_change_and_go() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let new = json!({ "sub": "auth0|7", "email": "eve@example.com", "name": "Eve", "password": "first password",
        "totp_secret": SECRET, "recovery_codes": ["1111-AAAA"] });
    assert_eq!(post(&mut driver, "/control/customers", new.clone()).await.status, StatusCode::CREATED);
    assert_eq!(post(&mut driver, "/control/customers", new).await.status, StatusCode::CONFLICT);

    // Two step-ups within one step of the app: a code is not told twice.
    let mut tab = world.browser();
    let page = tab.follow(&authorize(BALANCE)).await;
    assert!(tab.log_in(&page, "eve@example.com", "first password").await.fragment().contains_key("id_token"));
    for _ in 0..2 {
        let page = tab.asks_for_code().await;
        let totp: Value = driver.get("/control/customers/auth0%7C7/totp").await.json();
        let answer = tab.enter(&page, totp["code"].as_str().unwrap()).await;
        assert_eq!(answer.fragment()["scope"], TRANSFER);
    }

    // Without a password it stays.
    let path = "/control/customers/auth0%7C7";
    let renamed = json!({ "email": "EVE@example.org", "name": "Eve Example" });
    assert_eq!(call(&mut driver, Method::PUT, path, &renamed).await.status, StatusCode::OK);
    let mut other = world.browser();
    let page = other.follow(&authorize(BALANCE)).await;
    assert!(
        other.log_in(&page, "eve@example.org", "first password").await.fragment().contains_key("id_token")
    );
    let taken = json!({ "email": ADA, "name": "Eve" });
    assert_eq!(call(&mut driver, Method::PUT, path, &taken).await.status, StatusCode::CONFLICT);
    for (wrong, named) in [
        (json!({ "email": "x@example.com", "name": "X" }), "needs a password"),
        (json!({ "email": "nobody", "name": "X", "password": "p" }), "e-mail address"),
        (json!({ "email": "x@example.com", "name": "X", "password": "" }), "1 to 1024 bytes"),
        (json!({ "email": "x@example.com", "name": "X", "password": "p", "totp_secret": "short" }), "base32"),
        (json!({ "email": "x@example.com", "name": "X", "passwort": "p" }), "unknown field"),
        (json!({ "email": "x@example.com", "name": "X", "password": "p", "sub": "ü" }), "ASCII"),
    ] {
        let answer = post(&mut driver, "/control/customers", wrong.clone()).await;
        assert!(answer.status.is_client_error() && answer.body.contains(named), "{wrong}: {answer:?}");
    }

    // Gone: the session too.
    assert_eq!(call(&mut driver, Method::DELETE, path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(call(&mut driver, Method::DELETE, path, &json!({})).await.status, StatusCode::NOT_FOUND);
    let page = tab.follow(&authorize(BALANCE)).await;
    assert!(tab.log_in(&page, "eve@example.org", "first password").await.status.is_client_error());
}

#[tokio::test]
async fn clock_makes_tokens_of_another_time() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let now = post(&mut driver, "/control/clock", json!({ "advance": 3_600 })).await.json::<Value>();
    assert_eq!(now, json!({ "now": START + 3_600, "offset": 3_600 }));
    let mut tab = world.browser();
    let page = tab.follow(&authorize(BALANCE)).await;
    let fragment = tab.log_in(&page, ADA, PASSWORD).await.fragment();
    let claims = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!(claims["iat"], START + 3_600);
    for (change, expected) in [
        (json!({ "now": START }), START),
        (json!({ "now": "2026-11-30T12:00:00Z" }), 1_796_040_000),
        (json!({ "advance": -60 }), 1_796_039_940),
    ] {
        assert_eq!(post(&mut driver, "/control/clock", change).await.json::<Value>()["now"], expected);
    }
    // A session of twelve hours is over.
    assert!(tab.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>"));
    for wrong in
        [json!({}), json!({ "advance": "1" }), json!({ "now": "tomorrow" }), json!({ "advance": i64::MAX })]
    {
        assert!(post(&mut driver, "/control/clock", wrong.clone()).await.status.is_client_error(), "{wrong}");
    }
}

#[tokio::test]
async fn faults_happen_as_often_as_asked() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let mut tab = world.logged_in(ADA).await;
    let claim_of = async |tab: &mut Browser, name: &str| {
        let fragment = tab.follow(&authorize(BALANCE)).await.fragment();
        let claims =
            data_encoding::BASE64URL_NOPAD.decode(fragment["id_token"].split('.').nth(1).unwrap().as_bytes());
        serde_json::from_slice::<Value>(&claims.unwrap()).unwrap()[name].clone()
    };
    for (fault, claim, wrong) in [
        ("invalid-iss", "iss", json!("https://another-issuer.example/")),
        ("invalid-aud", "aud", json!("somebody-else")),
        ("nonce-invalid", "nonce", json!("not-the-nonce-of-the-request")),
        ("secondary-aud", "aud", json!(["riser", "somebody-else"])),
        ("invalid-azp", "azp", json!("somebody-else")),
        ("iat-in-future", "iat", json!(START + 3_600)),
        ("missing-iss", "iss", json!(null)),
        ("missing-aud", "aud", json!(null)),
        ("missing-sub", "sub", json!(null)),
        ("missing-iat", "iat", json!(null)),
        ("missing-exp", "exp", json!(null)),
        ("missing-nonce", "nonce", json!(null)),
        ("other-sub", "sub", json!("auth0|another-customer")),
        ("expired", "exp", json!(START - 3_600)),
    ] {
        let right = claim_of(&mut tab, claim).await;
        let asked = post(&mut driver, "/control/faults", json!({ "fault": fault, "times": 2 })).await;
        assert_eq!(asked.status, StatusCode::CREATED);
        for expected in [&wrong, &wrong, &right] {
            assert_eq!(claim_of(&mut tab, claim).await, *expected, "{fault}");
        }
    }
    // Each access token has another.
    for (fault, wrong) in
        [("invalid-at-hash", json!("AAAAAAAAAAAAAAAAAAAAAA")), ("missing-at-hash", json!(null))]
    {
        post(&mut driver, "/control/faults", json!({ "fault": fault })).await;
        assert_eq!(claim_of(&mut tab, "at_hash").await, wrong, "{fault}");
        assert_eq!(claim_of(&mut tab, "at_hash").await.as_str().map(str::len), Some(22), "{fault}: once");
    }
    let signed_wrongly = async |tab: &mut Browser, token: &str| {
        let fragment = tab.follow(&authorize(BALANCE)).await.fragment();
        let keys: jsonwebtoken::jwk::JwkSet = world.browser().get("/.well-known/jwks.json").await.json();
        let Ok(jsonwebtoken::Header { kid: Some(kid), .. }) = jsonwebtoken::decode_header(&fragment[token])
        else {
            return true;
        };
        let Some(key) = keys.find(&kid) else { return true };
        let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        (validation.validate_exp, validation.validate_aud) = (false, false);
        jsonwebtoken::decode::<Value>(&fragment[token], &key, &validation).is_err()
    };
    for fault in [
        "invalid-sig-rs256",
        "invalid-sig-hs256",
        "invalid-sig-es256",
        "hs256-with-public-key",
        "foreign-key",
        "unknown-key",
        "header-jwk",
        "id-token-sig-none",
        "kid-absent",
    ] {
        for token in ["id_token", "access_token"] {
            post(&mut driver, "/control/faults", json!({ "fault": fault, "token": token })).await;
            assert!(signed_wrongly(&mut tab, token).await, "{fault} {token}");
            assert!(!signed_wrongly(&mut tab, token).await, "{fault} {token}: once");
        }
    }

    post(&mut driver, "/control/faults", json!({ "fault": "outage" })).await;
    assert_eq!(tab.get("/.well-known/jwks.json").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(tab.get("/.well-known/jwks.json").await.status, StatusCode::OK);

    for wrong in [
        json!({ "fault": "nonsense" }),
        json!({ "fault": "slow", "seconds": 26 }),
        json!({ "fault": "slow", "times": 0 }),
    ] {
        assert!(
            post(&mut driver, "/control/faults", wrong.clone()).await.status.is_client_error(),
            "{wrong}"
        );
    }
    post(&mut driver, "/control/faults", json!({ "fault": "expired", "times": 3 })).await;
    assert_eq!(driver.get("/control/faults").await.json::<Value>()["faults"][0]["times"], 3);
    assert_eq!(
        call(&mut driver, Method::DELETE, "/control/faults", &json!({})).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(driver.get("/control/faults").await.json::<Value>(), json!({ "faults": [] }));
    // The log names each.
    let mut reader = program(&world);
    let log = reader.get("/log.json").await.body;
    for name in ["invalid-iss", "id-token-sig-none", "outage"] {
        assert!(log.contains(&format!("\"name\":\"{name}\"")), "{name}");
    }
    assert!(!log.contains(TOKEN));
}

#[tokio::test]
async fn forged_tokens_are_what_their_names_say() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let mut tab = world.logged_in(ADA).await;
    let decode = |part: &str| data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    let mut forged = async |fault: &str| {
        post(&mut driver, "/control/faults", json!({ "fault": fault })).await;
        let token = tab.follow(&authorize(BALANCE)).await.fragment().remove("id_token").unwrap();
        let header: Value = serde_json::from_slice(&decode(token.split('.').next().unwrap())).unwrap();
        (token, header)
    };
    // A library that takes the algorithm from the token finds nothing wrong with these two.
    let (token, header) = forged("hs256-with-public-key").await;
    assert_eq!(header["alg"], "HS256");
    let keys: jsonwebtoken::jwk::JwkSet = world.browser().get("/.well-known/jwks.json").await.json();
    let jsonwebtoken::jwk::AlgorithmParameters::RSA(rsa) = &keys.keys[0].algorithm else {
        panic!("{keys:?}")
    };
    // The key as a file has it: SubjectPublicKeyInfo of 2048 bits and the exponent 65537.
    let prefix = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";
    let prefix = data_encoding::BASE64.decode(prefix.as_bytes()).unwrap();
    let der = [&prefix[..], &decode(&rsa.n), &[2, 3], &decode(&rsa.e)].concat();
    let text = data_encoding::BASE64.encode(&der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let key = jsonwebtoken::DecodingKey::from_secret(pem.as_bytes());
    jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();

    let (token, header) = forged("header-jwk").await;
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(header["jwk"].clone()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();

    let (_, header) = forged("kid-absent").await;
    assert!(header.get("kid").is_none());
    let (token, header) = forged("id-token-sig-none").await;
    assert!(header["alg"] == "none" && token.ends_with('.'));
}

#[tokio::test]
async fn faults_of_responses_userinfo_and_metadata_happen_once() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let mut tab = world.logged_in(ADA).await;
    // As it is: the harness takes no response of another issuer.
    let respond = async |tab: &mut Browser| -> BTreeMap<String, String> {
        let location = tab.follow(&authorize(BALANCE)).await.location();
        let (_, fragment) = location.split_once('#').unwrap();
        form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
    };
    let right = respond(&mut tab).await;
    for (fault, name, wrong) in [
        ("invalid-state", "state", Some("not-the-state-of-the-request")),
        ("missing-state", "state", None),
        ("invalid-response-iss", "iss", Some("https://another-issuer.example/")),
        ("missing-response-iss", "iss", None),
        ("missing-id-token", "id_token", None),
    ] {
        post(&mut driver, "/control/faults", json!({ "fault": fault })).await;
        let fragment = respond(&mut tab).await;
        assert_eq!(fragment.get(name).map(String::as_str), wrong, "{fault}");
        let missing = right.keys().filter(|key| *key != name && !fragment.contains_key(*key)).count();
        assert_eq!(missing, 0, "{fault}: nothing else is missing: {fragment:?}");
        let fragment = respond(&mut tab).await;
        assert_eq!(fragment.len(), right.len(), "{fault}: once");
        assert!(name == "id_token" || fragment.get(name) == right.get(name), "{fault}: once");
    }

    let metadata = "/.well-known/openid-configuration";
    post(&mut driver, "/control/faults", json!({ "fault": "discovery-issuer-mismatch" })).await;
    let issuers = [tab.get(metadata).await.json::<Value>(), tab.get(metadata).await.json::<Value>()];
    assert_eq!(issuers[0]["issuer"], "https://another-issuer.example/");
    assert_ne!(issuers[1]["issuer"], issuers[0]["issuer"]);

    post(&mut driver, "/control/faults", json!({ "fault": "userinfo-invalid-sub" })).await;
    let bearer = format!("Bearer {}", right["access_token"]);
    tab.headers.insert(header::AUTHORIZATION, bearer.parse().unwrap());
    let subs = [tab.get("/userinfo").await.json::<Value>(), tab.get("/userinfo").await.json::<Value>()];
    assert_eq!([&subs[0]["sub"], &subs[1]["sub"]], ["auth0|another-customer", "auth0|1001"]);
    let log = program(&world).get("/log.json").await.body;
    for name in ["invalid-state", "missing-id-token", "discovery-issuer-mismatch", "userinfo-invalid-sub"] {
        assert!(log.contains(&format!("\"name\":\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn step_up_faults_grant_less_or_another_payment() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    let body = json!({ "email": ADA, "name": "Ada Example", "totp_secret": SECRET });
    call(&mut driver, Method::PUT, "/control/customers/auth0%7C1001", &body).await;
    let mut tab = world.logged_in(ADA).await;
    for (fault, check) in [
        ("less-scope", (|fragment: &Value| fragment["scope"] == BALANCE) as fn(&Value) -> bool),
        ("no-second-factor", |fragment| fragment["scope"] == TRANSFER),
    ] {
        post(&mut driver, "/control/faults", json!({ "fault": fault })).await;
        let page = tab.asks_for_code().await;
        let totp: Value = driver.get("/control/customers/auth0%7C1001/totp").await.json();
        let fragment = tab.enter(&page, totp["code"].as_str().unwrap()).await.fragment();
        let id = world.verified(&fragment["id_token"], "riser").await;
        assert_eq!(id.get("amr").is_some(), fault == "less-scope");
        assert!(check(&json!(fragment)), "{fault}: {fragment:?}");
    }
    let access =
        world.verified(&tab.follow(&authorize(BALANCE)).await.fragment()["access_token"], AUDIENCE).await;
    assert_eq!(access["scope"], BALANCE);
}

#[tokio::test]
async fn requests_are_told_without_secrets_and_reset_forgets() {
    let world = World::with(driven()).await;
    let mut driver = driver(&world);
    post(&mut driver, "/control/clock", json!({ "advance": 60 })).await;
    post(&mut driver, "/control/faults", json!({ "fault": "expired" })).await;
    let new =
        json!({ "sub": "auth0|7", "email": "eve@example.com", "name": "Eve", "password": "eve's password" });
    post(&mut driver, "/control/customers", new).await;
    let mut tab = world.logged_in(ADA).await;
    let told = driver.get("/control/requests?take=true").await;
    assert!(!told.body.contains(PASSWORD) && !told.body.contains("state-1"), "{}", told.body);
    let told: Value = told.json();
    let requests = told["requests"].as_array().unwrap();
    let paths: Vec<_> = requests.iter().map(|request| request["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/authorize", "/u/login", "/u/login"]);
    assert_eq!((&requests[0]["method"], &requests[0]["status"]), (&json!("GET"), &json!(303)));
    let parameters = requests[0]["parameters"].as_array().unwrap();
    assert!(parameters.contains(&json!({ "name": "client_id", "value": "riser" })), "{parameters:?}");
    assert_eq!(driver.get("/control/requests").await.json::<Value>(), json!({ "requests": [] }));

    let reset = post(&mut driver, "/control/reset", json!({})).await;
    assert_eq!(reset.status, StatusCode::NO_CONTENT);
    assert_eq!(driver.get("/control/clock").await.json::<Value>(), json!({ "now": START, "offset": 0 }));
    assert_eq!(driver.get("/control/faults").await.json::<Value>(), json!({ "faults": [] }));
    assert_eq!(
        driver.get("/control/customers").await.json::<Value>()["customers"].as_array().unwrap().len(),
        2
    );
    assert!(tab.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>"), "no session");
}

#[tokio::test]
async fn description_names_what_is_there() {
    let world = World::with(driven()).await;
    let mut near = program(&world);
    let document: Value = near.get("/control/openapi.json").await.json();
    let mut driver = driver(&world);
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "x").replace("{sub}", "x");
        for method in methods.as_object().unwrap().keys().filter(|name| *name != "parameters") {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = call(&mut driver, method.clone(), &path, &json!(null)).await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(
                answer.headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind == "application/json"),
                "{path}"
            );
        }
    }
    let faults =
        document["components"]["schemas"]["Fault"]["properties"]["fault"]["enum"].as_array().unwrap();
    for fault in faults {
        let asked = post(&mut driver, "/control/faults", json!({ "fault": fault })).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{fault}");
    }
    let unknown = post(&mut driver, "/control/faults", json!({ "fault": "?" })).await.body;
    assert_eq!(unknown.matches('`').count() / 2, faults.len() + 1, "each fault is described: {unknown}");
}

#[test]
fn token_is_not_shown() {
    assert!(!format!("{:?}", driven()).contains(TOKEN));
}
