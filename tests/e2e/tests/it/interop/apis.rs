//! The client as it is, and the companion tenant, with APIs that nobody here wrote, each on an origin of its own. What
//! counts is what the API was asked: a recorder stands in front of each.

use crate::steps::{
    Order, UNNAMED_RENT, WELCOME, grouped, is_balance, is_transfer, leave_to_log_in, phone, review,
};
use e2e::{
    TestContext, TestError, TestFailure,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    server::Exchange,
    servers::{Api, Setup},
};

/// An API, and what its answers come to on the page.
struct Foreign {
    api: Api,
    /// What stands where the balance is.
    balance: &'static str,
    /// What the receipt has from the API.
    receipt: &'static str,
    /// Does its CORS permit `Idempotency-Key`?
    takes_key: bool,
}

const EXPRESS_SAMPLE: Foreign = Foreign {
    api: Api::Node("apis/express-sample/server.js"),
    balance: "This is the GET /balance endpoint",
    receipt: "This is the POST /transfer endpoint",
    takes_key: true,
};

const EXPRESS_OAUTH2_JWT_BEARER: Foreign = Foreign {
    api: Api::Node("apis/express-oauth2-jwt-bearer/server.js"),
    balance: "Hello auth0|1001, you have 2,500.00 euros",
    receipt: "The euros are on their way",
    takes_key: true,
};

const FLASK: Foreign = Foreign {
    api: Api::Python("apis/flask/server.py"),
    balance: "Hello auth0|1001! Your balance is 2,500.00 EUR.",
    receipt: "Your transfer was carried out.",
    takes_key: true,
};

const FASTAPI: Foreign = Foreign {
    api: Api::Python("apis/fastapi/server.py"),
    balance: "€2,500.00",
    receipt: "€12.50",
    takes_key: true,
};

const SILENT: Foreign = Foreign {
    api: Api::Node("apis/silent/server.js"),
    balance: "€2,500.00",
    receipt: "€12.50",
    takes_key: true,
};

const STRICT_CORS: Foreign = Foreign {
    api: Api::Node("apis/strict-cors/server.js"),
    balance: "€2,500.00",
    receipt: "Your transfer was carried out",
    takes_key: false,
};

const STRICT_CORS_BY_ROUTE: Foreign = Foreign {
    api: Api::Python("apis/strict-cors-by-route/server.py"),
    balance: "€2,500.00",
    receipt: "€12.50",
    takes_key: false,
};

const CANNOT_RECOGNISE: &str = "Your bank cannot recognise a transfer that arrives twice";
const NOT_KNOWN: &str = "We do not know yet whether this went through";

/// Plays `story` with the companion tenant, with that API in the bank's place.
fn with(foreign: &Foreign, story: impl AsyncFnOnce(&TestContext, &Foreign) -> Result<(), TestFailure>) {
    scenario(Setup { api: foreign.api, ..Setup::default() }, async |context| story(context, foreign).await);
}

/// From the welcome page to the balance, and no word of failure beside it.
async fn log_in(context: &TestContext, foreign: &Foreign) -> Result<(), TestFailure> {
    leave_to_log_in(context).await?;
    enter_password(&context.page, ADA.email, PASSWORD).await?;
    sees_balance(context, foreign).await
}

async fn sees_balance(context: &TestContext, foreign: &Foreign) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    page.test_id("balance").reads(foreign.balance).await?;
    // None of them has a list of transfers: some say so, and some to the preflight. Then the page has no place for one.
    servers.api().wait_for("the list of transfers", |request| request.path == "/transfers").await?;
    page.heading("Activity").disappears().await?;
    let alerts = page.alert().count().await?;
    assert_eq!(
        alerts,
        0,
        "a bank without a list of transfers is no failure: {}",
        page.everything().text().await?
    );
    Ok(())
}

/// Says exactly what is missing beside the transfer that is about to be sent.
async fn the_review_is_true(context: &TestContext, foreign: &Foreign) -> Result<(), TestFailure> {
    let page = &context.page;
    if foreign.takes_key {
        let seen = page.everything().text().await?;
        assert!(!seen.contains(CANNOT_RECOGNISE), "it can: {seen}");
    } else {
        page.everything().reads(CANNOT_RECOGNISE).await?;
    }
    Ok(())
}

