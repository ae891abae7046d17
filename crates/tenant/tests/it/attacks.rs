//! Attacks on the tenant's own pages, by name. Those on one page alone stand with that page's other tests.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use crate::harness::{
    ADA, BALANCE, Browser, CALLBACK, PASSWORD, TRANSFER, World, authorize, authorize_with, encode, log,
};

/// What a browser says when a page of another port of this host, which is the same site, embeds something.
fn embedding(browser: &Browser, mode: &str, destination: &str) -> Browser {
    let mut browser = browser.clone();
    for (name, value) in
        [("sec-fetch-site", "same-site"), ("sec-fetch-mode", mode), ("sec-fetch-dest", destination)]
    {
        browser.headers.insert(name, value.parse().unwrap());
    }
    browser
}

/// Proves: tenant-embedded-requests, fetch-metadata
#[tokio::test]
async fn image_request_has_no_effect() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let log_out = encode([("client_id", "riser"), ("post_logout_redirect_uri", "http://localhost:8080/")]);
    for path in ["/v2/logout", &format!("/oidc/logout?{log_out}"), &authorize(TRANSFER), "/account"] {
        let mut guess = browser.clone();
        guess.headers.insert("sec-purpose", "prefetch;prerender".parse().unwrap());
        let embedded =
            [("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"), ("same-origin", "empty")];
        let embedded = embedded.map(|(mode, destination)| embedding(&browser, mode, destination));
        for mut attacker in embedded.into_iter().chain([guess]) {
            assert_eq!(attacker.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert!(!phone.get("/phone").await.body.contains("name=\"number\""), "nobody was asked");
    assert!(
        browser.get(&authorize(BALANCE)).await.fragment().contains_key("access_token"),
        "still logged in"
    );
    // Somebody who goes there is let through.
    let mut person = embedding(&browser, "navigate", "document");
    assert_eq!(person.get("/v2/logout").await.status, StatusCode::OK);
}

/// A script may send HEAD to whomever, and it is answered as GET is.
/// Proves: tenant-embedded-requests
#[tokio::test]
async fn head_request_has_no_effect() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let mut phone = world.phone(ADA).await;
    let mut script = embedding(&browser, "no-cors", "empty");
    for path in ["/v2/logout", "/oidc/logout", &authorize(TRANSFER), "/account"] {
        let answer = script.send(Method::HEAD, path, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(!phone.get("/phone").await.body.contains("name=\"number\""), "nobody was asked");
    assert!(
        browser.get(&authorize(BALANCE)).await.fragment().contains_key("access_token"),
        "still logged in"
    );
}

/// Proves: tenant-framing
#[tokio::test]
async fn frame_shows_no_page_and_sends_no_push() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    for destination in ["iframe", "frame", "embed", "object"] {
        let mut nobody = embedding(&world.browser(), "navigate", destination);
        assert_eq!(nobody.get(&authorize(BALANCE)).await.refusal().0, "login_required");
        let mut ada = embedding(&world.logged_in(ADA).await, "navigate", destination);
        assert_eq!(ada.get(&authorize(TRANSFER)).await.refusal().0, "login_required");
        assert!(ada.get(&authorize(BALANCE)).await.fragment().contains_key("access_token"));
        // Who wants the password asked gets no answer without it.
        let again = ada.get(&authorize_with(&[("prompt", "login")])).await;
        assert_eq!(again.refusal().0, "login_required");
        // Nor does the page on which a customer looks after the ways to confirm.
        let account = ada.get("/account").await.location();
        assert!(account.contains("/account/done?error=login_required"), "{account}");
    }
    assert!(!phone.get("/phone").await.body.contains("name=\"number\""));
}

/// Proves: tenant-open-redirect
#[tokio::test]
async fn no_parameter_is_open_redirect() {
    let world = World::new().await;
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http://localhost:8080@evil.example/",
        "http://localhost:8080.evil.example/",
        "javascript:alert(1)",
        "http://localhost:8080/\r\nLocation: https://evil.example/",
    ] {
        let mut paths = vec![
            format!("/v2/logout?{}", encode([("client_id", "riser"), ("returnTo", evil)])),
            format!("/oidc/logout?{}", encode([("client_id", "riser"), ("post_logout_redirect_uri", evil)])),
            authorize_with(&[("redirect_uri", evil)]),
            authorize_with(&[("redirect_uri", evil), ("response_mode", "form_post")]),
            authorize_with(&[("redirect_uri", evil), ("response_mode", "web_message"), ("prompt", "none")]),
        ];
        for page in ["/u/login", "/u/mfa", "/phone", "/u/cancel", "/"] {
            for name in ["state", "returnTo", "redirect", "next", "url"] {
                paths.push(format!("{page}?{}", encode([(name, evil)])));
            }
        }
        for path in paths {
            let answer = world.logged_in(ADA).await.get(&path).await;
            let leads = answer.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap());
            assert!(
                leads.is_empty() || leads.starts_with("/u/") || leads.starts_with("/phone"),
                "{path}: {leads}"
            );
            assert!(
                !answer.body.contains("href=\"https://evil") && !answer.body.contains("action=\"http"),
                "{path}"
            );
            assert!(!answer.body.contains("data-response"), "{path}");
        }
    }
}

