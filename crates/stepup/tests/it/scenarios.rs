//! Whole visits, as customers make them.

use stepup::{
    Event,
    domain::{Field, Place},
    http::NetworkError,
    view::{Action, BalanceView, HistoryView, Loadable, Notice, Screen, TransferView},
};

use crate::{
    servers::{Grant, PAYEE, Servers, query},
    tab::Tab,
};

/// Proves: api-403-step-up
#[test]
fn transfer_with_step_up_succeeds() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    assert_eq!(query(&there, "scope"), "openid view:balance transfer:funds");
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)));

    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    assert!(matches!(tab.transfer(), TransferView::Returning(_)), "{:?}", tab.transfer());
    servers.serve_all(&mut tab);

    let TransferView::Done(done) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(done.receipt.money.amount, 1250);
    assert_eq!(done.number.as_deref(), Some("R-1"));
    let scopes: Vec<_> = servers.posts.iter().map(|(_, _, scope)| scope.as_str()).collect();
    assert_eq!(scopes, ["openid view:balance", "openid view:balance transfer:funds"]);
    assert_eq!(servers.posts[0].0, servers.posts[1].0, "one transfer has one id");
    assert_eq!(servers.posts[0].1, servers.posts[1].1, "what was confirmed is what is sent");
    assert_eq!(servers.done.len(), 1);
    assert_eq!(tab.storage.keys().collect::<Vec<_>>(), ["session"], "nothing else is left in the tab");

    tab.dispatch(Event::Dismiss);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.payee.text, "", "the form is empty again");
}

#[test]
fn account_shows_bank_data() {
    let mut servers = Servers::default();
    let tab = servers.logged_in();
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert!(
        matches!(&account.balance, Loadable::Ready(BalanceView::Amount { money, .. }) if money.amount == 100_000)
    );
    assert_eq!(account.history, Loadable::Ready(HistoryView::List(vec![])));
    assert!(!account.session_over());
}

#[test]
fn invalid_form_sends_nothing() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill("GB82WEST12345698765431", "0", "");
    tab.dispatch(Event::Review);
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert!(form.payee.error.is_some() && form.amount.error.is_some());
    tab.confirm();
    assert!(tab.requests.is_empty(), "what was not shown cannot be confirmed");
    tab.dispatch(Event::Edited(Field::Amount, "1".into()));
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert!(form.amount.error.is_none(), "the error goes when the field is mended");
}

#[test]
fn fields_are_normalized_on_blur() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill("gb82west12345698765432", "1234,5", "Rent");
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert_eq!(
        (form.payee.text.as_str(), form.amount.text.as_str()),
        ("GB82 WEST 1234 5698 7654 32", "1,234.50")
    );
}

#[test]
fn draft_survives_reload() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.visit(Place::Pay);
    tab.dispatch(Event::Edited(Field::Reference, "Rent".into()));
    tab.load(None);
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert_eq!(form.reference.text, "Rent");
}

#[test]
fn cancel_before_redirect_forgets_request() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.serve_all(&mut tab);
    assert!(tab.has_request());
    tab.dispatch(Event::Cancel);
    tab.wake();
    assert!(tab.gone.is_none() && !tab.has_request());
    assert!(matches!(tab.transfer(), TransferView::Form(_)));
}

#[test]
fn denied_step_up_keeps_draft() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    tab.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    servers.serve_all(&mut tab);
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(problem.code, "provider.access_denied");
    tab.dispatch(Event::Dismiss);
    let TransferView::Form(form) = tab.transfer() else { panic!() };
    assert_eq!((form.amount.text.as_str(), form.reference.text.as_str()), ("12.50", "Rent"));
    assert_eq!(servers.posts.len(), 1, "only the first attempt was sent");
}

#[test]
fn return_without_response_shows_interrupted_transfer() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    tab.dispatch(Event::Restored);
    assert!(matches!(tab.transfer(), TransferView::Interrupted { .. }), "{:?}", tab.transfer());
    tab.dispatch(Event::Review);
    assert!(!tab.has_request(), "the old confirmation is good for nothing now");
    assert!(matches!(tab.transfer(), TransferView::Review { .. }));
    let late = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(late));
    servers.serve_all(&mut tab);
    assert!(servers.done.is_empty());
}

#[test]
fn duplicated_tab_pays_once() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let mut twin = tab.duplicate();
    twin.load(None);
    servers.serve_all(&mut twin);
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));

    twin.dispatch(Event::Review);
    twin.confirm();
    servers.serve_all(&mut twin);
    twin.wake();
    servers.serve_all(&mut twin);
    let there = twin.gone.clone().expect("sent to the provider");
    servers.come_back(&mut twin, &there);
    assert!(matches!(twin.transfer(), TransferView::Done(done) if done.already_done));
    assert_eq!(servers.done.len(), 1);
}

