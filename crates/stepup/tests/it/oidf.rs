//! The relying-party tests of the OpenID Foundation's implicit plan (`oidcc-client-implicit-certification-test-plan`),
//! under their names, against tokens with real signatures. The same run in a browser in `tests/e2e`.

use serde_json::{Value, json};
use stepup::{Event, view::Screen};

use crate::{
    english,
    id_token_signer::{FOREIGN_KEY, KEY, LogIn, NEXT_KEY, jwk, jwks, jws},
    servers::{Grant, Servers, answer, query},
    tab::Tab,
};

const HEADER: &str = r#"{"alg":"RS256","kid":"1"}"#;
const WITHOUT_KID: &str = r#"{"alg":"RS256"}"#;

fn one_key() -> String {
    jwks(&[jwk(&KEY, Some("1"))])
}

/// Logs in with one claim changed; `null` takes it away.
fn with(claim: &str, value: &Value) -> LogIn {
    let mut visit = LogIn::begin(one_key());
    let token = jws(&KEY, HEADER.as_bytes(), &visit.with(claim, value));
    visit.end(&token);
    visit
}

fn accepts(visit: &LogIn) {
    assert!(matches!(visit.tab.screen(), Screen::Account(_)), "{:?}", visit.tab.screen());
    assert!(!visit.servers.api.is_empty(), "the balance is asked for");
}

/// No session, no request to the API, a sentence.
fn rejects(visit: &LogIn) {
    let Screen::Failed(failure) = visit.tab.screen() else { panic!("{:?}", visit.tab.screen()) };
    assert!(english::sentence(failure.problem.sentence).len() > 20);
    assert!(visit.servers.api.is_empty() && visit.tab.storage.is_empty());
}

/// Proves: oidcc-client-test
#[test]
fn oidcc_client_test() {
    accepts(&with("unknown", &json!(1)));
}

/// Proves: oidcc-client-test-invalid-iss
#[test]
fn oidcc_client_test_invalid_iss() {
    rejects(&with("iss", &json!("https://id.example/invalid")));
}

/// Proves: oidcc-client-test-invalid-aud
#[test]
fn oidcc_client_test_invalid_aud() {
    rejects(&with("aud", &json!("riser-invalid")));
}

/// Proves: oidcc-client-test-missing-aud
#[test]
fn oidcc_client_test_missing_aud() {
    rejects(&with("aud", &Value::Null));
}

/// Proves: oidcc-client-test-missing-sub
#[test]
fn oidcc_client_test_missing_sub() {
    rejects(&with("sub", &Value::Null));
}

/// Proves: oidcc-client-test-missing-iat
#[test]
fn oidcc_client_test_missing_iat() {
    rejects(&with("iat", &Value::Null));
}

/// Proves: oidcc-client-test-nonce-invalid
#[test]
fn oidcc_client_test_nonce_invalid() {
    rejects(&with("nonce", &json!("invalid")));
}

/// Proves: oidcc-client-test-invalid-athash
#[test]
fn oidcc_client_test_invalid_athash() {
    rejects(&with("at_hash", &json!("AAAAAAAAAAAAAAAAAAAAAA")));
}

/// Proves: oidcc-client-test-missing-athash
#[test]
fn oidcc_client_test_missing_athash() {
    rejects(&with("at_hash", &Value::Null));
}

/// Proves: oidcc-client-test-kid-absent-single-jwks
#[test]
fn oidcc_client_test_kid_absent_single_jwks() {
    let mut visit = LogIn::begin(jwks(&[jwk(&KEY, None)]));
    let token = jws(&KEY, WITHOUT_KID.as_bytes(), visit.claims().to_string().as_bytes());
    visit.end(&token);
    accepts(&visit);
}

/// Proves: oidcc-client-test-kid-absent-multiple-jwks
#[test]
fn oidcc_client_test_kid_absent_multiple_jwks() {
    let keys = [jwk(&FOREIGN_KEY, Some("1")), jwk(&KEY, Some("2")), jwk(&NEXT_KEY, Some("3"))];
    for turn in 0..3 {
        let mut turned = keys.to_vec();
        turned.rotate_left(turn);
        let mut visit = LogIn::begin(jwks(&turned));
        let token = jws(&KEY, WITHOUT_KID.as_bytes(), visit.claims().to_string().as_bytes());
        visit.end(&token);
        accepts(&visit);
    }
}

/// Proves: oidcc-client-test-idtoken-sig-rs256
#[test]
fn oidcc_client_test_idtoken_sig_rs256() {
    let visit = with("unknown", &json!(1));
    accepts(&visit);
    assert_eq!(visit.tab.checked, 1, "the signature was checked");
}

/// Proves: oidcc-client-test-invalid-sig-rs256
#[test]
fn oidcc_client_test_invalid_sig_rs256() {
    let mut visit = LogIn::begin(one_key());
    let token = jws(&FOREIGN_KEY, HEADER.as_bytes(), visit.claims().to_string().as_bytes());
    visit.end(&token);
    rejects(&visit);
}

