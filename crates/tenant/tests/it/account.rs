//! The ways to confirm, without a client: the same log-in, the same second factor, and no tokens.

use axum::http::StatusCode;

use crate::authenticator::Authenticator;
use crate::harness::{ADA, Answer, Browser, PASSWORD, World, authorize_with};

/// Opens the page and logs in; gives what asks for the second factor.
async fn log_in(world: &World) -> (Browser, Answer) {
    let mut tab = world.browser();
    let page = tab.follow("/account").await;
    assert!(page.body.contains("to continue to <strong>Riser account</strong>"), "{page:?}");
    let page = tab.log_in(&page, ADA, PASSWORD).await;
    (tab, page)
}

#[tokio::test]
async fn shows_enrollment_after_second_factor() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let (mut tab, page) = log_in(&world).await;
    assert!(phone.get("/phone").await.body.contains("Riser account asks you to confirm that it is you."));
    phone.choose(&page.number()).await;
    let page = tab.look(&page).await;
    assert!(page.body.contains("<h1>Your ways to confirm</h1>"), "{page:?}");
    let set_up = tab.act(&page, "set-up", "").await;
    let app = Authenticator::scanning(&set_up);
    let codes = tab.act(&set_up, "confirm", &app.code(&world)).await;
    assert_eq!(codes.texts("data-code").len(), 10);
    let end = tab.submit(&page, "/u/methods", &[("act", "continue")]).await;
    assert_eq!(end.location(), "/account/done", "and nothing else: no code, no token");
    assert!(tab.get("/account/done").await.body.contains("<h1>You are done</h1>"));
    let back = tab.get(&format!("/u/methods?state={}", page.input("state"))).await;
    assert_eq!(back.status, StatusCode::GONE);
    assert!(back.body.contains("href=\"/account\""), "{back:?}");
}

/// Proves: threat-enrollment
#[tokio::test]
async fn session_alone_does_not_show_enrollment() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.follow("/account").await;
    assert!(page.body.contains("<h1>Approve on your phone</h1>"), "{page:?}");
    phone.deny().await;
    let end = tab.get(&format!("/u/mfa?state={}", page.input("state"))).await.location();
    assert!(end.starts_with("http://localhost:8090/account/done?error=access_denied"), "{end}");
    let end = tab.get(end.strip_prefix("http://localhost:8090").unwrap()).await;
    assert!(end.body.contains("<h1>Nothing was changed</h1>"), "{end:?}");
    // What stands in an address is not shown.
    let end = tab.get("/account/done?error=x&error_description=Call+0800").await;
    assert!(!end.body.contains("0800"), "{end:?}");
}

#[tokio::test]
async fn enrolls_first_factor() {
    let world = World::new().await;
    let (mut tab, page) = log_in(&world).await;
    let page = tab.take_way(&page, "first-app").await;
    let app = Authenticator::scanning(&page);
    let answer = tab.enter(&page, &app.code(&world)).await;
    assert_eq!(tab.follow(&answer.location()).await.texts("data-code").len(), 10);
    tab.asks_for_code().await;
}

#[tokio::test]
async fn client_cannot_act_as_tenant() {
    let mut tab = World::new().await.logged_in(ADA).await;
    for client in ["", "Riser account", "account"] {
        let answer = tab.get(&authorize_with(&[("client_id", client)])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{client}");
    }
}
