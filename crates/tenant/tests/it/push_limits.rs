//! Nobody can be tired out with pushes until they say yes.

use axum::http::StatusCode;

use crate::harness::{ADA, BEN, Browser, TRANSFER, World, authorize};

const TOO_MANY: &str = "Too many requests were sent to the phone and not approved. Try again in 10 min.";

/// How many of ten step-ups reach the phone.
async fn reach_the_phone(tab: &mut Browser) -> usize {
    let mut sent = 0;
    for _ in 0..10 {
        let answer = tab.follow(&authorize(TRANSFER)).await;
        if answer.status == StatusCode::OK {
            sent += 1;
        } else {
            assert_eq!(answer.refusal(), ("temporarily_unavailable".to_owned(), TOO_MANY.to_owned()));
        }
    }
    sent
}

/// The newest has the page for itself, and the others are a link away.
async fn newest_is_shown_alone(phone: &mut Browser) {
    let page = phone.get("/phone").await;
    let others: Vec<&str> =
        page.body.split("data-push=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!((page.body.matches("<section class=\"request\"").count(), others.len()), (1, 4));
    let newest = page.input("push");
    assert!(!others.contains(&&*newest) && !page.body.contains("Unpair this phone"), "{page:?}");
    let oldest = others.last().unwrap();
    assert_eq!(phone.get(&format!("/phone?request={oldest}")).await.input("push"), **oldest);
    assert_eq!(phone.get("/phone?request=unknown").await.input("push"), newest);
    let history = phone.get("/phone?view=history").await;
    assert!(
        history.body.contains("Unpair this phone") && !history.body.contains("name=\"push\""),
        "{history:?}"
    );
}

/// Proves: threat-push-bombing
#[tokio::test]
async fn five_of_ten_pushes_are_sent() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    assert_eq!(reach_the_phone(&mut tab).await, 5);
    assert!(phone.get("/phone").await.body.contains("5 requests are waiting."));
    newest_is_shown_alone(&mut phone).await;
    // Another browser of the same customer shares the limit, another customer does not.
    assert_eq!(reach_the_phone(&mut world.logged_in(ADA).await).await, 0);
    assert_eq!(reach_the_phone(&mut world.logged_in(BEN).await).await, 5);
    world.clock.advance(599);
    let answer = tab.follow(&authorize(TRANSFER)).await;
    assert_eq!(answer.refusal().1, TOO_MANY.replace("10 min", "1 min"));
    world.clock.advance(1);
    assert_eq!(reach_the_phone(&mut tab).await, 5);
}

#[tokio::test]
async fn denied_and_cancelled_pushes_count() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    for round in 0..5 {
        let page = tab.step_up().await;
        if round % 2 == 0 {
            phone.deny().await;
        } else {
            let (state, form_token) = (page.input("state"), page.input("form_token"));
            tab.post("/u/cancel", &[("state", &*state), ("form_token", &*form_token)]).await;
        }
    }
    assert_eq!(reach_the_phone(&mut tab).await, 0);
}

#[tokio::test]
async fn approved_pushes_do_not_count() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    for _ in 0..12 {
        let page = tab.step_up().await;
        phone.choose(&page.number()).await;
        tab.get(&format!("/u/mfa?state={}", page.input("state"))).await.fragment();
    }
}

/// At the pace of somebody who wants to tire the customer out.
/// Proves: threat-push-bombing
#[tokio::test]
async fn pushes_are_throttled() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let mut sent = 0;
    for _ in 0..10 {
        sent += usize::from(tab.follow(&authorize(TRANSFER)).await.status == StatusCode::OK);
        world.clock.advance(6);
    }
    assert_eq!(sent, 5);
    assert!(phone.get("/phone").await.body.contains("5 requests are waiting."));
    newest_is_shown_alone(&mut phone).await;
}
