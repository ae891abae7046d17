//! `oidcc-client-implicit-certification-test-plan`: `response_type=id_token token`.

use super::{accepted, faulty_provider, log_in, refused};
use crate::steps::{RENT, WELCOME, rent_was_paid_once, review, sees_balance};
use e2e::{Fault, people::ADA, scenario};
use std::collections::BTreeSet;

/// Proves: oidcc-client-test
#[test]
fn oidcc_client_test() {
    scenario(faulty_provider(), async |context| {
        let (servers, page) = (&context.servers, &context.page);
        log_in(context).await?;
        page.reload().await?;
        sees_balance(page, ADA.opening).await?;
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await?;
        page.button("Log out").click().await?;
        page.heading(WELCOME).appears().await?;
        for request in servers.tenant.requests("/authorize") {
            assert_eq!(request.parameter("response_type"), "id_token token");
        }
        Ok(())
    });
}

/// Proves: oidcc-client-test-invalid-iss
#[test]
fn oidcc_client_test_invalid_iss() {
    refused(Fault::InvalidIss, "`iss` is");
}

/// Proves: oidcc-client-test-invalid-aud
#[test]
fn oidcc_client_test_invalid_aud() {
    refused(Fault::InvalidAud, "`aud` is");
}

/// Proves: oidcc-client-test-missing-sub
#[test]
fn oidcc_client_test_missing_sub() {
    refused(Fault::MissingSub, "the ID token has no `sub`");
}

/// Proves: oidcc-client-test-missing-iat
#[test]
fn oidcc_client_test_missing_iat() {
    refused(Fault::MissingIat, "the ID token has no `iat`");
}

/// Proves: oidcc-client-test-kid-absent-single-jwks
#[test]
fn oidcc_client_test_kid_absent_single_jwks() {
    accepted(Fault::KidAbsentSingleJwks);
}

/// The plan leaves it to the client whether it tries all keys or refuses; Riser tries them.
/// Proves: oidcc-client-test-kid-absent-multiple-jwks
#[test]
fn oidcc_client_test_kid_absent_multiple_jwks() {
    accepted(Fault::KidAbsentMultipleJwks);
}

/// Proves: oidcc-client-test-invalid-athash
#[test]
fn oidcc_client_test_invalid_athash() {
    refused(Fault::InvalidAtHash, "`at_hash` does not fit");
}

/// Proves: oidcc-client-test-missing-athash
#[test]
fn oidcc_client_test_missing_athash() {
    refused(Fault::MissingAtHash, "the ID token has no `at_hash`");
}

/// Proves: oidcc-client-test-idtoken-sig-rs256
#[test]
fn oidcc_client_test_idtoken_sig_rs256() {
    scenario(faulty_provider(), async |context| {
        log_in(context).await?;
        let asked = context.servers.tenant.requests("/keys");
        assert_eq!(asked.len(), 1, "the signature was checked with the provider's keys: {asked:?}");
        Ok(())
    });
}

/// Proves: oidcc-client-test-invalid-sig-rs256
#[test]
fn oidcc_client_test_invalid_sig_rs256() {
    refused(Fault::InvalidSigRs256, "signature is not the issuer's");
}

/// Riser never asks who the customer is: what the bank says and what was signed is enough.
/// Proves: oidcc-client-test-userinfo-invalid-sub
#[test]
fn oidcc_client_test_userinfo_invalid_sub() {
    scenario(faulty_provider(), async |context| {
        let (servers, page) = (&context.servers, &context.page);
        servers.provider()?.set_fault(Fault::UserinfoInvalidSub);
        log_in(context).await?;
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await?;
        let asked = servers.tenant.matching(|request| request.path == "/userinfo");
        assert!(asked.is_empty(), "no such request, not even a preflight: {asked:?}");
        let carried = servers.tenant.matching(|request| request.token.is_some());
        assert!(carried.is_empty(), "the provider gets no token back: {carried:?}");
        Ok(())
    });
}

/// Proves: request-nonce-and-state, oidcc-client-test-nonce-unless-code-flow
#[test]
fn oidcc_client_test_nonce_unless_code_flow() {
    scenario(faulty_provider(), async |context| {
        let (servers, page) = (&context.servers, &context.page);
        log_in(context).await?;
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.status().reads("Transfer sent").await?;
        let other = context.browser.new_window().await?;
        other.open(&servers.app.at("/")).await?;
        other.button("Log in").click().await?;
        sees_balance(&other, ADA.opening - RENT.minor).await?;
        let asked = servers.tenant.requests("/authorize");
        for name in ["nonce", "state"] {
            let sent: BTreeSet<String> = asked.iter().map(|request| request.parameter(name)).collect();
            assert_eq!(sent.len(), 3, "each request has a `{name}` of its own");
            // 128 bits are 22 characters.
            assert!(sent.iter().all(|value| value.len() >= 22), "{sent:?}");
        }
        Ok(())
    });
}

/// Proves: oidcc-client-test-nonce-invalid
#[test]
fn oidcc_client_test_nonce_invalid() {
    refused(Fault::NonceInvalid, "`nonce` is not the one of the request");
}

/// Riser needs no claims about a person, and asks for none: neither by scope nor by name.
/// Proves: oidcc-client-test-scope-userinfo-claims
#[test]
fn oidcc_client_test_scope_userinfo_claims() {
    scenario(faulty_provider(), async |context| {
        let (servers, page) = (&context.servers, &context.page);
        log_in(context).await?;
        assert_eq!(servers.scopes_asked(), ["openid view:balance"]);
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        page.status().reads("Transfer sent").await?;
        for request in servers.tenant.requests("/authorize") {
            let scope = request.parameter("scope");
            assert!(
                scope.split(' ').all(|one| ["openid", "view:balance", "transfer:funds"].contains(&one)),
                "{scope}"
            );
            assert_eq!(request.parameter("claims"), "");
        }
        Ok(())
    });
}
