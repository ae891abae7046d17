//! Whole visits, as customers make them.

use stepup::{
    Event,
    event::{Field, NetworkError},
    view::{Action, BalanceView, HistoryView, Loadable, Notice, Screen, TransferView},
};

use crate::{
    tab::Tab,
    world::{Grant, PAYEE, World, query},
};

/// Proves: api-403-step-up
#[test]
fn the_whole_scenario() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    assert_eq!(query(&there, "scope"), "openid view:balance transfer:funds");
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)));

    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    assert!(matches!(tab.transfer(), TransferView::Returning(_)), "{:?}", tab.transfer());
    world.serve_all(&mut tab);

    let TransferView::Done(done) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(done.receipt.money.amount, 1250);
    assert_eq!(done.number.as_deref(), Some("R-1"));
    let scopes: Vec<_> = world.posts.iter().map(|(_, _, scope)| scope.as_str()).collect();
    assert_eq!(scopes, ["openid view:balance", "openid view:balance transfer:funds"]);
    assert_eq!(world.posts[0].0, world.posts[1].0, "one transfer has one id");
    assert_eq!(world.posts[0].1, world.posts[1].1, "what was confirmed is what is sent");
    assert_eq!(world.done.len(), 1);
    assert_eq!(tab.storage.keys().collect::<Vec<_>>(), ["session"], "nothing else is left in the tab");

    tab.happen(Event::Dismiss);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.payee.text, "", "the form is empty again");
}

#[test]
fn the_account_shows_what_the_bank_says() {
    let mut world = World::default();
    let tab = world.logged_in();
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert!(
        matches!(&account.balance, Loadable::Ready(BalanceView::Amount { money, .. }) if money.amount == 100_000)
    );
    assert_eq!(account.history, Loadable::Ready(HistoryView::List(vec![])));
    assert!(!account.session_over());
}

#[test]
fn the_form_says_what_is_wrong_and_sends_nothing() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill("GB82WEST12345698765431", "0", "");
    tab.happen(Event::Review);
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert!(form.payee.error.is_some() && form.amount.error.is_some());
    tab.confirm();
    assert!(tab.requests.is_empty(), "what was not shown cannot be confirmed");
    tab.happen(Event::Edited(Field::Amount, "1".into()));
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert!(form.amount.error.is_none(), "the error goes when the field is mended");
}

#[test]
fn fields_are_shown_as_they_will_be_read() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill("gb82west12345698765432", "1234,5", "Rent");
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert_eq!(
        (form.payee.text.as_str(), form.amount.text.as_str()),
        ("GB82 WEST 1234 5698 7654 32", "1,234.50")
    );
}

#[test]
fn what_was_typed_survives_a_reload() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.happen(Event::Edited(Field::Reference, "Rent".into()));
    tab.load(None);
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert_eq!(form.reference.text, "Rent");
}

#[test]
fn cancelling_before_the_browser_leaves_forgets_the_request() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.happen(Event::Review);
    tab.confirm();
    world.serve_all(&mut tab);
    assert!(tab.has_request());
    tab.happen(Event::Cancel);
    tab.wake();
    assert!(tab.gone.is_none() && !tab.has_request());
    assert!(matches!(tab.transfer(), TransferView::Form(_)));
}

#[test]
fn a_denied_second_factor_loses_nothing_that_was_typed() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    tab.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    world.serve_all(&mut tab);
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(problem.code, "provider.access_denied");
    tab.happen(Event::Dismiss);
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert_eq!((form.amount.text.as_str(), form.reference.text.as_str()), ("12.50", "Rent"));
    assert_eq!(world.posts.len(), 1, "only the first attempt was sent");
}

#[test]
fn coming_back_without_confirming_says_so_and_can_begin_again() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    tab.happen(Event::Restored);
    assert!(matches!(tab.transfer(), TransferView::Interrupted { .. }), "{:?}", tab.transfer());
    tab.happen(Event::Review);
    assert!(!tab.has_request(), "the old confirmation is good for nothing now");
    assert!(matches!(tab.transfer(), TransferView::Review { .. }));
    let late = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(late));
    world.serve_all(&mut tab);
    assert!(world.done.is_empty());
}

#[test]
fn a_copy_of_the_tab_that_goes_through_with_it_again_pays_once() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let mut twin = tab.duplicate();
    twin.load(None);
    world.serve_all(&mut twin);
    world.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));

    twin.happen(Event::Review);
    twin.confirm();
    world.serve_all(&mut twin);
    twin.wake();
    world.serve_all(&mut twin);
    let there = twin.gone.clone().expect("sent to the provider");
    world.come_back(&mut twin, &there);
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
    assert_eq!(world.done.len(), 1);
}

