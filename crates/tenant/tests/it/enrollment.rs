//! Setting up factors: the first with the password alone, each other after one that is there.

use axum::http::StatusCode;

use crate::authenticator::{Authenticator, SECRET};
use crate::harness::{ADA, Answer, Browser, PASSWORD, TRANSFER, World, authorize, config_with, log};

/// A customer who has a phone, has approved a request, and looks after the ways to confirm.
async fn managing(world: &World) -> (Browser, Answer) {
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let page = tab.take_way(&page, "manage").await;
    assert!(page.body.contains("When this is confirmed, you can change your ways to confirm."), "{page:?}");
    phone.choose(&page.number()).await;
    let page = tab.look(&page).await;
    assert!(page.body.contains("<h1>Your ways to confirm</h1>"), "{page:?}");
    (tab, page)
}

/// Sets up an app there; gives it, and the page with the recovery codes.
async fn set_up(world: &World, tab: &mut Browser, page: &Answer) -> (Authenticator, Answer) {
    let page = tab.act(page, "set-up", "").await;
    let app = Authenticator::scanning(&page);
    let done = tab.act(&page, "confirm", &app.code(world)).await;
    (app, done)
}

#[tokio::test]
async fn first_app_is_enrolled_at_first_challenge() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let ways = tab.get(&format!("/u/mfa/ways?state={}", page.input("state"))).await;
    assert_eq!(ways.texts("class=\"choice\""), ["Set up an authenticator app"]);
    let page = tab.take_way(&page, "first-app").await;
    assert!(page.body.contains("Riser asks to transfer funds from your account."), "{page:?}");
    let app = Authenticator::scanning(&page);
    let wrong = tab.enter(&page, &app.other_code(&world)).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let answer = tab.enter(&wrong, &app.code(&world)).await;
    let codes = tab.follow(&answer.location()).await;
    assert_eq!(codes.texts("data-code").len(), 10);
    let page = tab.get(&format!("/u/methods?state={}", page.input("state"))).await;
    assert!(page.body.contains("Your authenticator app is set up."), "{page:?}");
    let fragment = tab.act(&page, "continue", "").await.fragment();
    assert_eq!(fragment["scope"], TRANSFER);
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!(id["amr"], serde_json::json!(["mfa"]), "it is the second factor of this request, as at Auth0");
    // The next request asks for it; the code that confirmed it is used.
    let page = tab.asks_for_code().await;
    assert_eq!(tab.enter(&page, &app.code(&world)).await.status, StatusCode::BAD_REQUEST);
    assert!(tab.enter(&page, &app.code_in(&world, 1)).await.fragment().contains_key("access_token"));
}

/// Whoever knows the password alone must not get in by a factor of their own.
/// Proves: threat-enrollment
#[tokio::test]
async fn password_alone_enrolls_no_further_factor() {
    let phone_only = World::new().await;
    phone_only.phone(ADA).await;
    let app = World::with(config_with(ADA, Some(SECRET), &[])).await;
    let codes = World::with(config_with(ADA, None, &["1111-AAAA-BBBB-CCCC"])).await;
    for world in [phone_only, app, codes] {
        let mut tab = world.logged_in(ADA).await;
        let page = tab.follow(&authorize(TRANSFER)).await;
        let after = tab.take_way(&page, "first-app").await;
        assert!(!after.body.contains("class=\"qr\""), "{after:?}");
        // Nor does the page of the ways open before a factor was given, by any of its buttons.
        tab.take_way(&page, "manage").await;
        for act in ["set-up", "confirm", "new-codes", "remove-app", "continue"] {
            let answer = tab.submit(&page, "/u/methods", &[("act", act)]).await;
            assert_eq!(answer.location(), format!("/u/mfa?state={}", page.input("state")), "{act}");
        }
        let codes = tab.get(&format!("/u/methods/codes?state={}", page.input("state"))).await;
        assert!(codes.location().starts_with("/u/mfa?"));
    }
}

/// Proves: threat-enrollment
#[tokio::test]
async fn factor_enrolled_meanwhile_is_asked_for() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let page = tab.take_way(&page, "first-app").await;
    let app = Authenticator::scanning(&page);
    world.phone(ADA).await;
    let answer = tab.enter(&page, &app.code(&world)).await;
    let log_in = tab.follow(&answer.location()).await;
    let page = tab.log_in(&log_in, ADA, PASSWORD).await;
    assert!(page.body.contains("<h1>Approve on your phone</h1>"), "{page:?}");
}

