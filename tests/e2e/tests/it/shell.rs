//! The static page that is painted before the application is there.

use crate::steps::{at_the_provider, is_transfer, is_webassembly, nothing_was_moved, open, sees_balance};
use e2e::{
    Key, TestContext, TestError, TestFailure, eventually, people::ADA, scenario, server::Exchange,
    servers::Setup,
};

/// Waits until the thing with that text has the focus.
async fn focus_is_at(context: &TestContext, text: &str) -> Result<(), TestError> {
    eventually(&format!("the focus at {text:?}"), async || {
        let focused = context.page.evaluate("document.activeElement.textContent.trim()").await?;
        if focused == text { Ok(()) } else { Err(TestError::transient(format!("it is at {focused}"))) }
    })
    .await
}

/// Proves: shell-log-in
#[test]
fn log_in_before_the_application_is_there_begins_once_it_is() {
    for is_late in [is_webassembly, is_catalogue] {
        scenario(Setup::default(), async |context| log_in_before(context, is_late).await);
    }
}

async fn log_in_before(context: &TestContext, is_late: fn(&Exchange) -> bool) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let gate = servers.app.when(is_late).hold();
    open(context).await?;
    gate.wait_until_reached().await?;
    page.button("Log in").click().await?;
    page.status().reads("You come back here afterwards.").await?;
    focus_is_at(context, "Taking you to the log-in page").await?;
    assert_eq!(page.button("Log in").count().await?, 0, "it cannot be pressed twice");
    assert!(servers.scopes_asked().is_empty(), "the application decides where to go");
    gate.open();
    page.heading("Log in").appears().await?;
    assert_eq!(servers.scopes_asked().len(), 1);
    Ok(())
}

fn is_catalogue(request: &Exchange) -> bool {
    request.path.starts_with("/messages/")
}

/// Proves: shell-log-in
#[test]
fn notice_about_a_transfer_is_read_before_an_early_log_in() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        page.run_before_scripts("sessionStorage.setItem('riser.logged_out_while_sending', 'true')").await?;
        let gate = servers.app.when(is_webassembly).hold();
        open(context).await?;
        gate.wait_until_reached().await?;
        page.button("Log in").click().await?;
        gate.open();
        page.status().reads("A transfer was on its way").await?;
        page.button("Log in").appears().await?;
        assert!(servers.scopes_asked().is_empty(), "the log-in waits for another press");
        Ok(())
    });
}

/// Nothing is done that could not be told.
/// Proves: shell-log-in
#[test]
fn nothing_is_sent_without_words_for_it() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        let rule = servers.app.when(is_catalogue).cut();
        page.forget_files().await?;
        let sent = servers.api().matching(is_transfer).len();
        phone.choose(&number).await?;
        page.heading("This page could not be loaded").appears().await?;
        page.everything().reads("No money was moved").await?;
        assert_eq!(servers.api().matching(is_transfer).len(), sent);
        rule.lift();
        page.link("Try again").click().await?;
        sees_balance(page, ADA.opening).await?;
        assert_eq!(servers.api().matching(is_transfer).len(), sent);
        nothing_was_moved(context).await
    });
}

/// Proves: shell-log-in, focus-kept
#[test]
fn focus_stays_at_log_in_when_the_application_comes() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let gate = servers.app.when(is_webassembly).hold();
        open(context).await?;
        gate.wait_until_reached().await?;
        page.tab_to("Log in").await?;
        gate.open();
        page.css("#shell").disappears().await?;
        focus_is_at(context, "Log in").await?;
        page.button("Log in").press(Key::Enter).await?;
        page.heading("Log in").appears().await?;
        Ok(())
    });
}
