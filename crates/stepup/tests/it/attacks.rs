//! Attacks, by name: each ends without a session, without money moved, with a sentence.

use serde_json::json;
use stepup::{
    Event,
    view::{Screen, TransferView},
};

use crate::{
    tab::{START, Signatures, Tab},
    world::{Grant, World, query},
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
fn asked(world: &mut World) -> (Tab, url::Url) {
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

/// Proves: response-needs-record, threat-login-csrf
#[test]
fn no_answer_is_believed_without_a_record_of_this_tab() {
    for change in ["absent", "foreign", "used", "expired", "from the future"] {
        let mut world = World::default();
        let (mut tab, there) = asked(&mut world);
        let mut fragment = world.grant(&there, tab.now, &Grant::default());
        match change {
            "absent" => fragment = fragment.split("&state=").next().unwrap().into(),
            "foreign" => fragment = fragment.replace(&query(&there, "state"), "AAAA"),
            "used" => {
                tab.load(Some(fragment.clone()));
                world.serve_all(&mut tab);
                tab.storage.clear();
            }
            "expired" => tab.now += 601,
            _ => tab.now -= 61,
        }
        world.api.clear();
        tab.load(Some(fragment));
        world.serve_all(&mut tab);
        assert!(refused(&tab).starts_with("callback."), "{change}");
        assert!(world.api.is_empty(), "{change}: the API was asked");
        assert!(!tab.storage.contains_key("session"), "{change}");
        assert!(
            !tab.has_request() || change == "foreign" || change == "absent",
            "{change}: the record is used up"
        );
    }
}

/// Proves: id-token-claims
#[test]
fn each_forged_claim_means_no_session_and_no_request() {
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
        let mut world = World::default();
        let (mut tab, there) = asked(&mut world);
        let fragment = world.grant(&there, tab.now, &Grant { claims: claims.clone(), ..Grant::default() });
        tab.load(Some(fragment));
        world.serve_all(&mut tab);
        assert_eq!(refused(&tab), code, "{claims}");
        assert!(world.api.is_empty() && tab.storage.is_empty(), "{claims}");
    }
}

/// Proves: jws-signature-first
#[test]
fn a_wrong_signature_is_refused_after_one_look_at_the_keys() {
    let mut world = World::default();
    let (mut tab, there) = asked(&mut world);
    tab.signatures = Signatures::Wrong;
    world.come_back(&mut tab, &there);
    assert_eq!(refused(&tab), "id_token.refused");
    assert!(world.api.is_empty());
}

/// Proves: id-token-at-hash, threat-token-swap
#[test]
fn a_swapped_access_token_is_refused() {
    let mut world = World::default();
    let (mut tab, there) = asked(&mut world);
    let fragment =
        world.grant(&there, tab.now, &Grant::default()).replace("access-token-1", "access-token-2");
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    assert_eq!(refused(&tab), "id_token.refused");
    assert!(world.api.is_empty());
}

/// Proves: transfer-as-confirmed, threat-edited-storage
#[test]
fn an_order_that_was_edited_in_the_storage_is_not_sent() {
    for (from, to, code) in [
        ("GB82WEST12345698765432", "DE75512108001245126199", "id_token.nonce"),
        ("\"amount\":1250", "\"amount\":125000", "id_token.nonce"),
        ("Rent", "Rant", "id_token.nonce"),
        ("EUR", "USD", "id_token.nonce"),
        ("auth0|1", "auth0|2", "step_up.someone_else"),
    ] {
        let mut world = World::default();
        let (mut tab, there) = world.confirming();
        let mut edited = false;
        for (key, value) in &mut tab.storage {
            if key.starts_with("request.") {
                edited = value.contains(from);
                *value = value.replace(from, to);
            }
        }
        assert!(edited, "{from} is not in the record");
        world.come_back(&mut tab, &there);
        assert_eq!(refused(&tab), code, "{from}");
        assert_eq!(world.posts.len(), 1, "{from}: only the first attempt was sent");
    }
}

/// Proves: nonce-binds-record
#[test]
fn an_answer_is_good_for_nothing_but_what_it_was_asked_for() {
    for (member, edited) in [
        ("purpose", serde_json::json!("log_in")),
        ("purpose", serde_json::json!({"statements": {"subject": "auth0|1"}})),
        ("scopes", serde_json::json!("openid")),
        ("created_at", serde_json::json!(START + 1)),
    ] {
        let mut world = World::default();
        let (mut tab, there) = world.confirming();
        let key = tab.storage.keys().find(|key| key.starts_with("request.")).expect("a record").clone();
        let mut record: serde_json::Value = serde_json::from_str(&tab.storage[&key]).expect("JSON");
        let name = format!("{member} = {edited}");
        record[member] = edited;
        tab.storage.insert(key, record.to_string());
        let claims = serde_json::json!({"amr": ["mfa"]});
        let fragment = world.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
        let token = format!("access-token-{}", world.tokens);
        tab.load(Some(fragment));
        world.serve_all(&mut tab);
        assert_eq!(
            (world.posts.len(), world.uses.get(&token)),
            (1, None),
            "{name}: the token is sent to nobody"
        );
        assert!(tab.storage.values().all(|value| !value.contains(&token)), "{name}: and kept nowhere");
    }
}

/// Proves: step-up-same-subject
#[test]
fn somebody_else_at_the_second_factor_drops_the_transfer() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant { subject: "auth0|2", ..Grant::default() });
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    assert_eq!(refused(&tab), "step_up.someone_else");
    assert_eq!(world.posts.len(), 1);
}

