//! What nobody knows is not said, wherever the customer goes while a transfer has no answer.

use serde_json::json;
use stepup::{
    Event,
    event::NetworkError,
    view::{Failure, Notice, Screen, StatementsContent, TransferView},
};

use crate::{
    tab::Tab,
    world::{Grant, PAYEE, World, answer, query},
};

/// A transfer that was sent and whose answer, like that to the question about it, did not come.
fn unanswered(world: &mut World) -> Tab {
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
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
fn a_log_in_that_is_denied_says_nothing_about_a_transfer_that_is_not_answered() {
    let mut world = World::default();
    let mut tab = unanswered(&mut world);
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    tab.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    claims_nothing(failure(&tab).problem.sentence);
}

#[test]
fn an_old_answer_says_nothing_about_a_transfer_that_is_not_answered() {
    let mut world = World::default();
    let mut tab = unanswered(&mut world);
    tab.load(Some("error=access_denied&state=unknown".into()));
    claims_nothing(failure(&tab).problem.sentence);
}

#[test]
fn a_provider_that_is_down_says_nothing_about_a_transfer_that_is_not_answered() {
    let mut world = World::default();
    let mut tab = unanswered(&mut world);
    tab.load(None);
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    claims_nothing(failure(&tab).problem.sentence);
}

#[test]
fn statements_that_cannot_be_confirmed_say_nothing_about_a_transfer_that_is_not_answered() {
    let mut world = World::default();
    let mut tab = unanswered(&mut world);
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
    claims_nothing(problem.sentence);
}

#[test]
fn a_log_out_elsewhere_tells_of_a_transfer_that_is_not_answered() {
    let mut world = World::default();
    let mut tab = unanswered(&mut world);
    tab.log_outs = Some("1".into());
    tab.load(None);
    assert_eq!(
        tab.screen(),
        Screen::SignedOut { notice: Some(Notice::LoggedOutWhileSending) },
        "the same as for a tab that was there"
    );
}

#[test]
fn a_log_out_elsewhere_tells_a_failure_of_what_is_not_answered_and_of_nothing_else() {
    let old_answer = || Some("error=access_denied&state=unknown".to_owned());
    let mut world = World::default();
    for (mut tab, expected) in [
        (unanswered(&mut world), Notice::LoggedOutWhileSending),
        (world.logged_in(), Notice::LoggedOutElsewhere),
    ] {
        tab.load(old_answer());
        failure(&tab);
        tab.happen(Event::LogOuts(Some("1".into())));
        assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(expected) });
    }
}

#[test]
fn a_finished_transfer_is_not_denied_by_its_own_answer() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment.clone()));
    world.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)));
    tab.load(Some(fragment));
    claims_nothing(failure(&tab).problem.sentence);
}

#[test]
fn somebody_else_at_the_statements_is_not_told_of_a_transfer() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.statements();
    tab.wake();
    let there = tab.gone.clone().expect("sent to the provider");
    let claims = json!({"amr": ["mfa"]});
    let fragment = world.grant(&there, tab.now, &Grant { subject: "auth0|2", claims, ..Grant::default() });
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    let sentence = failure(&tab).problem.sentence;
    assert!(!sentence.contains("transfer"), "there is none: {sentence}");
}

#[test]
fn a_token_that_is_no_header_is_never_sent() {
    let mut world = World::default();
    let tab = world.logged_in();
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
fn keys_that_cannot_be_fetched_take_no_second_factor_away() {
    let mut world = World::default();
    let mut tab = world.at_statements();
    tab.load(None);
    world.serve_all(&mut tab);
    tab.statements();
    while let Some((id, request)) = tab.requests.pop_front() {
        let keys = request.url.ends_with("/keys");
        let outcome = if keys { Err(NetworkError::TimedOut) } else { Ok(world.serve(request)) };
        tab.answer(id, outcome);
    }
    tab.wake();
    assert!(tab.gone.is_none(), "sent to the provider because of the network");
}

#[test]
fn who_stays_logged_in_while_the_provider_is_down_goes_back_to_the_account() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.load(None);
    world.serve_all(&mut tab);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.now += 7_100;
    tab.wake();
    tab.log_in();
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    assert_eq!(failure(&tab).action, Some(stepup::view::Action::BackToAccount));
    tab.happen(Event::Dismiss);
    assert!(matches!(tab.transfer(), TransferView::Form(form) if form.reference.text == "Rent"));
}

#[test]
fn a_log_in_that_the_bank_never_accepts_says_nothing_about_a_transfer_that_is_not_answered() {
    let mut world = World::default();
    let mut tab = unanswered(&mut world);
    tab.now += 7_200;
    tab.wake();
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = world.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    // The balance is answered before the question about the transfer.
    while matches!(tab.screen(), Screen::SigningIn | Screen::Account(_)) {
        let at = tab.requests.iter().position(|(_, sent)| !sent.url.contains("/transfers/"));
        let (id, request) = tab.requests.remove(at.expect("a request")).expect("it is there");
        let refused = request.url.ends_with("/balance");
        let outcome = if refused { answer(401, "{}") } else { world.serve(request) };
        tab.answer(id, Ok(outcome));
    }
    assert_eq!(failure(&tab).problem.code, "api.unauthorized");
    claims_nothing(failure(&tab).problem.sentence);
}
