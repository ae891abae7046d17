//! What nobody knows is not said, wherever the customer goes while a transfer has no answer.

use serde_json::json;
use stepup::{
    Event,
    http::NetworkError,
    view::{Failure, Notice, Screen, StatementsContent, TransferView},
};

use crate::{
    english,
    servers::{Grant, PAYEE, Servers, answer, query},
    tab::Tab,
};

/// A transfer that was sent and whose answer, like that to the question about it, did not come.
fn unanswered(servers: &mut Servers) -> Tab {
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    assert!(matches!(tab.transfer(), TransferView::Unknown { .. }));
    tab
}

fn failure(tab: &Tab) -> Failure {
    match tab.screen() {
        Screen::Failed(failure) => failure,
        other => panic!("no failure: {other:?}"),
    }
}

fn claims_nothing(sentence: &str) {
    assert!(!sentence.to_lowercase().contains("no money was moved"), "nobody knows: {sentence}");
}

/// Proves: threat-lost-response
#[test]
fn denied_login_does_not_deny_open_transfer() {
    let mut servers = Servers::default();
    let mut tab = unanswered(&mut servers);
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    tab.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    claims_nothing(english::sentence(failure(&tab).problem.sentence));
}

#[test]
fn expired_response_does_not_deny_open_transfer() {
    let mut servers = Servers::default();
    let mut tab = unanswered(&mut servers);
    tab.load(Some("error=access_denied&state=unknown".into()));
    claims_nothing(english::sentence(failure(&tab).problem.sentence));
}

#[test]
fn unreachable_provider_does_not_deny_open_transfer() {
    let mut servers = Servers::default();
    let mut tab = unanswered(&mut servers);
    tab.load(None);
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    claims_nothing(english::sentence(failure(&tab).problem.sentence));
}

#[test]
fn unconfirmed_statements_do_not_deny_open_transfer() {
    let mut servers = Servers::default();
    let mut tab = unanswered(&mut servers);
    tab.load(None);
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    assert!(matches!(tab.transfer(), TransferView::Unknown { .. }));
    tab.statements();
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
    let StatementsContent::Failed(problem) = page.content else { panic!() };
    claims_nothing(english::sentence(problem.sentence));
}

#[test]
fn logout_elsewhere_mentions_open_transfer() {
    let mut servers = Servers::default();
    let mut tab = unanswered(&mut servers);
    tab.log_outs = Some("1".into());
    tab.load(None);
    assert_eq!(
        tab.screen(),
        Screen::SignedOut { notice: Some(Notice::LoggedOutWhileSending) },
        "the same as for a tab that was there"
    );
}

#[test]
fn logout_elsewhere_mentions_open_transfer_on_failure_page() {
    let old_answer = || Some("error=access_denied&state=unknown".to_owned());
    let mut servers = Servers::default();
    for (mut tab, expected) in [
        (unanswered(&mut servers), Notice::LoggedOutWhileSending),
        (servers.logged_in(), Notice::LoggedOutElsewhere),
    ] {
        tab.load(old_answer());
        failure(&tab);
        tab.dispatch(Event::LogoutCountChanged(Some("1".into())));
        assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(expected) });
    }
}

#[test]
fn late_response_does_not_deny_finished_transfer() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment.clone()));
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    tab.load(Some(fragment));
    claims_nothing(english::sentence(failure(&tab).problem.sentence));
}

#[test]
fn other_customer_is_not_told_of_transfer() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.statements();
    tab.wake();
    let there = tab.gone.clone().expect("sent to the provider");
    let claims = json!({"amr": ["mfa"]});
    let fragment = servers.grant(&there, tab.now, &Grant { subject: "auth0|2", claims, ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    let sentence = english::sentence(failure(&tab).problem.sentence);
    assert!(!sentence.contains("transfer"), "there is none: {sentence}");
}

#[test]
fn unsendable_token_is_refused() {
    let mut servers = Servers::default();
    let tab = servers.logged_in();
    let stored = tab.storage["session"].clone();
    for token in ["\u{20ac}", "a\\nb", "", "a b"] {
        let mut tab = tab.duplicate();
        tab.storage.insert("session".into(), stored.replace("access-token-1", token));
        tab.load(None);
        let sent: Vec<_> = tab.requests.iter().filter_map(|(_, sent)| sent.authorization.clone()).collect();
        assert!(sent.is_empty(), "the browser refuses it by an exception: {sent:?}");
    }
}

#[test]
fn unreachable_keys_keep_second_factor() {
    let mut servers = Servers::default();
    let mut tab = servers.at_statements();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.statements();
    while let Some((id, request)) = tab.requests.pop_front() {
        let keys = request.url.ends_with("/keys");
        let outcome = if keys { Err(NetworkError::TimedOut) } else { Ok(servers.serve(request)) };
        tab.answer(id, outcome);
    }
    tab.wake();
    assert!(tab.gone.is_none(), "sent to the provider because of the network");
}

#[test]
fn unreachable_provider_leads_back_to_account() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7_100;
    tab.wake();
    tab.log_in();
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    assert_eq!(failure(&tab).action, Some(stepup::view::Action::BackToAccount));
    tab.dispatch(Event::Dismiss);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text == "Rent"));
}

#[test]
fn rejected_login_does_not_deny_open_transfer() {
    let mut servers = Servers::default();
    let mut tab = unanswered(&mut servers);
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    // The balance is answered before the question about the transfer.
    while matches!(tab.screen(), Screen::SigningIn | Screen::Account(_)) {
        let at = tab.requests.iter().position(|(_, sent)| !sent.url.contains("/transfers/"));
        let (id, request) = tab.requests.remove(at.expect("a request")).expect("it is there");
        let refused = request.url.ends_with("/balance");
        let outcome = if refused { answer(401, "{}") } else { servers.serve(request) };
        tab.answer(id, Ok(outcome));
    }
    assert_eq!(failure(&tab).problem.code, "api.unauthorized");
    claims_nothing(english::sentence(failure(&tab).problem.sentence));
}
