//! The OpenID Foundation's tests of relying parties, under their names, against a provider that does one thing wrong.
//!
//! - `implicit`: those of the plan `oidcc-client-implicit-certification-test-plan`
//! - `others`: those of other plans that concern a browser client too: keys, metadata, log-out
//! - `forged`: signatures, of which only a real SubtleCrypto says what they are worth
//! - `step_up`: the same faults on the way back of a transfer
//! - `code`: the provider's own code flow, asked without a browser

mod code;
mod forged;
mod implicit;
mod others;
mod step_up;

use crate::steps::{open, sees_balance};
use e2e::{
    Fault, TestContext, TestError, TestFailure, eventually,
    people::ADA,
    scenario,
    servers::{Provider, Setup},
};

fn faulty_provider() -> Setup {
    Setup { provider: Provider::FaultyProvider, ..Setup::default() }
}

/// From nothing to the provider and back.
async fn try_to_log_in(context: &TestContext) -> Result<(), TestError> {
    open(context).await?;
    context.page.button("Log in").click().await
}

/// Logs Ada in. The provider shows no page.
async fn log_in(context: &TestContext) -> Result<(), TestError> {
    try_to_log_in(context).await?;
    sees_balance(&context.page, ADA.opening).await
}

/// A customer notices nothing of it.
fn accepted(fault: Fault) {
    scenario(faulty_provider(), async |context| {
        context.servers.provider()?.set_fault(fault);
        log_in(context).await?;
        assert_eq!(context.page.alert().count().await?, 0);
        Ok(())
    });
}

/// A log-in is refused, for that reason and no other; and once the fault is gone, the customer gets in.
fn refused(fault: Fault, reason: &'static str) {
    scenario(faulty_provider(), async |context| {
        context.servers.provider()?.set_fault(fault);
        try_to_log_in(context).await?;
        is_refused(context, reason).await?;
        gets_in_once_it_behaves(context).await
    });
}

/// A sentence, no session, nothing of the answer left, and no request with a token.
async fn is_refused(context: &TestContext, reason: &str) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    page.alert().text().await?;
    page.button("Log in").appears().await?;
    details_read(context, reason).await?;
    let address = page.address().await?;
    assert_eq!(address, servers.app.at("/"), "nothing of the answer is in the address");
    for (place, kept) in [
        ("sessionStorage", page.session_storage().await?),
        ("localStorage", page.local_storage().await?),
        ("document.cookie", page.evaluate("document.cookie").await?.to_string()),
    ] {
        assert!(!kept.contains("eyJ"), "{place} holds a token");
    }
    Ok(())
}

/// "Log in" is offered and works. That the bank was never shown a token of before is seen only now, when the page has
/// had all the time that it takes to log in.
async fn gets_in_once_it_behaves(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let provider = servers.provider()?;
    let refused = provider.issued();
    provider.clear_fault();
    page.button("Log in").click().await?;
    sees_balance(page, ADA.opening).await?;
    let shown = servers.api().matching(|request| request.token.is_some());
    assert!(!shown.is_empty());
    for request in shown {
        assert!(request.token.is_none_or(|token| !refused.contains(&token)), "a refused token was used");
    }
    Ok(())
}

/// What is folded away below a problem, for support, has that reason in it.
async fn details_read(context: &TestContext, reason: &str) -> Result<(), TestError> {
    eventually("the reason among the details", async || {
        let details = context.page.evaluate("document.querySelector('details')?.textContent ?? ''").await?;
        match details.as_str() {
            Some(details) if details.contains(reason) => Ok(()),
            _ => Err(TestError::transient(format!("they read {details}, not {reason:?}"))),
        }
    })
    .await
}
