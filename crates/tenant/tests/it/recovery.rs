//! Recovery codes: each is good once, and the customer knows how many are left.

use axum::http::StatusCode;

use crate::harness::{ADA, Answer, Browser, START, World, config_with};

const FIRST: &str = "1111-AAAA-BBBB-CCCC";
const SECOND: &str = "2222-AAAA-BBBB-CCCC";

async fn with_codes() -> (World, Browser) {
    let world = World::with(config_with(ADA, None, &[FIRST, SECOND])).await;
    let tab = world.logged_in(ADA).await;
    (world, tab)
}

/// Uses a code; gives the page that follows.
async fn use_code(tab: &mut Browser, code: &str) -> Answer {
    let page = tab.asks_for_code().await;
    assert!(page.body.contains("<h1>Enter a recovery code</h1>"), "{page:?}");
    let answer = tab.enter(&page, code).await;
    tab.follow(&answer.location()).await
}

#[tokio::test]
async fn code_confirms_and_tells_remaining() {
    let (world, mut tab) = with_codes().await;
    world.clock.advance(50);
    // As people copy it.
    let page = use_code(&mut tab, " ii11 aaaa bbbb cccc ").await;
    assert!(page.body.contains("You have 1 recovery code left."), "{page:?}");
    world.clock.advance(100);
    let fragment = tab.act(&page, "continue", "").await.fragment();
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!(id["amr"], serde_json::json!(["mfa"]));
    assert_eq!(id["auth_time"], START + 50, "when the code was given");
    assert_eq!(tab.act(&page, "continue", "").await.status, StatusCode::GONE, "tokens are made once");
    let page = use_code(&mut tab, SECOND).await;
    assert!(page.body.contains("This was your last recovery code. Make new ones now."), "{page:?}");
}

/// Proves: codes-as-pasted
#[tokio::test]
async fn copied_code_is_accepted() {
    for copied in [
        "\u{feff}1111\u{200b}-AAAA\u{2060}-BBBB\u{200e}-CC\u{ad}CC",
        "1111\u{2011}AAAA\u{2013}BBBB\u{2212}CCCC. ",
        "１１１１ ａａａａ ｂｂｂｂ ｃｃｃｃ",
        "١١١١ AAAA BBBB CCCC",
    ] {
        let (_, mut tab) = with_codes().await;
        let page = use_code(&mut tab, copied).await;
        assert!(page.body.contains("You have 1 recovery code left."), "{copied:?}: {page:?}");
    }
}

/// Proves: threat-recovery-codes
#[tokio::test]
async fn used_code_is_refused() {
    let (_, mut tab) = with_codes().await;
    use_code(&mut tab, FIRST).await;
    let page = tab.asks_for_code().await;
    let answer = tab.enter(&page, FIRST).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.texts("role=\"alert\""), ["This is none of the recovery codes that you have left."]);
}

/// Proves: threat-recovery-codes
#[tokio::test]
async fn five_wrong_codes_lock_out() {
    let (world, mut tab) = with_codes().await;
    let page = tab.asks_for_code().await;
    for _ in 0..4 {
        assert_eq!(tab.enter(&page, "3333-AAAA").await.status, StatusCode::BAD_REQUEST);
        // Too short to be one, and not counted.
        assert_eq!(tab.enter(&page, "3333").await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(tab.enter(&page, "3333-AAAA").await.refusal().1, "Too many codes were wrong.");
    let page = tab.asks_for_code().await;
    let answer = tab.enter(&page, FIRST).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    world.clock.advance(60);
    assert_eq!(tab.enter(&page, FIRST).await.status, StatusCode::SEE_OTHER);
}

/// Proves: threat-recovery-codes
#[tokio::test]
async fn new_codes_are_shown_once_and_replace_old() {
    let (world, mut tab) = with_codes().await;
    let page = use_code(&mut tab, FIRST).await;
    let shown = tab.act(&page, "new-codes", "").await;
    let codes = shown.texts("data-code");
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
    let again = tab.follow(&format!("/u/methods/codes?state={}", page.input("state"))).await;
    assert!(again.body.contains("<h1>Your ways to confirm</h1>") && !again.body.contains(&codes[0]));
    assert!(again.body.contains("You have 10 left."), "{again:?}");
    assert!(tab.act(&again, "continue", "").await.fragment().contains_key("access_token"));

    let page = tab.asks_for_code().await;
    assert_eq!(tab.enter(&page, SECOND).await.status, StatusCode::BAD_REQUEST);
    let page = use_code(&mut tab, &codes[9].to_lowercase()).await;
    assert!(page.body.contains("You have 9 recovery codes left."), "{page:?}");
    drop(world);
}

#[tokio::test]
async fn confirmation_expires() {
    let (world, mut tab) = with_codes().await;
    let page = use_code(&mut tab, FIRST).await;
    world.clock.advance(600);
    let (error, description) = tab.act(&page, "continue", "").await.refusal();
    assert_eq!((&*error, &*description), ("access_denied", "The request was not continued in time."));
}

#[tokio::test]
async fn log_out_voids_confirmation() {
    let (_, mut tab) = with_codes().await;
    let page = use_code(&mut tab, FIRST).await;
    tab.get("/v2/logout").await;
    assert!(tab.act(&page, "continue", "").await.body.contains("<h1>Log in</h1>"));
}
