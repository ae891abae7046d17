//! The bank's own face: name, colour, logo and links, without another build.

use axum::http::StatusCode;
use tenant::{Brand, OpenError, Tenant};

use crate::harness::{ADA, BALANCE, World, authorize, config};

fn branded(brand: Brand) -> tenant::Config {
    tenant::Config { brand, ..config() }
}

#[tokio::test]
async fn pages_have_the_banks_face() {
    let folder = tempfile::tempdir().unwrap();
    let logo = folder.path().join("logo.svg");
    std::fs::write(&logo, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    let world = World::with(branded(Brand {
        name: "Example Bank & Sons".to_owned(),
        logo: Some(logo),
        accent: Some("#7a1f5c".to_owned()),
        contact: Some("+49 30 1234".to_owned()),
        terms: Some("https://bank.example/terms".to_owned()),
        privacy: None,
    }))
    .await;
    let mut browser = world.browser();
    for page in [browser.follow(&authorize(BALANCE)).await, browser.get("/phone").await] {
        assert!(page.body.contains(" · Example Bank &#38; Sons</title>"), "{page:?}");
        assert!(page.body.contains("<img class=\"logo\" src=\"/assets/logo\" alt=\"\">"), "{page:?}");
        assert!(page.body.contains("href=\"/assets/brand.css\""), "{page:?}");
        assert!(
            page.body.contains("href=\"tel:+49301234\"") && page.body.contains("https://bank.example/terms")
        );
        assert!(!page.body.contains("Privacy"), "{page:?}");
    }
    let logo = browser.get("/assets/logo").await;
    assert_eq!(logo.header("content-type"), "image/svg+xml");
    assert!(logo.header("content-security-policy").starts_with("default-src 'none'"));
    let style = browser.get("/assets/brand.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.body.contains("--accent: #7a1f5c;"), "{style:?}");
    assert_eq!(style.body.matches("--accent:").count(), 2, "one for dark pages as well");
    let manifest: serde_json::Value = browser.get("/phone/app.webmanifest").await.json();
    assert_eq!(manifest["name"], "Example Bank & Sons phone");
    assert_eq!(manifest["theme_color"], "#7a1f5c");
}

#[tokio::test]
async fn without_brand_pages_are_risers() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let page = phone.get("/phone").await;
    assert!(page.body.contains("<svg class=\"mark\"") && page.body.contains("Your phone · Riser</title>"));
    assert!(!page.body.contains("brand.css") && !page.body.contains("<footer"), "{page:?}");
    assert_eq!(phone.get("/assets/logo").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn unreadable_face_is_refused() {
    let clock = std::sync::Arc::new(tenant::ManualClock::at(0));
    let brand = Brand {
        accent: Some("#ffcc00".to_owned()),
        logo: Some("/nowhere/logo.svg".into()),
        contact: Some("call us".to_owned()),
        terms: Some("terms.html".to_owned()),
        ..Brand::default()
    };
    let Err(OpenError::Config(errors)) = Tenant::open(branded(brand), clock).await else {
        panic!("it opened")
    };
    let at: Vec<&str> = errors.0.iter().map(|error| error.at.as_str()).collect();
    assert_eq!(at, ["brand.accent", "brand.logo", "brand.contact", "brand.terms"]);
    assert_eq!(errors.0[0].what, "the accent #ffcc00 has a contrast of 1.41:1 on the page");
    assert!(errors.0[0].remedy.starts_with("text needs 4.5:1 (WCAG 2.2); \"#"), "{errors}");
}
