//! Denials, claims, scopes and metadata.

use serde_json::{Value, json};
use tenant::{Action, Config};

use super::{action, decided_by, id_token, log_in, rule, script, world};
use crate::harness::{ADA, AUDIENCE, BALANCE, BEN, World, authorize, authorize_with};

/// Proves: script-failures
#[tokio::test]
async fn denial_reaches_client_with_reason() {
    for (script, error, description) in [
        (action("api.access.deny('Not on \"Sundays\".');"), "access_denied", "Not on 'Sundays'."),
        (rule("callback(new UnauthorizedError('Not you.'));"), "unauthorized", "Not you."),
        (rule("callback(new Error('Not now.'));"), "access_denied", "Not now."),
        (rule("callback('Not here.');"), "access_denied", "Not here."),
    ] {
        let world = world([script]).await;
        let (mut browser, answer) = log_in(&world).await;
        let refusal = (error.to_owned(), description.to_owned());
        assert_eq!(answer.refusal(), refusal);
        // The password was right: there is a session, and the scripts are asked again, also without a page.
        assert_eq!(browser.get(&authorize(BALANCE)).await.refusal(), refusal);
        assert_eq!(browser.get(&authorize_with(&[("prompt", "none")])).await.refusal(), refusal);
    }
}

#[tokio::test]
async fn denial_concerns_only_its_customer() {
    let world = world([action("if (event.user.email.startsWith('second')) api.access.deny('No.');")]).await;
    assert!(log_in(&world).await.1.fragment().contains_key("access_token"));
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, BEN, crate::harness::PASSWORD).await;
    assert_eq!(answer.refusal().0, "access_denied");
    // Ben gives up, and Ada logs in with the same browser.
    let page = browser.follow(&authorize_with(&[("prompt", "login")])).await;
    assert!(
        browser.log_in(&page, ADA, crate::harness::PASSWORD).await.fragment().contains_key("access_token")
    );
}

/// Proves: script-protected-claims
#[tokio::test]
async fn claims_are_in_both_tokens() {
    let claims = action(
        "api.idToken.setCustomClaim('https://bank.example/tier', { level: 2 }).idToken.setCustomClaim('name', 'Countess Ada')
            .accessToken.setCustomClaim('https://bank.example/limits', [1, 2.5, null]);
         for (const name of ['iss', 'sub', 'aud', 'exp', 'nonce', 'at_hash', 'amr', 'scope', 'azp', 'sid'])
           api.idToken.setCustomClaim(name, 'forged').accessToken.setCustomClaim(name, 'forged');",
    );
    let world = world([claims]).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize("openid profile view:balance")).await;
    let fragment = browser.log_in(&page, ADA, crate::harness::PASSWORD).await.fragment();
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!(
        (&id["https://bank.example/tier"], &id["name"]),
        (&json!({ "level": 2 }), &json!("Countess Ada"))
    );
    let access = world.verified(&fragment["access_token"], AUDIENCE).await;
    assert_eq!(access["https://bank.example/limits"], json!([1, 2.5, null]));
    for token in [&id, &access] {
        assert!(!token.to_string().contains("forged"), "{token}");
    }
}

#[tokio::test]
async fn scripts_add_and_remove_scopes() {
    let change = "api.accessToken.addScope('audit:all').accessToken.removeScope('email').accessToken.removeScope('view:balance');";
    let mut config: Config = decided_by([action(change)]);
    config.customers[0].permissions = Some(vec!["view:balance".into()]);
    let world = World::with(config).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize("openid email view:balance")).await;
    let fragment = browser.log_in(&page, ADA, crate::harness::PASSWORD).await.fragment();
    assert_eq!(fragment["scope"], "openid audit:all");
    assert_eq!(world.verified(&fragment["access_token"], AUDIENCE).await["scope"], "openid audit:all");
    let id = world.verified(&fragment["id_token"], "riser").await;
    assert_eq!(id["email"], ADA, "the ID token follows what was asked for");

    let world = self::world([rule(
        "context.accessToken.scope = ['openid', 'x:y', 'x:y']; callback(null, user, context);",
    )])
    .await;
    assert_eq!(log_in(&world).await.1.fragment()["scope"], "openid x:y");
}

