//! "This was not me": refuses, logs the other browser out, and leaves the phone alone for a time.

use axum::http::StatusCode;

use crate::authenticator::{Authenticator, SECRET};
use crate::code::{CHALLENGE, VERIFIER};
use crate::harness::{ADA, BEN, CALLBACK, TRANSFER, World, authorize, authorize_with, config_with};

const LOCKED: &str = "The customer said on the phone that a request was not theirs. Try again in 15 min.";

/// Proves: threat-unwanted-request
#[tokio::test]
async fn report_refuses_request() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let said = phone.report().await;
    assert!(
        said.texts("role=\"alert\"")[0].starts_with("Nothing was approved. The other browser was logged out")
    );
    assert!(said.texts("role=\"alert\"")[0].contains("tell your bank now"), "{said:?}");
    let (error, description) = tab.look(&page).await.refusal();
    assert_eq!(
        (&*error, &*description),
        ("access_denied", "The customer said on the phone that this request was not theirs.")
    );
}

/// Proves: threat-unwanted-request
#[tokio::test]
async fn report_ends_only_asking_session() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut own = world.logged_in(ADA).await;
    let mut bens = world.logged_in(BEN).await;
    let mut thiefs = world.logged_in(ADA).await;
    let own_page = own.step_up().await;
    phone.choose(&own_page.number()).await;
    // Three questions of the same session, one approved and two that wait: none is worth anything after it.
    let approved = thiefs.step_up().await;
    phone.choose(&approved.number()).await;
    thiefs.step_up().await;
    thiefs.step_up().await;
    phone.report().await;
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
    assert!(thiefs.look(&approved).await.body.contains("<h1>Log in</h1>"));
    assert!(thiefs.follow(&authorize("openid")).await.body.contains("<h1>Log in</h1>"));
    assert!(own.look(&own_page).await.fragment().contains_key("access_token"));
    for tab in [&mut own, &mut bens] {
        assert!(tab.get(&authorize("openid")).await.fragment().contains_key("id_token"));
    }
}

/// Proves: threat-unwanted-request
#[tokio::test]
async fn report_ends_access_of_asking_session() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let (mut own, mut thiefs) = (world.logged_in(ADA).await, world.logged_in(ADA).await);
    let mut tokens = Vec::new();
    for browser in [&mut own, &mut thiefs] {
        tokens.push(browser.get(&authorize("openid")).await.fragment()["access_token"].clone());
    }
    let request =
        [("response_type", "code"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = thiefs.get(&authorize_with(&request)).await.query()["code"].clone();
    thiefs.step_up().await;
    phone.report().await;
    let mut answers = Vec::new();
    for token in &tokens {
        let mut script = world.browser();
        script.headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        answers.push(script.get("/userinfo").await);
    }
    assert_eq!(answers[0].status, StatusCode::OK, "another session of the same customer goes on");
    assert_eq!(answers[1].status, StatusCode::UNAUTHORIZED);
    let challenge = answers[1].header("www-authenticate");
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains("not theirs"), "{challenge}");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "riser"),
        ("redirect_uri", CALLBACK),
        ("code", &*code),
        ("code_verifier", VERIFIER),
    ];
    let refused: serde_json::Value = world.browser().post("/oauth/token", &form).await.json();
    assert_eq!(refused["error"], "invalid_grant");
}

/// Proves: threat-unwanted-request
#[tokio::test]
async fn report_locks_pushes_for_quarter_hour() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    tab.step_up().await;
    phone.report().await;
    let mut again = world.logged_in(ADA).await;
    for _ in 0..3 {
        let (error, description) = again.get(&authorize(TRANSFER)).await.refusal();
        assert_eq!((&*error, &*description), ("temporarily_unavailable", LOCKED));
    }
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
    world.logged_in(BEN).await.step_up().await;
    world.clock.advance(900);
    again.step_up().await;
}

#[tokio::test]
async fn report_locks_no_other_factor() {
    let world = World::with(config_with(ADA, Some(SECRET), &[])).await;
    let app = Authenticator::with(SECRET);
    let mut phone = world.browser();
    let form_token = phone.get("/phone").await.input("form_token");
    let form = [("form_token", &*form_token), ("email", ADA), ("password", crate::harness::PASSWORD)];
    phone.post("/phone/pair", &form).await;
    let code = app.code(&world);
    phone.post("/phone/pair", &[("form_token", &*form_token), ("code", &*code)]).await;
    world.logged_in(ADA).await.step_up().await;
    phone.report().await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.asks_for_code().await;
    assert!(
        page.body.contains("You said that a request was not yours. Your phone is asked again in 15 min.")
    );
    let answer = tab.submit(&page, "/u/mfa/way", &[("way", "push-notification")]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "900"));
    world.clock.advance(30);
    assert!(tab.enter(&page, &app.code(&world)).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn report_needs_open_push() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let shown = phone.get("/phone").await;
    phone.choose(&page.number()).await;
    tab.look(&page).await.fragment();
    let (push, form_token) = (shown.input("push"), shown.input("form_token"));
    let form = [("push", &*push), ("form_token", &*form_token), ("report", "yes")];
    let late = phone.post("/phone/answer", &form).await;
    assert!(phone.get(&late.location()).await.body.contains("Approved."), "the answer that stands is shown");
    tab.step_up().await;
    // Nor can another customer report it.
    let mut bens = world.phone(BEN).await;
    let push = phone.get("/phone").await.input("push");
    let form_token = bens.get("/phone").await.input("form_token");
    let form = [("push", &*push), ("form_token", &*form_token), ("report", "yes")];
    assert_eq!(bens.post("/phone/answer", &form).await.status, StatusCode::CONFLICT);
    assert!(phone.get("/phone").await.body.contains("1 request is waiting."));
}