#[tokio::test]
async fn app_is_enrolled_after_its_code() {
    let world = World::new().await;
    let (mut tab, page) = managing(&world).await;
    let page = tab.act(&page, "set-up", "").await;
    let app = Authenticator::scanning(&page);
    for (code, sentence) in
        [("", "Enter the 6 digits"), (app.other_code(&world).as_str(), "This is not the code")]
    {
        let refused = tab.act(&page, "confirm", code).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.texts("role=\"alert\"")[0].starts_with(sentence), "{refused:?}");
        assert_eq!(Authenticator::scanning(&refused).code(&world), app.code(&world), "the same key");
    }
    let left = tab.act(&page, "abandon", "").await;
    assert!(left.body.contains("Not set up."), "{left:?}");
    let late = tab.act(&page, "confirm", &app.code(&world)).await;
    assert!(late.body.contains("Not set up."), "a key that was left counts no more: {late:?}");
    assert!(tab.act(&left, "continue", "").await.fragment().contains_key("access_token"));
    let page = tab.step_up().await;
    assert!(tab.take_way(&page, "otp").await.body.contains("<h1>Another way to confirm</h1>"));
}

#[tokio::test]
async fn app_confirms_and_can_be_replaced_and_removed() {
    let world = World::new().await;
    let (mut tab, page) = managing(&world).await;
    let (first, codes) = set_up(&world, &mut tab, &page).await;
    assert_eq!(codes.texts("data-code").len(), 10, "who has none gets recovery codes");
    world.clock.advance(60);
    let page = tab.get(&format!("/u/methods?state={}", page.input("state"))).await;
    let (second, after) = set_up(&world, &mut tab, &page).await;
    assert!(after.body.contains("<h1>Your ways to confirm</h1>"), "the codes that there are stay: {after:?}");
    assert!(after.body.contains("You have 10 left."), "{after:?}");
    tab.act(&after, "continue", "").await.fragment();

    world.clock.advance(60);
    let page = tab.step_up().await;
    let page = tab.take_way(&page, "otp").await;
    let page = tab.take_way(&page, "manage").await;
    assert_eq!(tab.enter(&page, &first.code(&world)).await.status, StatusCode::BAD_REQUEST, "replaced");
    let answer = tab.enter(&page, &second.code(&world)).await;
    let page = tab.follow(&answer.location()).await;
    let page = tab.act(&page, "remove-app", "").await;
    assert!(page.body.contains("Your authenticator app is not asked any more."), "{page:?}");
    tab.act(&page, "continue", "").await.fragment();
    tab.step_up().await;
}

