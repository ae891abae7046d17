//! No token has more than the second factor showed, whatever scripts decide after it.

use serde_json::{Value, json};
use tenant::{Action, Config};

use super::{action, decided_by, rule};
use crate::authenticator::{Authenticator, SECRET};
use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, Browser, PASSWORD, TRANSFER, World, authorize, authorize_with, config,
    config_with,
};

const PAYMENT: &str = r#"[{"type":"payment_initiation","identifier":"018f-1","instructedAmount":{"currency":"EUR","amount":"9999.00"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"remittanceInformationUnstructured":"Rent"}]"#;
const SEES: &str = "Riser asks to see your balance.";
const TRANSFERS: &str = "Riser asks to transfer funds from your account.";

fn challenge(factor: &str) -> Action {
    let body = format!("api.authentication.challengeWith({{ type: '{factor}' }});");
    Action { name: "Challenge".to_owned(), ..action(&body) }
}

/// A tenant with a policy of its own (`step_up_scopes`), or without, and these scripts.
fn with_scripts(has_policy: bool, actions: Vec<Action>) -> Config {
    if has_policy { Config { actions, ..config() } } else { decided_by(actions) }
}

/// Approves on the phone what is shown there and in the tab.
async fn approve(phone: &mut Browser, tab: &mut Browser, page: &Answer) -> Answer {
    phone.choose(&page.number()).await;
    let answer = tab.get(&format!("/u/mfa?state={}", page.input("state"))).await;
    if answer.location().starts_with('/') { tab.follow(&answer.location()).await } else { answer }
}

async fn log_in(world: &World, request: &str) -> (Browser, Answer) {
    let mut tab = world.browser();
    let page = tab.follow(request).await;
    let answer = tab.log_in(&page, ADA, PASSWORD).await;
    (tab, answer)
}

async fn access_claims(world: &World, answer: &Answer) -> Value {
    world.verified(&answer.fragment()["access_token"], AUDIENCE).await
}

/// Proves: mfa-shows-grant
#[tokio::test]
async fn scope_and_payment_added_later_are_confirmed_again() {
    for has_policy in [true, false] {
        let add = action("api.accessToken.addScope('transfer:funds');");
        let world = World::with(with_scripts(has_policy, vec![challenge("push-notification"), add])).await;
        let mut phone = world.phone(ADA).await;
        let (mut tab, page) = log_in(&world, &authorize_with(&[("authorization_details", PAYMENT)])).await;
        assert!(page.body.contains(SEES) && !page.body.contains(TRANSFERS), "{page:?}");
        let again = approve(&mut phone, &mut tab, &page).await;
        for text in ["Riser asks for more than you have just confirmed.", SEES, TRANSFERS, "€9,999.00"] {
            assert!(again.body.contains(text), "{has_policy}: {text} is not in {again:?}");
            assert!(phone.get("/phone").await.body.contains(text), "{text}");
        }
        let answer = approve(&mut phone, &mut tab, &again).await;
        assert_eq!(answer.fragment()["scope"], TRANSFER);
        let claims = access_claims(&world, &answer).await;
        assert_eq!(claims["authorization_details"][0]["identifier"], "018f-1");
        assert_eq!(claims["amr"], json!(["mfa"]));
    }
}

/// Proves: mfa-shows-grant
#[tokio::test]
async fn denied_second_challenge_grants_nothing() {
    let add = action("api.accessToken.addScope('transfer:funds');");
    let world = World::with(with_scripts(true, vec![challenge("push-notification"), add])).await;
    let mut phone = world.phone(ADA).await;
    let (mut tab, page) = log_in(&world, &authorize(BALANCE)).await;
    let again = approve(&mut phone, &mut tab, &page).await;
    phone.deny().await;
    let answer = tab.get(&format!("/u/mfa?state={}", again.input("state"))).await;
    assert_eq!(answer.refusal().0, "access_denied");
}

/// Without step-up scopes a payment rides on any scope of the API: here on one that the first challenge did not have.
/// Proves: mfa-shows-grant
#[tokio::test]
async fn payment_of_added_scope_is_shown() {
    let add = action("api.accessToken.addScope('view:balance');");
    let world = World::with(with_scripts(false, vec![challenge("push-notification"), add])).await;
    let mut phone = world.phone(ADA).await;
    let request = authorize_with(&[("scope", "openid"), ("authorization_details", PAYMENT)]);
    let (mut tab, page) = log_in(&world, &request).await;
    assert!(page.body.contains("confirm that it is you") && !page.body.contains('€'), "{page:?}");
    let again = approve(&mut phone, &mut tab, &page).await;
    assert!(again.body.contains(SEES) && again.body.contains("€9,999.00"), "{again:?}");
    let claims = access_claims(&world, &approve(&mut phone, &mut tab, &again).await).await;
    assert_eq!(claims["authorization_details"][0]["instructedAmount"]["amount"], "9999.00");
}

