//! Both log-out endpoints.

use axum::http::StatusCode;

use crate::harness::{ADA, BALANCE, Browser, World, authorize, config, encode};

const HOME: &str = "http://localhost:8080/";

async fn is_logged_out(browser: &mut Browser) -> bool {
    browser.follow(&authorize(BALANCE)).await.body.contains("<h1>Log in</h1>")
}

/// Proves: tenant-session-fixation
#[tokio::test]
async fn auth0_log_out_redirects_to_registered_uri() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let stolen = browser.clone();
    let answer =
        browser.get(&format!("/v2/logout?{}", encode([("client_id", "riser"), ("returnTo", HOME)]))).await;
    assert_eq!(answer.location(), HOME);
    assert!(!browser.cookies.contains_key("riser_tenant_session"));
    assert!(is_logged_out(&mut browser).await);
    assert!(is_logged_out(&mut stolen.clone()).await, "the session is over on the server's side too");
}

/// Proves: tenant-open-redirect
#[tokio::test]
async fn unregistered_uri_is_not_followed() {
    let world = World::new().await;
    let others = [
        "http://localhost:8080",
        "http://localhost:8080/x",
        "http://localhost:8080/?x",
        "https://evil.example/",
        "http://localhost:8080/callback",
        "",
    ];
    for uri in others {
        let queries = [
            format!("/v2/logout?{}", encode([("client_id", "riser"), ("returnTo", uri)])),
            format!("/oidc/logout?{}", encode([("client_id", "riser"), ("post_logout_redirect_uri", uri)])),
        ];
        for query in queries {
            let mut browser = world.logged_in(ADA).await;
            let mut answer = browser.get(&query).await;
            if query.starts_with("/oidc") {
                answer = browser.answers_log_out(&answer, &[]).await;
            }
            assert_eq!(answer.status, StatusCode::OK, "{query}");
            assert!(answer.body.contains("<h1>You are logged out</h1>"));
            assert!(is_logged_out(&mut browser).await);
        }
    }
    // A registered address, but nobody says for whom.
    let query = format!("/v2/logout?{}", encode([("returnTo", HOME)]));
    assert_eq!(world.browser().get(&query).await.status, StatusCode::OK);
}

/// What a browser is sent to `/oidc/logout` with.
fn openid_log_out(more: &[(&str, &str)]) -> String {
    let pairs = [("client_id", "riser"), ("post_logout_redirect_uri", HOME), ("state", "a&b")];
    format!("/oidc/logout?{}", encode(pairs.iter().chain(more).copied()))
}

/// Proves: tenant-log-out-link
#[tokio::test]
async fn asks_before_ending_unnamed_session() {
    let world = World::new().await;
    let mut other = world.logged_in(ADA).await;
    let others = other.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    let others_sid = world.verified(&others, "riser").await["sid"].as_str().unwrap().to_owned();
    for hints in [
        vec![],
        vec![("logout_hint", others_sid.as_str())],
        vec![("logout_hint", "")],
        vec![("id_token_hint", others.as_str())],
    ] {
        let mut browser = world.logged_in(ADA).await;
        let page = browser.get(&openid_log_out(&hints)).await;
        assert!(page.body.contains("<h1>Log out?</h1>"), "{hints:?}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self' http: https:;"), "{policy}");

        let stays = browser.answers_log_out(&page, &[("stay", "yes")]).await;
        assert_eq!(stays.location(), format!("{HOME}?state=a%26b"));
        assert!(!is_logged_out(&mut browser.clone()).await);

        let answer = browser.answers_log_out(&page, &[]).await;
        assert_eq!(answer.location(), format!("{HOME}?state=a%26b"));
        assert!(is_logged_out(&mut browser).await);
    }
}

#[tokio::test]
async fn asks_nothing_for_named_session() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let token = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    let sid = world.verified(&token, "riser").await["sid"].as_str().unwrap().to_owned();
    let (by_sid, by_token) = (("logout_hint", sid.as_str()), ("id_token_hint", token.as_str()));
    for hints in [vec![by_sid], vec![by_token], vec![by_sid, by_token]] {
        let mut browser = browser.clone();
        // Each ends the session on the server's side, so the later ones have none: they are asked nothing either.
        assert_eq!(browser.get(&openid_log_out(&hints)).await.location(), format!("{HOME}?state=a%26b"));
        assert!(is_logged_out(&mut browser).await);
    }
    for hints in [vec![by_sid], vec![by_token], vec![by_sid, by_token]] {
        let mut browser = world.logged_in(ADA).await;
        let page = browser.get(&openid_log_out(&hints)).await;
        assert!(page.body.contains("<h1>Log out?</h1>"), "it is another session: {hints:?}");
    }
}

