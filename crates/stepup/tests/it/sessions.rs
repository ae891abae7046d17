//! What begins, lasts and ends with a session.

use serde_json::json;
use stepup::{
    Event,
    domain::{Field, Timestamp},
    event::Boot,
    view::{AccountView, Action, Loadable, Notice, Screen, SessionView, StatementsContent, TransferView},
};

use crate::{
    servers::{BANK, CONFIG, Grant, PAYEE, Servers, answer, authentication_challenge, query},
    tab::{START, Signatures, Tab},
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
fn bank_answers(servers: &mut Servers, tab: &mut Tab, with: &stepup::http::HttpResponse) {
    while let Some((id, request)) = tab.requests.pop_front() {
        let answered = if request.authorization.is_some() { with.clone() } else { servers.serve(request) };
        tab.answer(id, Ok(answered));
    }
}

/// Logs in at the provider and comes back; nothing is answered yet.
fn logs_in(servers: &mut Servers, tab: &mut Tab, claims: serde_json::Value) {
    tab.log_in();
    servers.serve_all(tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
    tab.load(Some(fragment));
}

/// Proves: api-401
#[test]
fn refused_proven_token_ends_session() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.dispatch(Event::TryAgain);
    bank_answers(&mut servers, &mut tab, &answer(401, "{}"));
    let page = account(&tab);
    assert_eq!(page.session, SessionView::Over);
    // What is sensitive does not outlast the session.
    assert_eq!((page.balance, page.history), (Loadable::Withheld, Loadable::Withheld));
    assert!(!tab.storage.contains_key("session"));
}

#[test]
fn ended_session_stops_loading() {
    let mut servers = Servers::default();
    let mut tab = Tab::new();
    tab.load(None);
    logs_in(&mut servers, &mut tab, json!({}));
    while !tab.storage.contains_key("session") {
        let (id, request) = tab.requests.pop_front().expect("metadata and keys");
        let answered = servers.serve(request);
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
fn first_requirement_stands_until_met() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.dispatch(Event::TryAgain);
    bank_answers(&mut servers, &mut tab, &authentication_challenge("acr_values=\"gold\", max_age=\"60\""));
    assert_eq!(account(&tab).session, SessionView::LoginRequired);
    tab.confirm();
    assert!(tab.requests.is_empty(), "nobody is logged in");
    assert_eq!(account(&tab).session, SessionView::LoginRequired, "to press a button changes no demand");
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!((query(&there, "acr_values").as_str(), query(&there, "max_age").as_str()), ("gold", "60"));
}

#[test]
fn missing_token_ends_session() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
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
    servers.serve_all(&mut tab);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.now += 8_000;
    tab.confirm();
    assert!(tab.requests.is_empty());
    assert_eq!(account(&tab).session, SessionView::Over);
    assert!(matches!(account(&tab).transfer, TransferView::Form(_)));
}

#[test]
fn own_iban_is_refused() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill("DE89 3704 0044 0532 0130 00", "12.50", "");
    tab.dispatch(Event::Review);
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(
        form.payee.error.is_some_and(|error| error.id == "iban.own"),
        "the bank has said whose account this is"
    );
}

#[test]
fn long_reference_is_reported_on_blur() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill("", "", &"x".repeat(1000));
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(form.field(Field::Reference).error.is_some());
}

#[test]
fn expired_login_keeps_the_new_one() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.now += 7_100;
    tab.wake();
    assert_eq!(account(&tab).session, SessionView::EndsSoon);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    tab.now += 200;
    servers.come_back(&mut tab, &there);
    assert_eq!(account(&tab).session, SessionView::Open);
    assert!(tab.storage.contains_key("session"));
    tab.load(None);
    servers.serve_all(&mut tab);
    assert_eq!(account(&tab).session, SessionView::Open, "also after a reload");
}

#[test]
fn step_up_opens_statements() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let claims = json!({"amr": ["mfa"], "auth_time": tab.now});
    let fragment = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    tab.dispatch(Event::Dismiss);
    tab.statements();
    assert!(
        matches!(tab.screen(), Screen::Statements(page) if page.content == StatementsContent::Loading),
        "the bank is asked: this page knows of a second factor"
    );
}

#[test]
fn stored_second_factor_is_verified_once() {
    let mut servers = Servers::default();
    let tab = servers.at_statements();
    for (signatures, found) in [(Signatures::Right, true), (Signatures::Wrong, false)] {
        let mut tab = Tab { signatures, address: "/".into(), ..tab.duplicate() };
        tab.load(None);
        servers.serve_all(&mut tab);
        for visit in ["the first time", "the second time"] {
            tab.checked = 0;
            tab.statements();
            let asked = servers.api.len();
            servers.serve_all(&mut tab);
            let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
            assert_eq!(matches!(page.content, StatementsContent::Ready(_)), found, "{visit}");
            assert_eq!(page.content == StatementsContent::Leaving, !found, "{visit}");
            assert_eq!(servers.api.len() > asked, found, "{visit}");
            assert_eq!(tab.checked > 0, visit == "the first time", "{visit}");
            tab.dispatch(Event::Dismiss);
        }
    }
}

#[test]
fn refused_token_for_statements_ends_session() {
    let mut servers = Servers::default();
    let mut tab = servers.at_statements();
    tab.dispatch(Event::Dismiss);
    tab.statements();
    bank_answers(&mut servers, &mut tab, &answer(401, "{}"));
    assert!(!tab.has_request() && tab.gone.is_none(), "nothing in particular is required: no redirect");
    assert_eq!(account(&tab).session, SessionView::Over);
    assert!(!tab.storage.contains_key("session"));
}

