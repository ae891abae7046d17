//! A step-up that does not come through.

use std::collections::BTreeMap;

use serde_json::Value;
use tenant::{Action, ActionKind};

use super::{developer, kinds, says, traces};
use crate::authenticator::{Authenticator, SECRET};
use crate::harness::{ADA, Browser, TRANSFER, World, authorize, authorize_with, config, config_with};

async fn step_up_trace(world: &World) -> Value {
    let all = traces(world).await;
    let is_step_up =
        |trace: &&Value| trace["asked"].as_str().is_some_and(|asked| asked.starts_with("Step-up"));
    all.iter().find(is_step_up).unwrap().clone()
}

/// Proves: audit-log-explains-refusals
#[tokio::test]
async fn failed_step_up_records_phone_answer() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let over =
        async |tab: &mut Browser, state: &str| tab.get(&format!("/u/mfa?state={state}")).await.refusal();

    let page = tab.step_up().await;
    phone.deny().await;
    over(&mut tab, &page.input("state")).await;
    let trace = step_up_trace(&world).await;
    assert_eq!(kinds(&trace), ["request", "session", "factor", "factor", "redirect"]);
    assert_eq!(trace["error"], "access_denied");
    says(&trace, "The customer said no.", "Nothing is wrong", "RFC 6749, 4.1.2.1");

    let page = tab.step_up().await;
    let wrong = page.number().parse::<u8>().unwrap() + 1;
    phone.choose(&wrong.to_string()).await;
    over(&mut tab, &page.input("state")).await;
    says(
        &step_up_trace(&world).await,
        "A number was chosen",
        "the number that the page shows",
        "RFC 6749, 4.1.2.1",
    );

    let page = tab.step_up().await;
    world.clock.advance(600);
    over(&mut tab, &page.input("state")).await;
    says(&step_up_trace(&world).await, "Nobody answered", "Pair a phone at /phone", "RFC 6749, 4.1.2.1");

    let page = tab.step_up().await;
    let form = [("state", &*page.input("state")), ("form_token", &*page.input("form_token"))];
    tab.post("/u/cancel", &form).await;
    says(&step_up_trace(&world).await, "pressed Cancel", "start again", "RFC 6749, 4.1.2.1");

    while tab.follow(&authorize(TRANSFER)).await.status == axum::http::StatusCode::OK {}
    says(&step_up_trace(&world).await, "asked too often", "limits.unapproved_pushes", "RFC 6749, 4.1.2.1");

    tab.get(&authorize_with(&[("scope", TRANSFER), ("prompt", "none")])).await;
    says(
        &step_up_trace(&world).await,
        "a second factor",
        "without prompt=none",
        "OpenID Connect Core, 3.1.2.6",
    );
}

/// The steps of its second factors, in order.
fn factor_steps(trace: &Value) -> Vec<String> {
    let events = trace["events"].as_array().unwrap().iter().filter(|event| event["event"] == "factor");
    let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
    events.map(|event| format!("{} {}", text(event, "factor"), text(event, "step"))).collect()
}

#[tokio::test]
async fn codes_and_switches_are_recorded() {
    let world = World::with(config_with(ADA, Some(SECRET), &["1111-AAAA-BBBB-CCCC"])).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.asks_for_code().await;
    tab.enter(&page, &Authenticator::with(SECRET).other_code(&world)).await;
    let page = tab.take_way(&page, "recovery-code").await;
    tab.enter(&page, "1111-AAAA-BBBB-CCCC").await;
    let steps =
        ["one_time_code asked", "one_time_code wrong", "recovery_code asked", "recovery_code approved"];
    assert_eq!(factor_steps(&step_up_trace(&world).await), steps);

    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.step_up().await;
    let page = tab.take_way(&page, "first-app").await;
    tab.enter(&page, &Authenticator::scanning(&page).code(&world)).await;
    let steps = ["push asked", "one_time_code asked", "one_time_code enrolled"];
    assert_eq!(factor_steps(&step_up_trace(&world).await), steps);
}

#[tokio::test]
async fn scripted_factor_is_in_title() {
    let mut config = config();
    config.apis[0].step_up_scopes.clear();
    let code = "exports.onExecutePostLogin = async (event, api) => {
        if (event.transaction.requested_scopes.includes('transfer:funds')) api.multifactor.enable('any');
    };";
    config.actions = vec![Action {
        name: "Step up".to_owned(),
        kind: ActionKind::PostLogin,
        file: None,
        code: Some(code.to_owned()),
        secrets: BTreeMap::new(),
    }];
    let world = World::with(config).await;
    let mut tab = world.logged_in(ADA).await;
    assert_eq!(traces(&world).await[0]["asked"], "Log-in");
    tab.step_up().await;
    let trace = &traces(&world).await[0];
    assert_eq!(trace["asked"], "Log-in with a second factor");
    assert_eq!(kinds(trace), ["request", "session", "script_run", "script_decision", "factor"]);
}

#[tokio::test]
async fn account_page_has_own_kind() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let page = tab.follow("/account").await;
    phone.choose(&page.number()).await;
    let page = tab.look(&page).await;
    tab.submit(&page, "/u/methods", &[("act", "continue")]).await;
    let trace = &traces(&world).await[0];
    assert_eq!((trace["kind"].as_str(), trace["outcome"].as_str()), (Some("account"), Some("finished")));
    assert!(developer(&world).get("/log").await.body.contains(">Account page</a>"));
}