/// The decisions of a request stay with its code.
#[tokio::test]
async fn code_flow_has_same_claims() {
    use base64::Engine as _;
    let verifier = "a".repeat(43);
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash);
    let world = world([action(
        "api.idToken.setCustomClaim('it', 1).accessToken.setCustomClaim('it', 2).accessToken.addScope('x');",
    )])
    .await;
    let mut browser = world.logged_in(ADA).await;
    let code =
        [("response_type", "code"), ("code_challenge_method", "S256"), ("code_challenge", &*challenge)];
    let code = browser.get(&authorize_with(&code)).await.query()["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "riser"),
        ("code", &*code),
        ("redirect_uri", crate::harness::CALLBACK),
        ("code_verifier", &*verifier),
    ];
    let tokens: Value = browser.post("/oauth/token", &form).await.json();
    assert_eq!(tokens["scope"], "openid view:balance x");
    assert_eq!(world.verified(tokens["id_token"].as_str().unwrap(), "riser").await["it"], 1);
    assert_eq!(world.verified(tokens["access_token"].as_str().unwrap(), AUDIENCE).await["it"], 2);
}

#[tokio::test]
async fn metadata_persists_per_customer() {
    let count = action(
        "const visits = (event.user.app_metadata.visits ?? 0) + 1;
         api.user.setAppMetadata('visits', visits).user.setUserMetadata('old', null);
         api.idToken.setCustomClaim('it', [visits, event.user.user_metadata, event.stats.logins_count]);
         if (visits === 2) api.access.deny('Once more.');",
    );
    let mut config = decided_by([count]);
    config.customers[0].app_metadata.insert("visits".into(), json!(0));
    config.customers[0].user_metadata.insert("old".into(), json!("x"));
    config.customers[0].user_metadata.insert("new".into(), json!("y"));
    let world = World::with(config).await;
    assert_eq!(id_token(&world).await["it"], json!([1, { "old": "x", "new": "y" }, 1]));
    assert_eq!(log_in(&world).await.1.refusal().1, "Once more.", "which is written down all the same");
    assert_eq!(id_token(&world).await["it"], json!([3, { "new": "y" }, 3]));
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let ben = browser.log_in(&page, BEN, crate::harness::PASSWORD).await.fragment()["id_token"].clone();
    assert_eq!(world.verified(&ben, "riser").await["it"][1], json!({}));
}

#[tokio::test]
async fn several_scripts_run_in_order() {
    let named = |name: &str, script: Action| Action { name: name.into(), ..script };
    let world = world([
        named("A", action("api.idToken.setCustomClaim('it', `${event.user.app_metadata.rule} then A`).user.setAppMetadata('a', 'A');")),
        named("B", action("api.idToken.setCustomClaim('then', `${event.user.app_metadata.a} then B`);")),
        named("R", rule("auth0.users.updateAppMetadata(user.user_id, { rule: 'R' }).then(() => callback(null, user, context));")),
    ])
    .await;
    let id = id_token(&world).await;
    assert_eq!((&id["it"], &id["then"]), (&json!("R then A"), &json!("A then B")));
}

#[tokio::test]
async fn secrets_reach_only_their_script() {
    let mut first = script(
        "First",
        tenant::ActionKind::PostLogin,
        "exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('it', event.secrets.KEY.length); };",
    );
    first.secrets.insert("KEY".into(), "swordfish".into());
    assert!(!format!("{first:?}").contains("swordfish"), "{first:?}");
    let second = action("api.idToken.setCustomClaim('then', Object.keys(event.secrets));");
    let id = id_token(&world([first, second]).await).await;
    assert_eq!((&id["it"], &id["then"]), (&json!(9), &json!([])));
}

/// Scripts run without a lock, and what was true when they began may be over when they end.
#[tokio::test]
async fn log_out_during_script_counts() {
    let world = world([action("await new Promise((go) => setTimeout(go, 300));")]).await;
    let (mut tab, answer) = log_in(&world).await;
    assert!(answer.fragment().contains_key("access_token"));
    let mut other = tab.clone();
    let request = authorize(BALANCE);
    // The first goes as far as the script, which keeps it waiting; then comes the second.
    let (answer, _) = tokio::join!(tab.get(&request), other.get("/v2/logout?client_id=riser"));
    assert!(answer.location().starts_with("/u/login?"), "{answer:?}");
}
