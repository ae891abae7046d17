//! Back from the client: it leads to what was before the provider, never to a page of the provider that has had its answer.

use crate::{
    factors::{confirms, types, written_down},
    steps::{
        RENT, at_the_provider, code_flow, leave_to_log_in, log_in, nothing_was_moved, rent_was_paid_once,
        review, sees_balance, transfer, type_order,
    },
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    authenticator::Authenticator,
    eventually,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    servers::Setup,
};
use serde_json::Value;

/// What the provider was asked for by the browser's window: pages and requests, not what the client fetches.
fn pages_of_the_provider(context: &TestContext) -> usize {
    context
        .servers
        .tenant
        .matching(|request| request.path.starts_with("/u/") || request.path == "/authorize")
        .len()
}

/// Where the page is: its document, and its entry in the history. Back changes one of them.
async fn whereabouts(page: &Page) -> Result<Value, TestError> {
    page.evaluate("[window.isLeft ?? false, navigation.currentEntry.index, history.state?.back ?? 0]").await
}

/// Presses Back, and waits until it has led elsewhere.
async fn goes_back(page: &Page) -> Result<(), TestError> {
    page.evaluate("window.isLeft = true").await?;
    let before = whereabouts(page).await?;
    page.back().await?;
    is_elsewhere(page, &before).await
}

async fn is_elsewhere(page: &Page, before: &Value) -> Result<(), TestError> {
    eventually("another page", async || {
        let now = whereabouts(page).await?;
        // Not at an entry that leads further at once.
        if now == *before || now[2] != 0 {
            return Err(TestError::transient(format!("it is still {now}")));
        }
        Ok(())
    })
    .await
}

async fn is_another_document(page: &Page) -> Result<(), TestError> {
    eventually("another document", async || match page.evaluate("window.isLeft ?? false").await? {
        Value::Bool(false) => Ok(()),
        _ => Err(TestError::transient("it is the same")),
    })
    .await
}

/// Presses Back so often; each time the client is there, and the provider is not asked for anything.
async fn stays_in_the_client(context: &TestContext, times: usize, minor: i64) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let asked = pages_of_the_provider(context);
    for _ in 0..times {
        goes_back(page).await?;
        sees_balance(page, minor).await?;
        assert!(page.address().await?.starts_with(&servers.app.at("/")));
    }
    assert_eq!(pages_of_the_provider(context), asked, "the provider was asked for a page");
    Ok(())
}

fn both_flows(story: &impl AsyncFn(&TestContext) -> Result<(), TestFailure>) {
    for config in [Setup::default().config, code_flow] {
        scenario(Setup { config, ..Setup::default() }, story);
    }
}

/// Proves: back-after-log-in
#[test]
fn after_log_in_stays_in_the_client() {
    both_flows(&async |context| {
        log_in(context, ADA).await?;
        stays_in_the_client(context, 1, ADA.opening).await
    });
}

/// Proves: back-after-log-in
#[test]
fn after_log_in_and_reload_keeps_what_was_typed() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        // The last field still has the focus.
        type_order(page, RENT).await?;
        // To the first page, to where the log-in began, and on to the form.
        stays_in_the_client(context, 2, ADA.opening).await?;
        crate::steps::open_pay_form(page).await?;
        page.field("Amount").holds(RENT.amount).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert!(servers.statuses("POST", "/transfer").is_empty(), "nothing is sent");
        nothing_was_moved(context).await
    });
}

/// Proves: back-after-log-in
#[test]
fn after_log_in_by_script_stays_in_the_client() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.css("h1").click().await?;
        let asked = pages_of_the_provider(context);
        page.evaluate("void history.back()").await?;
        page.everything().never_reads("This request is finished", std::time::Duration::from_secs(1)).await?;
        sees_balance(page, ADA.opening).await?;
        assert_eq!(pages_of_the_provider(context), asked);
        Ok(())
    });
}

/// Proves: back-after-step-up
#[test]
fn at_the_review_stays_in_the_client_and_sends_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        review(page, RENT).await?;
        stays_in_the_client(context, 1, ADA.opening).await?;
        page.field("Reference").holds(RENT.reference).await?;
        assert!(servers.statuses("POST", "/transfer").is_empty(), "nothing is sent");
        nothing_was_moved(context).await
    });
}

/// Proves: back-after-step-up
#[test]
fn after_a_confirmation_by_phone_stays_in_the_client() {
    both_flows(&async |context| {
        transfer(context).await?;
        stays_in_the_client(context, 2, ADA.opening - RENT.minor).await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await
    });
}

/// Proves: back-after-step-up
#[test]
fn after_a_confirmation_by_code_stays_in_the_client() {
    both_flows(&async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        confirms(page).await?;
        page.link("Try another way").click().await?;
        page.button("Set up an authenticator app").click().await?;
        let mut app = Authenticator::typed_from(page).await?;
        types(page, "Type the 6 digits that the app shows now", &app.code()?).await?;
        written_down(page).await?;
        page.button("Continue to Riser").click().await?;
        page.status().reads("Transfer sent").await?;
        stays_in_the_client(context, 2, ADA.opening - RENT.minor).await?;
        assert_eq!(context.servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
        rent_was_paid_once(context).await
    });
}

/// Proves: back-after-step-up
#[test]
fn after_back_at_the_provider_and_another_attempt_stays_in_the_client() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let (phone, _) = at_the_provider(context).await?;
        page.back().await?;
        page.everything().reads("No money was moved").await?;
        page.button("Check it again").click().await?;
        page.button("Confirm transfer").click().await?;
        let number = number_on(page).await?;
        phone.choose_in_the_last(&number).await?;
        page.status().reads("Transfer sent").await?;
        stays_in_the_client(context, 2, ADA.opening - RENT.minor).await?;
        rent_was_paid_once(context).await
    });
}

/// Proves: back-after-log-in
#[test]
fn by_keyboard_after_a_touch_stays_in_the_client() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        page.css("h1").click().await?;
        let asked = pages_of_the_provider(context);
        page.evaluate("window.isLeft = true").await?;
        page.back_by_keyboard().await?;
        is_another_document(page).await?;
        sees_balance(page, ADA.opening).await?;
        assert_eq!(pages_of_the_provider(context), asked);
        Ok(())
    });
}

/// Proves: back-finished-page
#[test]
fn by_keyboard_before_a_touch_comes_back_from_the_finished_page() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        page.evaluate("window.isLeft = true").await?;
        // The browser skips what was added without a touch. The provider's page knows that it is finished.
        page.back_by_keyboard().await?;
        is_another_document(page).await?;
        page.arrives_at(&servers.app.at("/")).await?;
        sees_balance(page, ADA.opening).await?;
        assert_eq!(servers.scopes_asked().len(), 1, "no second log-in");
        Ok(())
    });
}

/// Proves: back-finished-page
#[test]
fn finished_page_of_the_provider_leads_on() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        leave_to_log_in(context).await?;
        let (place, address) = (page.history_length().await? - 1, page.address().await?);
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        page.open(&address).await?;
        page.heading("This request is finished").appears().await?;
        assert_eq!(page.css("form").count().await?, 0, "a form that could only fail");
        page.link("Go to Riser").click().await?;
        sees_balance(page, ADA.opening).await?;
        page.go_to_entry(usize::try_from(place).unwrap_or_default()).await?;
        page.arrives_at(&servers.app.at("/")).await?;
        sees_balance(page, ADA.opening).await?;
        assert_eq!(servers.scopes_asked().len(), 1, "no second log-in");
        Ok(())
    });
}