/// Proves: tenant-header-injection
#[tokio::test]
async fn parameter_cannot_inject_header() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let state = "a\r\nSet-Cookie: riser_tenant_session=planted";
    let answer = browser.get(&authorize_with(&[("state", state)])).await;
    assert!(!answer.headers.contains_key(header::SET_COOKIE));
    assert_eq!(answer.fragment()["state"], state);
}

/// Proves: tenant-header-injection
#[tokio::test]
async fn host_header_is_not_trusted() {
    let mut browser = World::new().await.browser();
    browser.headers.insert(header::HOST, "evil.example".parse().unwrap());
    browser.headers.insert("x-forwarded-host", "evil.example".parse().unwrap());
    for path in
        ["/.well-known/openid-configuration", &authorize(BALANCE), "/phone", "/v2/logout", "/nothing-here"]
    {
        let answer = browser.follow(path).await;
        assert!(!answer.body.contains("evil.example"), "{path}");
        assert!(!format!("{:?}", answer.headers).contains("evil.example"), "{path}");
    }
}

/// Proves: tenant-cors
#[tokio::test]
async fn other_origin_reads_nothing_behind_cookie() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    browser.headers.insert(header::ORIGIN, "http://localhost:8080".parse().unwrap());
    for path in [
        &authorize(BALANCE),
        &authorize_with(&[("response_mode", "web_message"), ("prompt", "none")]),
        &authorize_with(&[("prompt", "login")]),
        "/u/login",
        "/u/mfa",
        "/u/mfa/wait",
        "/phone",
        "/v2/logout",
    ] {
        for method in [Method::GET, Method::OPTIONS] {
            let answer = browser.send(method, path, Body::empty()).await;
            assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
            assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "{path}");
        }
    }
}

/// What the log-in page says and how often one may try is the same whether there is such a customer or not; the work is
/// the same too (`unknown_address_costs_same_work`).
/// Proves: tenant-user-enumeration
#[tokio::test]
async fn customers_cannot_be_enumerated() {
    let world = World::new().await;
    let mut told = Vec::new();
    for email in [ADA, "nobody@example.com"] {
        let mut browser = world.browser();
        let page = browser.follow(&authorize(BALANCE)).await;
        let mut said = Vec::new();
        for _ in 0..12 {
            let answer = browser.log_in(&page, email, "wrong").await;
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            let body = answer.body.replace(email, "(the address)").replace(&page.input("state"), "");
            said.push((answer.status, names, body.replace(&page.input("form_token"), "")));
        }
        told.push(said);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0][10].0, StatusCode::TOO_MANY_REQUESTS);
}

/// A whole visit, at the most talkative level: the log has what happened, and nothing that would let anybody in.
/// Proves: tenant-log-secrets
#[tokio::test]
async fn log_contents_open_nothing() {
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    log::keep();
    let world = World::new().await;
    let mut secrets = vec![PASSWORD.to_owned(), VERIFIER.to_owned()];
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    browser.log_in(&page, ADA, "a wrong password").await;
    secrets.extend([page.input("form_token"), "a wrong password".to_owned()]);
    let fragment = browser.log_in(&page, ADA, PASSWORD).await.fragment();
    secrets.extend([fragment["access_token"].clone(), fragment["id_token"].clone()]);
    let hint = [("id_token_hint", fragment["id_token"].as_str()), ("response_mode", "web_message")];
    let message = browser.get(&authorize_with(&hint)).await.message();
    secrets.push(message["access_token"].as_str().unwrap().to_owned());
    let code = browser
        .get(&authorize_with(&[
            ("response_type", "code"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ]))
        .await
        .query()["code"]
        .clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "riser"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens: serde_json::Value = browser.post("/oauth/token", &form).await.json();
    // A second time, and with nonsense: refusals are logged.
    browser.post("/oauth/token", &form).await;
    browser.post("/oauth/token", &[("client_secret", "a secret")]).await;
    secrets.extend([code, tokens["access_token"].as_str().unwrap().to_owned(), "a secret".to_owned()]);

    let mut phone = world.phone(ADA).await;
    let page = browser.step_up().await;
    phone.choose(&page.number()).await;
    let fragment = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await.fragment();
    secrets.push(fragment["access_token"].clone());
    secrets.extend(browser.cookies.values().chain(phone.cookies.values()).map(|(value, _)| value.clone()));
    browser.get(&format!("/v2/logout?{}", encode([("client_id", "riser")]))).await;

    let log = log::kept();
    for expected in ["logged in", "granted", "code redeemed", "push sent", "logged out"] {
        assert!(log.contains(expected), "{expected}: {log}");
    }
    assert!(secrets.len() >= 12 && secrets.iter().all(|secret| secret.len() >= 8));
    for secret in secrets {
        let signature = secret.rsplit('.').next().unwrap_or(&secret);
        assert!(!log.contains(&secret) && !log.contains(signature), "{secret} is in the log");
    }
}
