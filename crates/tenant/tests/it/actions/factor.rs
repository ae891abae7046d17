//! Whether there is a second factor is the scripts' decision, and the tenant's where it has one of its own.

use serde_json::json;
use tenant::{Action, ActionKind};

use super::{action, decided_by, log_in, rule, script, world};
use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, BEN, Browser, PASSWORD, TRANSFER, World, authorize, authorize_with,
    config,
};

const OWN_ACTION: &str = include_str!("../../../../actions/tests/scripts/step-up.action.js");
const OWN_RULE: &str = include_str!("../../../../actions/tests/scripts/step-up.rule.js");
const ACR_RULE: &str = include_str!("../../../../actions/tests/scripts/acr-values.rule.js");

/// Whether the answer is the page that waits for the phone.
fn waits(answer: &Answer) -> bool {
    answer.body.contains(">Approve on your phone</h")
}

/// Approves on the phone and goes back to the tab.
async fn approve(world: &World, tab: &mut Browser, page: &Answer) -> Answer {
    world.phone(ADA).await.choose(&page.number()).await;
    tab.get(&format!("/u/mfa?state={}", page.input("state"))).await
}

/// Proves: script-mfa-conditions
#[tokio::test]
async fn asks_for_factor_exactly_when_scripted() {
    for (kind, code, other) in [
        (ActionKind::PostLogin, tenant::STEP_UP_ACTION.to_owned(), None),
        (ActionKind::PostLogin, OWN_ACTION.replace("banking-app", "riser"), Some(OWN_ACTION)),
        (ActionKind::Rule, OWN_RULE.replace("banking-app", "riser"), Some(OWN_RULE)),
    ] {
        let world = world([script("Step up", kind, &code)]).await;
        let (mut tab, answer) = log_in(&world).await;
        assert!(answer.fragment().contains_key("access_token"), "with a password alone: {code}");
        assert!(tab.get(&authorize(BALANCE)).await.fragment().contains_key("access_token"), "{code}");
        let page = tab.step_up().await;
        assert!(page.body.contains("Riser asks to transfer funds from your account."), "{page:?}");
        let fragment = approve(&world, &mut tab, &page).await.fragment();
        assert_eq!(fragment["scope"], TRANSFER);
        assert_eq!(world.verified(&fragment["id_token"], "riser").await["amr"], json!(["mfa"]));
        // The same script, for another application.
        if let Some(code) = other {
            let world = self::world([script("Step up", kind, code)]).await;
            let mut tab = world.logged_in(ADA).await;
            assert_eq!(tab.get(&authorize(TRANSFER)).await.fragment()["scope"], TRANSFER);
        }
    }
}

/// `urn:bank:salaries` means something to this Rule and nothing to the tenant.
/// Proves: script-mfa-conditions
#[tokio::test]
async fn rule_may_ask_because_of_acr_values() {
    let code = ACR_RULE.replace("salaries-app", "riser");
    let world = world([script("Salaries", ActionKind::Rule, &code)]).await;
    let (mut tab, answer) = log_in(&world).await;
    assert!(answer.fragment().contains_key("id_token"));
    let page = tab.follow(&authorize_with(&[("acr_values", "urn:bank:salaries")])).await;
    assert!(waits(&page), "{page:?}");
    let token = approve(&world, &mut tab, &page).await.fragment()["id_token"].clone();
    assert_eq!(world.verified(&token, "riser").await["amr"], json!(["mfa"]));
}

#[tokio::test]
async fn password_precedes_second_factor() {
    let world = world([action("api.multifactor.enable('any');")]).await;
    let (mut tab, page) = log_in(&world).await;
    assert!(waits(&page) && page.body.contains("Riser asks to see your balance."), "{page:?}");
    assert!(approve(&world, &mut tab, &page).await.fragment().contains_key("access_token"));
    let page = tab.follow(&authorize("openid")).await;
    assert!(page.body.contains("Riser asks you to confirm that it is you."), "{page:?}");
}

/// `step_up_scopes` is the tenant's own policy: no script can take it back, and none can get around it.
/// Proves: script-no-downgrade
#[tokio::test]
async fn script_cannot_waive_step_up_scopes() {
    for script in [
        action("api.multifactor.enable('none');"),
        action("api.accessToken.addScope('transfer:funds');"),
        rule("context.multifactor = { provider: 'none' }; callback(null, user, context);"),
        rule("context.accessToken.scope = 'openid transfer:funds'; callback(null, user, context);"),
    ] {
        let mut config = config();
        let code = script.code.clone().unwrap();
        config.actions = vec![script];
        let world = World::with(config).await;
        let (mut tab, _) = log_in(&world).await;
        let page = tab.follow(&authorize(TRANSFER)).await;
        assert!(waits(&page), "{code}: {page:?}");
    }
}

#[tokio::test]
async fn removed_scope_needs_no_factor() {
    let mut config = config();
    config.actions = vec![action("api.accessToken.removeScope('transfer:funds');")];
    let world = World::with(config).await;
    let mut tab = world.logged_in(ADA).await;
    assert_eq!(tab.get(&authorize(TRANSFER)).await.fragment()["scope"], BALANCE);
}

/// Proves: silent-request-errors
#[tokio::test]
async fn prompt_none_refuses_second_factor() {
    let world = world([Action::step_up()]).await;
    let mut tab = world.logged_in(ADA).await;
    let silent = [("prompt", "none"), ("scope", TRANSFER)];
    let (error, description) = tab.get(&authorize_with(&silent)).await.refusal();
    assert_eq!((&*error, &*description), ("login_required", "Multifactor authentication required"));
    assert!(tab.get(&authorize_with(&[("prompt", "none")])).await.fragment().contains_key("access_token"));
}

