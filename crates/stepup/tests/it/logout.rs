//! The end of a session: told before, by itself, and in all tabs at once.

use stepup::{
    Event,
    view::{Notice, Screen, SessionView, TransferView},
};

use crate::{
    servers::{PAYEE, Servers},
    tab::Tab,
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
    tab.dispatch(Event::LogoutCountChanged(of.log_outs.clone()));
}

/// Proves: log-out-all-tabs
#[test]
fn ends_all_tabs() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    let mut other = tab.duplicate();
    other.load(None);
    servers.serve_all(&mut other);
    other.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::LogOut);
    hears(&mut other, &tab);
    assert_eq!(notice(&other), Some(Notice::LoggedOutElsewhere));
    assert!(other.storage.is_empty(), "{:?}", other.storage);
    assert!(
        other.gone.is_none() || other.requests.is_empty(),
        "one tab tells the provider, and one is enough"
    );
    // The same news twice, and news of a log-in that came after it.
    other.log_in();
    servers.serve_all(&mut other);
    let there = other.gone.clone().expect("sent to the provider");
    servers.come_back(&mut other, &there);
    hears(&mut other, &tab);
    assert_eq!(session(&other), SessionView::Open);
}

/// Proves: log-out-all-tabs
#[test]
fn reaches_tab_that_was_away() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let mut other = tab.duplicate();
    other.load(None);
    other.dispatch(Event::LogOut);
    tab.log_outs.clone_from(&other.log_outs);
    let mut back = tab.duplicate();
    back.load(None);
    assert_eq!(notice(&back), Some(Notice::LoggedOutElsewhere));
    assert!(!back.storage.contains_key("session") && !back.storage.contains_key("pending"));
    // The answer that it was away for is good for nothing any more.
    servers.come_back(&mut tab, &there);
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(failure.problem.code, "callback.logged_out");
    assert_eq!((servers.posts.len(), servers.done.len()), (1, 0));
}

/// Proves: log-out-during-transfer
#[test]
fn warns_of_unanswered_transfer() {
    for elsewhere in [false, true] {
        let mut servers = Servers::default();
        let mut tab = servers.logged_in();
        let mut other = tab.duplicate();
        other.load(None);
        tab.fill(PAYEE, "12.50", "Rent");
        tab.dispatch(Event::Review);
        tab.confirm();
        assert!(matches!(tab.transfer(), TransferView::Sending { .. }));
        if elsewhere {
            other.dispatch(Event::LogOut);
            hears(&mut tab, &other);
        } else {
            tab.dispatch(Event::LogOut);
        }
        assert_eq!(notice(&tab), Some(Notice::LoggedOutWhileSending), "elsewhere: {elsewhere}");
        tab.dispatch(Event::LogoutCountChanged(Some("7".into())));
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
fn session_end_is_announced() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7_200 - 121;
    tab.wake();
    assert_eq!(session(&tab), SessionView::Open);
    tab.now += 1;
    tab.wake();
    assert_eq!(session(&tab), SessionView::EndsSoon);
    assert!(!tab.timers.is_empty(), "the end is watched too");
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    servers.come_back(&mut tab, &there);
    assert_eq!(session(&tab), SessionView::Open);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.reference.text, "Rent");
}

#[test]
fn login_is_not_offered_during_transfer() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7_200 - 60;
    tab.dispatch(Event::Review);
    tab.confirm();
    assert_eq!(session(&tab), SessionView::Open, "it is not the moment");
    tab.log_in();
    assert!(tab.gone.is_none());
    assert!(matches!(tab.transfer(), TransferView::Sending { .. }));
}

#[test]
fn needless_login_is_ignored() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.log_in();
    assert!(tab.gone.is_none() && !tab.has_request());
    assert_eq!(session(&tab), SessionView::Open);
}

/// Proves: log-out-all-tabs
#[test]
fn order_from_before_is_dropped() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    let mut other = tab.duplicate();
    other.load(None);
    servers.serve_all(&mut other);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    let (id, _) = tab.requests.pop_front().expect("the first attempt");
    tab.answer(id, Err(stepup::http::NetworkError::TimedOut));
    // The session ends, the customer goes to log in, and logs out in the other tab.
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    servers.serve_all(&mut tab);
    assert!(tab.gone.is_some() && tab.storage.contains_key("pending") && tab.storage.contains_key("draft"));
    other.dispatch(Event::LogOut);
    tab.log_outs.clone_from(&other.log_outs);
    tab.load(None);
    assert_eq!(notice(&tab), Some(Notice::LoggedOutWhileSending));
    assert!(!tab.storage.contains_key("pending") && !tab.storage.contains_key("draft"), "{:?}", tab.storage);
}

#[test]
fn leftovers_do_not_end_the_next_session() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    let old = tab.storage["draft"].clone();
    tab.dispatch(Event::LogOut);
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    servers.come_back(&mut tab, &there);
    tab.storage.insert("draft".into(), old);
    tab.load(None);
    servers.serve_all(&mut tab);
    assert_eq!(session(&tab), SessionView::Open);
    assert!(!tab.storage.contains_key("draft") && tab.storage.contains_key("session"), "{:?}", tab.storage);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.payee.text.is_empty()));
}