/// Proves: statements-per-session
#[test]
fn statements_of_other_customer_are_not_shown() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.statements();
    tab.wake();
    let there = tab.gone.clone().expect("sent to the provider");
    // Somebody edits the session while the browser is away, and logs in at the provider.
    let stored = tab.storage["session"].replace("auth0|1", "auth0|2");
    tab.storage.insert("session".into(), stored);
    let claims = json!({"amr": ["mfa"], "auth_time": tab.now});
    let grant = Grant { subject: "auth0|2", claims, ..Grant::default() };
    let fragment = servers.grant(&there, tab.now, &grant);
    let mut denied = tab.duplicate();
    tab.load(Some(fragment));
    servers.serve_all(&mut tab);
    assert_eq!(failure(&tab).problem.code, "statements.someone_else");
    // Nor is the other one told that these were refused.
    denied.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    assert_eq!(failure(&denied).problem.code, "provider.access_denied");
}

#[test]
fn failure_leads_back() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    let stranger = || Some("error=access_denied&state=nobodys".to_owned());
    tab.load(stranger());
    assert_eq!(failure(&tab).action, Some(Action::BackToAccount), "a session");
    tab.storage.clear();
    tab.load(stranger());
    assert_eq!(failure(&tab).action, Some(Action::LogIn), "nothing");
    let (mut tab, _) = servers.confirming();
    tab.storage.remove("session");
    tab.load(stranger());
    assert_eq!(failure(&tab).action, Some(Action::BackToAccount), "a transfer whose end has to be found out");
}

/// Proves: response-needs-record
#[test]
fn stored_request_expires_after_ten_minutes() {
    for (age, accepted) in [(599, true), (600, true), (601, false)] {
        let mut servers = Servers::default();
        let (mut tab, there) = servers.confirming();
        tab.now += age;
        servers.come_back(&mut tab, &there);
        assert_eq!(servers.done.len() == 1, accepted, "{age} s");
    }
}

/// Proves: log-out-all-tabs
#[test]
fn logout_count_is_shared() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.dispatch(Event::LogOut);
    assert_eq!(tab.log_outs.as_deref(), Some("1"));
    tab.load(None);
    logs_in(&mut servers, &mut tab, json!({}));
    servers.serve_all(&mut tab);
    let mut edited = tab.duplicate();
    tab.dispatch(Event::LogOut);
    assert_eq!(tab.log_outs.as_deref(), Some("2"));
    // What is no number was written by somebody else, and fits no session; least of all one that began at 1.
    edited.log_outs = Some("one".into());
    edited.load(None);
    assert_eq!(edited.screen(), Screen::SignedOut { notice: Some(Notice::LoggedOutElsewhere) });
}

#[test]
fn unfit_browser_is_refused() {
    let mut tab = Tab::new();
    tab.load(None);
    tab.dispatch(Event::FeatureMissing("SubtleCrypto"));
    assert_eq!(failure(&tab).problem.code, "browser.lacks");
    assert!(failure(&tab).action.is_none() && failure(&tab).problem.cause.contains("SubtleCrypto"));
    let mut tab = Tab::new();
    let boot = Boot {
        config: CONFIG.into(),
        origin: BANK.into(),
        missing_feature: Some("sessionStorage"),
        online: true,
        ..Boot::default()
    };
    assert!(tab.session.update(Event::Booted(Box::new(boot)), Timestamp(START)).is_empty());
    assert!(failure(&tab).problem.cause.contains("sessionStorage"));
}

#[test]
fn view_tells_whether_online() {
    let mut tab = Tab::new();
    tab.load(None);
    assert!(tab.view().online);
    tab.dispatch(Event::Online(false));
    assert!(!tab.view().online);
    tab.dispatch(Event::Online(true));
    assert!(tab.view().online);
    let boot = Boot { config: CONFIG.into(), origin: BANK.into(), ..Boot::default() };
    drop(tab.session.update(Event::Booted(Box::new(boot)), Timestamp(START)));
    assert!(!tab.view().online, "without a network from the beginning");
}

#[test]
fn view_accessors_find_their_parts() {
    let mut servers = Servers::default();
    let mut tab = Tab::new();
    tab.load(None);
    assert!(tab.view().account().is_none() && tab.view().form().is_none());
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    let view = tab.view();
    assert!(view.account().is_some());
    let form = view.form().expect("the form is up");
    let texts = [Field::Payee, Field::Amount, Field::Reference].map(|field| form.field(field).text.as_str());
    assert_eq!(texts, ["GB82 WEST 1234 5698 7654 32", "12.50", "Rent"]);
    tab.dispatch(Event::Review);
    assert!(tab.view().account().is_some() && tab.view().form().is_none());
}

#[test]
fn session_expired_behind_failure_is_over() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.load(Some("error=access_denied&state=nobodys".to_owned()));
    assert_eq!(failure(&tab).action, Some(Action::BackToAccount));
    tab.now += 7_200;
    tab.dispatch(Event::Dismiss);
    assert_eq!(tab.screen(), Screen::SignedOut { notice: Some(Notice::SessionOver) });
    assert!(tab.storage.is_empty(), "{:?}", tab.storage);
}
