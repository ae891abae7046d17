//! The same order again: it has the same id for as long as the first one may still arrive. And what is left of a
//! transfer for whoever comes next.

use std::collections::BTreeSet;

use stepup::{
    Event,
    domain::Field,
    http::{Method, NetworkError},
    view::{Loadable, Screen, SessionView, TransferView},
};

use crate::{
    english,
    servers::{Grant, PAYEE, Servers, answer, authentication_challenge},
    tab::{Sent, Tab},
};

/// Goes through the second factor, with the second attempt held back on the network. The tab waits 20 seconds for it,
/// asks the bank, and hears that there is no such transfer.
fn held_back(servers: &mut Servers) -> (Tab, Sent) {
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    let mut held = None;
    while let Some((id, request)) = tab.requests.pop_front() {
        if request.method == Method::Post {
            held = Some(request);
            tab.answer(id, Err(NetworkError::TimedOut));
        } else {
            let answer = servers.serve(request);
            tab.answer(id, Ok(answer));
        }
    }
    let held = held.expect("the second attempt");
    assert!(matches!(tab.transfer(), TransferView::NotSent { may_repeat: true, .. }), "{:?}", tab.transfer());
    (tab, held)
}

/// From the form or from a result to the end of the step-up.
fn send_once_more(servers: &mut Servers, tab: &mut Tab) {
    tab.dispatch(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { .. }), "{:?}", tab.transfer());
    tab.confirm();
    servers.serve_all(tab);
    tab.wake();
    servers.serve_all(tab);
    let there = tab.gone.clone().expect("sent to the provider");
    servers.come_back(tab, &there);
}

/// Ends the session and logs in again, as that customer.
fn log_in_again(servers: &mut Servers, tab: &mut Tab, subject: &str) {
    tab.log_in();
    servers.serve_all(tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant { subject, ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(tab);
}

#[test]
fn open_order_keeps_its_id() {
    type Way = fn(&mut Servers, &mut Tab);
    let ways: [(&str, Way); 5] = [
        ("at once", |_, _| {}),
        ("through the form", |_, tab| tab.dispatch(Event::Dismiss)),
        ("after a reload", |servers, tab| {
            tab.load(None);
            servers.serve_all(tab);
        }),
        ("after other figures and back", |_, tab| {
            tab.dispatch(Event::Dismiss);
            tab.fill(PAYEE, "99", "Other");
            tab.fill(PAYEE, "12.50", "Rent");
        }),
        ("after the session ended", |servers, tab| {
            tab.now += 7200;
            tab.wake();
            log_in_again(servers, tab, "auth0|1");
        }),
    ];
    for (name, way) in ways {
        let mut servers = Servers::default();
        let (mut tab, held) = held_back(&mut servers);
        way(&mut servers, &mut tab);
        send_once_more(&mut servers, &mut tab);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{name}: {:?}", tab.transfer());
        servers.serve(held);
        assert_eq!(servers.done.len(), 1, "{name}: {:?}", servers.done);
    }
}

#[test]
fn settled_order_gets_new_id() {
    let mut servers = Servers::default();
    let (mut tab, _) = held_back(&mut servers);
    tab.dispatch(Event::Dismiss);
    tab.fill(PAYEE, "12.51", "Rent");
    send_once_more(&mut servers, &mut tab);
    tab.dispatch(Event::Dismiss);
    tab.fill(PAYEE, "12.51", "Rent");
    send_once_more(&mut servers, &mut tab);
    assert_eq!(servers.done.len(), 2, "two orders of the same content: the first one was done");
    assert!(!tab.storage.contains_key("pending"), "{:?}", tab.storage);
    let kept = &tab.storage["draft"];
    assert!(kept.contains("1250") && !kept.contains("1251"), "only the one that may still arrive: {kept}");
}

#[test]
fn transfer_of_duplicated_tab_is_found_by_inquiry() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let mut twin = tab.duplicate();
    servers.come_back(&mut tab, &there);
    twin.load(None);
    assert!(matches!(twin.transfer(), TransferView::Interrupted { nothing_moved: false, .. }));
    servers.serve_all(&mut twin);
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
}

#[test]
fn duplicated_tab_with_expired_session_pays_once() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let mut twin = tab.duplicate();
    twin.load(None);
    servers.serve_all(&mut twin);
    assert!(matches!(twin.transfer(), TransferView::Interrupted { nothing_moved: true, .. }));
    servers.come_back(&mut tab, &there);

    twin.dispatch(Event::Review);
    twin.confirm();
    while let Some((id, request)) = twin.requests.pop_front() {
        let refused = request.method == Method::Post;
        let answer = if refused { answer(401, "{}") } else { servers.serve(request) };
        twin.answer(id, Ok(answer));
    }
    log_in_again(&mut servers, &mut twin, "auth0|1");
    send_once_more(&mut servers, &mut twin);
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
    assert_eq!(servers.done.len(), 1);
}

