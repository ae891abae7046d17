//! The static page that is painted before the application is there.

use crate::steps::{is_webassembly, open};
use e2e::{Key, TestContext, TestError, eventually, scenario, servers::Setup};

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
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let gate = servers.app.when(is_webassembly).hold();
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
