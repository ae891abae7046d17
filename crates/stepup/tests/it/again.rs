//! The same order again: it has the same id for as long as the first one may still arrive. And what is left of a
//! transfer for whoever comes next.

use std::collections::BTreeSet;

use stepup::{
    Event,
    effect::Method,
    event::{Field, NetworkError},
    view::{Loadable, Screen, SessionView, TransferView},
};

use crate::{
    tab::{Sent, Tab},
    world::{Grant, PAYEE, World, answer, demand},
};

/// Goes through the second factor, with the second attempt held back on the network. The tab waits 20 seconds for it,
/// asks the bank, and hears that there is no such transfer.
fn held_back(world: &mut World) -> (Tab, Sent) {
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    let mut held = None;
    while let Some((id, request)) = tab.requests.pop_front() {
        if request.method == Method::Post {
            held = Some(request);
            tab.answer(id, Err(NetworkError::TimedOut));
        } else {
            let answer = world.serve(request);
            tab.answer(id, Ok(answer));
        }
    }
    let held = held.expect("the second attempt");
    assert!(matches!(tab.transfer(), TransferView::NotSent { may_repeat: true, .. }), "{:?}", tab.transfer());
    (tab, held)
}

/// From the form or from a result to the end of the step-up.
fn send_once_more(world: &mut World, tab: &mut Tab) {
    tab.happen(Event::Review);
    assert!(matches!(tab.transfer(), TransferView::Review { .. }), "{:?}", tab.transfer());
    tab.confirm();
    world.serve_all(tab);
    tab.wake();
    world.serve_all(tab);
    let there = tab.gone.clone().expect("sent to the provider");
    world.come_back(tab, &there);
}

/// Ends the session and logs in again, as that customer.
fn log_in_again(world: &mut World, tab: &mut Tab, subject: &str) {
    tab.log_in();
    world.serve_all(tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = world.grant(&there, tab.now, &Grant { subject, ..Grant::default() });
    tab.load(Some(fragment));
    world.serve_all(tab);
}

#[test]
fn an_order_that_may_still_arrive_keeps_its_id_on_every_way_back_to_it() {
    type Way = fn(&mut World, &mut Tab);
    let ways: [(&str, Way); 5] = [
        ("at once", |_, _| {}),
        ("through the form", |_, tab| tab.happen(Event::Dismiss)),
        ("after a reload", |world, tab| {
            tab.load(None);
            world.serve_all(tab);
        }),
        ("after other figures and back", |_, tab| {
            tab.happen(Event::Dismiss);
            tab.fill(PAYEE, "99", "Other");
            tab.fill(PAYEE, "12.50", "Rent");
        }),
        ("after the session ended", |world, tab| {
            tab.now += 7200;
            tab.wake();
            log_in_again(world, tab, "auth0|1");
        }),
    ];
    for (name, way) in ways {
        let mut world = World::default();
        let (mut tab, held) = held_back(&mut world);
        way(&mut world, &mut tab);
        send_once_more(&mut world, &mut tab);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{name}: {:?}", tab.transfer());
        world.serve(held);
        assert_eq!(world.done.len(), 1, "{name}: {:?}", world.done);
    }
}

#[test]
fn another_order_and_an_order_that_is_settled_get_an_id_of_their_own() {
    let mut world = World::default();
    let (mut tab, _) = held_back(&mut world);
    tab.happen(Event::Dismiss);
    tab.fill(PAYEE, "12.51", "Rent");
    send_once_more(&mut world, &mut tab);
    tab.happen(Event::Dismiss);
    tab.fill(PAYEE, "12.51", "Rent");
    send_once_more(&mut world, &mut tab);
    assert_eq!(world.done.len(), 2, "two orders of the same content: the first one was done");
    assert!(!tab.storage.contains_key("pending"), "{:?}", tab.storage);
    let kept = &tab.storage["draft"];
    assert!(kept.contains("1250") && !kept.contains("1251"), "only the one that may still arrive: {kept}");
}

#[test]
fn a_copy_of_the_tab_that_went_through_with_it_is_found_by_asking_the_bank() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let mut twin = tab.duplicate();
    world.come_back(&mut tab, &there);
    twin.load(None);
    assert!(matches!(twin.transfer(), TransferView::Interrupted { nothing_moved: false, .. }));
    world.serve_all(&mut twin);
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
}

