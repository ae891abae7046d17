//! The faults on the way back of a transfer: the money stays where it is, the session too, and the customer can go on.

use super::{details_read, faulty_provider, log_in};
use crate::steps::{RENT, nothing_was_moved, rent_was_paid_once, review, sees_balance};
use e2e::{Fault, TestContext, TestFailure, people::ADA, scenario};

/// The transfer comes back with that fault, and is dropped for that reason.
fn refused(fault: Fault, reason: &'static str) {
    scenario(faulty_provider(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context).await?;
        servers.provider()?.set_fault(fault);
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.alert().reads("No money was moved").await?;
        details_read(context, reason).await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403)], "nothing is posted after it");
        nothing_was_moved(context).await?;
        sees_balance(page, ADA.opening).await?;
        goes_on_once_it_behaves(context, 1).await
    });
}

/// The same order, confirmed rightly: the bank has been shown no token that was refused.
async fn goes_on_once_it_behaves(context: &TestContext, posted: usize) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let provider = servers.provider()?;
    // The first is that of the log-in, which was good.
    let refused = provider.issued().split_off(1);
    provider.clear_fault();
    page.button("Change the transfer").click().await?;
    page.button("Transfer").click().await?;
    page.button("Confirm transfer").click().await?;
    page.status().reads("Transfer sent").await?;
    let answers = servers.statuses("POST", "/transfer");
    let mut expected = vec![Some(403); posted + 1];
    expected.push(Some(201));
    assert_eq!(answers, expected);
    let shown =
        servers.api().matching(|request| request.token.as_ref().is_some_and(|it| refused.contains(it)));
    // A token that the client could not know to be too weak was shown once.
    assert_eq!(shown.len(), posted - 1, "{shown:?}");
    rent_was_paid_once(context).await
}

/// Proves: forged-response-posts-nothing
#[test]
fn another_nonce_posts_nothing() {
    refused(Fault::NonceInvalid, "`nonce` is not the one of the request");
}

/// Proves: forged-response-posts-nothing
#[test]
fn another_at_hash_posts_nothing() {
    refused(Fault::InvalidAtHash, "`at_hash` does not fit");
}

/// Proves: step-up-same-subject
#[test]
fn another_customer_posts_nothing() {
    refused(Fault::OtherSub, "step_up.someone_else");
}

/// Proves: granted-scope
#[test]
fn less_scope_posts_nothing() {
    refused(Fault::LessScope, "the provider granted");
}

/// Proves: forged-response-posts-nothing
#[test]
fn invalid_signature_posts_nothing() {
    refused(Fault::InvalidSigRs256, "signature is not the issuer's");
}

/// Proves: forged-response-posts-nothing
#[test]
fn another_issuer_posts_nothing() {
    refused(Fault::ResponseIssOfAnother, "`iss` of the answer is");
}

/// A provider that grants less and does not say so is found out by the bank: one attempt, no loop.
/// Proves: granted-scope
#[test]
fn less_scope_unsaid_is_posted_once() {
    scenario(faulty_provider(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context).await?;
        servers.provider()?.set_fault(Fault::LessScopeUnsaid);
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.alert().reads("No money was moved").await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(403)]);
        assert_eq!(servers.scopes_asked().len(), 2, "one redirect, no second");
        nothing_was_moved(context).await?;
        goes_on_once_it_behaves(context, 2).await
    });
}

/// The customer was shown one transfer and the token is for another: the bank finds out, and that is the end of it.
/// Proves: threat-other-transfer
#[test]
fn token_for_another_transfer_moves_nothing() {
    scenario(faulty_provider(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context).await?;
        servers.provider()?.set_fault(Fault::OtherDetails);
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.alert().reads("No money was moved").await?;
        details_read(context, "confirmed for another transfer").await?;
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(403)]);
        assert_eq!(servers.scopes_asked().len(), 2, "one redirect, no second");
        nothing_was_moved(context).await?;
        goes_on_once_it_behaves(context, 2).await
    });
}

/// The page was loaded anew since the log-in, so it asks again where to go.
/// Proves: forged-response-posts-nothing
#[test]
fn metadata_of_another_issuer_are_not_used() {
    scenario(faulty_provider(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        servers.provider()?.set_fault(Fault::DiscoveryIssuerMismatch);
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.alert().reads("No money was moved").await?;
        details_read(context, "the metadata is that of").await?;
        assert_eq!(servers.scopes_asked(), ["openid view:balance"], "the browser was not sent there");
        nothing_was_moved(context).await?;
        goes_on_once_it_behaves(context, 1).await
    });
}
