//! The payee's name: checked by the bank before anything is confirmed, and part of what is confirmed from there on.

use serde_json::{Value, json};
use stepup::{
    Event,
    domain::{Field, NameCheck, Place},
    http::NetworkError,
    view::{FormView, NameCheckView, Screen, TransferView},
};
use url::Url;

use crate::{
    servers::{CODE_FLOW, CONFIG, Grant, PAYEE, PAYMENTS, Servers, query},
    tab::Tab,
};

const HOLDER: &str = "Ben Example";

fn servers() -> Servers {
    Servers { holder: Some(HOLDER), details_types: PAYMENTS, ..Servers::default() }
}

fn type_name(tab: &mut Tab, name: &str) {
    tab.visit(Place::Pay);
    tab.dispatch(Event::Edited(Field::Name, name.into()));
    tab.dispatch(Event::Left(Field::Name));
}

/// A tab with everything in the form.
fn filled(servers: &mut Servers, name: &str) -> Tab {
    let mut tab = servers.logged_in();
    type_name(&mut tab, name);
    tab.fill(PAYEE, "12.50", "Rent");
    tab
}

fn form(tab: &Tab) -> FormView {
    match tab.transfer() {
        TransferView::Form(form) => form,
        other => panic!("{other:?}"),
    }
}

/// What the customer is about to confirm: name and answer.
fn reviewed(tab: &Tab) -> Option<(String, NameCheck)> {
    match tab.transfer() {
        TransferView::Review { receipt, .. } => receipt.name.map(|named| (named.name, named.check)),
        other => panic!("{other:?}"),
    }
}

fn confirming(servers: &mut Servers, config: &str, name: &str) -> (Tab, Url) {
    let mut tab = servers.logged_in_to(config);
    type_name(&mut tab, name);
    tab.fill(PAYEE, "12.50", "Rent");
    servers.serve_all(&mut tab);
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.serve_all(&mut tab);
    tab.wake();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

fn refused(tab: &Tab) -> String {
    match tab.transfer() {
        TransferView::NotSent { problem, .. } => problem.code.into_owned(),
        other => panic!("{other:?}"),
    }
}

/// Proves: name-check-shown
#[test]
fn answer_stands_beside_the_name_and_in_the_review() {
    for (name, check, right) in [
        ("Ben Example", NameCheck::Match, None),
        ("ben example", NameCheck::CloseMatch, Some(HOLDER.to_owned())),
        ("Zoe Other", NameCheck::NoMatch, None),
    ] {
        let mut servers = servers();
        let mut tab = filled(&mut servers, name);
        assert_eq!(form(&tab).name_check, NameCheckView::Checking, "{name}");
        servers.serve_all(&mut tab);
        assert_eq!(form(&tab).name_check, NameCheckView::Answered(check, right), "{name}");
        assert!(form(&tab).asks_for_name);
        tab.dispatch(Event::Review);
        assert_eq!(reviewed(&tab), Some((name.to_owned(), check)));
        assert_eq!(servers.name_checks, [name], "asked once");
    }
}

#[test]
fn account_elsewhere_cannot_be_checked() {
    let mut servers = servers();
    let mut tab = filled(&mut servers, "Zoe Other");
    tab.fill("AT611904300234573201", "12.50", "Rent");
    servers.serve_all(&mut tab);
    assert_eq!(form(&tab).name_check, NameCheckView::Answered(NameCheck::NotPossible, None));
}

/// Proves: name-check-shown
#[test]
fn answer_is_about_one_name_and_one_iban() {
    let mut servers = servers();
    let mut tab = filled(&mut servers, HOLDER);
    servers.serve_all(&mut tab);
    for (field, text) in [(Field::Name, "Ben Exampl"), (Field::Payee, "AT611904300234573201")] {
        let before = form(&tab).field(field).text.clone();
        tab.dispatch(Event::Edited(field, text.into()));
        assert_eq!(form(&tab).name_check, NameCheckView::None, "{text}");
        tab.dispatch(Event::Edited(field, before));
        assert_eq!(form(&tab).name_check, NameCheckView::Answered(NameCheck::Match, None));
    }
    // An answer that comes late is not taken for that of another name.
    type_name(&mut tab, "Zoe Other");
    let late = tab.requests.pop_front().expect("the question");
    type_name(&mut tab, HOLDER);
    let (id, request) = late;
    let answer = servers.serve(request);
    tab.answer(id, Ok(answer));
    assert_eq!(form(&tab).name_check, NameCheckView::Checking);
    servers.serve_all(&mut tab);
    assert_eq!(form(&tab).name_check, NameCheckView::Answered(NameCheck::Match, None));
}

/// Proves: name-check-shown
#[test]
fn nothing_is_reviewed_before_the_answer() {
    let mut servers = servers();
    let mut tab = filled(&mut servers, HOLDER);
    tab.dispatch(Event::Review);
    assert_eq!(form(&tab).name_check, NameCheckView::Checking);
    servers.serve_all(&mut tab);
    assert_eq!(reviewed(&tab), Some((HOLDER.to_owned(), NameCheck::Match)));

    // What is typed meanwhile is not what "Transfer" was pressed for.
    let mut tab = filled(&mut servers, HOLDER);
    tab.dispatch(Event::Review);
    tab.dispatch(Event::Edited(Field::Amount, "99".into()));
    servers.serve_all(&mut tab);
    form(&tab);
}

#[test]
fn name_is_asked_for_where_it_is_checked() {
    let mut servers = servers();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    // Before the bank has told.
    tab.dispatch(Event::Review);
    servers.serve_all(&mut tab);
    assert_eq!(form(&tab).name.error.map(|error| error.id), Some("name.empty"));
    type_name(&mut tab, HOLDER);
    tab.dispatch(Event::Review);
    servers.serve_all(&mut tab);
    assert_eq!(reviewed(&tab), Some((HOLDER.to_owned(), NameCheck::Match)));
}

/// Proves: name-check-optional
#[test]
fn api_without_check_needs_no_name_and_cannot_check_one() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    servers.serve_all(&mut tab);
    assert!(!form(&tab).asks_for_name);
    tab.dispatch(Event::Review);
    assert_eq!(reviewed(&tab), None);
    tab.dispatch(Event::Cancel);
    type_name(&mut tab, "Anybody");
    servers.serve_all(&mut tab);
    assert_eq!(form(&tab).name_check, NameCheckView::Answered(NameCheck::NotPossible, None));
    tab.dispatch(Event::Review);
    assert_eq!(reviewed(&tab), Some(("Anybody".to_owned(), NameCheck::NotPossible)));
    tab.confirm();
    servers.serve_all(&mut tab);
    let body: Value = serde_json::from_str(&servers.posts[0].1).expect("JSON");
    assert_eq!((&body["payee_name"], &body["name_check"]), (&json!("Anybody"), &json!("not-possible")));
}