/// Proves: oidcc-client-test-invalid-sig-hs256
#[test]
fn oidcc_client_test_invalid_sig_hs256() {
    let mut visit = LogIn::begin(one_key());
    let token = jws(&KEY, br#"{"alg":"HS256","kid":"1"}"#, visit.claims().to_string().as_bytes());
    visit.end(&token);
    rejects(&visit);
}

/// Proves: oidcc-client-test-invalid-sig-es256
#[test]
fn oidcc_client_test_invalid_sig_es256() {
    let mut visit = LogIn::begin(one_key());
    let token = jws(&KEY, br#"{"alg":"ES256","kid":"1"}"#, visit.claims().to_string().as_bytes());
    visit.end(&token);
    rejects(&visit);
}

/// Riser takes nothing from the userinfo endpoint, so that no `sub` of it can be wrong: it never asks there.
/// Proves: oidcc-client-test-userinfo-invalid-sub
#[test]
fn oidcc_client_test_userinfo_invalid_sub() {
    let mut visit = LogIn::begin(one_key());
    let token = jws(&KEY, HEADER.as_bytes(), visit.claims().to_string().as_bytes());
    visit.end(&token);
    accepts(&visit);
    let asked: std::collections::BTreeSet<&str> =
        visit.servers.provider_paths.iter().map(String::as_str).collect();
    assert_eq!(asked, ["/.well-known/openid-configuration", "/keys"].into());
}

/// Proves: oidcc-client-test-nonce-unless-code-flow
#[test]
fn oidcc_client_test_nonce_unless_code_flow() {
    let nonces: std::collections::BTreeSet<String> = (0..20).map(|_| LogIn::begin(one_key()).nonce).collect();
    assert!(nonces.iter().all(|nonce| nonce.len() == 43), "256 bits");
    let mut tab = Tab::new();
    let mut sent = Vec::new();
    for _ in 0..5 {
        tab.load(None);
        tab.log_in();
        Servers::default().serve_all(&mut tab);
        sent.push(query(&tab.gone.clone().expect("sent to the provider"), "nonce"));
    }
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 5, "fresh for each request");
}

/// Standard claims are for those who asked for them; Riser asks for none.
/// Proves: oidcc-client-test-scope-userinfo-claims
#[test]
fn oidcc_client_test_scope_userinfo_claims() {
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    Servers::default().serve_all(&mut tab);
    assert_eq!(query(&tab.gone.clone().expect("sent to the provider"), "scope"), "openid view:balance");
}

/// Proves: oidcc-client-test-signing-key-rotation
#[test]
fn oidcc_client_test_signing_key_rotation() {
    // The next answer is signed with another key: its name is not known yet.
    let mut visit = LogIn::begin(one_key());
    let token = jws(&NEXT_KEY, br#"{"alg":"RS256","kid":"2"}"#, visit.claims().to_string().as_bytes());
    visit.servers.jwks = Some(jwks(&[jwk(&NEXT_KEY, Some("2"))]));
    visit.end(&token);
    accepts(&visit);
}

/// Proves: oidcc-client-test-signing-key-rotation-just-before-signing, jwks-cached
#[test]
fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    // What the browser still has are the keys of before; one look at the issuer's own finds the new one.
    for kid in [Some("2"), Some("1"), None] {
        let mut visit = LogIn::begin(one_key());
        let header =
            kid.map_or_else(|| WITHOUT_KID.to_owned(), |kid| json!({"alg": "RS256", "kid": kid}).to_string());
        let token = jws(&NEXT_KEY, header.as_bytes(), visit.claims().to_string().as_bytes());
        visit.servers.next_jwks = Some(jwks(&[jwk(&NEXT_KEY, kid)]));
        visit.end(&token);
        accepts(&visit);
        assert_eq!(visit.servers.key_fetches, 2, "{kid:?}");
    }
}

/// Proves: oidcc-client-test-discovery-issuer-mismatch
#[test]
fn oidcc_client_test_discovery_issuer_mismatch() {
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    let metadata = json!({
        "issuer": "https://id.example", "authorization_endpoint": "https://id.example/authorize",
        "jwks_uri": "https://id.example/keys",
    });
    tab.answer(id, Ok(answer(200, &metadata.to_string())));
    assert!(matches!(tab.screen(), Screen::Failed(failure) if failure.problem.code == "provider.metadata"));
    assert!(tab.gone.is_none() && tab.requests.is_empty() && !tab.has_request());
}

/// Proves: oidcc-client-test-rp-init-logout-no-state
#[test]
fn oidcc_client_test_rp_init_logout_no_state() {
    rp_init_logout(None);
}

/// Proves: oidcc-client-test-rp-init-logout-other-state
#[test]
fn oidcc_client_test_rp_init_logout_other_state() {
    rp_init_logout(Some("state=somebody-elses".into()));
}

/// Riser sends no `state` with a log-out, because it needs none: the session is over before the browser leaves.
fn rp_init_logout(back_with: Option<String>) {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.dispatch(Event::LogOut);
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!((there.path(), there.query()), ("/logout", None), "the hint has no business in an address");
    let sent = tab.submitted.take().expect("a form");
    let sent: Vec<_> = url::form_urlencoded::parse(sent.as_bytes()).into_owned().collect();
    let names: Vec<_> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["client_id", "post_logout_redirect_uri", "id_token_hint"]);
    assert_eq!(sent[1].1, "https://bank.example/");
    assert_eq!(sent[2].1.split('.').count(), 3, "an ID token");
    let asked = servers.api.len();
    tab.load(back_with);
    servers.serve_all(&mut tab);
    assert!(matches!(tab.screen(), Screen::SignedOut { .. } | Screen::Failed(_)));
    assert_eq!(servers.api.len(), asked);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.screen(), Screen::Account(_)), "a new log-in works");
}