#[tokio::test]
async fn disagreeing_hints_name_no_session() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let token = browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone();
    let page = browser.get(&openid_log_out(&[("id_token_hint", &token), ("logout_hint", "other")])).await;
    assert!(page.body.contains("<h1>Log out?</h1>"));
}

/// Proves: tenant-log-out-link
#[tokio::test]
async fn confirmation_needs_csrf_token() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let page = browser.get(&openid_log_out(&[])).await;
    let mut other = world.logged_in(ADA).await;
    let others = other.get(&openid_log_out(&[])).await.input("form_token");
    for form_token in ["", "x", &others] {
        let form = [("form_token", form_token), ("query", "")];
        assert_eq!(browser.post("/u/logout", &form).await.status, StatusCode::FORBIDDEN, "{form_token}");
    }
    browser.headers.insert("sec-fetch-site", "same-site".parse().unwrap());
    assert_eq!(browser.answers_log_out(&page, &[]).await.status, StatusCode::FORBIDDEN);
    browser.headers.remove("sec-fetch-site");
    assert!(!is_logged_out(&mut browser.clone()).await);
    // What the page carries along can be edited, and leads nowhere that is not registered.
    let form_token = page.input("form_token");
    let query = encode([("client_id", "riser"), ("post_logout_redirect_uri", "https://evil.example/")]);
    let form = [("form_token", form_token.as_str()), ("query", &query)];
    let answer = browser.post("/u/logout", &form).await;
    assert!(answer.body.contains("<h1>You are logged out</h1>"), "{answer:?}");
}

#[tokio::test]
async fn asking_can_be_disabled() {
    let mut config = config();
    config.ask_before_log_out = false;
    let mut browser = World::with(config).await.logged_in(ADA).await;
    assert_eq!(browser.get(&openid_log_out(&[])).await.location(), format!("{HOME}?state=a%26b"));
    assert!(is_logged_out(&mut browser).await);
}

