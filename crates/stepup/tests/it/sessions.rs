//! What begins, lasts and ends with a session.

use serde_json::json;
use stepup::{
    Event,
    event::{Boot, Field},
    time::Timestamp,
    view::{
        AccountView, Action, BalanceView, HistoryView, Loadable, Notice, Screen, SessionView,
        StatementsContent, TransferView,
    },
};

use crate::{
    tab::{START, Signatures, Tab},
    world::{BANK, CONFIG, Grant, PAYEE, World, answer, demand, query},
};

fn account(tab: &Tab) -> AccountView {
    match tab.screen() {
        Screen::Account(account) => *account,
        other => panic!("no account page: {other:?}"),
    }
}

fn failure(tab: &Tab) -> stepup::view::Failure {
    match tab.screen() {
        Screen::Failed(failure) => failure,
        other => panic!("no failure: {other:?}"),
    }
}

/// Answers every request to the bank in one way, and those to the provider as usual.
fn bank_answers(world: &mut World, tab: &mut Tab, with: &stepup::event::Answer) {
    while let Some((id, request)) = tab.requests.pop_front() {
        let answered = if request.authorization.is_some() { with.clone() } else { world.serve(request) };
        tab.answer(id, Ok(answered));
    }
}

/// Logs in at the provider and comes back; nothing is answered yet.
fn logs_in(world: &mut World, tab: &mut Tab, claims: serde_json::Value) {
    tab.log_in();
    world.serve_all(tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = world.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
    tab.load(Some(fragment));
}

/// Proves: api-401
#[test]
fn a_token_that_the_bank_accepted_and_no_longer_does_is_a_session_that_is_over() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.happen(Event::TryAgain);
    bank_answers(&mut world, &mut tab, &answer(401, "{}"));
    let page = account(&tab);
    assert_eq!(page.session, SessionView::Over);
    assert!(matches!(page.balance, Loadable::Ready(BalanceView::Amount { .. })), "what was there stays");
    assert!(matches!(page.history, Loadable::Ready(HistoryView::List(_))));
    assert!(!tab.storage.contains_key("session"));
}

#[test]
fn what_was_on_its_way_when_the_session_ended_does_not_load_for_ever() {
    let mut world = World::default();
    let mut tab = Tab::new();
    tab.load(None);
    logs_in(&mut world, &mut tab, json!({}));
    while !tab.storage.contains_key("session") {
        let (id, request) = tab.requests.pop_front().expect("metadata and keys");
        let answered = world.serve(request);
        tab.answer(id, Ok(answered));
    }
    assert_eq!(account(&tab).balance, Loadable::Loading);
    tab.now += 7_200;
    tab.wake();
    let page = account(&tab);
    assert_eq!((page.balance, page.history), (Loadable::Withheld, Loadable::Withheld));
}

/// Proves: api-authentication-challenge
#[test]
fn the_first_demand_stands_until_a_log_in_meets_it() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.happen(Event::TryAgain);
    bank_answers(&mut world, &mut tab, &demand("acr_values=\"gold\", max_age=\"60\""));
    assert_eq!(account(&tab).session, SessionView::Demanded);
    tab.confirm();
    assert!(tab.requests.is_empty(), "nobody is logged in");
    assert_eq!(account(&tab).session, SessionView::Demanded, "to press a button changes no demand");
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!((query(&there, "acr_values").as_str(), query(&there, "max_age").as_str()), ("gold", "60"));
}

#[test]
fn a_session_without_a_token_for_this_api_is_over_when_one_is_needed() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    let stored = tab.storage["session"].clone();
    let mut loaded = tab.duplicate();
    loaded.storage.insert("session".into(), stored.replace("https://my-banking-api", "https://another-api"));
    loaded.load(None);
    assert_eq!(
        loaded.screen(),
        Screen::SignedOut { notice: Some(Notice::SessionOver) },
        "nothing would ever load"
    );
    assert!(loaded.storage.is_empty(), "{:?}", loaded.storage);

    // With a second token, for another API, that lasts longer.
    let mut session: serde_json::Value = serde_json::from_str(&stored).expect("JSON");
    let mut longer = session["vault"][0].clone();
    longer["audience"] = json!("https://another-api");
    longer["expires_at"] = json!(START + 10_000);
    session["vault"].as_array_mut().expect("a list").push(longer);
    tab.storage.insert("session".into(), session.to_string());
    tab.load(None);
    world.serve_all(&mut tab);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.happen(Event::Review);
    tab.now += 8_000;
    tab.confirm();
    assert!(tab.requests.is_empty());
    assert_eq!(account(&tab).session, SessionView::Over);
    assert!(matches!(account(&tab).transfer, TransferView::Form(_)));
}

