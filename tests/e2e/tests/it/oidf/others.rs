//! Modules of the Foundation's other plans, and RFC 9207.

use super::{accepted, faulty_provider, gets_in_once_it_behaves, is_refused, log_in, refused, try_to_log_in};
use crate::steps::{RENT, WELCOME, rent_was_paid_once, review, sees_balance};
use e2e::{Fault, TestContext, TestError, TestFailure, eventually, people::ADA, scenario, servers::Setup};

const METADATA: &str = "/.well-known/openid-configuration";

/// Proves: oidcc-client-test-missing-aud
#[test]
fn oidcc_client_test_missing_aud() {
    refused(Fault::MissingAud, "the ID token has no `aud`");
}

/// Proves: oidcc-client-test-invalid-sig-hs256
#[test]
fn oidcc_client_test_invalid_sig_hs256() {
    refused(Fault::InvalidSigHs256, "signed with \"HS256\": only RS256 is accepted");
}

/// Proves: oidcc-client-test-invalid-sig-es256
#[test]
fn oidcc_client_test_invalid_sig_es256() {
    refused(Fault::InvalidSigEs256, "signed with \"ES256\": only RS256 is accepted");
}

/// Proves: response-issuer
#[test]
fn response_of_another_issuer_opens_no_session() {
    refused(Fault::ResponseIssOfAnother, "`iss` of the answer is");
}

/// An ID token comes with it, and that names its issuer.
/// Proves: response-issuer
#[test]
fn response_without_issuer_is_judged_by_its_id_token() {
    accepted(Fault::ResponseIssMissing);
}

/// Proves: granted-scope
#[test]
fn log_in_without_the_balance_scope_opens_no_session() {
    refused(Fault::LessScope, "the provider granted");
}

/// Between two log-ins, and between a log-in and a transfer. The provider lets its keys be kept for an hour.
/// Proves: oidcc-client-test-signing-key-rotation
#[test]
fn oidcc_client_test_signing_key_rotation() {
    scenario(faulty_provider(), async |context| {
        let (servers, page) = (&context.servers, &context.page);
        log_in(context).await?;
        servers.provider()?.rotate_keys()?;
        log_out(context).await?;
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        servers.provider()?.rotate_keys()?;
        pays_the_rent(context).await
    });
}

/// Proves: oidcc-client-test-signing-key-rotation-just-before-signing
#[test]
fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    scenario(faulty_provider(), async |context| {
        context.servers.provider()?.set_fault(Fault::SigningKeyRotationJustBeforeSigning);
        log_in(context).await?;
        pays_the_rent(context).await
    });
}

/// Nothing is sent to endpoints that another issuer names.
/// Proves: oidcc-client-test-discovery-issuer-mismatch
#[test]
fn oidcc_client_test_discovery_issuer_mismatch() {
    scenario(faulty_provider(), async |context| {
        let servers = &context.servers;
        servers.provider()?.set_fault(Fault::DiscoveryIssuerMismatch);
        try_to_log_in(context).await?;
        is_refused(context, "the metadata is that of").await?;
        let asked = servers.tenant.matching(|request| request.path != METADATA);
        assert!(asked.is_empty(), "{asked:?}");
        gets_in_once_it_behaves(context).await
    });
}

/// Where the way to the provider is known without its metadata, and only the way back needs them.
/// Proves: discovery-issuer
#[test]
fn keys_of_another_issuer_are_not_fetched() {
    let config = |config: &mut serde_json::Value| {
        let issuer = config["issuer"].as_str().unwrap_or_default();
        config["authorization_endpoint"] = format!("{issuer}authorize").into();
    };
    scenario(Setup { config, ..faulty_provider() }, async |context| {
        let servers = &context.servers;
        servers.provider()?.set_fault(Fault::DiscoveryIssuerMismatch);
        try_to_log_in(context).await?;
        is_refused(context, "the metadata is that of").await?;
        let asked =
            servers.tenant.matching(|request| request.path != METADATA && request.path != "/authorize");
        assert!(asked.is_empty(), "{asked:?}");
        gets_in_once_it_behaves(context).await
    });
}

/// Riser sends none, and needs none: what comes back from a log-out is never an answer to anything.
/// Proves: oidcc-client-test-rp-init-logout-no-state
#[test]
fn oidcc_client_test_rp_init_logout_no_state() {
    scenario(faulty_provider(), async |context| {
        let (servers, page) = (&context.servers, &context.page);
        servers.provider()?.set_fault(Fault::RpInitLogoutNoState);
        log_in(context).await?;
        log_out(context).await?;
        page.heading(WELCOME).appears().await?;
        assert_eq!(page.alert().count().await?, 0);
        is_logged_out(context).await?;
        let asked = servers.tenant.requests("/oidc/logout");
        let sent: Vec<_> = asked.iter().map(|request| (request.method.as_str(), &*request.query)).collect();
        assert_eq!(sent, [("POST", "")], "no token is in the address");
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

/// A `state` that was never sent belongs to no request: it is no answer, and changes nothing.
/// Proves: oidcc-client-test-rp-init-logout-other-state
#[test]
fn oidcc_client_test_rp_init_logout_other_state() {
    scenario(faulty_provider(), async |context| {
        let TestContext { servers, page, .. } = context;
        servers.provider()?.set_fault(Fault::RpInitLogoutOtherState);
        log_in(context).await?;
        log_out(context).await?;
        page.heading(WELCOME).appears().await?;
        assert_eq!(page.alert().count().await?, 0);
        is_logged_out(context).await?;
        page.button("Log in").click().await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

/// To the provider, and back at a page that was loaded anew.
async fn log_out(context: &TestContext) -> Result<(), TestError> {
    let TestContext { page, .. } = context;
    page.evaluate("(window.before = true)").await?;
    page.button("Log out").click().await?;
    context.servers.tenant.wait_for("the log-out", |request| request.path == "/oidc/logout").await?;
    eventually("the page after the log-out", async || {
        if page.evaluate("window.before === undefined").await? == true {
            page.arrives_at(&context.servers.app.at("/")).await
        } else {
            Err(TestError::transient("the page before is still there"))
        }
    })
    .await
}

async fn is_logged_out(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    page.button("Log in").appears().await?;
    assert_eq!(page.address().await?, servers.app.at("/"));
    // What the page says about it, and nothing of the session.
    assert_eq!(page.session_storage().await?, r#"[["riser.logout_notice","logged_out"]]"#);
    Ok(())
}

async fn pays_the_rent(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    review(page, RENT).await?;
    page.button("Confirm transfer").click().await?;
    page.status().reads("Transfer sent").await?;
    assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)]);
    assert_eq!(servers.scopes_asked().last().map(String::as_str), Some("openid view:balance transfer:funds"));
    rent_was_paid_once(context).await
}