/// Proves: granted-scope
#[test]
fn a_provider_that_grants_less_starts_no_loop() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let grant = Grant { scope: Some("openid view:balance"), ..Grant::default() };
    let fragment = world.grant(&there, tab.now, &grant);
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    tab.wake();
    assert_eq!(refused(&tab), "callback.scope_too_small");
    assert!(tab.gone.is_none());
    assert_eq!(world.posts.len(), 1);
}

/// Proves: api-403-final
#[test]
fn a_bank_that_always_refuses_is_believed_the_second_time() {
    let mut world = World { refuses: true, ..World::default() };
    let (mut tab, there) = world.confirming();
    world.come_back(&mut tab, &there);
    tab.wake();
    assert_eq!(refused(&tab), "transfer.insufficient-scope");
    assert!(tab.gone.is_none());
    assert_eq!(world.posts.len(), 2);
}

/// Proves: api-403-final
#[test]
fn a_bank_that_asks_for_what_the_token_has_is_final_at_once() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(crate::world::PAYEE, "1", "");
    tab.happen(Event::Review);
    tab.confirm();
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    let refusal = stepup::event::Answer {
        www_authenticate: Some(r#"Bearer error="insufficient_scope", scope="view:balance""#.into()),
        ..crate::world::answer(403, "")
    };
    tab.answer(id, Ok(refusal));
    tab.wake();
    assert_eq!(refused(&tab), "transfer.refused");
    assert!(tab.gone.is_none());
}

/// Proves: request-record-per-state, threat-fragment-replay
#[test]
fn two_answers_to_one_request_send_one_transfer() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let mut twin = tab.duplicate();
    for tab in [&mut tab, &mut twin] {
        world.come_back(tab, &there);
        assert!(matches!(tab.transfer(), TransferView::Done(_)));
    }
    assert_eq!(world.done.len(), 1, "a duplicated tab finishes the same transfer");
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
}

/// Proves: single-use-token
#[test]
fn the_single_use_token_is_in_no_storage_at_any_moment() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    loop {
        assert!(tab.storage.values().all(|value| !value.contains("access-token-2")));
        let Some((id, request)) = tab.requests.pop_front() else { break };
        let answer = world.serve(request);
        tab.answer(id, Ok(answer));
    }
    assert_eq!(world.uses, [("access-token-2".to_owned(), 1)].into());
}

/// Proves: response-issuer, threat-mix-up
#[test]
fn an_answer_of_another_issuer_is_refused_by_name() {
    let mut world = World::default();
    let (mut tab, there) = asked(&mut world);
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(format!("{fragment}&iss=https%3A%2F%2Fevil.example%2F")));
    world.serve_all(&mut tab);
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(failure.problem.cause.contains("https://evil.example/"), "{}", failure.problem.cause);
    assert!(world.api.is_empty());
}

#[test]
fn a_token_that_claims_to_live_for_years_is_held_for_a_day() {
    let mut world = World::default();
    let (mut tab, there) = asked(&mut world);
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment.replace("expires_in=7200", "expires_in=999999999")));
    world.serve_all(&mut tab);
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
fn a_token_of_unknown_life_is_held_for_five_minutes() {
    let mut world = World::default();
    let (mut tab, there) = asked(&mut world);
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment.replace("&expires_in=7200", "")));
    world.serve_all(&mut tab);
    let over = |tab: &Tab| matches!(tab.screen(), Screen::Account(account) if account.session_over());
    tab.now += 5 * 60 - 1;
    tab.wake();
    assert!(!over(&tab));
    tab.now += 1;
    tab.wake();
    assert!(over(&tab));
}