#[test]
fn a_copy_of_the_tab_whose_session_ends_on_the_way_still_pays_once() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let mut twin = tab.duplicate();
    twin.load(None);
    world.serve_all(&mut twin);
    assert!(matches!(twin.transfer(), TransferView::Interrupted { nothing_moved: true, .. }));
    world.come_back(&mut tab, &there);

    twin.happen(Event::Review);
    twin.confirm();
    while let Some((id, request)) = twin.requests.pop_front() {
        let refused = request.method == Method::Post;
        let answer = if refused { answer(401, "{}") } else { world.serve(request) };
        twin.answer(id, Ok(answer));
    }
    log_in_again(&mut world, &mut twin, "auth0|1");
    send_once_more(&mut world, &mut twin);
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
    assert_eq!(world.done.len(), 1);
}

/// Proves: api-401
#[test]
fn a_bank_that_refuses_the_token_is_believed_after_one_new_log_in() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    for round in 0..3 {
        tab.happen(Event::Review);
        tab.confirm();
        while let Some((id, request)) = tab.requests.pop_front() {
            let refused = request.method == Method::Post;
            let answer = if refused { answer(401, "{}") } else { world.serve(request) };
            tab.answer(id, Ok(answer));
        }
        let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
        assert_eq!(account.session_over(), round == 0, "round {round}");
        if round == 0 {
            log_in_again(&mut world, &mut tab, "auth0|1");
        } else {
            assert!(
                matches!(account.transfer, TransferView::NotSent { may_repeat: false, .. }),
                "round {round}"
            );
            tab.happen(Event::Dismiss);
        }
    }
}

#[test]
fn a_bank_that_cannot_be_asked_is_no_dead_end() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.confirm();
    let mut ids = Vec::new();
    for _ in 0..2 {
        while let Some((id, request)) = tab.requests.pop_front() {
            ids.extend(request.idempotency_key.clone());
            let asks = request.url.as_str().contains("/transfers/");
            match request.method {
                Method::Post => tab.answer(id, Err(NetworkError::TimedOut)),
                Method::Get if asks => tab.answer(id, Ok(answer(404, "Cannot GET"))),
                Method::Get => {
                    let answer = world.serve(request);
                    tab.answer(id, Ok(answer));
                }
            }
        }
        let TransferView::Unknown { may_leave: true, may_ask: true, .. } = tab.transfer() else {
            panic!("{:?}", tab.transfer())
        };
        tab.happen(Event::Dismiss);
        assert!(matches!(tab.transfer(), TransferView::Form(_)));
        tab.happen(Event::Review);
        tab.confirm();
    }
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "the first one may still arrive");
}

#[test]
fn nothing_is_loading_for_somebody_who_is_not_logged_in() {
    let mut world = World::default();
    let (mut tab, _) = world.confirming();
    tab.now += 7200;
    tab.load(None);
    world.serve_all(&mut tab);
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(account.session_over());
    assert_eq!((account.balance, account.history), (Loadable::Withheld, Loadable::Withheld));
}

#[test]
fn a_log_out_on_the_way_to_the_second_factor_leaves_nothing_that_could_move_money() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    tab.load(None);
    world.serve_all(&mut tab);
    tab.happen(Event::LogOut);
    assert!(tab.storage.is_empty(), "{:?}", tab.storage);
    world.come_back(&mut tab, &there);
    assert!(world.done.is_empty());
}

#[test]
fn an_order_is_shown_to_nobody_but_the_customer_who_gave_it() {
    // The session ended by itself, somebody else logs in, and the old request is answered after all.
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let kept = tab.storage.clone();
    tab.now += 60;
    tab.storage.clear();
    tab.load(None);
    log_in_again(&mut world, &mut tab, "auth0|2");
    for (key, value) in kept.into_iter().filter(|(key, _)| key != "session") {
        tab.storage.insert(key, value); // whoever has the browser may have kept a copy
    }
    let state = crate::world::query(&there, "state");
    for answer in [
        world.grant(&there, tab.now, &Grant::default()),
        world.grant(&there, tab.now, &Grant { subject: "auth0|2", ..Grant::default() }),
        format!("error=access_denied&state={state}"),
    ] {
        let mut tab = tab.duplicate();
        tab.load(Some(answer));
        world.serve_all(&mut tab);
        let shown = format!("{:?}", tab.screen());
        assert!(!shown.contains("Rent") && !shown.contains("GB82"), "{shown}");
        assert!(world.done.is_empty());
        tab.load(None);
        world.serve_all(&mut tab);
        let shown = format!("{:?}", tab.screen());
        assert!(!shown.contains("Rent") && !shown.contains("GB82"), "{shown}");
    }
}

