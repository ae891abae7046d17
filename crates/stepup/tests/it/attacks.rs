//! Attacks, by name: each ends without a session, without money moved, with a sentence.

use serde_json::json;
use stepup::{
    Event,
    view::{Screen, TransferView},
};

use crate::{
    servers::{Grant, Servers, query},
    tab::{START, Signatures, Tab},
};

fn refused(tab: &Tab) -> String {
    match tab.screen() {
        Screen::Failed(failure) => failure.problem.code.into_owned(),
        Screen::Account(account) => match account.transfer {
            TransferView::NotSent { problem, .. } => problem.code.into_owned(),
            other => panic!("not refused: {other:?}"),
        },
        other => panic!("not refused: {other:?}"),
    }
}

/// A tab that asked to log in, and where it was sent.
fn asked(servers: &mut Servers) -> (Tab, url::Url) {
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

/// Proves: response-needs-record, threat-login-csrf
#[test]
fn response_without_stored_request_is_refused() {
    for change in ["absent", "foreign", "used", "expired", "from the future"] {
        let mut servers = Servers::default();
        let (mut tab, there) = asked(&mut servers);
        let mut fragment = servers.grant(&there, tab.now, &Grant::default());
        match change {
            "absent" => fragment = fragment.split("&state=").next().unwrap().into(),
            "foreign" => fragment = fragment.replace(&query(&there, "state"), "AAAA"),
            "used" => {
                tab.load(Some(fragment.clone()));
                servers.serve_all(&mut tab);
                tab.storage.clear();
            }
            "expired" => tab.now += 601,
            _ => tab.now -= 61,
        }
        servers.api.clear();
        tab.load(Some(fragment));
        servers.serve_all(&mut tab);
        assert!(refused(&tab).starts_with("callback."), "{change}");
        assert!(servers.api.is_empty(), "{change}: the API was asked");
        assert!(!tab.storage.contains_key("session"), "{change}");
        assert!(
            !tab.has_request() || change == "foreign" || change == "absent",
            "{change}: the record is used up"
        );
    }
}

/// Proves: id-token-claims
#[test]
fn forged_claim_opens_no_session() {
    for (claims, code) in [
        (json!({"iss": "https://evil.example/"}), "id_token.refused"),
        (json!({"aud": "other"}), "id_token.refused"),
        (json!({"azp": "other"}), "id_token.refused"),
        (json!({"nonce": "other"}), "id_token.nonce"),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), "id_token.refused"),
        (json!({"exp": START - 60}), "id_token.time"),
        (json!({"iat": START + 86_400}), "id_token.time"),
        (json!({"sub": ""}), "id_token.refused"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = asked(&mut servers);
        let fragment = servers.grant(&there, tab.now, &Grant { claims: claims.clone(), ..Grant::default() });
        tab.load(Some(fragment));
        servers.serve_all(&mut tab);
        assert_eq!(refused(&tab), code, "{claims}");
        assert!(servers.api.is_empty() && tab.storage.is_empty(), "{claims}");
    }
}

/// Proves: jws-signature-first
#[test]
fn wrong_signature_refetches_keys_once() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    tab.signatures = Signatures::Wrong;
    servers.come_back(&mut tab, &there);
    assert_eq!(refused(&tab), "id_token.refused");
    assert!(servers.api.is_empty());
}

/// Proves: id-token-at-hash, threat-token-swap
#[test]
fn swapped_access_token_is_refused() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let fragment =
        servers.grant(&there, tab.now, &Grant::default()).replace("access-token-1", "access-token-2");
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    assert_eq!(refused(&tab), "id_token.refused");
    assert!(servers.api.is_empty());
}