/// Confirms the order after its review, as far as the number for the phone.
async fn ask_for_step_up(context: &TestContext, foreign: &Foreign) -> Result<String, TestFailure> {
    let page = &context.page;
    review(page, UNNAMED_RENT).await?;
    the_review_is_true(context, foreign).await?;
    page.button("Confirm transfer").click().await?;
    Ok(number_on(page).await?)
}

/// The transfers that the API was sent. Without a token there is none: that is how the page finds out about its CORS.
fn posts(context: &TestContext) -> Vec<Exchange> {
    context.servers.api().matching(|request| is_transfer(request) && request.token.is_some())
}

fn answers(context: &TestContext) -> Vec<Option<u16>> {
    posts(context).iter().map(|post| post.status.answered()).collect()
}

/// Transfers are the same order under one key, or under none where the API's CORS permits none; nothing else goes to
/// `/transfer` with a token or an order.
fn orders_are_in_order(context: &TestContext, foreign: &Foreign) {
    let posts = posts(context);
    for post in &posts {
        assert_eq!(post.idempotency_key.is_some(), foreign.takes_key, "{posts:?}");
        assert_eq!(post.idempotency_key, posts[0].idempotency_key, "{posts:?}");
        assert_eq!(post.body, posts[0].body, "the same order each time");
    }
    let others = context.servers.api().matching(|request| {
        request.path == "/transfer" && !(is_transfer(request) && request.token.is_some())
    });
    assert!(others.iter().all(|other| other.token.is_none() && other.body.is_none()), "{others:?}");
}

/// Log-in, balance, one transfer with one second factor, its receipt, a reload, log-out.
async fn a_transfer_is_made_once(context: &TestContext, foreign: &Foreign) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let phone = phone(context).await?;
    log_in(context, foreign).await?;

    let number = ask_for_step_up(context, foreign).await?;
    assert_eq!(answers(context), [Some(403)]);
    phone.choose(&number).await?;
    page.status().reads("Transfer sent").await?;
    let seen = page.everything().reads(foreign.receipt).await?;
    assert!(seen.contains(&grouped(UNNAMED_RENT.payee)), "the receipt says what was sent: {seen}");

    assert_eq!(servers.scopes_asked(), ["openid view:balance", "openid view:balance transfer:funds"]);
    assert_eq!(answers(context), [Some(403), Some(201)]);
    orders_are_in_order(context, foreign);
    let posts = posts(context);
    assert_ne!(posts[0].token, posts[1].token);
    let spent = posts[1].token.as_ref().ok_or_else(|| TestError::permanent("there is no token"))?;
    let scopes = spent.scopes();
    assert!(scopes.iter().any(|scope| scope == "transfer:funds"), "{scopes:?}");
    let later =
        servers.api().matching(|request| !is_transfer(request) && request.token.as_ref() == Some(spent));
    assert!(later.is_empty(), "the token was for the transfer: {later:?}");
    assert!(!spent.is_in(&page.session_storage().await?) && !spent.is_in(&page.local_storage().await?));

    page.button("Make another transfer").click().await?;
    page.field("Amount").holds("").await?;
    page.reload().await?;
    sees_balance(context, foreign).await?;
    let balances = servers.api().matching(is_balance);
    assert!(
        balances.iter().all(|request| request.was_handled_with(200) || request.was_handled_with(201)),
        "{balances:?}"
    );
    assert_eq!(posts.len(), self::posts(context).len(), "a reload sends nothing");
    page.button("Log out").click().await?;
    page.heading(WELCOME).appears().await?;
    Ok(())
}

/// Proves: interop-api-transfer
#[test]
fn express_sample_makes_a_transfer_once() {
    with(&EXPRESS_SAMPLE, a_transfer_is_made_once);
}

/// Proves: interop-api-transfer
#[test]
fn express_oauth2_jwt_bearer_makes_a_transfer_once() {
    with(&EXPRESS_OAUTH2_JWT_BEARER, a_transfer_is_made_once);
}

/// Proves: interop-api-no-history
#[test]
fn flask_without_a_list_of_transfers_makes_a_transfer_once() {
    with(&FLASK, a_transfer_is_made_once);
}