#[tokio::test]
async fn payment_is_granted_with_scripted_factor() {
    const PAYMENT: &str = r#"[{"type":"payment_initiation","identifier":"018f-1","instructedAmount":{"currency":"EUR","amount":"1.50"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"remittanceInformationUnstructured":"Rent"}]"#;
    let world = world([Action::step_up()]).await;
    let mut tab = world.logged_in(ADA).await;
    let without = tab.get(&authorize_with(&[("authorization_details", PAYMENT)])).await.fragment();
    assert!(!without.contains_key("authorization_details"), "{without:?}");
    let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", PAYMENT)]);
    let page = tab.follow(&request).await;
    assert!(page.body.contains("€1.50"), "{page:?}");
    let fragment = approve(&world, &mut tab, &page).await.fragment();
    let claims = world.verified(&fragment["access_token"], AUDIENCE).await;
    assert_eq!(claims["authorization_details"][0]["identifier"], "018f-1");
}

/// Auth0: the scripts after a challenge run when it has been passed, and are told of it.
#[tokio::test]
async fn scripts_resume_after_challenge() {
    let second = action(
        "const methods = event.authentication.methods.map((method) => method.type ?? method.name);
         if (event.request.query.state === 'deny') api.access.deny('Too late.');
         api.idToken.setCustomClaim('https://methods', methods);",
    );
    let challenge = "api.authentication.challengeWith({ type: 'push-notification' }, { additionalFactors: [{ type: 'otp' }] });";
    let first = Action { name: "Challenge".into(), ..action(challenge) };
    let world = world([first, second]).await;
    let (mut tab, page) = log_in(&world).await;
    assert!(waits(&page), "{page:?}");
    let token = approve(&world, &mut tab, &page).await.fragment()["id_token"].clone();
    let claims = world.verified(&token, "riser").await;
    assert_eq!(claims["https://methods"], json!(["pwd", "push-notification"]));

    let page = tab.follow(&authorize_with(&[("state", "deny")])).await;
    assert!(waits(&page), "each transaction anew: {page:?}");
    let answer = approve(&world, &mut tab, &page).await;
    assert_eq!(answer.fragment()["error_description"], "Too late.");
}

#[tokio::test]
async fn action_may_accept_factor_of_session() {
    let once = action(
        "if (!event.authentication.methods.some((method) => method.name === 'mfa')) api.multifactor.enable('any');",
    );
    let world = world([once]).await;
    let (mut tab, page) = log_in(&world).await;
    approve(&world, &mut tab, &page).await.fragment();
    assert!(tab.get(&authorize(BALANCE)).await.fragment().contains_key("access_token"));
    let (_, other) = log_in(&world).await;
    assert!(waits(&other), "another browser has another session");
}

#[tokio::test]
async fn unknown_factor_is_refused() {
    let world = world([action("api.authentication.challengeWith({ type: 'webauthn-roaming' });")]).await;
    let (_, answer) = log_in(&world).await;
    let (error, description) = answer.refusal();
    assert_eq!(error, "access_denied");
    assert_eq!(description, "A second factor was asked for that this tenant does not have.");
}

/// Two clicks on "Log in" run the scripts twice, and only one of them gets the answer.
/// Proves: script-single-response
#[tokio::test]
async fn two_clicks_get_one_response() {
    let config = decided_by([action("await new Promise((go) => setTimeout(go, 20));")]);
    let world = World::with(config).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    let form = [("state", &*state), ("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
    let (mut one, mut other) = (browser.clone(), browser);
    let (one, other) = tokio::join!(one.post("/u/login", &form), other.post("/u/login", &form));
    let answered = [one, other].iter().filter(|answer| answer.location().contains("access_token")).count();
    assert_eq!(answered, 1);
}

/// A second factor outlives no session, also when the scripts behind it take their time.
#[tokio::test]
async fn log_out_during_resumed_script_refuses_tokens() {
    let first = action("api.authentication.challengeWith({ type: 'push-notification' });");
    let second = "exports.onExecutePostLogin = () => new Promise((go) => setTimeout(go, 300));";
    let world = world([first, script("Second", ActionKind::PostLogin, second)]).await;
    let (mut tab, page) = log_in(&world).await;
    world.phone(ADA).await.choose(&page.number()).await;
    let mut other = tab.clone();
    let look = format!("/u/mfa?state={}", page.input("state"));
    // The first goes as far as the script, which keeps it waiting; then comes the second.
    let (answer, _) = tokio::join!(tab.get(&look), other.get("/v2/logout?client_id=riser"));
    assert_eq!(answer.refusal().0, "login_required", "{answer:?}");
}

#[tokio::test]
async fn enroll_sets_up_first_or_asks_existing_factor() {
    let world = world([action("api.authentication.enrollWith({ type: 'otp' });")]).await;
    let (_, page) = log_in(&world).await;
    assert!(page.body.contains("otpauth://") || page.body.contains("id=\"key\""), "{page:?}");
    // Ben has a phone only.
    world.phone(BEN).await;
    let mut tab = world.browser();
    let page = tab.follow(&authorize(BALANCE)).await;
    let (error, told) = tab.log_in(&page, BEN, PASSWORD).await.refusal();
    assert_eq!(error, "access_denied");
    assert_eq!(told, "The customer has set up no factor that this request allows.");
}