/// Proves: transfer-as-confirmed, threat-edited-storage
#[test]
fn edited_stored_order_is_not_sent() {
    for (from, to, code) in [
        ("GB82WEST12345698765432", "DE75512108001245126199", "id_token.nonce"),
        ("\"amount\":1250", "\"amount\":125000", "id_token.nonce"),
        ("Rent", "Rant", "id_token.nonce"),
        ("EUR", "USD", "id_token.nonce"),
        ("auth0|1", "auth0|2", "step_up.someone_else"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = servers.confirming();
        let mut edited = false;
        for (key, value) in &mut tab.storage {
            if key.starts_with("request.") {
                edited = value.contains(from);
                *value = value.replace(from, to);
            }
        }
        assert!(edited, "{from} is not in the record");
        servers.come_back(&mut tab, &there);
        assert_eq!(refused(&tab), code, "{from}");
        assert_eq!(servers.posts.len(), 1, "{from}: only the first attempt was sent");
    }
}

/// Proves: nonce-binds-record
#[test]
fn response_counts_for_its_purpose_only() {
    for (member, edited) in [
        ("purpose", serde_json::json!("log_in")),
        ("purpose", serde_json::json!({"statements": {"subject": "auth0|1"}})),
        ("scopes", serde_json::json!("openid")),
        ("created_at", serde_json::json!(START + 1)),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = servers.confirming();
        let key = tab.storage.keys().find(|key| key.starts_with("request.")).expect("a record").clone();
        let mut record: serde_json::Value = serde_json::from_str(&tab.storage[&key]).expect("JSON");
        let name = format!("{member} = {edited}");
        record[member] = edited;
        tab.storage.insert(key, record.to_string());
        let claims = serde_json::json!({"amr": ["mfa"]});
        let fragment = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
        let token = format!("access-token-{}", servers.tokens);
        tab.load(Some(fragment));
        servers.serve_all(&mut tab);
        assert_eq!(
            (servers.posts.len(), servers.uses.get(&token)),
            (1, None),
            "{name}: the token is sent to nobody"
        );
        assert!(tab.storage.values().all(|value| !value.contains(&token)), "{name}: and kept nowhere");
    }
}

/// Proves: step-up-same-subject
#[test]
fn step_up_by_other_subject_drops_transfer() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant { subject: "auth0|2", ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    assert_eq!(refused(&tab), "step_up.someone_else");
    assert_eq!(servers.posts.len(), 1);
}

/// Proves: granted-scope
#[test]
fn smaller_scope_starts_no_loop() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let grant = Grant { scope: Some("openid view:balance"), ..Grant::default() };
    let fragment = servers.grant(&there, tab.now, &grant);
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    tab.wake();
    assert_eq!(refused(&tab), "callback.scope_too_small");
    assert!(tab.gone.is_none());
    assert_eq!(servers.posts.len(), 1);
}

/// Proves: api-403-final
#[test]
fn second_refusal_is_final() {
    let mut servers = Servers { refuses: true, ..Servers::default() };
    let (mut tab, there) = servers.confirming();
    servers.come_back(&mut tab, &there);
    tab.wake();
    assert_eq!(refused(&tab), "transfer.insufficient-scope");
    assert!(tab.gone.is_none());
    assert_eq!(servers.posts.len(), 2);
}

/// Proves: api-403-final
#[test]
fn refusal_of_sufficient_scope_is_final() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(crate::servers::PAYEE, "1", "");
    tab.dispatch(Event::Review);
    tab.confirm();
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    let refusal = stepup::http::HttpResponse {
        www_authenticate: Some(r#"Bearer error="insufficient_scope", scope="view:balance""#.into()),
        ..crate::servers::answer(403, "")
    };
    tab.answer(id, Ok(refusal));
    tab.wake();
    assert_eq!(refused(&tab), "transfer.refused");
    assert!(tab.gone.is_none());
}

/// Proves: request-record-per-state, threat-fragment-replay
#[test]
fn replayed_response_sends_one_transfer() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let mut twin = tab.duplicate();
    for tab in [&mut tab, &mut twin] {
        servers.come_back(tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)));
    }
    assert_eq!(servers.done.len(), 1, "a duplicated tab finishes the same transfer");
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
}

/// Proves: single-use-token
#[test]
fn single_use_token_is_never_stored() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    loop {
        assert!(tab.storage.values().all(|value| !value.contains("access-token-2")));
        let Some((id, request)) = tab.requests.pop_front() else { break };
        let answer = servers.serve(request);
        tab.answer(id, Ok(answer));
    }
    assert_eq!(servers.uses, [("access-token-2".to_owned(), 1)].into());
}

/// Proves: response-issuer, threat-mix-up
#[test]
fn foreign_iss_is_refused() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(format!("{fragment}&iss=https%3A%2F%2Fevil.example%2F")));
    servers.serve_all(&mut tab);
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(failure.problem.cause.contains("https://evil.example/"), "{}", failure.problem.cause);
    assert!(servers.api.is_empty());
}

#[test]
fn long_token_lifetime_is_capped() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment.replace("expires_in=7200", "expires_in=999999999")));
    servers.serve_all(&mut tab);
    let over = |tab: &Tab| matches!(tab.screen(), Screen::Account(account) if account.session_over());
    assert!(!over(&tab));
    tab.now += 24 * 60 * 60 - 1;
    tab.wake();
    assert!(!over(&tab));
    tab.now += 1;
    tab.wake();
    assert!(over(&tab));
}

#[test]
fn unknown_token_lifetime_has_default() {
    let mut servers = Servers::default();
    let (mut tab, there) = asked(&mut servers);
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment.replace("&expires_in=7200", "")));
    servers.serve_all(&mut tab);
    let over = |tab: &Tab| matches!(tab.screen(), Screen::Account(account) if account.session_over());
    tab.now += 5 * 60 - 1;
    tab.wake();
    assert!(!over(&tab));
    tab.now += 1;
    tab.wake();
    assert!(over(&tab));
}