#[tokio::test]
async fn expired_id_token_names_client() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize(BALANCE)).await.fragment();
    world.clock.advance(40_000);
    let hint = fragment["id_token"].as_str();
    let go = |pairs: Vec<(&'static str, String)>| {
        let query = encode(pairs.iter().map(|(name, value)| (*name, value.as_str())));
        format!("/oidc/logout?{query}")
    };
    let uri = ("post_logout_redirect_uri", HOME.to_owned());
    let good = go(vec![("id_token_hint", hint.to_owned()), uri.clone()]);
    assert_eq!(world.browser().get(&good).await.location(), HOME);
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let bad = [
        vec![("id_token_hint", hint.to_owned()), ("client_id", "other".to_owned()), uri.clone()],
        vec![("id_token_hint", forged), ("client_id", "riser".to_owned()), uri.clone()],
        vec![("id_token_hint", fragment["access_token"].clone()), uri.clone()],
    ];
    for pairs in bad {
        assert_eq!(world.browser().get(&go(pairs)).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn post_equals_get() {
    let mut browser = World::new().await.logged_in(ADA).await;
    let form = [("client_id", "riser"), ("post_logout_redirect_uri", HOME)];
    let answer = browser.post("/oidc/logout", &form).await;
    let page = browser.get(&answer.location()).await;
    assert_eq!(browser.answers_log_out(&page, &[]).await.location(), HOME);
    assert!(is_logged_out(&mut browser).await);
}

mod post {
    use axum::http::StatusCode;

    use super::{ADA, BALANCE, HOME, World, authorize, encode, is_logged_out};
    use crate::harness::{Answer, BEN, Browser};

    /// A form of another site, as browsers send it: without the session's cookie, which the redirect after it gets.
    async fn submits(browser: &mut Browser, form: &[(&str, &str)]) -> Answer {
        let cookies = std::mem::take(&mut browser.cookies);
        browser.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        browser.headers.insert("sec-fetch-mode", "navigate".parse().unwrap());
        browser.headers.insert("sec-fetch-dest", "document".parse().unwrap());
        browser.headers.insert("origin", "https://client.example".parse().unwrap());
        let redirect = browser.post("/oidc/logout", form).await;
        assert!(browser.cookies.is_empty(), "a post that came without a cookie takes none away");
        browser.headers.remove("origin");
        browser.cookies = cookies;
        let location = redirect.location();
        assert!(!location.contains("eyJ"), "no token is in an address: {location}");
        let answer = browser.get(&location).await;
        for header in ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"] {
            browser.headers.remove(header);
        }
        answer
    }

    async fn id_token(browser: &mut Browser) -> String {
        browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone()
    }

    /// Proves: log-out-posted
    #[tokio::test]
    async fn from_another_site_ends_the_session_without_asking() {
        for client_id in [None, Some(("client_id", "riser"))] {
            let mut browser = World::new().await.logged_in(ADA).await;
            let token = id_token(&mut browser).await;
            let form =
                [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", HOME), ("state", "a&b")];
            let form: Vec<_> = form.into_iter().chain(client_id).collect();
            assert_eq!(submits(&mut browser, &form).await.location(), format!("{HOME}?state=a%26b"));
            assert!(!browser.cookies.contains_key("riser_tenant_session"));
            assert!(is_logged_out(&mut browser).await);
        }
    }

    /// Proves: log-out-posted
    #[tokio::test]
    async fn takes_an_expired_hint() {
        let world = World::new().await;
        let mut browser = world.logged_in(ADA).await;
        let token = id_token(&mut browser).await;
        world.clock.advance(40_000);
        let form = [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", HOME)];
        assert!(
            browser.get(&authorize(BALANCE)).await.fragment().contains_key("id_token"),
            "a session still"
        );
        assert_eq!(submits(&mut browser, &form).await.location(), HOME);
        assert!(is_logged_out(&mut browser).await);
    }

    /// Proves: log-out-posted
    #[tokio::test]
    async fn without_a_redirect_uri_ends_on_a_page() {
        let mut browser = World::new().await.logged_in(ADA).await;
        let token = id_token(&mut browser).await;
        let answer = submits(&mut browser, &[("id_token_hint", &token)]).await;
        assert!(answer.body.contains("<h1>You are logged out</h1>"), "{answer:?}");
        assert!(is_logged_out(&mut browser).await);
    }

    /// Each names no session, or another one: the customer is asked first.
    /// Proves: log-out-confirmation
    #[tokio::test]
    async fn asks_where_the_hint_does_not_name_the_session() {
        let world = World::new().await;
        let mut ada = world.logged_in(ADA).await;
        let token = id_token(&mut ada).await;
        let sid = world.verified(&token, "riser").await["sid"].as_str().unwrap().to_owned();
        let bens = id_token(&mut world.logged_in(BEN).await).await;
        let adas_elsewhere = id_token(&mut world.logged_in(ADA).await).await;
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
        for (form, goes_back) in [
            (vec![("client_id", "riser")], true),
            (vec![("id_token_hint", bens.as_str())], true),
            (vec![("id_token_hint", adas_elsewhere.as_str())], true),
            // The token names another session than the hint beside it.
            (vec![("id_token_hint", adas_elsewhere.as_str()), ("logout_hint", sid.as_str())], true),
            (vec![("id_token_hint", token.as_str()), ("logout_hint", "other")], true),
            // A token that proves nothing also says nothing of who asks.
            (vec![("id_token_hint", forged.as_str()), ("client_id", "riser")], false),
            (vec![("id_token_hint", forged.as_str()), ("logout_hint", sid.as_str())], false),
            (vec![("id_token_hint", "x"), ("client_id", "riser")], false),
            (vec![("id_token_hint", token.as_str()), ("client_id", "other")], false),
        ] {
            let mut browser = ada.clone();
            let form: Vec<_> = form.into_iter().chain([("post_logout_redirect_uri", HOME)]).collect();
            let page = submits(&mut browser, &form).await;
            assert!(page.body.contains("<h1>Log out?</h1>"), "{form:?}: {page:?}");
            assert!(!is_logged_out(&mut browser.clone()).await, "{form:?}");
            let stays = browser.answers_log_out(&page, &[("stay", "yes")]).await;
            assert_eq!(stays.headers.get("location").is_some_and(|to| to == HOME), goes_back, "{form:?}");
        }
    }

    /// Proves: log-out-confirmation
    #[tokio::test]
    async fn of_a_script_ends_nothing() {
        let mut browser = World::new().await.logged_in(ADA).await;
        let token = id_token(&mut browser).await;
        let redirect = browser.post("/oidc/logout", &[("id_token_hint", &token)]).await;
        browser.headers.insert("sec-fetch-mode", "no-cors".parse().unwrap());
        browser.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        browser.headers.insert("sec-fetch-dest", "empty".parse().unwrap());
        assert_eq!(browser.get(&redirect.location()).await.status, StatusCode::FORBIDDEN);
        browser.headers.clear();
        assert!(!is_logged_out(&mut browser).await);
    }

    /// Proves: log-out-confirmation
    #[tokio::test]
    async fn with_a_session_that_is_over_goes_back_at_once() {
        let world = World::new().await;
        let token = id_token(&mut world.logged_in(ADA).await).await;
        let form = [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", HOME), ("state", "s")];
        assert_eq!(submits(&mut world.browser(), &form).await.location(), format!("{HOME}?state=s"));
        let query = encode([("post_logout_redirect_uri", HOME)]);
        assert!(world.browser().get(&format!("/oidc/logout?{query}")).await.body.contains("logged out"));
    }
}