/// Proves: threat-edited-storage
#[test]
fn the_receipt_is_what_the_bank_did_and_not_what_the_storage_says() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while let Some((id, request)) = tab.requests.pop_front() {
        let post = request.method == Method::Post;
        let answer = world.serve(request);
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
        let answer = if asks { answer(200, did) } else { world.serve(request) };
        tab.answer(id, Ok(answer));
    }
    let TransferView::Done(done) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(done.differs);
    assert_eq!((done.receipt.money.amount, done.receipt.reference.as_str()), (1250, "Rent"));
}

#[test]
fn an_amount_that_nobody_can_have_typed_is_not_read_back() {
    for (from, to) in [("\"amount\":1250", "\"amount\":-1250"), ("\"amount\":1250", "\"amount\":0")] {
        let mut world = World::default();
        let (mut tab, _) = world.confirming();
        let pending = tab.storage.get_mut("pending").expect("what is under way is stored");
        *pending = pending.replace(from, to);
        tab.load(None);
        world.serve_all(&mut tab);
        assert!(matches!(tab.transfer(), TransferView::Form(_)), "{to}: {:?}", tab.transfer());
    }
}

#[test]
fn cancelling_after_the_way_back_forgets_the_request_and_keeps_the_words() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    tab.load(None);
    world.serve_all(&mut tab);
    tab.happen(Event::Cancel);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.reference.text, "Rent");
    assert!(!tab.has_request() && !tab.storage.contains_key("pending"), "{:?}", tab.storage);
    let late = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(late));
    world.serve_all(&mut tab);
    assert!(world.done.is_empty());
}

#[test]
fn a_transfer_under_way_is_asked_about_once_and_not_edited() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.confirm();
    tab.happen(Event::Edited(Field::Amount, "99".into()));
    assert!(!tab.storage.values().any(|stored| stored.contains("99\"")), "{:?}", tab.storage);
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    tab.answer(id, Err(NetworkError::TimedOut));
    tab.happen(Event::AskAgain);
    assert_eq!(tab.requests.len(), 1, "it is being asked already");
}

#[test]
fn another_order_in_between_does_not_make_the_first_one_forgotten() {
    let mut world = World::default();
    let (mut tab, held) = held_back(&mut world);
    tab.happen(Event::Dismiss);
    tab.fill(PAYEE, "99", "Other");
    send_once_more(&mut world, &mut tab);
    assert_eq!(world.done.len(), 1);
    tab.happen(Event::Dismiss);
    tab.fill(PAYEE, "12.50", "Rent");
    send_once_more(&mut world, &mut tab);
    world.serve(held);
    assert_eq!(world.done.len(), 2, "{:?}", world.done);
    assert!(!tab.storage.contains_key("draft"), "{:?}", tab.storage);
}

#[test]
fn a_token_that_the_bank_accepted_in_between_makes_another_new_log_in_possible() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    for _ in 0..2 {
        tab.happen(Event::Review);
        tab.confirm();
        while let Some((id, request)) = tab.requests.pop_front() {
            let refused = request.method == Method::Post;
            let answer = if refused { answer(401, "{}") } else { world.serve(request) };
            tab.answer(id, Ok(answer));
        }
        assert!(matches!(tab.screen(), Screen::Account(account) if account.session_over()));
        log_in_again(&mut world, &mut tab, "auth0|1");
        tab.happen(Event::Review);
        tab.confirm();
        world.serve_all(&mut tab);
        assert!(matches!(tab.transfer(), TransferView::Leaving(_)), "403: {:?}", tab.transfer());
        tab.happen(Event::Cancel);
    }
}

/// Sends the usual order and lets the network lose the answer to it; the transfer is unknown, and nobody was asked yet.
fn unknown(world: &mut World) -> Tab {
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.confirm();
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    tab.answer(id, Err(NetworkError::TimedOut));
    assert!(matches!(tab.transfer(), TransferView::Unknown { asking: true, .. }));
    tab
}

/// The id of the last attempt.
fn id_of_last(world: &World) -> String {
    world.posts.last().expect("an attempt").0.clone()
}

/// The bank has done what that tab last asked about.
fn did(world: &mut World, id: &str) {
    world.done.insert(id.to_owned(), "{}".to_owned());
}

