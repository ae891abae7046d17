//! A browser that is the customer's phone as well: approving takes one press, and only there.

use axum::http::StatusCode;

use crate::harness::{ADA, AUDIENCE, BEN, Browser, World};

const BUTTON: &str = "Approve on this device";

/// A browser that is logged in as the one and paired with the other.
async fn both(world: &World, logged_in: &str, paired: &str) -> Browser {
    let mut browser = world.logged_in(logged_in).await;
    browser.cookies.extend(world.phone(paired).await.cookies);
    browser
}

#[tokio::test]
async fn one_press_approves() {
    let world = World::new().await;
    let mut browser = both(&world, ADA, ADA).await;
    let page = browser.step_up().await;
    assert!(page.body.contains(BUTTON), "{page:?}");
    let answer = browser.submit(&page, "/u/mfa/approve", &[]).await.fragment();
    let claims = world.verified(&answer["access_token"], AUDIENCE).await;
    assert_eq!(claims["amr"], serde_json::json!(["mfa"]));
    let again = browser.submit(&page, "/u/mfa/approve", &[]).await;
    assert_eq!(again.status, StatusCode::GONE, "once");
    let phone = browser.get("/phone").await;
    assert_eq!(phone.texts("class=\"outcome"), ["Approved"]);
}

/// Proves: tenant-csrf
#[tokio::test]
async fn other_browsers_do_not_approve() {
    let world = World::new().await;
    world.phone(ADA).await;
    for mut browser in [world.logged_in(ADA).await, both(&world, ADA, BEN).await] {
        let page = browser.step_up().await;
        assert!(!page.body.contains(BUTTON), "{page:?}");
        let still = browser.submit(&page, "/u/mfa/approve", &[]).await;
        assert!(still.body.contains("Waiting for your phone"), "{still:?}");
    }
    let mut own = both(&world, ADA, ADA).await;
    let page = own.step_up().await;
    let form = [("state", page.input("state")), ("form_token", "other".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(own.post("/u/mfa/approve", &form).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn unpaired_and_stale_do_not_approve() {
    let world = World::new().await;
    let mut browser = both(&world, ADA, ADA).await;
    let page = browser.step_up().await;
    world.clock.advance(600);
    let late = browser.submit(&page, "/u/mfa/approve", &[]).await;
    assert_eq!(late.refusal().1, "The request was not approved on the phone in time.");
    let page = browser.step_up().await;
    let form_token = browser.get("/phone?view=history").await.input("form_token");
    browser.post("/phone/unpair", &[("form_token", &form_token)]).await;
    let still = browser.submit(&page, "/u/mfa/approve", &[]).await;
    assert!(still.body.contains("Waiting for your phone") && !still.body.contains(BUTTON), "{still:?}");
}
