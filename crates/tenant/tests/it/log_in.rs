//! The log-in page: who gets in, what a refusal tells, and which forms count.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use tenant::Password;

use crate::harness::{ADA, BALANCE, BEN, PASSWORD, World, authorize, authorize_with, config};

/// Proves: tenant-user-enumeration
#[tokio::test]
async fn wrong_password_and_unknown_email_look_same() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let wrong = browser.log_in(&page, ADA, "wrong").await;
    let unknown = browser.log_in(&page, "nobody@example.com", "wrong").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST));
    assert_eq!(wrong.texts("role=\"alert\""), ["This email and this password do not belong together."]);
    assert_eq!(wrong.input("email"), ADA, "kept");
    assert_eq!(unknown.body, wrong.body.replace(ADA, "nobody@example.com"));
    assert!(!wrong.body.contains("wrong\""), "the password is not kept");
    assert!(browser.log_in(&wrong, ADA, PASSWORD).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn email_ignores_case_and_blanks() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, " Customer@Example.COM ", PASSWORD).await;
    assert!(answer.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn empty_form_says_what_to_enter() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, ADA, "").await;
    assert_eq!(answer.texts("role=\"alert\""), ["Enter your email and your password."]);
}

/// Proves: tenant-markup
#[tokio::test]
async fn input_is_escaped() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, "\"><script>alert(1)</script>", "wrong").await;
    assert!(!answer.body.contains("<script>alert"), "{answer:?}");
}

/// Proves: password-rate-limit, tenant-password-guessing
#[tokio::test]
async fn ten_wrong_passwords_lock_out() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    for _ in 0..10 {
        assert_eq!(browser.log_in(&page, ADA, "wrong").await.status, StatusCode::BAD_REQUEST);
    }
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.texts("role=\"alert\""), ["Too many attempts with this email. Try again in 15 min."]);
    assert_eq!(answer.header("retry-after"), "900");
    // Written otherwise it is still the same customer; another customer is not concerned.
    let answer = browser.log_in(&page, "CUSTOMER@example.com", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);

    world.clock.advance(900);
    let page = browser.follow(&authorize(BALANCE)).await;
    assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
}

/// One password, tried with everybody.
/// Proves: password-rate-limit, tenant-password-guessing
#[tokio::test]
async fn wrong_passwords_are_counted_by_peer() {
    let mut config = config();
    config.limits.wrong_passwords_of_peer = 3;
    let world = World::with(config).await;
    let from = |address: &str| {
        let mut browser = world.browser();
        browser.address = Some(address.parse().unwrap());
        browser
    };
    let mut browser = from("2001:db8::1");
    let page = browser.follow(&authorize(BALANCE)).await;
    for email in [ADA, "nobody@example.com", "somebody@example.com"] {
        assert_eq!(browser.log_in(&page, email, "wrong").await.status, StatusCode::BAD_REQUEST);
        world.clock.advance(60);
    }
    for (email, password) in [("another@example.com", "wrong"), (ADA, PASSWORD)] {
        let answer = browser.log_in(&page, email, password).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "720"));
        let sentence = "Too many wrong passwords came from your network. Try again in 12 min.";
        assert_eq!(answer.texts("role=\"alert\""), [sentence]);
    }
    let mut neighbour = from("2001:db8::2");
    let page = neighbour.follow(&authorize(BALANCE)).await;
    assert_eq!(neighbour.log_in(&page, ADA, PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    let mut other = from("2001:db8:0:1::1");
    let page = other.follow(&authorize(BALANCE)).await;
    assert!(other.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));

    world.clock.advance(720);
    let page = browser.follow(&authorize(BALANCE)).await;
    assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
}

