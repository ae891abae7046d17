//! The second factor: one question, one answer, one use.

use axum::http::StatusCode;
use serde_json::json;

use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, BEN, Browser, PASSWORD, START, TRANSFER, World, authorize, authorize_with,
};

const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// How long a log-in counts, in seconds.
const SESSION: u64 = 12 * 3_600;

fn mfa_path(page: &Answer) -> String {
    format!("/u/mfa?state={}", page.input("state"))
}

async fn tab_and_phone(world: &World) -> (Browser, Browser, Answer) {
    let phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    (tab, phone, page)
}

#[tokio::test]
async fn right_number_gives_mfa_tokens() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    world.clock.advance(30);
    assert!(phone.choose(&page.number()).await.body.contains("Approved."));
    let fragment = tab.get(&mfa_path(&page)).await.fragment();
    assert_eq!(fragment["scope"], TRANSFER);
    let access = world.verified(&fragment["access_token"], AUDIENCE).await;
    assert_eq!(access["scope"], TRANSFER);
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!((&id["amr"], &id["acr"]), (&json!(["mfa"]), &json!(MULTI_FACTOR)));
    assert_eq!(id["auth_time"], START + 30, "when the second factor was given");
}

#[tokio::test]
async fn both_devices_show_challenge() {
    let world = World::new().await;
    let (_, mut phone, page) = tab_and_phone(&world).await;
    let shown = phone.get("/phone").await;
    for page in [&page, &shown] {
        assert!(page.body.contains("Riser asks to transfer funds from your account."), "{page:?}");
        assert!(page.body.contains("<time datetime=\"2025-10-09T08:53:20Z\">08:53 UTC</time>"), "{page:?}");
    }
    let numbers = shown.numbers();
    assert_eq!(numbers.len(), 3);
    assert!(numbers.contains(&page.number()));
    assert!(
        numbers
            .iter()
            .all(|number| number.len() == 2 && numbers.iter().filter(|n| *n == number).count() == 1)
    );
    assert!(!shown.body.contains("see your balance"), "only what costs the second factor");
}

#[tokio::test]
async fn back_gives_no_second_token() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    assert!(tab.get(&mfa_path(&page)).await.fragment().contains_key("access_token"));
    for _ in 0..2 {
        let again = tab.get(&mfa_path(&page)).await;
        assert_eq!(again.status, StatusCode::GONE);
        assert!(again.body.contains("<h1>This request is finished</h1>"));
        assert!(
            again.body.contains(
                "<a class=\"button\" href=\"http://localhost:8080/\" data-finished>Go to Riser</a>"
            )
        );
    }
}

#[tokio::test]
async fn parallel_fetches_get_approval_once() {
    let world = World::new().await;
    let (tab, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    let fetches: Vec<_> = (0..20)
        .map(|_| {
            let (mut tab, path) = (tab.clone(), mfa_path(&page));
            tokio::spawn(async move { tab.get(&path).await.status })
        })
        .collect();
    let mut redirects = 0;
    for fetch in fetches {
        redirects += usize::from(fetch.await.unwrap() == StatusCode::SEE_OTHER);
    }
    assert_eq!(redirects, 1);
}

#[tokio::test]
async fn each_step_up_asks_again() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    tab.get(&mfa_path(&page)).await.fragment();
    let next = tab.step_up().await;
    assert_ne!(next.input("state"), page.input("state"));
    assert_eq!(phone.get("/phone").await.numbers().len(), 3);
}

#[tokio::test]
async fn without_session_password_comes_first() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.browser();
    let page = tab.follow(&authorize(TRANSFER)).await;
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
    let page = tab.log_in(&page, ADA, PASSWORD).await;
    phone.choose(&page.number()).await;
    assert_eq!(tab.get(&mfa_path(&page)).await.fragment()["scope"], TRANSFER);
}

#[tokio::test]
async fn deny_returns_access_denied() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    assert!(phone.deny().await.body.contains("Denied. Nothing was approved."));
    let (error, description) = tab.get(&mfa_path(&page)).await.refusal();
    assert_eq!(
        (error.as_str(), description.as_str()),
        ("access_denied", "The customer denied the request on the phone.")
    );
    assert_eq!(tab.get(&mfa_path(&page)).await.status, StatusCode::GONE);
}

