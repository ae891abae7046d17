//! The log-in page: who gets in, what a refusal tells, and which forms count.

use axum::http::StatusCode;

use crate::harness::{ADA, BALANCE, PASSWORD, World, authorize, authorize_with, config};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_are_told_the_same() {
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
async fn an_email_has_no_case_and_no_blanks_around_it() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, " Customer@Example.COM ", PASSWORD).await;
    assert!(answer.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn an_empty_form_says_what_to_enter() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, ADA, "").await;
    assert_eq!(answer.texts("role=\"alert\""), ["Enter your email and your password."]);
}

#[tokio::test]
async fn what_was_typed_is_shown_as_text() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, "\"><script>alert(1)</script>", "wrong").await;
    assert!(!answer.body.contains("<script>alert"), "{answer:?}");
}

#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_waits() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    for _ in 0..10 {
        assert_eq!(browser.log_in(&page, ADA, "wrong").await.status, StatusCode::BAD_REQUEST);
    }
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.texts("role=\"alert\""), ["Too many attempts with this email. Try again in 15 min."]);
    // Written otherwise it is still the same customer; another customer is not concerned.
    let answer = browser.log_in(&page, "CUSTOMER@example.com", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);

    world.clock.advance(900);
    let page = browser.follow(&authorize(BALANCE)).await;
    assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn guesses_in_parallel_are_counted_before_they_are_checked() {
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
async fn a_right_password_forgets_the_slips_before_it() {
    let mut config = config();
    config.limits.wrong_passwords = 2;
    let mut browser = World::with(config).await.browser();
    for _ in 0..3 {
        let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
        browser.log_in(&page, ADA, "wrong").await;
        assert!(browser.log_in(&page, ADA, PASSWORD).await.fragment().contains_key("access_token"));
    }
}

#[tokio::test]
async fn a_form_counts_only_with_its_token_its_cookie_and_from_its_own_page() {
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
async fn two_tabs_do_not_overwrite_each_other() {
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
async fn back_to_the_log_in_page_gives_no_second_token() {
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
async fn cancel_tells_the_client() {
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
async fn a_log_in_page_is_good_for_half_an_hour() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    world.clock.advance(1_800);
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.body.contains("This page is no longer valid"));
}

#[tokio::test]
async fn login_hint_fills_in_the_email() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize_with(&[("login_hint", "someone@example.com")])).await;
    assert_eq!(page.input("email"), "someone@example.com");
}