/// Proves: api-401
#[test]
fn refused_token_is_final_after_one_new_login() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    for round in 0..3 {
        tab.dispatch(Event::Review);
        tab.confirm();
        while let Some((id, request)) = tab.requests.pop_front() {
            let refused = request.method == Method::Post;
            let answer = if refused { answer(401, "{}") } else { servers.serve(request) };
            tab.answer(id, Ok(answer));
        }
        let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
        assert_eq!(account.session_over(), round == 0, "round {round}");
        if round == 0 {
            log_in_again(&mut servers, &mut tab, "auth0|1");
        } else {
            assert!(
                matches!(account.transfer, TransferView::NotSent { may_repeat: false, .. }),
                "round {round}"
            );
            tab.dispatch(Event::Dismiss);
        }
    }
}

#[test]
fn bank_without_inquiry_is_no_dead_end() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    let mut ids = Vec::new();
    for _ in 0..2 {
        while let Some((id, request)) = tab.requests.pop_front() {
            ids.extend(request.idempotency_key.clone());
            let asks = request.url.as_str().contains("/transfers/");
            match request.method {
                Method::Post => tab.answer(id, Err(NetworkError::TimedOut)),
                Method::Get if asks => tab.answer(id, Ok(answer(404, "Cannot GET"))),
                _ => {
                    let answer = servers.serve(request);
                    tab.answer(id, Ok(answer));
                }
            }
        }
        let TransferView::Unknown { may_leave: true, may_ask: true, .. } = tab.transfer() else {
            panic!("{:?}", tab.transfer())
        };
        tab.dispatch(Event::Dismiss);
        assert!(matches!(tab.transfer(), TransferView::Form(_)));
        tab.dispatch(Event::Review);
        tab.confirm();
    }
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "the first one may still arrive");
}

#[test]
fn loads_nothing_without_login() {
    let mut servers = Servers::default();
    let (mut tab, _) = servers.confirming();
    tab.now += 7200;
    tab.load(None);
    servers.serve_all(&mut tab);
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(account.session_over());
    assert_eq!((account.balance, account.history), (Loadable::Withheld, Loadable::Withheld));
}

#[test]
fn logout_during_step_up_moves_no_money() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.dispatch(Event::LogOut);
    assert!(tab.storage.keys().eq(["logout_notice"]), "{:?}", tab.storage);
    servers.come_back(&mut tab, &there);
    assert!(servers.done.is_empty());
}

#[test]
fn order_is_shown_to_its_customer_only() {
    // The session ended by itself, somebody else logs in, and the old request is answered after all.
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let kept = tab.storage.clone();
    tab.now += 60;
    tab.storage.clear();
    tab.load(None);
    log_in_again(&mut servers, &mut tab, "auth0|2");
    for (key, value) in kept.into_iter().filter(|(key, _)| key != "session") {
        tab.storage.insert(key, value); // whoever has the browser may have kept a copy
    }
    let state = crate::servers::query(&there, "state");
    for answer in [
        servers.grant(&there, tab.now, &Grant::default()),
        servers.grant(&there, tab.now, &Grant { subject: "auth0|2", ..Grant::default() }),
        format!("error=access_denied&state={state}"),
    ] {
        let mut tab = tab.duplicate();
        tab.load(Some(answer));
        servers.serve_all(&mut tab);
        let shown = format!("{:?}", tab.screen());
        assert!(!shown.contains("Rent") && !shown.contains("GB82"), "{shown}");
        assert!(servers.done.is_empty());
        tab.load(None);
        servers.serve_all(&mut tab);
        let shown = format!("{:?}", tab.screen());
        assert!(!shown.contains("Rent") && !shown.contains("GB82"), "{shown}");
    }
}