/// Proves: password-rate-limit
#[tokio::test]
async fn right_passwords_are_not_counted_by_peer() {
    let mut config = config();
    config.limits.wrong_passwords_of_peer = 3;
    let mut browser = World::with(config).await.browser();
    browser.address = Some("192.0.2.1".parse().unwrap());
    for round in 0..5 {
        let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
        if round < 2 {
            assert_eq!(browser.log_in(&page, BEN, "wrong").await.status, StatusCode::BAD_REQUEST);
        }
        assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
    }
    let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
    assert_eq!(browser.log_in(&page, BEN, "wrong").await.status, StatusCode::BAD_REQUEST, "the third");
    assert_eq!(browser.log_in(&page, BEN, "wrong").await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Nothing is tried at an address that is locked, and so the network of whoever keeps asking is not shut out for it.
#[tokio::test]
async fn lock_out_is_per_email() {
    let mut config = config();
    (config.limits.wrong_passwords, config.limits.wrong_passwords_of_peer) = (2, 4);
    let mut browser = World::with(config).await.browser();
    browser.address = Some("192.0.2.1".parse().unwrap());
    let page = browser.follow(&authorize(BALANCE)).await;
    for attempt in 0..8 {
        let status = if attempt < 2 { StatusCode::BAD_REQUEST } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(browser.log_in(&page, BEN, "wrong").await.status, status, "{attempt}");
    }
    assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
}

/// Proves: connection-timeouts
#[tokio::test(start_paused = true)]
async fn stalled_form_times_out() {
    let mut browser = World::new().await.browser();
    let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let began = tokio::time::Instant::now();
    let answer = browser.send(Method::POST, "/u/login", never).await;
    assert_eq!((answer.status, began.elapsed().as_secs()), (StatusCode::REQUEST_TIMEOUT, 30));
    assert!(answer.body.contains("<h1>This took too long</h1>"), "{answer:?}");
}

/// Proves: tenant-password-guessing
#[tokio::test]
async fn parallel_guesses_are_counted_first() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    let guesses = (0..30).map(|guess| {
        let (mut browser, state, form_token) = (browser.clone(), state.clone(), form_token.clone());
        tokio::spawn(async move {
            let guess = format!("guess {guess}");
            let form =
                [("state", &*state), ("form_token", &*form_token), ("email", ADA), ("password", &*guess)];
            browser.post("/u/login", &form).await.status
        })
    });
    let mut checked = 0;
    for guess in guesses.collect::<Vec<_>>() {
        checked += usize::from(guess.await.unwrap() == StatusCode::BAD_REQUEST);
    }
    assert_eq!(checked, 10);
}

#[tokio::test]
async fn right_password_resets_count() {
    let mut config = config();
    config.limits.wrong_passwords = 2;
    let mut browser = World::with(config).await.browser();
    for _ in 0..3 {
        let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
        browser.log_in(&page, ADA, "wrong").await;
        assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
    }
}

/// Proves: tenant-csrf
#[tokio::test]
async fn form_needs_csrf_token_cookie_and_origin() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    let form = |form_token| {
        [("state", state.as_str()), ("form_token", form_token), ("email", ADA), ("password", PASSWORD)]
    };

    assert_eq!(browser.post("/u/login", &form("other")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post("/u/login", &form("")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post("/u/cancel", &form("other")).await.status, StatusCode::FORBIDDEN);
    // Another browser that was given the address and the form's content.
    assert_eq!(world.browser().post("/u/login", &form(&form_token)).await.status, StatusCode::NOT_FOUND);
    // A page on another port of the same host.
    let mut neighbour = browser.clone();
    neighbour.headers.insert("sec-fetch-site", "same-site".parse().unwrap());
    assert_eq!(neighbour.post("/u/login", &form(&form_token)).await.status, StatusCode::FORBIDDEN);

    browser.headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
    assert!(browser.post("/u/login", &form(&form_token)).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn tabs_are_independent() {
    let world = World::new().await;
    let mut browser = world.browser();
    let first = browser.follow(&authorize_with(&[("state", "first"), ("nonce", "nonce-a")])).await;
    let second = browser.follow(&authorize_with(&[("state", "second"), ("nonce", "nonce-b")])).await;
    for (page, state, nonce) in [(second, "second", "nonce-b"), (first, "first", "nonce-a")] {
        let fragment = browser.log_in(&page, ADA, PASSWORD).await.fragment();
        assert_eq!(fragment["state"], state);
        assert_eq!(world.verified(&fragment["id_token"], "riser").await["nonce"], nonce);
    }
}

#[tokio::test]
async fn back_gives_no_second_token() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    browser.log_in(&page, ADA, PASSWORD).await.fragment();
    let form = [("state", &*state), ("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
    for answer in [
        browser.get(&page_of(&state)).await,
        browser.post("/u/login", &form).await,
        browser.post("/u/cancel", &form).await,
    ] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.body.contains("<h1>This request is finished</h1>"));
        assert!(answer.body.contains("href=\"http://localhost:8080/\""));
    }
}

fn page_of(state: &str) -> String {
    format!("/u/login?state={state}")
}

#[tokio::test]
async fn cancel_returns_access_denied() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    let answer = browser.post("/u/cancel", &[("state", &*state), ("form_token", &*form_token)]).await;
    assert_eq!(
        answer.refusal(),
        ("access_denied".to_owned(), "The customer cancelled the request.".to_owned())
    );
}

#[tokio::test]
async fn log_in_page_expires_after_half_hour() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    world.clock.advance(1_800);
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("This page is no longer valid"));
}

#[tokio::test]
async fn login_hint_fills_email() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize_with(&[("login_hint", "someone@example.com")])).await;
    assert_eq!(page.input("email"), "someone@example.com");
}

/// "é" as most keyboards type it, and as macOS does: one character, or two.
const COMPOSED: &str = "caf\u{e9} \u{c5}ngstr\u{f6}m \u{ac00}";
const DECOMPOSED: &str = "cafe\u{301} A\u{30a}ngstro\u{308}m \u{1100}\u{1161}";

/// Proves: unicode-normalization
#[tokio::test]
async fn password_ignores_unicode_form() {
    for configured in [COMPOSED, DECOMPOSED] {
        let by_others = crate::harness::cheap_hash_of(configured);
        let hashes = [tenant::hash_password(configured).unwrap(), by_others];
        let plain = Password::Plain(configured.to_owned());
        for password in hashes.map(Password::Hash).into_iter().chain([plain]) {
            let mut config = config();
            config.customers[0].password = password;
            let world = World::with(config).await;
            for typed in [COMPOSED, DECOMPOSED] {
                let mut browser = world.browser();
                let page = browser.follow(&authorize(BALANCE)).await;
                let answer = browser.log_in(&page, ADA, typed).await;
                assert!(answer.fragment().contains_key("access_token"), "{configured:?} typed as {typed:?}");
            }
            let mut browser = world.browser();
            let page = browser.follow(&authorize(BALANCE)).await;
            let answer = browser.log_in(&page, ADA, "cafe Angstrom \u{ac00}").await;
            assert!(answer.body.contains("<h1>Log in</h1>"), "accents count: {answer:?}");
        }
    }
}

/// Proves: unicode-normalization
#[tokio::test]
async fn email_ignores_unicode_form() {
    let addresses = ["zo\u{eb}@example.com", "zoe\u{308}@example.com"];
    for configured in addresses {
        let mut config = config();
        config.customers[0].email = configured.to_owned();
        let world = World::with(config).await;
        for typed in addresses {
            let mut browser = world.browser();
            let page = browser.follow(&authorize(BALANCE)).await;
            let answer = browser.log_in(&page, typed, PASSWORD).await;
            assert!(answer.fragment().contains_key("access_token"), "{configured:?} typed as {typed:?}");
        }
    }
}
