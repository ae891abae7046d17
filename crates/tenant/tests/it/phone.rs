//! The phone: who it belongs to, what it shows, which answers count.

use axum::http::StatusCode;

use crate::harness::{ADA, BALANCE, BEN, PASSWORD, World, authorize};

#[tokio::test]
async fn session_does_not_pair_phone() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.get("/phone").await;
    assert!(page.body.contains("<h1>Pair your phone</h1>"));
    let mut phone = world.phone(ADA).await;
    assert!(
        phone.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>"),
        "nor the other way round"
    );
}

/// Proves: tenant-csrf
#[tokio::test]
async fn pairing_needs_password_and_csrf_token() {
    let world = World::new().await;
    let mut phone = world.browser();
    let form_token = phone.get("/phone").await.input("form_token");
    let form = |form_token, password| [("form_token", form_token), ("email", ADA), ("password", password)];
    let wrong = phone.post("/phone/pair", &form(&form_token, "wrong")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.texts("role=\"alert\""), ["This email and this password do not belong together."]);
    assert_eq!(wrong.input("email"), ADA);
    assert_eq!(phone.post("/phone/pair", &form("other", PASSWORD)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.browser().post("/phone/pair", &form("", PASSWORD)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(phone.post("/phone/pair", &form(&form_token, PASSWORD)).await.location(), "/phone");
    assert!(phone.get("/phone").await.body.contains("Paired with Ada Example"));
}

#[tokio::test]
async fn phone_and_log_in_share_password_limit() {
    let world = World::new().await;
    let mut tab = world.browser();
    let page = tab.follow(&authorize(BALANCE)).await;
    let mut phone = world.browser();
    let form_token = phone.get("/phone").await.input("form_token");
    for _ in 0..5 {
        tab.log_in(&page, ADA, "wrong").await;
        phone
            .post("/phone/pair", &[("form_token", &*form_token), ("email", ADA), ("password", "wrong")])
            .await;
    }
    let form = [("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
    assert_eq!(phone.post("/phone/pair", &form).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn phone_of_other_customer_sees_nothing() {
    let world = World::new().await;
    let (mut adas, mut bens) = (world.phone(ADA).await, world.phone(BEN).await);
    let page = world.logged_in(ADA).await.step_up().await;
    let (push, number) = (adas.get("/phone").await.input("push"), page.number());
    let shown = bens.get("/phone").await;
    assert!(shown.body.contains("Nothing to approve.") && !shown.body.contains(&push));
    let form_token = shown.input("form_token");
    let form = [("push", &*push), ("form_token", &*form_token), ("number", &*number)];
    assert_eq!(bens.post("/phone/answer", &form).await.status, StatusCode::CONFLICT);
    assert!(bens.get(&format!("/phone?answered={push}")).await.texts("id=\"answered\"").is_empty());
    assert!(adas.get("/phone").await.body.contains("1 request is waiting."), "untouched");
}

/// Proves: tenant-csrf
#[tokio::test]
async fn answer_needs_csrf_token() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let page = world.logged_in(ADA).await.step_up().await;
    let shown = phone.get("/phone").await;
    let (push, form_token, number) = (shown.input("push"), shown.input("form_token"), page.number());
    let form =
        |form_token| [("push", push.as_str()), ("form_token", form_token), ("number", number.as_str())];
    assert_eq!(phone.post("/phone/answer", &form("")).await.status, StatusCode::FORBIDDEN);
    // A browser without a pairing is shown the pairing page.
    assert_eq!(world.browser().post("/phone/answer", &form(&form_token)).await.location(), "/phone");
    let mut neighbour = phone.clone();
    neighbour.headers.insert("sec-fetch-site", "same-site".parse().unwrap());
    assert_eq!(neighbour.post("/phone/answer", &form(&form_token)).await.status, StatusCode::FORBIDDEN);
    assert!(phone.get("/phone").await.body.contains("1 request is waiting."));
}

#[tokio::test]
async fn malformed_answer_denies() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    for number in ["", "x", "256", "-1"] {
        let page = tab.step_up().await;
        phone.choose(number).await;
        let answer = tab.get(&format!("/u/mfa?state={}", page.input("state"))).await;
        assert_eq!(answer.refusal().0, "access_denied", "{number:?}");
    }
}

#[tokio::test]
async fn request_arrives_live() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let page = phone.get("/phone").await;
    let address = page.body.split("data-wait=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut waiting = phone.clone();
    let path = address.clone();
    let waiting = tokio::spawn(async move { waiting.get(&path).await.status });
    world.logged_in(ADA).await.step_up().await;
    assert_eq!(waiting.await.unwrap(), StatusCode::OK);
    // Whoever asks too late for that moment is answered at once.
    assert_eq!(phone.get(&address).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn request_of_other_customer_is_not_notified() {
    let world = World::new().await;
    let mut phone = world.phone(BEN).await;
    let page = phone.get("/phone").await;
    let address = page.body.split("data-wait=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    world.logged_in(ADA).await.step_up().await;
    assert_eq!(phone.get(&address).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn first_answer_of_several_phones_counts() {
    let world = World::new().await;
    let (mut one, mut other) = (world.phone(ADA).await, world.phone(ADA).await);
    let page = world.logged_in(ADA).await.step_up().await;
    let shown = other.get("/phone").await;
    one.choose(&page.number()).await;
    let (push, form_token) = (shown.input("push"), shown.input("form_token"));
    let late =
        other.post("/phone/answer", &[("push", &*push), ("form_token", &*form_token), ("deny", "yes")]).await;
    // The answer that stands is shown.
    assert!(other.get(&late.location()).await.body.contains("Approved."));
}

#[tokio::test]
async fn unpaired_phone_shows_nothing() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let copy = phone.clone();
    let form_token = phone.get("/phone").await.input("form_token");
    assert_eq!(phone.post("/phone/unpair", &[("form_token", "")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(phone.post("/phone/unpair", &[("form_token", &form_token)]).await.location(), "/phone");
    for mut phone in [phone, copy] {
        assert!(phone.get("/phone").await.body.contains("<h1>Pair your phone</h1>"));
    }
}

#[tokio::test]
async fn pairing_expires_after_thirty_days() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    world.clock.advance(30 * 86_400);
    assert!(phone.get("/phone").await.body.contains("<h1>Pair your phone</h1>"));
}
