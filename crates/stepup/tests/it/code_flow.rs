//! The authorization code flow with PKCE: the same visits, the same guarantees.

use serde_json::json;
use stepup::view::{Screen, TransferView};

use crate::{
    servers::{CODE_FLOW, Grant, Servers, query},
    tab::Tab,
};

fn problem(tab: &Tab) -> (String, String) {
    match tab.screen() {
        Screen::Failed(failure) => (failure.problem.code.into_owned(), failure.problem.cause),
        other => panic!("not refused: {other:?}"),
    }
}

/// A tab that asked to log in, and where it was sent.
fn asked(servers: &mut Servers) -> (Tab, url::Url) {
    let mut tab = Tab { config: CODE_FLOW.into(), ..Tab::new() };
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

/// Proves: code-flow-same-scenario
#[test]
fn login_and_step_up_succeed() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming_with(CODE_FLOW);
    assert_eq!(query(&there, "response_type"), "code");
    assert_eq!(query(&there, "response_mode"), "fragment");
    assert!(!query(&there, "scope").contains("offline_access"), "no refresh token is asked for");
    assert!(!query(&there, "nonce").is_empty());
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_eq!((servers.posts.len(), servers.done.len(), servers.exchanges), (2, 1, 2));
    assert_eq!(tab.storage.keys().collect::<Vec<_>>(), ["session"], "nothing else is left in the tab");
    assert!(!tab.storage["session"].contains("access-token-2"), "the single-use token least of all");
}

/// Proves: request-nonce-and-state, pkce-verifier
#[test]
fn verifier_is_fresh_and_stays_in_the_tab() {
    let mut servers = Servers::default();
    let (mut tab, first) = asked(&mut servers);
    let record = |tab: &Tab| {
        let (_, record) = tab.storage.iter().find(|(key, _)| key.starts_with("request.")).expect("a record");
        let record: serde_json::Value = serde_json::from_str(record).expect("JSON");
        record["verifier"].as_str().expect("a verifier").to_owned()
    };
    let verifier = record(&tab);
    assert_eq!(verifier.len(), 43);
    assert!(!first.as_str().contains(&verifier));
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    assert_ne!(record(&tab), verifier);
    assert_ne!(query(&first, "code_challenge"), query(&tab.gone.clone().unwrap(), "code_challenge"));
}

/// Proves: code-single-use
#[test]
fn stolen_code_needs_verifier() {
    let mut servers = Servers::default();
    let (mut victim, there) = asked(&mut servers);
    let stolen = servers.grant(&there, victim.now, &Grant::default());
    let (mut thief, elsewhere) = asked(&mut servers);
    // The code is injected into an answer to the thief's own request.
    let injected = stolen.replace(&query(&there, "state"), &query(&elsewhere, "state"));
    thief.storage =
        thief.storage.into_iter().map(|(k, v)| (k, v.replace("verifier\":\"", "verifier\":\"x"))).collect();
    thief.load(Some(injected));
    servers.serve_all(&mut thief);
    assert_eq!(problem(&thief).0, "provider.invalid_grant");
    assert!(servers.api.is_empty() && thief.storage.is_empty());
    victim.load(Some(stolen));
    servers.serve_all(&mut victim);
    assert_eq!(problem(&victim).0, "provider.invalid_grant", "a code counts once");
}

/// Proves: threat-mix-up
#[test]
fn mismatched_response_opens_no_session() {
    for (name, from, to, code) in [
        ("no state", "state=", "x=", "callback.state_unknown"),
        ("another issuer", "iss=https%3A%2F%2Fid.", "iss=https%3A%2F%2Fevil.", "callback.refused"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = asked(&mut servers);
        let genuine = servers.grant(&there, tab.now, &Grant::default());
        assert!(genuine.contains(from), "{genuine}");
        tab.load(Some(genuine.replace(from, to)));
        servers.serve_all(&mut tab);
        assert_eq!(problem(&tab).0, code, "{name}");
        assert_eq!((servers.exchanges, servers.api.len()), (0, 0), "{name}: the code is not redeemed");
    }
}

/// Proves: response-issuer
#[test]
fn promised_iss_is_required() {
    for (promised, named, accepted) in
        [(false, false, true), (false, true, true), (true, true, true), (true, false, false)]
    {
        let mut servers = Servers { promises_iss: promised, ..Servers::default() };
        let (mut tab, there) = asked(&mut servers);
        let mut answer = servers.grant(&there, tab.now, &Grant::default());
        if !named {
            answer = answer.split("&iss=").next().unwrap_or_default().to_owned();
        }
        tab.load(Some(answer));
        servers.serve_all(&mut tab);
        assert_eq!(matches!(tab.screen(), Screen::Account(_)), accepted, "{promised} {named}");
        assert_eq!(servers.exchanges > 0, accepted, "{promised} {named}");
    }
}

/// Proves: code-flow-no-front-channel-tokens
#[test]
fn tokens_instead_of_code_are_refused() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let implicit =
        url::Url::parse(&there.as_str().replace("response_type=code", "response_type=id_token%20token"))
            .expect("a URL");
    let answer = servers.grant(&implicit, tab.now, &Grant::default());
    tab.load(Some(answer));
    servers.serve_all(&mut tab);
    assert_eq!(problem(&tab).0, "callback.refused");
    assert!(servers.api.is_empty());
}

/// Proves: code-flow-tokens-checked
#[test]
fn token_endpoint_tokens_are_validated() {
    for (claims, code) in [
        (json!({"nonce": "other"}), "id_token.nonce"),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), "id_token.refused"),
        (json!({"iss": "https://evil.example/"}), "id_token.refused"),
        (json!({"aud": "other"}), "id_token.refused"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = asked(&mut servers);
        let answer = servers.grant(&there, tab.now, &Grant { claims: claims.clone(), ..Grant::default() });
        tab.load(Some(answer));
        servers.serve_all(&mut tab);
        assert_eq!(problem(&tab).0, code, "{claims}");
        assert!(servers.api.is_empty() && tab.storage.is_empty(), "{claims}");
    }
    // OIDC Core 3.1.3.8: from the token endpoint `at_hash` is optional.
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let claims = json!({"at_hash": null});
    let answer = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
    tab.load(Some(answer));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.screen(), Screen::Account(_)), "{:?}", tab.screen());
}

/// Proves: transfer-as-confirmed
#[test]
fn edited_stored_order_is_not_sent() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming_with(CODE_FLOW);
    for (key, value) in &mut tab.storage {
        if key.starts_with("request.") {
            *value = value.replace("\"amount\":1250", "\"amount\":125000");
        }
    }
    servers.come_back(&mut tab, &there);
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(problem.code, "id_token.nonce");
    assert_eq!(servers.posts.len(), 1);
}

#[test]
fn missing_token_endpoint_is_reported() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let answer = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(answer));
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    let metadata = json!({
        "issuer": crate::servers::ISSUER, "jwks_uri": "https://id.example/keys",
        "authorization_endpoint": "https://id.example/authorize",
    });
    tab.answer(id, Ok(crate::servers::answer(200, &metadata.to_string())));
    let (code, cause) = problem(&tab);
    assert_eq!(code, "provider.metadata");
    assert!(cause.contains("token_endpoint"), "{cause}");
    assert!(tab.requests.is_empty());
}