/// Proves: threat-lost-response
#[test]
fn a_lost_answer_is_asked_for_and_not_sent_again() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while !matches!(tab.transfer(), TransferView::Sending { second: true, .. }) {
        let (id, request) = tab.requests.pop_front().expect("a request");
        let answer = world.serve(request);
        tab.answer(id, Ok(answer));
    }
    let post = tab.requests.iter().position(|(_, r)| r.json.is_some()).expect("the second attempt");
    tab.requests.swap(0, post);
    world.lose_answer(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Unknown { asking: true, .. }));
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    assert_eq!((world.posts.len(), world.done.len()), (2, 1));
}

#[test]
fn a_reload_while_sending_asks_the_bank() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while !matches!(tab.transfer(), TransferView::Sending { second: true, .. }) {
        let (id, request) = tab.requests.pop_front().expect("a request");
        let answer = world.serve(request);
        tab.answer(id, Ok(answer));
    }
    tab.load(None);
    assert!(matches!(tab.transfer(), TransferView::Unknown { asking: true, .. }));
    world.serve_all(&mut tab);
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(problem.code, "transfer.never_arrived");

    // Sent again, it is the same transfer: should the first one still arrive, the bank does it once.
    let first = world.posts[0].0.clone();
    tab.happen(Event::Review);
    tab.confirm();
    world.serve_all(&mut tab);
    assert_eq!(world.posts[1].0, first);
}

#[test]
fn an_unknown_transfer_stays_until_the_bank_has_told() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.happen(Event::Review);
    tab.confirm();
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    let TransferView::Unknown { asking: false, problem: Some(problem), .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    assert_eq!(problem.code, "api.unreachable");
    for event in [Event::Dismiss, Event::Cancel, Event::Review] {
        tab.happen(event);
        assert!(matches!(tab.transfer(), TransferView::Unknown { .. }));
    }
    tab.happen(Event::AskAgain);
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::NotSent { .. }));
}

/// Proves: session-end-keeps-input
#[test]
fn the_session_ends_and_keeps_what_was_typed() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7200;
    tab.wake();
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert!(account.session_over());
    assert!(matches!(account.transfer, TransferView::Form(form) if form.reference.text == "Rent"));
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    world.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text == "Rent"));
}

#[test]
fn a_session_whose_time_is_up_says_so_after_a_reload() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.now += 7200;
    tab.load(None);
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::SessionOver) });
    assert!(tab.storage.is_empty());
}

#[test]
fn somebody_elses_draft_is_not_shown() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7200;
    tab.load(None);
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = world.grant(&there, tab.now, &Grant { subject: "auth0|2", ..Grant::default() });
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text.is_empty()));
    assert!(!tab.storage.contains_key("draft"));
}

#[test]
fn a_log_out_forgets_everything_and_ends_the_providers_session() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::LogOut);
    world.serve_all(&mut tab);
    assert!(tab.storage.is_empty());
    assert_eq!(tab.gone.as_ref().map(url::Url::path), Some("/logout"));
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::LoggedOut) });
}

/// Proves: api-401
#[test]
fn a_bank_that_never_accepts_the_token_ends_in_a_sentence() {
    let mut tab = Tab::new();
    let mut world = World::default();
    tab.load(None);
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while let Some((id, request)) = tab.requests.pop_front() {
        let api = request.authorization.is_some();
        let answer = if api { crate::world::answer(401, "") } else { world.serve(request) };
        tab.answer(id, Ok(answer));
    }
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(failure.problem.code, "api.unauthorized");
    assert!(tab.storage.is_empty());
}

#[test]
fn a_provider_that_is_down_ends_in_a_sentence_and_can_be_tried_again() {
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    let (id, _) = tab.requests.pop_front().expect("the metadata is asked for");
    tab.answer(id, Err(NetworkError::Unreachable("refused".into())));
    let Screen::Failed(failure) = tab.screen() else { panic!() };
    assert_eq!(
        (failure.problem.code.as_ref(), failure.action),
        ("provider.unreachable", Some(Action::LogIn))
    );
    tab.log_in();
    World::default().serve_all(&mut tab);
    assert!(tab.gone.is_some());
}

#[test]
fn a_step_up_whose_provider_is_down_sends_nothing() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.load(None);
    world.serve_all(&mut tab);
    tab.fill(PAYEE, "1", "");
    tab.happen(Event::Review);
    tab.confirm();
    while let Some((id, request)) = tab.requests.pop_front() {
        let metadata = request.authorization.is_none();
        let outcome = if metadata { Err(NetworkError::TimedOut) } else { Ok(world.serve(request)) };
        tab.answer(id, outcome);
    }
    tab.wake();
    assert!(matches!(tab.transfer(), TransferView::NotSent { .. }));
    assert!(tab.gone.is_none() && !tab.has_request() && !tab.storage.contains_key("pending"));
}