/// Proves: threat-push-bombing
#[tokio::test]
async fn wrong_number_denies_for_good() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    let shown = phone.get("/phone").await;
    let right = page.number();
    let wrong = shown.numbers().into_iter().find(|number| *number != right).unwrap();
    let said = phone.choose(&wrong).await;
    assert!(said.texts("role=\"alert\"")[0].starts_with("That was not the number"), "{said:?}");
    // The right number, sent after all.
    let (push, form_token) = (shown.input("push"), shown.input("form_token"));
    let late = phone
        .post("/phone/answer", &[("push", &*push), ("form_token", &*form_token), ("number", &*right)])
        .await;
    assert_eq!(late.location(), format!("/phone?answered={push}"), "which says that it was denied");
    let (error, description) = tab.get(&mfa_path(&page)).await.refusal();
    assert_eq!(
        (error.as_str(), description.as_str()),
        ("access_denied", "A wrong number was chosen on the phone.")
    );
}

/// Proves: threat-push-bombing
#[tokio::test]
async fn push_expires_after_ten_minutes() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    let shown = phone.get("/phone").await;
    world.clock.advance(600);
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
    let (push, form_token, number) = (shown.input("push"), shown.input("form_token"), page.number());
    let form = [("push", &*push), ("form_token", &*form_token), ("number", &*number)];
    let late = phone.post("/phone/answer", &form).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("<h1>This request is no longer open</h1>"));
    let (error, description) = tab.get(&mfa_path(&page)).await.refusal();
    assert_eq!(
        (error.as_str(), description.as_str()),
        ("access_denied", "The request was not approved on the phone in time.")
    );
}

/// However late the password came: the client hears of it as long as a customer might still look.
#[tokio::test]
async fn late_log_in_leaves_time_to_tell_client() {
    for (later, is_told) in [(1_799, true), (1_800, false)] {
        let world = World::new().await;
        let mut tab = world.browser();
        let page = tab.follow(&authorize(TRANSFER)).await;
        world.clock.advance(1_799);
        let page = tab.log_in(&page, ADA, PASSWORD).await;
        world.clock.advance(600 + later);
        let answer = tab.look(&page).await;
        assert_eq!(answer.status == StatusCode::NOT_FOUND, !is_told, "{answer:?}");
        assert!(!is_told || answer.refusal().0 == "access_denied", "{answer:?}");
    }
}

#[tokio::test]
async fn unfetched_approval_expires() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    world.clock.advance(600);
    assert_eq!(tab.get(&mfa_path(&page)).await.refusal().0, "access_denied");
}

