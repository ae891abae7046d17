//! The end of a session: told before, by itself, and in all tabs at once.

use stepup::{
    Event,
    view::{Notice, Screen, SessionView, TransferView},
};

use crate::{
    tab::Tab,
    world::{PAYEE, World},
};

fn notice(tab: &Tab) -> Option<Notice> {
    match tab.screen() {
        Screen::SignedOut { notice } => notice,
        other => panic!("not signed out: {other:?}"),
    }
}

fn session(tab: &Tab) -> SessionView {
    match tab.screen() {
        Screen::Account(account) => account.session,
        other => panic!("no account page: {other:?}"),
    }
}

/// What the browser tells the other tabs.
fn hears(tab: &mut Tab, of: &Tab) {
    tab.log_outs.clone_from(&of.log_outs);
    tab.happen(Event::LogOuts(of.log_outs.clone()));
}

/// Proves: log-out-all-tabs
#[test]
fn a_log_out_ends_all_tabs() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    let mut other = tab.duplicate();
    other.load(None);
    world.serve_all(&mut other);
    other.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::LogOut);
    hears(&mut other, &tab);
    assert_eq!(notice(&other), Some(Notice::LoggedOutElsewhere));
    assert!(other.storage.is_empty(), "{:?}", other.storage);
    assert!(
        other.gone.is_none() || other.requests.is_empty(),
        "one tab tells the provider, and one is enough"
    );
    // The same news twice, and news of a log-in that came after it.
    other.log_in();
    world.serve_all(&mut other);
    let there = other.gone.clone().expect("sent to the provider");
    world.come_back(&mut other, &there);
    hears(&mut other, &tab);
    assert_eq!(session(&other), SessionView::Open);
}

/// Proves: log-out-all-tabs
#[test]
fn a_tab_that_was_away_learns_of_the_log_out_when_it_is_back() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let mut other = tab.duplicate();
    other.load(None);
    other.happen(Event::LogOut);
    tab.log_outs.clone_from(&other.log_outs);
    let mut back = tab.duplicate();
    back.load(None);
    assert_eq!(notice(&back), Some(Notice::LoggedOutElsewhere));
    assert!(!back.storage.contains_key("session") && !back.storage.contains_key("pending"));
    // The answer that it was away for is good for nothing any more.
    world.come_back(&mut tab, &there);
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(failure.problem.code, "callback.logged_out");
    assert_eq!((world.posts.len(), world.done.len()), (1, 0));
}

/// Proves: log-out-during-transfer
#[test]
fn a_log_out_while_money_is_on_its_way_says_so() {
    for elsewhere in [false, true] {
        let mut world = World::default();
        let mut tab = world.logged_in();
        let mut other = tab.duplicate();
        other.load(None);
        tab.fill(PAYEE, "12.50", "Rent");
        tab.happen(Event::Review);
        tab.confirm();
        assert!(matches!(tab.transfer(), TransferView::Sending { .. }));
        if elsewhere {
            other.happen(Event::LogOut);
            hears(&mut tab, &other);
        } else {
            tab.happen(Event::LogOut);
        }
        assert_eq!(notice(&tab), Some(Notice::LoggedOutWhileSending), "elsewhere: {elsewhere}");
        tab.happen(Event::LogOuts(Some("7".into())));
        assert_eq!(notice(&tab), Some(Notice::LoggedOutWhileSending), "one more log-out takes no news away");
        if !elsewhere {
            // The page goes to the provider and comes back.
            assert!(tab.storage.keys().eq(["logged_out_while_sending"]), "{:?}", tab.storage);
            for _ in 0..2 {
                tab.load(None);
                assert_eq!(notice(&tab), Some(Notice::LoggedOutWhileSending));
            }
            tab.log_in();
            assert!(!tab.storage.contains_key("logged_out_while_sending"));
        }
    }
}

/// Proves: session-end-announced
#[test]
fn the_customer_is_told_before_the_end_and_can_go_on() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7_200 - 121;
    tab.wake();
    assert_eq!(session(&tab), SessionView::Open);
    tab.now += 1;
    tab.wake();
    assert_eq!(session(&tab), SessionView::EndsSoon);
    assert!(!tab.timers.is_empty(), "the end is watched too");
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    world.come_back(&mut tab, &there);
    assert_eq!(session(&tab), SessionView::Open);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.reference.text, "Rent");
}

#[test]
fn nobody_is_sent_away_while_a_transfer_is_on_its_way() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7_200 - 60;
    tab.happen(Event::Review);
    tab.confirm();
    assert_eq!(session(&tab), SessionView::Open, "it is not the moment");
    tab.log_in();
    assert!(tab.gone.is_none());
    assert!(matches!(tab.transfer(), TransferView::Sending { .. }));
}

#[test]
fn a_log_in_without_need_changes_nothing() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.log_in();
    assert!(tab.gone.is_none() && !tab.has_request());
    assert_eq!(session(&tab), SessionView::Open);
}

/// Proves: log-out-all-tabs
#[test]
fn an_order_from_before_a_log_out_is_shown_to_nobody() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    let mut other = tab.duplicate();
    other.load(None);
    world.serve_all(&mut other);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.confirm();
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    tab.answer(id, Err(stepup::event::NetworkError::TimedOut));
    // The session ends, the customer goes to log in, and logs out in the other tab.
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    world.serve_all(&mut tab);
    assert!(tab.gone.is_some() && tab.storage.contains_key("pending") && tab.storage.contains_key("draft"));
    other.happen(Event::LogOut);
    tab.log_outs.clone_from(&other.log_outs);
    tab.load(None);
    assert_eq!(notice(&tab), Some(Notice::LoggedOutWhileSending));
    assert!(!tab.storage.contains_key("pending") && !tab.storage.contains_key("draft"), "{:?}", tab.storage);
}

#[test]
fn what_is_left_from_before_a_log_out_does_not_end_the_session_after_it() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    let old = tab.storage["draft"].clone();
    tab.happen(Event::LogOut);
    tab.load(None);
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    world.come_back(&mut tab, &there);
    tab.storage.insert("draft".into(), old);
    tab.load(None);
    world.serve_all(&mut tab);
    assert_eq!(session(&tab), SessionView::Open);
    assert!(!tab.storage.contains_key("draft") && tab.storage.contains_key("session"), "{:?}", tab.storage);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.payee.text.is_empty()));
}
