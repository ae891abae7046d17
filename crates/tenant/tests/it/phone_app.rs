//! The phone as an app that one holds: it can be installed, and it remembers.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{ADA, BEN, TRANSFER, World, authorize_with};

#[tokio::test]
async fn is_installable() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let page = phone.get("/phone").await;
    assert!(page.body.contains("<link rel=\"manifest\" href=\"/phone/app.webmanifest\">"), "{page:?}");
    assert_eq!(page.body.matches("<meta name=\"theme-color\"").count(), 2, "light and dark");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("manifest-src 'self'") && policy.contains("img-src 'self'"), "{policy}");

    // Browsers fetch a manifest without cookies.
    let mut browser = world.browser();
    let manifest = browser.get("/phone/app.webmanifest").await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let manifest: Value = manifest.json();
    for (key, value) in [("start_url", "/phone"), ("scope", "/phone"), ("display", "standalone")] {
        assert_eq!(manifest[key], value);
    }
    let icons = manifest["icons"].as_array().unwrap();
    assert!(icons.iter().any(|icon| icon["purpose"] == "maskable" && icon["sizes"] == "any"), "{icons:?}");
    for icon in icons {
        let mut path = icon["src"].as_str().unwrap().to_owned();
        if icon["type"] == "image/png" {
            // The harness reads text only; that it is there and what it is is enough.
            path = path.replace(".png", ".svg").replace("-192", "").replace("-512", "");
        }
        assert_eq!(browser.get(&path).await.header("content-type"), "image/svg+xml");
    }
}

#[tokio::test]
async fn offline_page_is_all_that_is_cached() {
    let mut browser = World::new().await.browser();
    let worker = browser.get("/phone/worker.js").await;
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(worker.header("service-worker-allowed"), "/phone");
    assert_eq!(worker.header("cache-control"), "no-cache", "a new version is noticed");
    let kept = worker.body.split("PARTS = [").nth(1).unwrap().split(']').next().unwrap();
    assert_eq!(kept, "OFFLINE, \"/assets/tenant.css\", \"/assets/tenant.js\", \"/assets/phone.js\"");
    let offline = browser.get("/phone/offline").await;
    assert!(offline.body.contains("<h1>You are offline</h1>"), "{offline:?}");
    assert!(offline.body.contains("Nothing was approved, and nothing was denied."), "{offline:?}");
    assert!(browser.cookies.is_empty(), "the page is the same for everybody");
}

fn rent() -> String {
    json!([{
        "type": "payment_initiation",
        "identifier": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "instructedAmount": { "currency": "EUR", "amount": "1234.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "remittanceInformationUnstructured": "Rent <b>May</b>",
    }])
    .to_string()
}

#[tokio::test]
async fn history_shows_outcome() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    assert!(!phone.get("/phone").await.body.contains("<h2 class=\"apart\">Earlier requests</h2>"));
    let page = tab.follow(&authorize_with(&[("scope", TRANSFER), ("authorization_details", &rent())])).await;
    assert!(
        !phone.get("/phone").await.body.contains("<h2 class=\"apart\">Earlier requests</h2>"),
        "it is not over"
    );
    world.clock.advance(20);
    phone.choose(&page.number()).await;
    tab.look(&page).await.fragment();
    tab.step_up().await;
    phone.deny().await;
    let page = tab.step_up().await;
    tab.submit(&page, "/u/cancel", &[]).await;
    tab.step_up().await;
    world.clock.advance(600);
    tab.step_up().await;
    phone.report().await;

    let shown = phone.get("/phone").await;
    let outcomes: Vec<String> = shown.texts("class=\"outcome");
    assert_eq!(outcomes.len(), 5);
    assert_eq!(outcomes.last().unwrap(), "Approved", "the oldest comes last");
    let mut sorted = outcomes;
    sorted.sort_unstable();
    assert_eq!(sorted, ["Approved", "Cancelled", "Denied", "Not answered", "Not you"]);
    assert!(shown.body.contains("€1,234.50"), "{shown:?}");

    let ids: Vec<&str> = shown
        .body
        .split("href=\"/phone/requests/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let oldest = format!("/phone/requests/{}", ids.last().unwrap());
    let detail = phone.get(&oldest).await;
    for part in [
        "€1,234.50",
        "GB82 WEST 1234 5698 7654 32",
        "Rent &#60;b&#62;May&#60;/b&#62;",
        "You approved it.",
        "2025-10-09T08:53:40Z",
    ] {
        assert!(detail.body.contains(part), "{part}: {detail:?}");
    }
    // Nobody else's business.
    assert_eq!(world.phone(BEN).await.get(&oldest).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.browser().get(&oldest).await.location(), "/phone");
    assert_eq!(tab.get(&oldest).await.location(), "/phone", "the log-in tab is no phone");
    assert_eq!(phone.get("/phone/requests/unknown").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn shows_origin_of_request() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    tab.step_up().await;
    assert!(!phone.get("/phone").await.body.contains("<dt>From</dt>"), "not known");
    phone.deny().await;
    tab.address = Some("192.0.2.7".parse().unwrap());
    tab.step_up().await;
    let shown = phone.get("/phone").await;
    assert!(shown.body.contains("<dt>From</dt><dd>192.0.2.7</dd>"), "{shown:?}");
    let push = shown.input("push");
    phone.deny().await;
    let detail = phone.get(&format!("/phone/requests/{push}")).await;
    assert!(detail.body.contains("<dt>From</dt><dd>192.0.2.7</dd>"), "{detail:?}");
}

#[tokio::test]
async fn waiting_request_is_on_first_page() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    world.logged_in(ADA).await.step_up().await;
    let push = phone.get("/phone").await.input("push");
    assert_eq!(phone.get(&format!("/phone/requests/{push}")).await.location(), "/phone");
}

#[tokio::test]
async fn history_has_twenty_entries() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    for _ in 0..25 {
        let page = tab.step_up().await;
        phone.choose(&page.number()).await;
        tab.look(&page).await.fragment();
        world.clock.advance(700);
    }
    assert_eq!(phone.get("/phone").await.texts("class=\"outcome").len(), 20);
}

#[tokio::test]
async fn shows_owner_and_pairing() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let page = phone.get("/phone").await;
    assert!(page.body.contains("Paired with Ada Example"), "{page:?}");
    assert!(page.body.contains("2025-10-09, 08:53 UTC"), "{page:?}");
    assert!(!page.body.contains("phones are paired"), "{page:?}");
    world.phone(ADA).await;
    world.phone(BEN).await;
    assert!(phone.get("/phone").await.body.contains("2 phones are paired with you."));
}