#[tokio::test]
async fn approval_is_for_one_request() {
    let world = World::new().await;
    let (mut tab, mut phone, first) = tab_and_phone(&world).await;
    phone.choose(&first.number()).await;
    let second = tab.step_up().await;
    let waiting = tab.get(&mfa_path(&second)).await;
    assert_eq!(waiting.status, StatusCode::OK, "still waiting: {waiting:?}");
    assert!(tab.get(&mfa_path(&first)).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn other_browser_cannot_fetch_tokens() {
    let world = World::new().await;
    let (_, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    for mut other in [world.browser(), world.logged_in(ADA).await, phone] {
        assert_eq!(other.get(&mfa_path(&page)).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn cancel_withdraws_push() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    let answer = tab.post("/u/cancel", &[("state", &*state), ("form_token", &*form_token)]).await;
    assert_eq!(answer.refusal().0, "access_denied");
    assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
}

#[tokio::test]
async fn log_out_voids_approval() {
    let world = World::new().await;
    for approve_first in [true, false] {
        let (mut tab, mut phone, page) = tab_and_phone(&world).await;
        if approve_first {
            phone.choose(&page.number()).await;
        }
        tab.get("/v2/logout").await;
        assert!(phone.get("/phone").await.body.contains("Nothing to approve."));
        let page = tab.follow(&mfa_path(&page)).await;
        assert!(page.body.contains("<h1>Log in</h1>"), "{page:?}");
    }
}

#[tokio::test]
async fn approval_needs_live_session() {
    for approved_in_time in [true, false] {
        let world = World::new().await;
        let mut tab = world.logged_in(ADA).await;
        let mut phone = world.phone(ADA).await;
        world.clock.advance(SESSION - 60);
        let page = tab.step_up().await;
        if approved_in_time {
            phone.choose(&page.number()).await;
        }
        world.clock.advance(60);
        if !approved_in_time {
            assert!(
                phone.choose(&page.number()).await.body.contains("Approved."),
                "the question is still fresh"
            );
        }
        let page = tab.follow(&mfa_path(&page)).await;
        assert!(page.body.contains("<h1>Log in</h1>"), "{page:?}");
    }
}

#[tokio::test]
async fn approval_is_for_one_customer() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    let log_in = tab.follow(&authorize_with(&[("prompt", "login")])).await;
    tab.log_in(&log_in, BEN, PASSWORD).await.fragment();
    assert!(tab.follow(&mfa_path(&page)).await.body.contains("<h1>Log in</h1>"));
}

#[tokio::test]
async fn acr_values_ask_for_second_factor() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.follow(&authorize_with(&[("acr_values", &format!("other {MULTI_FACTOR}"))])).await;
    assert!(page.body.contains("Riser asks you to confirm that it is you."));
    phone.choose(&page.number()).await;
    let fragment = tab.get(&mfa_path(&page)).await.fragment();
    assert_eq!(fragment["scope"], BALANCE);
    assert_eq!(world.verified(&fragment["id_token"], "riser").await["amr"], json!(["mfa"]));
    // Voluntary: values that mean nothing here ask for nothing.
    assert!(
        tab.get(&authorize_with(&[("acr_values", "urn:other")])).await.fragment().contains_key("id_token")
    );
}

/// Proves: renewal-keeps-amr
#[tokio::test]
async fn silent_renewal_has_no_mfa_claims() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    phone.choose(&page.number()).await;
    tab.get(&mfa_path(&page)).await.fragment();
    let fragment = tab.get(&authorize_with(&[("prompt", "none")])).await.fragment();
    assert!(world.verified(&fragment["id_token"], "riser").await.get("amr").is_none());
}

#[tokio::test]
async fn tab_is_notified_at_once() {
    let world = World::new().await;
    let (tab, mut phone, page) = tab_and_phone(&world).await;
    let mut waiting = tab.clone();
    let path = format!("/u/mfa/wait?state={}", page.input("state"));
    let waiting = tokio::spawn(async move { waiting.get(&path).await.status });
    phone.deny().await;
    assert_eq!(waiting.await.unwrap(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn idle_tab_polls_again() {
    let world = World::new().await;
    let (mut tab, _, page) = tab_and_phone(&world).await;
    let answer = tab.get(&format!("/u/mfa/wait?state={}", page.input("state"))).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn close_releases_waiting_pages() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    let seen = phone.get("/phone").await.body.split("seen=").nth(1).unwrap()[..16].to_owned();
    world.tenant.close();
    let answer = tab.get(&format!("/u/mfa/wait?state={}", page.input("state"))).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(phone.get(&format!("/phone/wait?seen={seen}")).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// Approved, and then: fetched, withdrawn, stale, or refused. Answered again, with the right number, it is worth nothing.
/// Proves: threat-push-bombing
#[tokio::test]
async fn approval_of_old_push_is_ignored() {
    for end in ["fetched", "cancelled", "stale", "denied"] {
        let world = World::new().await;
        let (mut tab, mut phone, page) = tab_and_phone(&world).await;
        let (shown, number) = (phone.get("/phone").await, page.number());
        match end {
            "fetched" => {
                phone.choose(&number).await;
                tab.get(&mfa_path(&page)).await.fragment();
            }
            "cancelled" => drop(tab.submit(&page, "/u/cancel", &[]).await),
            "stale" => world.clock.advance(600),
            _ => drop(phone.deny().await),
        }
        // A new request of the same tab waits meanwhile.
        let next = tab.step_up().await;
        let (push, form_token) = (shown.input("push"), shown.input("form_token"));
        let form = [("push", &*push), ("form_token", &*form_token), ("number", &*number)];
        phone.post("/phone/answer", &form).await;
        assert_eq!(tab.get(&mfa_path(&next)).await.status, StatusCode::OK, "{end}: it still waits");
        let old = tab.get(&mfa_path(&page)).await;
        let location = old.headers.get("location").map(|to| to.to_str().unwrap()).unwrap_or_default();
        assert!(!location.contains("access_token"), "{end}: {old:?}");
    }
}

/// Whoever holds the phone and does not see the other page has one guess in three, once.
/// Proves: threat-push-bombing
#[tokio::test]
async fn guessing_number_locks_request() {
    let world = World::new().await;
    let (mut tab, mut phone, page) = tab_and_phone(&world).await;
    let (shown, right) = (phone.get("/phone").await, page.number());
    let (push, form_token) = (shown.input("push"), shown.input("form_token"));
    let mut guesses: Vec<String> = (10..=99).map(|n| n.to_string()).filter(|n| *n != right).collect();
    guesses.push(right);
    for guess in &guesses {
        let form = [("push", &*push), ("form_token", &*form_token), ("number", guess.as_str())];
        let answer = phone.post("/phone/answer", &form).await;
        assert!(phone.get(&answer.location()).await.body.contains("denied for good"), "{guess}");
    }
    let (error, description) = tab.get(&mfa_path(&page)).await.refusal();
    assert_eq!((&*error, &*description), ("access_denied", "A wrong number was chosen on the phone."));
    assert_eq!(tab.get(&mfa_path(&page)).await.status, StatusCode::GONE);
}