/// Proves: mfa-shows-grant
#[tokio::test]
async fn undescribed_scope_is_shown_by_name() {
    for has_policy in [true, false] {
        let add = action("api.accessToken.addScope('admin');");
        let world = World::with(with_scripts(has_policy, vec![challenge("push-notification"), add])).await;
        let mut phone = world.phone(ADA).await;
        let (mut tab, page) = log_in(&world, &authorize(BALANCE)).await;
        assert!(!page.body.contains("admin"), "{page:?}");
        let again = approve(&mut phone, &mut tab, &page).await;
        assert!(again.body.contains("Riser asks for the permission “admin”."), "{again:?}");
        let answer = approve(&mut phone, &mut tab, &again).await;
        assert_eq!(answer.fragment()["scope"], format!("{BALANCE} admin"));
    }
}

/// Proves: mfa-shows-grant-everywhere
#[tokio::test]
async fn shown_or_removed_scope_is_not_confirmed_again() {
    for (has_policy, body) in [
        (true, "api.accessToken.removeScope('transfer:funds');"),
        (true, "api.accessToken.removeScope('view:balance');"),
        (false, "api.accessToken.removeScope('view:balance');"),
        (false, "api.accessToken.removeScope('transfer:funds');"),
        (true, "api.accessToken.addScope('transfer:funds');"),
        (true, "api.accessToken.addScope('profile');"),
        (false, "api.idToken.setCustomClaim('https://a', 1);"),
    ] {
        let scripts = vec![challenge("push-notification"), action(body)];
        let world = World::with(with_scripts(has_policy, scripts)).await;
        let mut phone = world.phone(ADA).await;
        let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", PAYMENT)]);
        let (mut tab, page) = log_in(&world, &request).await;
        assert!(page.body.contains(TRANSFERS) && page.body.contains("€9,999.00"), "{page:?}");
        let answer = approve(&mut phone, &mut tab, &page).await;
        assert!(answer.fragment().contains_key("access_token"), "{has_policy} {body}: {answer:?}");
    }
}

/// The answer says which scopes were granted, also where it brings no token that has them.
/// Proves: mfa-shows-grant
#[tokio::test]
async fn id_token_alone_claims_no_unshown_factor() {
    let add = action("api.accessToken.addScope('transfer:funds');");
    let world = World::with(with_scripts(true, vec![challenge("push-notification"), add])).await;
    let mut phone = world.phone(ADA).await;
    let request = authorize_with(&[("response_type", "id_token"), ("scope", BALANCE)]);
    let (mut tab, page) = log_in(&world, &request).await;
    let again = approve(&mut phone, &mut tab, &page).await;
    assert!(again.body.contains(TRANSFERS), "{again:?}");
    let fragment = approve(&mut phone, &mut tab, &again).await.fragment();
    assert_eq!(world.verified(&fragment["id_token"], "riser").await["amr"], json!(["mfa"]));
    assert!(!fragment.contains_key("access_token"));
}

/// All Rules run before the challenge of one of them; Actions run after them, and after a challenge of their own.
/// Proves: mfa-shows-grant-everywhere
#[tokio::test]
async fn rules_grant_only_what_was_shown() {
    let wants = Action {
        name: "Wants".to_owned(),
        ..rule("context.multifactor = { provider: 'any' }; callback(null, user, context);")
    };
    let adds = rule(
        "context.accessToken.scope = ['openid', 'view:balance', 'transfer:funds']; callback(null, user, context);",
    );
    let added_by_action = action("api.accessToken.addScope('transfer:funds');");
    for has_policy in [true, false] {
        for scripts in [
            vec![wants.clone(), adds.clone()],
            vec![wants.clone(), added_by_action.clone()],
            vec![adds.clone(), challenge("push-notification")],
            vec![wants.clone(), challenge("push-notification"), added_by_action.clone()],
        ] {
            let world = World::with(with_scripts(has_policy, scripts)).await;
            let mut phone = world.phone(ADA).await;
            let (mut tab, mut page) = log_in(&world, &authorize(BALANCE)).await;
            let mut shown = String::new();
            while page.body.contains(">Approve on your phone</h") {
                shown.clone_from(&page.body);
                page = approve(&mut phone, &mut tab, &page).await;
            }
            assert_eq!(page.fragment()["scope"], TRANSFER);
            assert!(shown.contains(TRANSFERS), "{has_policy}: the last page said {shown}");
        }
    }
}

