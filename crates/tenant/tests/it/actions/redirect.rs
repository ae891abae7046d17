//! A script sends the browser to a page of somebody else, and goes on when it comes back.

use axum::http::StatusCode;
use serde_json::json;
use tenant::ActionKind;

use super::{action, decided_by, log_in, rule, script, world};
use crate::harness::{ADA, Answer, BALANCE, Browser, TRANSFER, World, authorize, authorize_with};
use crate::log::traces;

const ASKS: &str = "
    exports.onExecutePostLogin = async (event, api) => {
        const token = api.redirect.encodeToken({ secret: event.secrets.SHARED, payload: { color: 'red' } });
        api.idToken.setCustomClaim('before', 1);
        api.redirect.sendUserTo('https://terms.example/ask?x=1', { query: { session_token: token } });
    };
    exports.onContinuePostLogin = async (event, api) => {
        const claims = api.redirect.validateToken({ secret: event.secrets.SHARED, tokenParameterName: 'answer' });
        api.idToken.setCustomClaim('told', [claims.color, claims.sub, event.request.query.more]);
    };";

fn asking() -> tenant::Action {
    let mut asking = script("Asks", ActionKind::PostLogin, ASKS);
    asking.secrets.insert("SHARED".to_owned(), "a shared secret of both".to_owned());
    asking
}

fn after() -> tenant::Action {
    let counts = "const { told = 0 } = event.transaction.metadata; api.idToken.setCustomClaim('after', told + 1); api.transaction.setMetadata('told', told + 1);";
    tenant::Action { name: "After".to_owned(), ..action(counts) }
}

/// A parameter of an address that the browser was sent to.
fn parameter(answer: &Answer, name: &str) -> String {
    let address = answer.location();
    let start = address.find(&format!("{name}=")).unwrap_or_else(|| panic!("no {name} in {address}"))
        + name.len()
        + 1;
    address[start..].split(['&', '#']).next().unwrap().to_owned()
}

async fn come_back(browser: &mut Browser, away: &Answer, more: &str) -> Answer {
    let on = browser.get(&format!("/continue?state={}{more}", parameter(away, "state"))).await;
    browser.get(&on.location()).await
}

/// Proves: script-redirect
#[tokio::test]
async fn action_sends_the_browser_away_and_goes_on() {
    let world = world([asking(), after()]).await;
    let (mut browser, away) = log_in(&world).await;
    assert!(away.location().starts_with("https://terms.example/ask?x=1&session_token="), "{away:?}");
    let token = parameter(&away, "session_token");
    let on = browser
        .post(
            &format!("/continue?state={}", parameter(&away, "state")),
            &[("answer", token.as_str()), ("more", "m")],
        )
        .await;
    let answer = browser.get(&on.location()).await;
    let claims = world.verified(&answer.fragment()["id_token"], "riser").await;
    assert_eq!(claims["told"], json!(["red", "auth0|1001", "m"]));
    assert_eq!((&claims["before"], &claims["after"]), (&json!(1), &json!(1)), "each runs once");
    // Once: the second time there is nothing to go on with.
    let again = come_back(&mut browser, &away, &format!("&answer={token}")).await;
    assert_eq!(again.status, StatusCode::GONE, "{again:?}");
    let log = json!(traces(&world).await).to_string();
    assert!(log.contains("script_redirect") && log.contains("script_continued"), "{log}");
    assert!(!log.contains(&token), "the token is not in the log");
}

/// Proves: script-redirect
#[tokio::test]
async fn forged_way_back_is_refused() {
    let world = world([asking(), after()]).await;
    let (mut browser, away) = log_in(&world).await;
    let token = parameter(&away, "session_token");
    let state = parameter(&away, "state");
    // Somebody else's browser, and a state that is none.
    let stranger = world.browser().get(&format!("/u/continue?state={state}&answer={token}")).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND, "{stranger:?}");
    assert_eq!(browser.get("/u/continue?state=none").await.status, StatusCode::NOT_FOUND);
    // A token that was changed fails the script, and the log-in.
    let (head, rest) = token.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let forged = format!("{head}.eyJjb2xvciI6ImJsdWUiLCJleHAiOjk5OTk5OTk5OTl9.{signature}");
    let answer = come_back(&mut browser, &away, &format!("&answer={forged}")).await;
    assert_eq!(answer.refusal().0, "access_denied");
}