/// Proves: threat-edited-storage
#[test]
fn receipt_shows_what_the_bank_did() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while let Some((id, request)) = tab.requests.pop_front() {
        let post = request.method == Method::Post;
        let answer = servers.serve(request);
        if post {
            break; // the page goes away before the answer is there
        }
        tab.answer(id, Ok(answer));
    }
    let pending = tab.storage.get_mut("pending").expect("what is under way is stored");
    *pending = pending.replace("1250", "9999900").replace("Rent", "Edited");
    tab.load(None);
    while let Some((id, request)) = tab.requests.pop_front() {
        let asks = request.url.as_str().contains("/transfers/");
        let did = r#"{"status":"completed","payee":{"iban":"GB82WEST12345698765432"},
            "amount":{"amount":1250,"currency":"EUR"},"reference":"Rent"}"#;
        let answer = if asks { answer(200, did) } else { servers.serve(request) };
        tab.answer(id, Ok(answer));
    }
    let TransferView::Done(done) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(done.differs);
    assert_eq!((done.receipt.money.amount, done.receipt.reference.as_str()), (1250, "Rent"));
}

#[test]
fn impossible_stored_amount_is_dropped() {
    for (from, to) in [("\"amount\":1250", "\"amount\":-1250"), ("\"amount\":1250", "\"amount\":0")] {
        let mut servers = Servers::default();
        let (mut tab, _) = servers.confirming();
        let pending = tab.storage.get_mut("pending").expect("what is under way is stored");
        *pending = pending.replace(from, to);
        tab.load(None);
        servers.serve_all(&mut tab);
        assert!(matches!(tab.transfer(), TransferView::Form(_)), "{to}: {:?}", tab.transfer());
    }
}

#[test]
fn cancel_after_return_keeps_the_draft() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.dispatch(Event::Cancel);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.reference.text, "Rent");
    assert!(!tab.has_request() && !tab.storage.contains_key("pending"), "{:?}", tab.storage);
    let late = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(late));
    servers.serve_all(&mut tab);
    assert!(servers.done.is_empty());
}

#[test]
fn open_transfer_is_inquired_once() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    tab.dispatch(Event::Edited(Field::Amount, "99".into()));
    assert!(!tab.storage.values().any(|stored| stored.contains("99\"")), "{:?}", tab.storage);
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    tab.answer(id, Err(NetworkError::TimedOut));
    tab.dispatch(Event::AskAgain);
    assert_eq!(tab.requests.len(), 1, "it is being asked already");
}

#[test]
fn other_order_keeps_the_first_one() {
    let mut servers = Servers::default();
    let (mut tab, held) = held_back(&mut servers);
    tab.dispatch(Event::Dismiss);
    tab.fill(PAYEE, "99", "Other");
    send_once_more(&mut servers, &mut tab);
    assert_eq!(servers.done.len(), 1);
    tab.dispatch(Event::Dismiss);
    tab.fill(PAYEE, "12.50", "Rent");
    send_once_more(&mut servers, &mut tab);
    servers.serve(held);
    assert_eq!(servers.done.len(), 2, "{:?}", servers.done);
    assert!(!tab.storage.contains_key("draft"), "{:?}", tab.storage);
}

#[test]
fn accepted_token_allows_another_login() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    for _ in 0..2 {
        tab.dispatch(Event::Review);
        tab.confirm();
        while let Some((id, request)) = tab.requests.pop_front() {
            let refused = request.method == Method::Post;
            let answer = if refused { answer(401, "{}") } else { servers.serve(request) };
            tab.answer(id, Ok(answer));
        }
        assert!(matches!(tab.screen(), Screen::Account(account) if account.session_over()));
        log_in_again(&mut servers, &mut tab, "auth0|1");
        tab.dispatch(Event::Review);
        tab.confirm();
        servers.serve_all(&mut tab);
        assert!(matches!(tab.transfer(), TransferView::Leaving(_)), "403: {:?}", tab.transfer());
        tab.dispatch(Event::Cancel);
    }
}

/// Sends the usual order and lets the network lose the answer to it; the transfer is unknown, and nobody was asked yet.
fn unknown(servers: &mut Servers) -> Tab {
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    tab.answer(id, Err(NetworkError::TimedOut));
    assert!(matches!(tab.transfer(), TransferView::Unknown { asking: true, .. }));
    tab
}

/// The id of the last attempt.
fn id_of_last(servers: &Servers) -> String {
    servers.posts.last().expect("an attempt").0.clone()
}

/// The bank has done what that tab last asked about.
fn did(servers: &mut Servers, id: &str) {
    servers.done.insert(id.to_owned(), "{}".to_owned());
}