#[tokio::test]
async fn enrollment_needs_own_browser_and_form() {
    let world = World::new().await;
    let (mut tab, page) = managing(&world).await;
    let state = page.input("state");
    for form_token in ["", "other"] {
        let form = [("state", state.as_str()), ("form_token", form_token), ("act", "new-codes")];
        assert_eq!(tab.post("/u/methods", &form).await.status, StatusCode::FORBIDDEN);
    }
    let mut other = world.logged_in(ADA).await;
    assert_eq!(
        other.submit(&page, "/u/methods", &[("act", "new-codes")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(other.get(&format!("/u/methods?state={state}")).await.status, StatusCode::NOT_FOUND);
    let same = tab.act(&page, "nonsense", "").await;
    assert!(same.body.contains("<h1>Your ways to confirm</h1>"), "{same:?}");
    let cancelled = tab.submit(&page, "/u/cancel", &[]).await;
    assert_eq!(cancelled.refusal().0, "access_denied");
}

/// Proves: threat-enrollment
#[tokio::test]
async fn pairing_needs_code_of_existing_factor() {
    let world = World::with(config_with(ADA, Some(SECRET), &["1111-AAAA-BBBB-CCCC"])).await;
    let app = Authenticator::with(SECRET);
    let mut phone = world.browser();
    let form_token = phone.get("/phone").await.input("form_token");
    let with_password = [("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
    // A code without the password before it.
    let code = app.code(&world);
    let with_code = [("form_token", &*form_token), ("code", &*code)];
    assert_eq!(phone.post("/phone/pair", &with_code).await.location(), "/phone");
    assert!(phone.get("/phone").await.body.contains("<h1>Pair your phone</h1>"));

    let page = phone.post("/phone/pair", &with_password).await;
    assert!(page.body.contains("<h1>Confirm that it is you</h1>"), "{page:?}");
    assert!(phone.get("/phone").await.body.contains("<h1>Pair your phone</h1>"), "not yet");
    for _ in 0..5 {
        let wrong = app.other_code(&world);
        let form = [("form_token", &*form_token), ("code", &*wrong)];
        assert_eq!(phone.post("/phone/pair", &form).await.status, StatusCode::BAD_REQUEST);
    }
    let answer = phone.post("/phone/pair", &with_code).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "60"));
    world.clock.advance(60);
    let code = app.code(&world);
    let form = [("form_token", &*form_token), ("code", &*code)];
    let mut elsewhere = world.browser();
    elsewhere.get("/phone").await;
    assert_eq!(elsewhere.post("/phone/pair", &form).await.status, StatusCode::FORBIDDEN);
    let before = phone.clone();
    assert_eq!(phone.post("/phone/pair", &form).await.location(), "/phone");
    assert!(phone.get("/phone").await.body.contains("Paired with Ada Example"));
    // The password was good for this one phone, also with another code and with the cookie of before.
    let mut again = world.browser();
    again.cookies = before.cookies;
    let form = [("form_token", &*form_token), ("code", "1111-AAAA-BBBB-CCCC")];
    again.post("/phone/pair", &form).await;
    assert!(again.get("/phone").await.body.contains("<h1>Pair your phone</h1>"));

    // The password is good for ten minutes.
    let mut other = world.browser();
    let form_token = other.get("/phone").await.input("form_token");
    let form = [("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
    other.post("/phone/pair", &form).await;
    world.clock.advance(600);
    let form = [("form_token", &*form_token), ("code", "1111-AAAA-BBBB-CCCC")];
    assert_eq!(other.post("/phone/pair", &form).await.location(), "/phone");
    assert!(other.get("/phone").await.body.contains("<h1>Pair your phone</h1>"));
}

/// Proves: threat-logged-secrets
#[tokio::test]
async fn log_has_no_code_or_secret() {
    log::keep();
    let world = World::with(config_with(ADA, Some(SECRET), &["1111-AAAA-BBBB-CCCC"])).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.asks_for_code().await;
    let configured = Authenticator::with(SECRET);
    let mut secrets = vec![configured.other_code(&world), configured.code(&world), SECRET.to_owned()];
    tab.enter(&page, &secrets[0]).await;
    let page = tab.take_way(&page, "recovery-code").await;
    let answer = tab.enter(&page, "1111-AAAA-BBBB-CCCC").await;
    let page = tab.follow(&answer.location()).await;
    let page = tab.act(&page, "set-up", "").await;
    let key = page.texts("id=\"key\"").remove(0);
    tab.act(&page, "confirm", &Authenticator::with(&key).code(&world)).await;
    let codes = tab.act(&page, "new-codes", "").await;
    let page = tab.get(&format!("/u/methods?state={}", page.input("state"))).await;
    tab.act(&page, "continue", "").await.fragment();

    secrets.push(Authenticator::with(&key).code(&world));
    secrets.extend(["1111-AAAA-BBBB-CCCC".to_owned(), key.replace(' ', ""), key]);
    secrets.extend(codes.texts("data-code"));
    let log = log::kept();
    for said in ["second factor given", "authenticator app set up", "recovery codes made", "code refused"] {
        assert!(log.contains(said), "{said}: {log}");
    }
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret}: {log}");
    }
}

/// Somebody with entries of several tenants has to tell them apart. A colon would end the name.
/// Proves: totp-entry-name
#[tokio::test]
async fn app_entry_has_tenant_name() {
    for (name, shown) in [
        (Some("Riser sign-in"), "Riser%20sign-in"),
        (Some("B\u{e4}nk & Co: test?"), "B%C3%A4nk%20%26%20Co%20%20test%3F"),
        (None, "localhost%208090"),
    ] {
        let mut config = crate::harness::config();
        config.name = name.map(str::to_owned);
        let world = World::with(config).await;
        let (mut tab, page) = managing(&world).await;
        let page = tab.act(&page, "set-up", "").await;
        let entry = format!("otpauth://totp/{shown}:customer%40example.com?");
        let link = page.body.split("href=\"otpauth://").nth(1).unwrap().split('"').next().unwrap();
        let link = format!("otpauth://{}", link.replace("&#38;", "&"));
        assert!(link.starts_with(&entry), "{link}");
        assert!(link.contains(&format!("&issuer={shown}&")), "{link}");
    }
}
