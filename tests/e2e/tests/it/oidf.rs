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
    Failure, Fault, Miss, Stage, eventually,
    people::ADA,
    scenario,
    world::{Provider, Setup},
};

fn misbehaving() -> Setup {
    Setup { provider: Provider::Misbehaving, ..Setup::default() }
}

/// From nothing to the provider and back.
async fn try_to_log_in(stage: &Stage) -> Result<(), Miss> {
    open(stage).await?;
    stage.page.button("Log in").click().await
}

/// Logs Ada in. The provider shows no page.
async fn log_in(stage: &Stage) -> Result<(), Miss> {
    try_to_log_in(stage).await?;
    sees_balance(&stage.page, ADA.opening).await
}

/// A customer notices nothing of it.
fn accepted(fault: Fault) {
    scenario(misbehaving(), async |stage| {
        stage.world.provider()?.misbehave(fault);
        log_in(stage).await?;
        assert_eq!(stage.page.alert().count().await?, 0);
        Ok(())
    });
}

/// A log-in is refused, for that reason and no other; and once the fault is gone, the customer gets in.
fn refused(fault: Fault, reason: &'static str) {
    scenario(misbehaving(), async |stage| {
        stage.world.provider()?.misbehave(fault);
        try_to_log_in(stage).await?;
        is_refused(stage, reason).await?;
        gets_in_once_it_behaves(stage).await
    });
}

/// A sentence, no session, nothing of the answer left, and no request with a token.
async fn is_refused(stage: &Stage, reason: &str) -> Result<(), Failure> {
    let Stage { world, page, .. } = stage;
    page.alert().text().await?;
    page.button("Log in").appears().await?;
    details_read(stage, reason).await?;
    let address = page.address().await?;
    assert_eq!(address, world.app.at("/"), "nothing of the answer is in the address");
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
async fn gets_in_once_it_behaves(stage: &Stage) -> Result<(), Failure> {
    let Stage { world, page, .. } = stage;
    let provider = world.provider()?;
    let refused = provider.issued();
    provider.behave();
    page.button("Log in").click().await?;
    sees_balance(page, ADA.opening).await?;
    let shown = world.api().those(|request| request.token.is_some());
    assert!(!shown.is_empty());
    for request in shown {
        assert!(request.token.is_none_or(|token| !refused.contains(&token)), "a refused token was used");
    }
    Ok(())
}

/// What is folded away below a problem, for support, has that reason in it.
async fn details_read(stage: &Stage, reason: &str) -> Result<(), Miss> {
    eventually("the reason among the details", async || {
        let details = stage.page.evaluate("document.querySelector('details')?.textContent ?? ''").await?;
        match details.as_str() {
            Some(details) if details.contains(reason) => Ok(()),
            _ => Err(Miss::new(format!("they read {details}, not {reason:?}"))),
        }
    })
    .await
}