#[test]
fn nobody_pays_themselves() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill("DE89 3704 0044 0532 0130 00", "12.50", "");
    tab.happen(Event::Review);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(
        form.payee.error.is_some_and(|error| error.contains("own")),
        "the bank has said whose account this is"
    );
}

#[test]
fn a_reference_that_is_too_long_is_told_when_the_field_is_left() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.fill("", "", &"x".repeat(1000));
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(form.field(Field::Reference).error.is_some());
}

#[test]
fn a_log_in_that_ends_while_the_browser_is_away_does_not_take_the_new_one_along() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.now += 7_100;
    tab.wake();
    assert_eq!(account(&tab).session, SessionView::EndsSoon);
    tab.log_in();
    world.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    tab.now += 200;
    world.come_back(&mut tab, &there);
    assert_eq!(account(&tab).session, SessionView::Open);
    assert!(tab.storage.contains_key("session"));
    tab.load(None);
    world.serve_all(&mut tab);
    assert_eq!(account(&tab).session, SessionView::Open, "also after a reload");
}

#[test]
fn the_second_factor_of_a_transfer_opens_the_statements_too() {
    let mut world = World::default();
    let (mut tab, there) = world.confirming();
    let claims = json!({"amr": ["mfa"], "auth_time": tab.now});
    let fragment = world.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    tab.happen(Event::Dismiss);
    tab.statements();
    assert!(
        matches!(tab.screen(), Screen::Statements(page) if page.content == StatementsContent::Loading),
        "the bank is asked: this page knows of a second factor"
    );
}

#[test]
fn a_stored_second_factor_is_looked_at_once_and_what_was_found_is_kept() {
    let mut world = World::default();
    let tab = world.at_statements();
    for (signatures, found) in [(Signatures::Right, true), (Signatures::Wrong, false)] {
        let mut tab = Tab { signatures, ..tab.duplicate() };
        tab.load(None);
        world.serve_all(&mut tab);
        for visit in ["the first time", "the second time"] {
            tab.checked = 0;
            tab.statements();
            let asked = world.api.len();
            world.serve_all(&mut tab);
            let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
            assert_eq!(matches!(page.content, StatementsContent::Ready(_)), found, "{visit}");
            assert_eq!(page.content == StatementsContent::Leaving, !found, "{visit}");
            assert_eq!(world.api.len() > asked, found, "{visit}");
            assert_eq!(tab.checked > 0, visit == "the first time", "{visit}");
            tab.happen(Event::Dismiss);
        }
    }
}

#[test]
fn a_token_that_is_refused_for_the_statements_ends_the_session() {
    let mut world = World::default();
    let mut tab = world.at_statements();
    tab.happen(Event::Dismiss);
    tab.statements();
    bank_answers(&mut world, &mut tab, &answer(401, "{}"));
    assert!(!tab.has_request() && tab.gone.is_none(), "nothing in particular is demanded: no redirect");
    assert_eq!(account(&tab).session, SessionView::Over);
    assert!(!tab.storage.contains_key("session"));
}

/// Proves: statements-per-session
#[test]
fn statements_that_another_customer_asked_for_are_shown_to_nobody() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.statements();
    tab.wake();
    let there = tab.gone.clone().expect("sent to the provider");
    // Somebody edits the session while the browser is away, and logs in at the provider.
    let stored = tab.storage["session"].replace("auth0|1", "auth0|2");
    tab.storage.insert("session".into(), stored);
    let claims = json!({"amr": ["mfa"], "auth_time": tab.now});
    let grant = Grant { subject: "auth0|2", claims, ..Grant::default() };
    let fragment = world.grant(&there, tab.now, &grant);
    let mut denied = tab.duplicate();
    tab.load(Some(fragment));
    world.serve_all(&mut tab);
    assert_eq!(failure(&tab).problem.code, "statements.someone_else");
    // Nor is the other one told that these were refused.
    denied.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    assert_eq!(failure(&denied).problem.code, "provider.access_denied");
}