/// Proves: name-check-optional
#[test]
fn check_that_fails_is_asked_once_more() {
    let mut servers = servers();
    servers.name_checks_failing = 2;
    let mut tab = filled(&mut servers, HOLDER);
    servers.serve_all(&mut tab);
    assert_eq!(form(&tab).name_check, NameCheckView::Failed);
    for expected in [Some("name.not_checked"), None] {
        tab.dispatch(Event::Review);
        servers.serve_all(&mut tab);
        if let Some(expected) = expected {
            assert_eq!(form(&tab).name.error.map(|error| error.id), Some(expected));
        }
    }
    assert_eq!(reviewed(&tab), Some((HOLDER.to_owned(), NameCheck::Match)));
    assert!(servers.posts.is_empty());
}

#[test]
fn refused_token_ends_the_session() {
    let mut servers = servers();
    let mut tab = filled(&mut servers, HOLDER);
    servers.issued.clear();
    servers.serve_all(&mut tab);
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(account.session_over());
}

/// Proves: name-check-linked
#[test]
fn request_and_body_have_name_and_answer() {
    for config in [CONFIG, CODE_FLOW] {
        let mut servers = servers();
        let (mut tab, there) = confirming(&mut servers, config, "ben example");
        let details: Value = serde_json::from_str(&query(&there, "authorization_details")).expect("JSON");
        assert_eq!(
            (&details[0]["creditorName"], &details[0]["creditorNameCheck"]),
            (&json!("ben example"), &json!("close-match"))
        );
        servers.come_back(&mut tab, &there);
        let TransferView::Done(done) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
        assert_eq!(done.receipt.name.map(|named| named.name).as_deref(), Some("ben example"));
        assert_eq!(servers.posts.len(), 2);
        for (_, body, _) in &servers.posts {
            let body: Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(
                (&body["payee_name"], &body["name_check"]),
                (&json!("ben example"), &json!("close-match"))
            );
        }
    }
}

