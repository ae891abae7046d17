//! Answers, checks and values that nobody waits for: they change nothing.

use stepup::{
    Effect, Event, Session,
    domain::Timestamp,
    effect::CheckId,
    event::Boot,
    http::RequestId,
    oidc::PageUrl,
    storage::StorageKey,
    view::{Screen, StatementsContent, TransferView},
};

use crate::{
    servers::{BANK, CONFIG, Grant, PAYEE, Servers, answer},
    tab::{START, Signatures, Tab, parse_url},
};

const NOBODYS_REQUEST: RequestId = RequestId(9_999);
const NOBODYS_CHECK: CheckId = CheckId(9_999);

/// The provider's metadata, with which a browser could be sent away.
fn metadata() -> stepup::http::HttpResponse {
    answer(
        200,
        r#"{"issuer":"https://id.example/","authorization_endpoint":"https://id.example/authorize",
            "jwks_uri":"https://id.example/keys","end_session_endpoint":"https://id.example/logout"}"#,
    )
}

/// A page that has just been loaded, knows no metadata, and sends the usual order.
fn confirms_after_a_reload(servers: &mut Servers) -> Tab {
    let mut tab = servers.logged_in();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    tab
}

#[test]
fn metadata_do_not_redirect() {
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    tab.answer(NOBODYS_REQUEST, Ok(metadata()));
    assert!(tab.gone.is_none(), "logging in");
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Ok(metadata()));
    assert!(tab.gone.is_some());

    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.load(None);
    servers.serve_all(&mut tab);
    tab.dispatch(Event::LogOut);
    tab.answer(NOBODYS_REQUEST, Ok(metadata()));
    assert!(tab.gone.is_none(), "logging out");
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(id, Ok(metadata()));
    assert_eq!(tab.gone.map(|url| url.path().to_owned()).as_deref(), Some("/logout"));
}

#[test]
fn metadata_do_not_shorten_notice() {
    let mut servers = Servers::default();
    let mut tab = confirms_after_a_reload(&mut servers);
    let (id, post) = tab.requests.pop_front().expect("the first attempt");
    let refused = servers.serve(post);
    tab.answer(id, Ok(refused));
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)));
    let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
    tab.answer(NOBODYS_REQUEST, Ok(metadata()));
    tab.wake();
    assert!(tab.gone.is_none(), "it is not known where to");
    tab.answer(id, Ok(metadata()));
    assert!(tab.gone.is_some());
}

#[test]
fn notice_is_shown_when_metadata_come_first() {
    let mut servers = Servers::default();
    let mut tab = confirms_after_a_reload(&mut servers);
    servers.serve_all(&mut tab);
    assert!(tab.gone.is_none() && matches!(tab.transfer(), TransferView::Leaving(_)));
    let leaves = |tab: &mut Tab| {
        let effects = tab.session.update(Event::Proceed, Timestamp(START));
        effects.iter().filter(|effect| matches!(effect, Effect::Navigate(_))).count()
    };
    assert_eq!((leaves(&mut tab), leaves(&mut tab)), (1, 0), "the browser is sent away once");
}

#[test]
fn verification_proves_nothing() {
    let mut servers = Servers::default();
    let mut tab = Tab { signatures: Signatures::Later, ..Tab::new() };
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    tab.dispatch(Event::Verified { check: NOBODYS_CHECK, outcome: Ok(true) });
    servers.serve_all(&mut tab);
    tab.dispatch(Event::Verified { check: NOBODYS_CHECK, outcome: Ok(true) });
    assert_eq!(tab.screen(), Screen::SigningIn, "a log-in");
    tab.check();
    servers.serve_all(&mut tab);
    assert!(matches!(tab.screen(), Screen::Account(_)));
}

#[test]
fn verification_opens_no_statements() {
    let mut servers = Servers::default();
    let mut tab = servers.at_statements();
    tab.signatures = Signatures::Later;
    tab.load(None);
    servers.serve_all(&mut tab);
    assert_eq!(tab.checks.len(), 1, "the stored token is checked again");
    tab.dispatch(Event::Verified { check: NOBODYS_CHECK, outcome: Ok(true) });
    let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(page.content, StatementsContent::Loading);
    assert!(tab.requests.is_empty(), "the bank is not asked yet");
    tab.check();
    servers.serve_all(&mut tab);
    let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(matches!(page.content, StatementsContent::Ready(_)));
}

/// Proves: response-needs-record
#[test]
fn other_stored_value_is_not_the_request() {
    let mut servers = Servers::default();
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let (name, record) = tab.storage.first_key_value().expect("a record");
    let record = (name.clone(), record.clone());
    assert!(record.0.starts_with("request."));
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    let mut session = Session::new(parse_url);
    let boot = Boot {
        config: CONFIG.into(),
        origin: BANK.into(),
        url: PageUrl { path: "/callback".into(), query: String::new(), fragment },
        online: true,
        ..Boot::default()
    };
    let effects = session.update(Event::Booted(Box::new(boot)), Timestamp(START));
    let [Effect::Take(asked)] = &effects[..] else { panic!("{effects:?}") };
    let foreign = Event::Taken { key: StorageKey::Session, value: Some(record.1.clone()) };
    assert!(session.update(foreign, Timestamp(START)).is_empty());
    assert_eq!(session.view().screen, Screen::SigningIn);
    let own = Event::Taken { key: asked.clone(), value: Some(record.1) };
    let effects = session.update(own, Timestamp(START));
    assert!(matches!(effects[..], [Effect::Fetch(..)]), "{effects:?}");
}

/// Proves: threat-logged-secrets
#[test]
fn secrets_are_redacted_in_debug() {
    let mut tab = Tab::new();
    let entropy = tab.entropy();
    assert_eq!(format!("{entropy:?}"), "Entropy(…)");
    let mut servers = Servers::default();
    let mut tab = Tab::new();
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    let shown = format!("{:?}", tab.session);
    assert!(shown.contains("Tokens(…)") && !shown.contains("access-token-1"), "{shown}");

    let mut tab = Tab { config: crate::servers::CODE_FLOW.into(), ..Tab::new() };
    tab.load(None);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    let code = fragment.split('&').find_map(|part| part.strip_prefix("code=")).expect("a code").to_owned();
    tab.load(Some(fragment));
    let shown = format!("{:?}", tab.session);
    assert!(shown.contains("AuthorizationCode(…)") && !shown.contains(&code), "{shown}");
    let effects = {
        let (id, _) = tab.requests.pop_front().expect("the metadata are asked for");
        let body = metadata().body.replacen('{', r#"{"token_endpoint":"https://id.example/token","#, 1);
        let outcome = Ok(answer(200, &body));
        tab.session.update(Event::Answered { request: id, outcome }, Timestamp(START))
    };
    let shown = format!("{effects:?}");
    assert!(shown.contains("FormText(…)") && !shown.contains(&code), "{shown}");
}
