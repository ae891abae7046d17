//! ID tokens that somebody else made, or that ask to be checked in another way than ours. Everything in their claims is
//! right; the browser's SubtleCrypto has the last word.

use super::{faulty_provider, gets_in_once_it_behaves, is_refused, refused, try_to_log_in};
use e2e::{Fault, scenario};

const NOT_THE_ISSUERS: &str = "signature is not the issuer's";

/// Refused, and nobody asked where the token says that its key is.
fn refused_without_looking(fault: Fault) {
    scenario(faulty_provider(), async |context| {
        context.servers.provider()?.set_fault(fault);
        try_to_log_in(context).await?;
        is_refused(context, NOT_THE_ISSUERS).await?;
        gets_in_once_it_behaves(context).await?;
        let asked = context.servers.tenant.matching(|request| request.path.starts_with("/foreign/"));
        assert!(asked.is_empty(), "a token does not say where its key is: {asked:?}");
        Ok(())
    });
}

/// Proves: forged-alg-none, oidcc-client-test-idtoken-sig-none
#[test]
fn oidcc_client_test_idtoken_sig_none() {
    refused(Fault::IdTokenSigNone, "the ID token is malformed");
}

/// Proves: forged-hmac
#[test]
fn hs256_with_the_public_key_opens_no_session() {
    refused(Fault::Hs256WithThePublicKey, "signed with \"HS256\": only RS256 is accepted");
}

/// Proves: forged-foreign-key
#[test]
fn foreign_key_with_the_trusted_kid_opens_no_session() {
    refused(Fault::ForeignKeyOfTheSameName, NOT_THE_ISSUERS);
}

/// Proves: forged-other-alg
#[test]
fn rs512_opens_no_session() {
    refused(Fault::Rs512, "signed with \"RS512\": only RS256 is accepted");
}

/// Proves: forged-other-alg
#[test]
fn rs512_called_rs256_opens_no_session() {
    refused(Fault::Rs512CalledRs256, NOT_THE_ISSUERS);
}

/// Proves: forged-other-alg
#[test]
fn ps256_called_rs256_opens_no_session() {
    refused(Fault::Ps256CalledRs256, NOT_THE_ISSUERS);
}

/// Proves: forged-header-keys
#[test]
fn jwk_header_opens_no_session() {
    refused_without_looking(Fault::HeaderJwk);
}

/// Proves: forged-header-keys
#[test]
fn jku_header_opens_no_session() {
    refused_without_looking(Fault::HeaderJku);
}

/// Proves: forged-header-keys
#[test]
fn x5c_header_opens_no_session() {
    refused_without_looking(Fault::HeaderX5c);
}

/// Proves: forged-header-keys
#[test]
fn x5u_header_opens_no_session() {
    refused_without_looking(Fault::HeaderX5u);
}

/// Proves: forged-crit
#[test]
fn crit_header_opens_no_session() {
    refused(Fault::HeaderCrit, "its header has `crit`");
}