/// Proves: threat-lost-response
#[test]
fn lost_response_is_inquired_not_resent() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while !matches!(tab.transfer(), TransferView::Sending { second: true, .. }) {
        let (id, request) = tab.requests.pop_front().expect("a request");
        let answer = servers.serve(request);
        tab.answer(id, Ok(answer));
    }
    let post = tab.requests.iter().position(|(_, r)| r.json.is_some()).expect("the second attempt");
    tab.requests.swap(0, post);
    servers.lose_answer(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Unknown { asking: true, .. }));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    assert_eq!((servers.posts.len(), servers.done.len()), (2, 1));
}

#[test]
fn reload_while_sending_inquires() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while !matches!(tab.transfer(), TransferView::Sending { second: true, .. }) {
        let (id, request) = tab.requests.pop_front().expect("a request");
        let answer = servers.serve(request);
        tab.answer(id, Ok(answer));
    }
    tab.load(None);
    assert!(matches!(tab.transfer(), TransferView::Unknown { asking: true, .. }));
    servers.serve_all(&mut tab);
    let TransferView::NotSent { problem, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(problem.code, "transfer.never_arrived");

    // Sent again, it is the same transfer: should the first one still arrive, the bank does it once.
    let first = servers.posts[0].0.clone();
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.serve_all(&mut tab);
    assert_eq!(servers.posts[1].0, first);
}

#[test]
fn unknown_transfer_stays_until_answered() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    tab.confirm();
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    let TransferView::Unknown { asking: false, problem: Some(problem), .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    assert_eq!(problem.code, "api.unreachable");
    for event in [Event::Dismiss, Event::Cancel, Event::Review] {
        tab.dispatch(event);
        assert!(matches!(tab.transfer(), TransferView::Unknown { .. }));
    }
    tab.dispatch(Event::AskAgain);
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::NotSent { .. }));
}

/// Proves: session-end-keeps-input
#[test]
fn session_end_keeps_draft() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7200;
    tab.wake();
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert!(account.session_over());
    assert!(matches!(account.transfer, TransferView::Form(form) if form.reference.text == "Rent"));
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text == "Rent"));
}

#[test]
fn expired_session_is_reported_after_reload() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.now += 7200;
    tab.load(None);
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::SessionOver) });
    assert!(tab.storage.is_empty());
}

#[test]
fn draft_of_other_customer_is_not_shown() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7200;
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant { subject: "auth0|2", ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text.is_empty()));
    assert!(!tab.storage.contains_key("draft"));
}

#[test]
fn logout_clears_storage_and_provider_session() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::LogOut);
    servers.serve_all(&mut tab);
    assert!(tab.storage.keys().eq(["logout_notice"]));
    assert_eq!(tab.gone.as_ref().map(url::Url::path), Some("/logout"));
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::LoggedOut) });
    // The page to which the provider sends the browser back says it too, until the next log-in.
    tab.load(None);
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::LoggedOut) });
    tab.log_in();
    servers.serve_all(&mut tab);
    assert!(!tab.storage.contains_key("logout_notice"));
}

/// Proves: api-401
#[test]
fn never_accepted_token_is_final() {
    let mut tab = Tab::new();
    let mut servers = Servers::default();
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while let Some((id, request)) = tab.requests.pop_front() {
        let api = request.authorization.is_some();
        let answer = if api { crate::servers::answer(401, "") } else { servers.serve(request) };
        tab.answer(id, Ok(answer));
    }
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(failure.problem.code, "api.unauthorized");
    assert!(tab.storage.is_empty());
}

#[test]
fn unreachable_provider_can_be_retried() {
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
    Servers::default().serve_all(&mut tab);
    assert!(tab.gone.is_some());
}

#[test]
fn unreachable_provider_at_step_up_sends_nothing() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    tab.confirm();
    while let Some((id, request)) = tab.requests.pop_front() {
        let metadata = request.authorization.is_none();
        let outcome = if metadata { Err(NetworkError::TimedOut) } else { Ok(servers.serve(request)) };
        tab.answer(id, outcome);
    }
    tab.wake();
    assert!(matches!(tab.transfer(), TransferView::NotSent { .. }));
    assert!(tab.gone.is_none() && !tab.has_request() && !tab.storage.contains_key("pending"));
}
