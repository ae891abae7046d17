//! More than one way to confirm: which is asked for, and how the customer changes it.

use axum::http::StatusCode;

use crate::authenticator::{Authenticator, SECRET};
use crate::harness::{ADA, Answer, BEN, Browser, TRANSFER, World, authorize, config, config_with};

const CODE: &str = "1111-AAAA-BBBB-CCCC";

/// A customer with a phone, an app and recovery codes.
async fn with_everything() -> (World, Browser, Browser) {
    let world = World::with(config_with(ADA, Some(SECRET), &[CODE, "2222-AAAA-BBBB-CCCC"])).await;
    let mut phone = world.browser();
    let form_token = phone.get("/phone").await.input("form_token");
    let form = [("form_token", &*form_token), ("email", ADA), ("password", crate::harness::PASSWORD)];
    phone.post("/phone/pair", &form).await;
    let form = [("form_token", &*form_token), ("code", "2222-AAAA-BBBB-CCCC")];
    assert_eq!(phone.post("/phone/pair", &form).await.location(), "/phone");
    let tab = world.logged_in(ADA).await;
    (world, tab, phone)
}

async fn offered(tab: &mut Browser, page: &Answer) -> Vec<String> {
    tab.get(&format!("/u/mfa/ways?state={}", page.input("state"))).await.texts("class=\"choice\"")
}

#[tokio::test]
async fn prefers_phone_then_last_used() {
    let (world, mut tab, mut phone) = with_everything().await;
    let page = tab.step_up().await;
    assert_eq!(
        offered(&mut tab, &page).await,
        ["Enter a code from your app", "Enter a recovery code", "Change my ways to confirm"]
    );
    let page = tab.take_way(&page, "otp").await;
    assert!(page.body.contains("<h1>Enter a code from your app</h1>"), "{page:?}");
    tab.enter(&page, &Authenticator::with(SECRET).code(&world)).await.fragment();
    let page = tab.asks_for_code().await;
    assert_eq!(
        offered(&mut tab, &page).await,
        ["Approve on your phone", "Enter a recovery code", "Change my ways to confirm"]
    );
    // What is for the worst case is not remembered.
    let page = tab.take_way(&page, "recovery-code").await;
    let answer = tab.enter(&page, CODE).await;
    let page = tab.follow(&answer.location()).await;
    tab.act(&page, "continue", "").await.fragment();
    let page = tab.asks_for_code().await;
    let page = tab.take_way(&page, "push-notification").await;
    phone.choose(&page.number()).await;
    tab.look(&page).await.fragment();
    tab.step_up().await;
}

#[tokio::test]
async fn phone_only_offers_no_other() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    assert_eq!(offered(&mut tab, &page).await, ["Change my ways to confirm"]);
    for way in ["otp", "recovery-code", "first-app", "push-notification", "nonsense", ""] {
        tab.submit(&page, "/u/mfa/way", &[("way", way)]).await;
        assert_eq!(tab.look(&page).await.number(), page.number(), "{way}: the same push waits");
    }
    phone.choose(&page.number()).await;
    assert!(tab.look(&page).await.fragment().contains_key("access_token"));
}

/// Proves: threat-factor-fallback
#[tokio::test]
async fn switching_withdraws_push() {
    let (_, mut tab, mut phone) = with_everything().await;
    let page = tab.step_up().await;
    let wait = format!("/u/mfa/wait?state={}", page.input("state"));
    let shown = phone.get("/phone").await;
    tab.take_way(&page, "otp").await;
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
    let (push, form_token, number) = (shown.input("push"), shown.input("form_token"), page.number());
    let form = [("push", &*push), ("form_token", &*form_token), ("number", &*number)];
    assert_eq!(phone.post("/phone/answer", &form).await.status, StatusCode::CONFLICT);
    assert!(tab.look(&page).await.body.contains("<h1>Enter a code from your app</h1>"), "nor does it count");
    assert_eq!(tab.get(&wait).await.status, StatusCode::OK, "a tab that waits for the phone goes on");
}

/// Proves: threat-factor-fallback
#[tokio::test]
async fn denial_cannot_be_switched_away() {
    for way in ["otp", "recovery-code"] {
        let (_, mut tab, mut phone) = with_everything().await;
        let page = tab.step_up().await;
        phone.deny().await;
        let (error, description) = tab.take_way(&page, way).await.refusal();
        assert_eq!(
            (&*error, &*description),
            ("access_denied", "The customer denied the request on the phone.")
        );
    }
}