/// Proves: name-check-linked, threat-edited-storage
#[test]
fn edited_stored_name_or_answer_is_not_sent() {
    for (from, to) in [
        (r#""name":"ben example""#, r#""name":"Zoe Other""#),
        (r#""check":"close-match""#, r#""check":"match""#),
        (r#""name":{"name":"ben example","check":"close-match"},"#, ""),
    ] {
        let mut servers = servers();
        let (mut tab, there) = confirming(&mut servers, CONFIG, "ben example");
        let mut edited = 0;
        for value in tab.storage.values_mut().filter(|value| value.contains("\"salt\"")) {
            assert!(value.contains(from), "{value}");
            *value = value.replace(from, to);
            edited += 1;
        }
        assert_eq!(edited, 1);
        // A provider that signs what it was shown, and says what the storage says now.
        let details: fn(String) -> Option<String> = match to {
            "" => |it| {
                Some(it.replace(r#","creditorName":"ben example","creditorNameCheck":"close-match""#, ""))
            },
            _ if to.contains("Zoe") => |it| Some(it.replace("ben example", "Zoe Other")),
            _ => |it| Some(it.replace("close-match", "match")),
        };
        let fragment = servers.grant(&there, tab.now, &Grant { details, ..Grant::default() });
        tab.load(Some(fragment));
        servers.serve_all(&mut tab);
        assert_eq!(refused(&tab), "id_token.nonce", "{to}");
        assert_eq!((servers.posts.len(), servers.done.len()), (1, 0), "{to}");
    }
}

/// Proves: name-check-linked, threat-other-transfer
#[test]
fn provider_that_confirmed_another_name_or_answer_is_not_believed() {
    let changes: [fn(String) -> Option<String>; 5] = [
        |it| Some(it.replace("ben example", "Zoe Other")),
        |it| Some(it.replace("close-match", "match")),
        |it| Some(it.replace(r#","creditorNameCheck":"close-match""#, "")),
        |it| Some(it.replace(r#","creditorName":"ben example""#, "")),
        |it| Some(it.replace(r#","creditorName":"ben example","creditorNameCheck":"close-match""#, "")),
    ];
    for (at, details) in changes.into_iter().enumerate() {
        for config in [CONFIG, CODE_FLOW] {
            let mut servers = servers();
            let (mut tab, there) = confirming(&mut servers, config, "ben example");
            let fragment = servers.grant(&there, tab.now, &Grant { details, ..Grant::default() });
            tab.load(Some(fragment));
            servers.serve_all(&mut tab);
            assert_eq!(refused(&tab), "callback.other_details", "change {at}");
            assert_eq!((servers.posts.len(), servers.done.len()), (1, 0), "change {at}");
        }
    }
}

/// Proves: name-check-linked
#[test]
fn same_order_with_another_name_is_another_order() {
    let mut servers = servers();
    let mut tab = filled(&mut servers, HOLDER);
    servers.serve_all(&mut tab);
    let mut ids = Vec::new();
    for name in [HOLDER, "ben example", HOLDER] {
        type_name(&mut tab, name);
        servers.serve_all(&mut tab);
        tab.dispatch(Event::Review);
        tab.confirm();
        servers.serve_all(&mut tab);
        ids.push(servers.posts.last().expect("the order").0.clone());
        tab.dispatch(Event::Cancel);
        servers.serve_all(&mut tab);
    }
    assert_eq!(ids[0], ids[2], "the first may still be on its way");
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn no_network_for_the_check_is_no_answer() {
    let mut servers = servers();
    let mut tab = filled(&mut servers, HOLDER);
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("no network".into())));
    }
    assert_eq!(form(&tab).name_check, NameCheckView::Failed);
    tab.dispatch(Event::Review);
    servers.serve_all(&mut tab);
    assert_eq!(reviewed(&tab), Some((HOLDER.to_owned(), NameCheck::Match)));
}

/// A tab that an older version of the page has left behind has no name in its draft and its orders.
#[test]
fn storage_of_older_versions_is_read() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    let draft = tab.storage.get_mut("draft").expect("a draft");
    *draft = draft.replace(r#""name":"","#, "");
    assert!(!draft.contains("name"), "{draft}");
    tab.load(None);
    servers.serve_all(&mut tab);
    assert_eq!((form(&tab).amount.text.as_str(), form(&tab).name.text.as_str()), ("12.50", ""));
}
