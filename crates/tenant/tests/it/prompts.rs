//! Who has to be in front of the browser: `prompt`, `id_token_hint`, `login_hint` (OIDC Core 3.1.2.1).

use crate::harness::{ADA, BALANCE, BEN, Browser, PASSWORD, START, World, authorize, authorize_with, config};

async fn id_token(browser: &mut Browser) -> String {
    browser.get(&authorize(BALANCE)).await.fragment()["id_token"].clone()
}

#[tokio::test]
async fn interactive_prompts_show_log_in_page() {
    let world = World::new().await;
    let mut browser = world.logged_in(ADA).await;
    for prompt in ["login", "consent", "select_account", "login consent", "consent select_account login"] {
        world.clock.advance(10);
        let page = browser.follow(&authorize_with(&[("prompt", prompt)])).await;
        assert_eq!(
            page.body.contains("By logging in you allow Riser to:"),
            prompt.contains("consent"),
            "{prompt}"
        );
        let fragment = browser.log_in(&page, ADA, PASSWORD).await.fragment();
        let id = world.verified(&fragment["id_token"], "riser").await;
        assert!(id["auth_time"].as_u64().unwrap() > START, "{prompt}: {id}");
    }
}

#[tokio::test]
async fn consent_lists_requested_scopes() {
    let mut browser = World::new().await.browser();
    let asked = [("prompt", "consent"), ("scope", "openid email view:balance unknown")];
    let page = browser.follow(&authorize_with(&asked)).await;
    let items: Vec<&str> =
        page.body.split("<li>").skip(1).map(|item| item.split('<').next().unwrap()).collect();
    assert_eq!(items, ["know that it is you", "see your email address", "see your balance"]);
    assert!(page.body.contains("<button type=\"submit\">Cancel</button>"), "one may say no");
}

#[tokio::test]
async fn id_token_hint_limits_customer() {
    let world = World::new().await;
    let mut ada = world.logged_in(ADA).await;
    let hint = id_token(&mut ada).await;
    let silent = [("id_token_hint", hint.as_str()), ("prompt", "none")];
    // It may have expired long ago.
    world.clock.advance(36_001);
    assert!(ada.get(&authorize_with(&silent)).await.fragment().contains_key("id_token"));

    let mut ben = world.logged_in(BEN).await;
    assert_eq!(ben.get(&authorize_with(&silent)).await.refusal().0, "login_required");
    let page = ben.follow(&authorize_with(&[("id_token_hint", &hint)])).await;
    assert_eq!(page.input("email"), ADA, "who is meant");
    let refused = ben.log_in(&page, BEN, PASSWORD).await;
    assert!(refused.body.contains("The application wants somebody else to log in."), "{refused:?}");
    let fragment = ben.log_in(&page, ADA, PASSWORD).await.fragment();
    assert_eq!(world.verified(&fragment["id_token"], "riser").await["sub"], "auth0|1001");
}

/// Proves: tenant-id-token-hint
#[tokio::test]
async fn foreign_id_token_hint_is_refused() {
    let mut two = config();
    let mut other = two.clients[0].clone();
    other.id = "other".to_owned();
    two.clients.push(other);
    let world = World::with(two).await;
    let mut browser = world.logged_in(ADA).await;
    let fragment = browser.get(&authorize(BALANCE)).await.fragment();
    let others = browser.get(&authorize_with(&[("client_id", "other")])).await.fragment()["id_token"].clone();
    let hint = &fragment["id_token"];
    let (signed, signature) = hint.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    for (what, hint) in [
        ("an access token", fragment["access_token"].clone()),
        ("another client's", others),
        ("forged", forged),
        ("unsigned", format!("{signed}.")),
        ("nothing", "x".to_owned()),
    ] {
        for prompt in ["", "none"] {
            let (error, _) =
                browser.get(&authorize_with(&[("id_token_hint", &hint), ("prompt", prompt)])).await.refusal();
            assert_eq!(error, "invalid_request", "{what}");
        }
    }
}

/// Proves: tenant-markup
#[tokio::test]
async fn login_hint_is_escaped() {
    let mut browser = World::new().await.browser();
    let page = browser.follow(&authorize_with(&[("login_hint", "\"><script>alert(1)</script>")])).await;
    assert!(page.body.contains("value=\"&#34;&#62;&#60;script&#62;alert(1)"), "{page:?}");
    assert!(!page.body.contains("<script>alert"));
}