/// Proves: interop-api-transfer
#[test]
fn fastapi_makes_a_transfer_once() {
    with(&FASTAPI, a_transfer_is_made_once);
}

/// Proves: interop-api-silent-403
#[test]
fn silent_403_makes_a_transfer_once() {
    with(&SILENT, a_transfer_is_made_once);
}

/// Proves: interop-api-strict-cors
#[test]
fn strict_cors_makes_a_transfer_once_without_a_key() {
    with(&STRICT_CORS, a_transfer_is_made_once);
}

/// Proves: interop-api-strict-cors
#[test]
fn strict_cors_by_route_makes_a_transfer_once_without_a_key() {
    with(&STRICT_CORS_BY_ROUTE, a_transfer_is_made_once);
}

/// First the second factor is denied: nothing was sent. Then it is given, and the answer is lost: nobody knows, and the page
/// says so, also after a reload.
async fn what_goes_wrong_is_said(context: &TestContext, foreign: &Foreign) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let phone = phone(context).await?;
    log_in(context, foreign).await?;
    ask_for_step_up(context, foreign).await?;
    phone.deny().await?;
    page.alert().reads("No money was moved").await?;
    assert_eq!(answers(context), [Some(403)]);

    page.button("Change the transfer").click().await?;
    page.field("Reference").holds(UNNAMED_RENT.reference).await?;
    let number = ask_for_step_up(context, foreign).await?;
    let before = posts(context);
    assert!(before.iter().all(|post| post.was_handled_with(403)), "{before:?}");
    let rule = servers.api().when(is_transfer).lose_response();
    phone.choose(&number).await?;
    is_not_known(context).await?;
    // A browser may send what was lost again by itself.
    let lost = posts(context).split_off(before.len());
    assert!(!lost.is_empty() && lost.iter().all(|post| post.was_handled_with(201)), "{lost:?}");
    assert!(lost.iter().all(|post| post.token == lost[0].token && post.body == lost[0].body), "{lost:?}");
    rule.lift();
    page.reload().await?;
    is_not_known(context).await?;
    page.button("I have looked at my account").appears().await?;
    assert_eq!(posts(context).len(), before.len() + lost.len(), "nothing is sent without the customer");
    Ok(())
}

async fn is_not_known(context: &TestContext) -> Result<(), TestFailure> {
    let seen = context.page.everything().reads(NOT_KNOWN).await?;
    for wrong in ["Transfer sent", "This was already done", "No money was moved"] {
        assert!(!seen.contains(wrong), "nobody knows that: {seen}");
    }
    Ok(())
}

/// Proves: interop-api-failures
#[test]
fn express_sample_reports_failures() {
    with(&EXPRESS_SAMPLE, what_goes_wrong_is_said);
}

/// Proves: interop-api-failures
#[test]
fn express_oauth2_jwt_bearer_reports_failures() {
    with(&EXPRESS_OAUTH2_JWT_BEARER, what_goes_wrong_is_said);
}

/// Proves: interop-api-failures
#[test]
fn flask_reports_failures() {
    with(&FLASK, what_goes_wrong_is_said);
}

/// Proves: interop-api-failures
#[test]
fn fastapi_reports_failures() {
    with(&FASTAPI, what_goes_wrong_is_said);
}

/// Proves: interop-api-failures
#[test]
fn silent_403_reports_failures() {
    with(&SILENT, what_goes_wrong_is_said);
}

/// Proves: interop-api-failures
#[test]
fn strict_cors_reports_failures() {
    with(&STRICT_CORS, what_goes_wrong_is_said);
}

/// It looks at large transfers before it makes them, and has a status of its own for that.
/// Proves: interop-api-unknown-status
#[test]
fn fastapi_unknown_status_is_not_reported_as_done() {
    with(&FASTAPI, async |context, foreign| {
        let page = &context.page;
        let phone = phone(context).await?;
        log_in(context, foreign).await?;
        let large = Order { amount: "1000.00", minor: 100_000, ..UNNAMED_RENT };
        let number = crate::steps::ask_for_step_up(page, large).await?;
        phone.choose(&number).await?;
        is_not_known(context).await?;
        page.reload().await?;
        is_not_known(context).await?;
        assert_eq!(answers(context), [Some(403), Some(201)]);
        Ok(())
    });
}