#[tokio::test]
async fn token_is_checked() {
    let check = |query: &str| {
        format!(
            "const run = (options) => {{ try {{ return api.redirect.validateToken(options).sub; }} catch (e) {{ return e.message; }} }};
             const token = api.redirect.encodeToken({{ secret: 's', payload: {{ a: 1 }}, expiresInSeconds: -1 }});
             event.request.query = {query};
             api.idToken.setCustomClaim('told', [token.split('.').length, run({{ secret: 's' }})]);"
        )
    };
    let told = super::id_token(&world([action(&check("{}"))]).await).await["told"].clone();
    assert_eq!(told, json!([3, "The session token is invalid: there is no parameter 'session_token'"]));
}

/// The page of a log-in that waits elsewhere sends there again.
#[tokio::test]
async fn log_in_page_leads_to_where_the_script_wants_it() {
    let world = world([asking()]).await;
    let (mut browser, away) = log_in(&world).await;
    let page = browser.get(&format!("/u/login?state={}", parameter(&away, "state"))).await;
    assert_eq!(page.location(), away.location());
}

/// Proves: script-redirect
#[tokio::test]
async fn session_sends_away_and_silent_request_does_not() {
    let world = world([asking()]).await;
    let (mut browser, away) = log_in(&world).await;
    let away = {
        come_back(&mut browser, &away, &format!("&answer={}", parameter(&away, "session_token"))).await;
        browser.get(&authorize(BALANCE)).await
    };
    assert!(away.location().starts_with("https://terms.example/"), "{away:?}");
    let answer = browser.get(&authorize_with(&[("prompt", "none"), ("scope", BALANCE)])).await;
    assert_eq!(answer.refusal().0, "interaction_required");
    // A log-out while the browser is away ends it.
    let token = parameter(&away, "session_token");
    browser.get("/v2/logout?client_id=riser").await;
    let answer = come_back(&mut browser, &away, &format!("&answer={token}")).await;
    assert_eq!(answer.refusal().0, "login_required");
}

/// The floor holds on the way back: what takes a second factor takes one.
/// Proves: script-redirect
#[tokio::test]
async fn second_factor_is_asked_for_after_the_way_back() {
    let mut config = decided_by([asking()]);
    config.apis[0].step_up_scopes = vec!["transfer:funds".to_owned()];
    let world = World::with(config).await;
    let mut phone = world.phone(ADA).await;
    let mut browser = world.browser();
    let page = browser.follow(&authorize(TRANSFER)).await;
    let away = browser.log_in(&page, ADA, crate::harness::PASSWORD).await;
    let token = parameter(&away, "session_token");
    let page = come_back(&mut browser, &away, &format!("&answer={token}")).await;
    assert!(page.location().starts_with("/u/mfa?state="), "{page:?}");
    let page = browser.follow(&page.location()).await;
    phone.choose(&page.number()).await;
    let answer = browser.get(&format!("/u/mfa?state={}", page.input("state"))).await;
    assert_eq!(world.verified(&answer.fragment()["id_token"], "riser").await["amr"], json!(["mfa"]));
}

/// Rules run again, all of them, with another protocol.
/// Proves: script-redirect
#[tokio::test]
async fn rule_sends_the_browser_away() {
    let sends = rule(
        "if (context.protocol === 'redirect-callback') context.idToken.told = context.request.query.more;
         else context.redirect = { url: 'https://terms.example/rule' };
         callback(null, user, context);",
    );
    let world = world([sends, after()]).await;
    let (mut browser, away) = log_in(&world).await;
    assert!(away.location().starts_with("https://terms.example/rule?state="), "{away:?}");
    let answer = come_back(&mut browser, &away, "&more=yes").await;
    let claims = world.verified(&answer.fragment()["id_token"], "riser").await;
    assert_eq!((&claims["told"], &claims["after"]), (&json!("yes"), &json!(1)));
    let endless =
        rule("context.redirect = { url: 'https://terms.example/rule' }; callback(null, user, context);");
    let world = super::world([endless]).await;
    let (mut browser, away) = log_in(&world).await;
    assert_eq!(come_back(&mut browser, &away, "").await.refusal().0, "access_denied");
}