/// Proves: mfa-shows-grant-everywhere
#[tokio::test]
async fn code_confirms_only_what_was_shown() {
    const CODES: [&str; 2] = ["1111-AAAA-BBBB-CCCC", "2222-AAAA-BBBB-CCCC"];
    let add = action("api.accessToken.addScope('transfer:funds');");

    let mut config = config_with(ADA, Some(SECRET), &[]);
    config.actions = vec![challenge("otp"), add.clone()];
    let world = World::with(config).await;
    let app = Authenticator::with(SECRET);
    let (mut tab, page) = log_in(&world, &authorize(BALANCE)).await;
    assert!(page.body.contains(SEES) && !page.body.contains(TRANSFERS), "{page:?}");
    let code = app.code(&world);
    let answer = tab.enter(&page, &code).await;
    let again = tab.follow(&answer.location()).await;
    assert!(again.body.contains(TRANSFERS), "{again:?}");
    assert!(tab.enter(&again, &code).await.body.contains("This code has been used."));
    world.clock.advance(30);
    assert_eq!(tab.enter(&again, &app.code(&world)).await.fragment()["scope"], TRANSFER);

    let mut config = config_with(ADA, None, &CODES);
    config.actions = vec![challenge("recovery-code"), add];
    let world = World::with(config).await;
    let (mut tab, mut page) = log_in(&world, &authorize(BALANCE)).await;
    for (code, is_shown) in CODES.into_iter().zip([false, true]) {
        assert_eq!(page.body.contains(TRANSFERS), is_shown, "{page:?}");
        let answer = tab.enter(&page, code).await;
        let methods = tab.follow(&answer.location()).await;
        page = tab.act(&methods, "continue", "").await;
    }
    assert_eq!(page.fragment()["scope"], TRANSFER);
}

/// The client asks for the factor, and the tenant leaves it to scripts what it is for.
/// Proves: mfa-shows-grant-everywhere
#[tokio::test]
async fn acr_values_show_grant_without_policy() {
    const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
    let request = authorize_with(&[
        ("acr_values", MULTI_FACTOR),
        ("scope", BALANCE),
        ("authorization_details", PAYMENT),
    ]);
    for (has_policy, scripts) in [
        (true, vec![action("api.accessToken.addScope('transfer:funds');")]),
        (false, vec![action("api.accessToken.addScope('transfer:funds');")]),
        (true, vec![challenge("push-notification"), action("api.accessToken.addScope('transfer:funds');")]),
        (false, vec![challenge("push-notification"), action("api.accessToken.addScope('transfer:funds');")]),
    ] {
        let world = World::with(with_scripts(has_policy, scripts)).await;
        let mut phone = world.phone(ADA).await;
        let (mut tab, mut page) = log_in(&world, &request).await;
        let mut shown = String::new();
        while page.body.contains(">Approve on your phone</h") {
            shown.clone_from(&page.body);
            page = approve(&mut phone, &mut tab, &page).await;
        }
        assert!(shown.contains(TRANSFERS) && shown.contains("€9,999.00"), "{has_policy}: {shown}");
        let claims = access_claims(&world, &page).await;
        assert_eq!(claims["acr"], MULTI_FACTOR);
        assert_eq!(claims["scope"], TRANSFER);
    }
}

/// The first look after the answer asks again; another tab that looks meanwhile is told where the request stands.
/// Proves: mfa-shows-grant
#[tokio::test]
async fn approval_counts_once() {
    let add = action("api.accessToken.addScope('transfer:funds');");
    let world = World::with(with_scripts(true, vec![challenge("push-notification"), add])).await;
    let mut phone = world.phone(ADA).await;
    let (mut tab, page) = log_in(&world, &authorize(BALANCE)).await;
    let again = approve(&mut phone, &mut tab, &page).await;
    for _ in 0..2 {
        let waiting = tab.look(&again).await;
        assert!(waiting.body.contains(">Approve on your phone</h"), "{waiting:?}");
        assert!(waiting.body.contains(TRANSFERS), "{waiting:?}");
    }
}