#[test]
fn a_failure_leads_back_to_whatever_there_is() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    let stranger = || Some("error=access_denied&state=nobodys".to_owned());
    tab.load(stranger());
    assert_eq!(failure(&tab).action, Some(Action::BackToAccount), "a session");
    tab.storage.clear();
    tab.load(stranger());
    assert_eq!(failure(&tab).action, Some(Action::LogIn), "nothing");
    let (mut tab, _) = world.confirming();
    tab.storage.remove("session");
    tab.load(stranger());
    assert_eq!(failure(&tab).action, Some(Action::BackToAccount), "a transfer whose end has to be found out");
}

/// Proves: response-needs-record
#[test]
fn a_record_counts_for_ten_minutes() {
    for (age, accepted) in [(599, true), (600, true), (601, false)] {
        let mut world = World::default();
        let (mut tab, there) = world.confirming();
        tab.now += age;
        world.come_back(&mut tab, &there);
        assert_eq!(world.done.len() == 1, accepted, "{age} s");
    }
}

/// Proves: log-out-all-tabs
#[test]
fn log_outs_are_counted_where_all_tabs_see_them() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.happen(Event::LogOut);
    assert_eq!(tab.log_outs.as_deref(), Some("1"));
    tab.load(None);
    logs_in(&mut world, &mut tab, json!({}));
    world.serve_all(&mut tab);
    let mut edited = tab.duplicate();
    tab.happen(Event::LogOut);
    assert_eq!(tab.log_outs.as_deref(), Some("2"));
    // What is no number was written by somebody else, and fits no session; least of all one that began at 1.
    edited.log_outs = Some("one".into());
    edited.load(None);
    assert_eq!(edited.screen(), Screen::SignedOut { notice: Some(Notice::LoggedOutElsewhere) });
}

#[test]
fn a_browser_that_lacks_something_ends_in_a_sentence() {
    let mut tab = Tab::new();
    tab.load(None);
    tab.happen(Event::Lacks("SubtleCrypto"));
    assert_eq!(failure(&tab).problem.code, "browser.lacks");
    assert!(failure(&tab).action.is_none() && failure(&tab).problem.cause.contains("SubtleCrypto"));
    let mut tab = Tab::new();
    let boot = Boot {
        config: CONFIG.into(),
        origin: BANK.into(),
        lacking: Some("sessionStorage"),
        online: true,
        ..Boot::default()
    };
    assert!(tab.session.update(Event::Booted(boot), Timestamp(START)).is_empty());
    assert!(failure(&tab).problem.cause.contains("sessionStorage"));
}

#[test]
fn the_page_knows_whether_there_is_a_network() {
    let mut tab = Tab::new();
    tab.load(None);
    assert!(tab.view().online);
    tab.happen(Event::Online(false));
    assert!(!tab.view().online);
    tab.happen(Event::Online(true));
    assert!(tab.view().online);
    let boot = Boot { config: CONFIG.into(), origin: BANK.into(), ..Boot::default() };
    drop(tab.session.update(Event::Booted(boot), Timestamp(START)));
    assert!(!tab.view().online, "without a network from the beginning");
}

#[test]
fn parts_of_the_view_are_found_where_they_are_and_nowhere_else() {
    let mut world = World::default();
    let mut tab = Tab::new();
    tab.load(None);
    assert!(tab.view().account().is_none() && tab.view().form().is_none());
    let mut tab = world.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    let view = tab.view();
    assert!(view.account().is_some());
    let form = view.form().expect("the form is up");
    let texts = [Field::Payee, Field::Amount, Field::Reference].map(|field| form.field(field).text.as_str());
    assert_eq!(texts, ["GB82 WEST 1234 5698 7654 32", "12.50", "Rent"]);
    tab.happen(Event::Review);
    assert!(tab.view().account().is_some() && tab.view().form().is_none());
}

#[test]
fn a_session_that_ended_behind_a_failure_is_over_when_the_failure_is_put_away() {
    let mut world = World::default();
    let mut tab = world.logged_in();
    tab.load(Some("error=access_denied&state=nobodys".to_owned()));
    assert_eq!(failure(&tab).action, Some(Action::BackToAccount));
    tab.now += 7_200;
    tab.happen(Event::Dismiss);
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::SessionOver) });
    assert!(tab.storage.is_empty(), "{:?}", tab.storage);
}