#[test]
fn an_order_whose_end_was_found_out_by_asking_gets_another_id_the_next_time() {
    let mut world = World::default();
    let mut tab = unknown(&mut world);
    let (asking, question) = tab.requests.pop_front().expect("the bank is asked");
    let first = question.url.rsplit('/').next().expect("an id").to_owned();
    did(&mut world, &first);
    let answered = world.serve(question);
    tab.answer(asking, Ok(answered));
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    tab.happen(Event::Dismiss);
    tab.fill(PAYEE, "12.50", "Rent");
    send_once_more(&mut world, &mut tab);
    assert_ne!(id_of_last(&world), first, "the same order again is another transfer: lost, then done");

    let mut world = World::default();
    let (mut tab, _) = world.confirming();
    let first = id_of_last(&world);
    did(&mut world, &first);
    tab.load(None);
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "a copy of this tab went through with it");
    tab.happen(Event::Dismiss);
    tab.fill(PAYEE, "12.50", "Rent");
    send_once_more(&mut world, &mut tab);
    assert_ne!(id_of_last(&world), first, "the same order again is another transfer: interrupted, then done");
}

#[test]
fn an_order_that_the_bank_refused_for_good_gets_another_id_the_next_time() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let first = id_of_last(&world);
    world.refuses = true;
    world.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::NotSent { may_repeat: false, .. }));
    send_once_more(&mut world, &mut tab);
    assert_ne!(id_of_last(&world), first);
}

#[test]
fn a_question_that_is_refused_says_nothing_about_the_transfer() {
    let mut world = World::default();
    for (refusal, session) in
        [(answer(401, "{}"), SessionView::Over), (demand("max_age=\"60\""), SessionView::Demanded)]
    {
        let mut tab = unknown(&mut world);
        let (asking, _) = tab.requests.pop_front().expect("the bank is asked");
        tab.answer(asking, Ok(refusal));
        let TransferView::Unknown { asking: false, may_ask: false, problem: Some(problem), .. } =
            tab.transfer()
        else {
            panic!("{:?}", tab.transfer())
        };
        assert_eq!(problem.code, "transfer.not_told");
        assert!(!problem.sentence.contains("No money was moved"), "nobody knows: {}", problem.sentence);
        assert!(
            matches!(tab.screen(), Screen::Account(account) if account.session == session),
            "{session:?}"
        );
        assert!(tab.storage.contains_key("pending"), "it is asked about after the next log-in");
    }
}

#[test]
fn a_question_about_an_interrupted_transfer_that_is_refused_ends_the_session() {
    for (refusal, session) in
        [(answer(401, "{}"), SessionView::Over), (demand("max_age=\"60\""), SessionView::Demanded)]
    {
        let mut world = World::default();
        let (mut tab, _) = world.confirming();
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
fn order_that_the_bank_gave_up_is_sent_again_under_another_id() {
    let mut world = World { retired: Some(BTreeSet::new()), ..World::default() };
    let (mut tab, held) = held_back(&mut world);
    let first = id_of_last(&world);
    send_once_more(&mut world, &mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_ne!(id_of_last(&world), first);
    assert_eq!(world.serve(held).status, 422);
    assert_eq!(world.done.len(), 1, "{:?}", world.done);
}

/// Proves: inquiry-keeps-order
#[test]
fn question_about_an_interrupted_transfer_does_not_give_it_up() {
    let mut world = World { retired: Some(BTreeSet::new()), ..World::default() };
    let (mut tab, there) = world.confirming();
    let mut twin = tab.duplicate();
    // The Back button, and then Forward to the provider.
    twin.load(None);
    world.serve_all(&mut twin);
    assert!(matches!(twin.transfer(), TransferView::Interrupted { nothing_moved: true, .. }));
    world.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_eq!(world.done.len(), 1);
}

/// Proves: abandoned-order
#[test]
fn interrupted_transfer_that_another_copy_of_the_tab_gave_up_is_confirmed_under_another_id() {
    let mut world = World { retired: Some(BTreeSet::new()), ..World::default() };
    let (mut tab, _) = world.confirming();
    let first = id_of_last(&world);
    world.retired = Some(BTreeSet::from([first.clone()]));
    tab.load(None);
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Interrupted { nothing_moved: true, .. }));
    send_once_more(&mut world, &mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_ne!(id_of_last(&world), first);
    assert_eq!(world.done.len(), 1);
}