#[tokio::test]
async fn late_switch_keeps_approval() {
    let (_, mut tab, mut phone) = with_everything().await;
    let page = tab.step_up().await;
    phone.choose(&page.number()).await;
    assert!(tab.take_way(&page, "otp").await.fragment().contains_key("access_token"));
}

/// Proves: threat-push-bombing
#[tokio::test]
async fn switching_respects_push_limit() {
    let (_, mut tab, mut phone) = with_everything().await;
    let mut page = tab.step_up().await;
    for _ in 0..4 {
        page = tab.take_way(&page, "otp").await;
        page = tab.take_way(&page, "push-notification").await;
    }
    let page = tab.take_way(&page, "otp").await;
    let answer = tab.submit(&page, "/u/mfa/way", &[("way", "push-notification")]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "600"));
    let sentence = "Too many requests went to your phone. Use another way, or try again in 10 min.";
    assert_eq!(answer.texts("role=\"alert\""), [sentence]);
    assert!(tab.look(&page).await.body.contains("<h1>Enter a code from your app</h1>"), "as it was");
    // The next request does not begin there either.
    tab.asks_for_code().await;
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
}

/// Proves: threat-factor-fallback
#[tokio::test]
async fn expiry_is_shared() {
    let (world, mut tab, mut phone) = with_everything().await;
    let page = tab.step_up().await;
    world.clock.advance(500);
    let page = tab.take_way(&page, "otp").await;
    let page = tab.take_way(&page, "push-notification").await;
    world.clock.advance(100);
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
    assert_eq!(tab.look(&page).await.refusal().0, "access_denied");
}

#[tokio::test]
async fn expired_request_asks_no_phone() {
    let (world, mut tab, mut phone) = with_everything().await;
    let page = tab.step_up().await;
    let page = tab.take_way(&page, "otp").await;
    world.clock.advance(600);
    tab.submit(&page, "/u/mfa/way", &[("way", "push-notification")]).await;
    let page = phone.get("/phone").await;
    assert!(page.body.contains("Cancelled") && !page.body.contains("Not answered"), "{page:?}");
}

#[tokio::test]
async fn switching_needs_csrf_token() {
    let (world, mut tab, _) = with_everything().await;
    let page = tab.step_up().await;
    let state = page.input("state");
    let form = [("state", state.as_str()), ("form_token", "other"), ("way", "otp")];
    assert_eq!(tab.post("/u/mfa/way", &form).await.status, StatusCode::FORBIDDEN);
    let mut other = world.logged_in(BEN).await;
    assert_eq!(other.submit(&page, "/u/mfa/way", &[("way", "otp")]).await.status, StatusCode::NOT_FOUND);
    let ways = format!("/u/mfa/ways?state={state}");
    assert_eq!(other.get(&ways).await.status, StatusCode::NOT_FOUND);
    // Where no second factor is asked for, the page of the request is shown.
    tab.submit(&page, "/u/cancel", &[]).await;
    assert_eq!(tab.get(&ways).await.status, StatusCode::GONE);
}

/// Nothing of the secrets is in the pages that ask for them, nor in an address.
#[tokio::test]
async fn code_page_shows_no_secret() {
    let world = World::with(config_with(ADA, Some(SECRET), &[CODE])).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.asks_for_code().await;
    let ways = tab.get(&format!("/u/mfa/ways?state={}", page.input("state"))).await;
    for page in [page, ways] {
        for secret in [SECRET, &SECRET[..8], CODE] {
            assert!(!page.body.contains(secret), "{page:?}");
        }
    }
    let config = config_with(ADA, Some(SECRET), &[CODE]);
    assert!(!format!("{config:?}").contains(&SECRET[..8]) && !format!("{config:?}").contains(CODE));
}

#[tokio::test]
async fn invalid_secret_is_refused_and_not_quoted() {
    for (secret, codes, said) in [
        (Some("JBSWY3DPEHPK3PXP"), vec![], "totp_secret"),
        (Some("not base32!"), vec![], "totp_secret"),
        (None, vec!["1111-AA"], "recovery code"),
    ] {
        let config = config_with(ADA, secret, &codes);
        let clock = std::sync::Arc::new(tenant::ManualClock::at(0));
        let error = tenant::Tenant::open(config, clock).await.err().unwrap().to_string();
        assert!(error.contains(said) && error.contains("auth0|1001"), "{error}");
        assert!(!error.contains(secret.unwrap_or("1111-AA")), "{error}");
    }
    assert!(
        World::with(config())
            .await
            .browser()
            .get(&authorize(TRANSFER))
            .await
            .location()
            .starts_with("/u/login")
    );
}