#[test]
fn inquired_order_gets_new_id() {
    let mut servers = Servers::default();
    let mut tab = unknown(&mut servers);
    let (asking, question) = tab.requests.pop_front().expect("the bank is asked");
    let first = question.url.rsplit('/').next().expect("an id").to_owned();
    did(&mut servers, &first);
    let answered = servers.serve(question);
    tab.answer(asking, Ok(answered));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    tab.dispatch(Event::Dismiss);
    tab.fill(PAYEE, "12.50", "Rent");
    send_once_more(&mut servers, &mut tab);
    assert_ne!(id_of_last(&servers), first, "the same order again is another transfer: lost, then done");

    let mut servers = Servers::default();
    let (mut tab, _) = servers.confirming();
    let first = id_of_last(&servers);
    did(&mut servers, &first);
    tab.load(None);
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "a copy of this tab went through with it");
    tab.dispatch(Event::Dismiss);
    tab.fill(PAYEE, "12.50", "Rent");
    send_once_more(&mut servers, &mut tab);
    assert_ne!(
        id_of_last(&servers),
        first,
        "the same order again is another transfer: interrupted, then done"
    );
}

#[test]
fn refused_order_gets_new_id() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let first = id_of_last(&servers);
    servers.refuses = true;
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::NotSent { may_repeat: false, .. }));
    send_once_more(&mut servers, &mut tab);
    assert_ne!(id_of_last(&servers), first);
}

#[test]
fn refused_inquiry_leaves_transfer_unknown() {
    let mut servers = Servers::default();
    for (refusal, session) in [
        (answer(401, "{}"), SessionView::Over),
        (authentication_challenge("max_age=\"60\""), SessionView::LoginRequired),
    ] {
        let mut tab = unknown(&mut servers);
        let (asking, _) = tab.requests.pop_front().expect("the bank is asked");
        tab.answer(asking, Ok(refusal));
        let TransferView::Unknown { asking: false, may_ask: false, problem: Some(problem), .. } =
            tab.transfer()
        else {
            panic!("{:?}", tab.transfer())
        };
        assert_eq!(problem.code, "transfer.not_told");
        assert!(
            !english::sentence(problem.sentence).contains("No money was moved"),
            "nobody knows: {}",
            problem.sentence
        );
        assert!(
            matches!(tab.screen(), Screen::Account(account) if account.session == session),
            "{session:?}"
        );
        assert!(tab.storage.contains_key("pending"), "it is asked about after the next log-in");
    }
}

#[test]
fn refused_inquiry_of_interrupted_transfer_ends_session() {
    for (refusal, session) in [
        (answer(401, "{}"), SessionView::Over),
        (authentication_challenge("max_age=\"60\""), SessionView::LoginRequired),
    ] {
        let mut servers = Servers::default();
        let (mut tab, _) = servers.confirming();
        tab.load(None);
        let about = |(_, request): &(_, Sent)| request.url.contains("/transfers/");
        let at = tab.requests.iter().position(about).expect("the bank is asked");
        let (asking, _) = tab.requests.remove(at).expect("the question");
        tab.answer(asking, Ok(refusal));
        let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
        assert_eq!(account.session, session);
        assert!(matches!(account.transfer, TransferView::Interrupted { nothing_moved: false, .. }));
    }
}

/// A bank that gives an id up when it says that there is no such transfer: the same order again is another transfer, and what
/// was held back comes too late.
/// Proves: abandoned-order
#[test]
fn retired_order_gets_new_id() {
    let mut servers = Servers { retired: Some(BTreeSet::new()), ..Servers::default() };
    let (mut tab, held) = held_back(&mut servers);
    let first = id_of_last(&servers);
    send_once_more(&mut servers, &mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_ne!(id_of_last(&servers), first);
    assert_eq!(servers.serve(held).status, 422);
    assert_eq!(servers.done.len(), 1, "{:?}", servers.done);
}

/// Proves: inquiry-keeps-order
#[test]
fn inquiry_does_not_retire_interrupted_transfer() {
    let mut servers = Servers { retired: Some(BTreeSet::new()), ..Servers::default() };
    let (mut tab, there) = servers.confirming();
    let mut twin = tab.duplicate();
    // The Back button, and then Forward to the provider.
    twin.load(None);
    servers.serve_all(&mut twin);
    assert!(matches!(twin.transfer(), TransferView::Interrupted { nothing_moved: true, .. }));
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_eq!(servers.done.len(), 1);
}

/// Proves: abandoned-order
#[test]
fn interrupted_transfer_retired_elsewhere_gets_new_id() {
    let mut servers = Servers { retired: Some(BTreeSet::new()), ..Servers::default() };
    let (mut tab, _) = servers.confirming();
    let first = id_of_last(&servers);
    servers.retired = Some(BTreeSet::from([first.clone()]));
    tab.load(None);
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Interrupted { nothing_moved: true, .. }));
    send_once_more(&mut servers, &mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_ne!(id_of_last(&servers), first);
    assert_eq!(servers.done.len(), 1);
}
