//! The page behind a second factor, and the authentication that the bank asks for (RFC 9470).

use serde_json::json;
use stepup::{
    Event,
    domain::Field,
    http::NetworkError,
    view::{OlderStatements, Screen, SessionView, StatementsContent, TransferView},
};

use crate::{
    servers::{Grant, MULTI_FACTOR, PAYEE, Servers, answer, authentication_challenge, query},
    tab::{Signatures, Tab},
};

fn content(tab: &Tab) -> StatementsContent {
    match tab.screen() {
        Screen::Statements(page) => page.content,
        other => panic!("not the page: {other:?}"),
    }
}

fn with_mfa() -> Grant<'static> {
    Grant { claims: json!({"amr": ["pwd", "mfa"], "auth_time": crate::tab::START}), ..Grant::default() }
}

/// A tab that was sent away for the statements.
fn sent_away(servers: &mut Servers) -> (Tab, url::Url) {
    let mut tab = servers.logged_in();
    tab.statements();
    assert_eq!(content(&tab), StatementsContent::Leaving);
    tab.wake();
    let there = tab.gone.clone().expect("sent to the provider");
    (tab, there)
}

fn come_back(servers: &mut Servers, tab: &mut Tab, there: &url::Url, grant: &Grant<'_>) {
    let fragment = servers.grant(there, tab.now, grant);
    tab.load(Some(fragment));
    servers.serve_all(tab);
}

fn asked_for_statements(servers: &Servers) -> usize {
    servers.api.iter().filter(|request| request.ends_with("/statements")).count()
}

/// Proves: statements-need-mfa
#[test]
fn shown_after_second_factor() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    assert_eq!(query(&there, "acr_values"), MULTI_FACTOR);
    assert_eq!(query(&there, "scope"), "openid view:balance");
    assert_eq!(asked_for_statements(&servers), 0, "nothing was asked for before");
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    let StatementsContent::Ready(list) = content(&tab) else { panic!("{:?}", content(&tab)) };
    assert_eq!(list[0].closing.amount, 100_000);
    tab.dispatch(Event::Dismiss);
    assert!(matches!(tab.screen(), Screen::Account(_)));
    tab.statements();
    servers.serve_all(&mut tab);
    assert!(matches!(content(&tab), StatementsContent::Ready(_)), "once is enough for this session");
}

/// Proves: statements-need-mfa
#[test]
fn amr_without_mfa_is_refused() {
    for amr in
        [json!(null), json!([]), json!(["pwd"]), json!(["MFA"]), json!(["mfa "]), json!(["otp", "pwd"])]
    {
        let mut servers = Servers::default();
        let (mut tab, there) = sent_away(&mut servers);
        let claims = json!({"amr": amr});
        come_back(&mut servers, &mut tab, &there, &Grant { claims, ..Grant::default() });
        let StatementsContent::Failed(problem) = content(&tab) else { panic!("{amr}: {:?}", content(&tab)) };
        assert_eq!(problem.code, "id_token.not_strong_enough", "{amr}");
        assert_eq!(asked_for_statements(&servers), 0, "{amr}");
        assert!(!tab.timers.contains(&stepup::effect::Timer::Leave), "{amr}: no loop");
    }
}

/// Proves: statements-need-mfa
#[test]
fn acr_without_mfa_is_refused() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    let claims = json!({"acr": MULTI_FACTOR, "amr": ["pwd"]});
    come_back(&mut servers, &mut tab, &there, &Grant { claims, ..Grant::default() });
    let StatementsContent::Failed(problem) = content(&tab) else { panic!("{:?}", content(&tab)) };
    assert_eq!(problem.code, "statements.unconfirmed");
    assert_eq!(asked_for_statements(&servers), 0);
}

/// Proves: statements-denied-stays
#[test]
fn denied_second_factor_keeps_session() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    tab.load(Some(format!("error=access_denied&state={}", query(&there, "state"))));
    servers.serve_all(&mut tab);
    assert!(
        matches!(content(&tab), StatementsContent::Failed(problem) if problem.code == "provider.access_denied")
    );
    tab.statements();
    assert_eq!(content(&tab), StatementsContent::Leaving);
    tab.dispatch(Event::Cancel);
    assert!(matches!(tab.screen(), Screen::Account(_)));
    assert!(!tab.has_request(), "an answer to it is good for nothing any more");
    tab.wake();
    assert!(tab.gone.is_none());
}

/// Proves: statements-hide-confirm
#[test]
fn hidden_transfer_cannot_be_confirmed() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.statements();
    let asked = tab.requests.len();
    tab.confirm();
    assert_eq!(tab.requests.len(), asked, "nothing more is sent");
    for event in [Event::Review, Event::AskAgain, Event::Edited(Field::Amount, "99".into())] {
        tab.dispatch(event);
    }
    tab.dispatch(Event::Cancel);
    // What was being checked is in the form again.
    let TransferView::Form(form) = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert_eq!(form.amount.text, "12.50");
}

/// Proves: statements-per-session
#[test]
fn other_subject_sees_nothing() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    let session = tab.storage["session"].clone();
    come_back(&mut servers, &mut tab, &there, &Grant { subject: "auth0|2", ..with_mfa() });
    assert!(
        matches!(tab.screen(), Screen::Failed(failure) if failure.problem.code == "statements.someone_else")
    );
    assert_eq!(tab.storage["session"], session);
    assert_eq!(asked_for_statements(&servers), 0);
}

/// Proves: stored-id-token-verified
#[test]
fn stored_second_factor_is_verified_again() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    let genuine = tab.storage["session"].clone();
    let token = |text: &str| {
        let session: serde_json::Value = serde_json::from_str(text).expect("JSON");
        session["second_factor"].as_str().expect("an ID token").to_owned()
    };
    for (name, stored, signatures, shown) in [
        ("as it was", genuine.clone(), Signatures::Right, true),
        ("forged", genuine.clone(), Signatures::Wrong, false),
        ("no token", genuine.replace(&token(&genuine), "mfa"), Signatures::Right, false),
        ("another customer's", genuine.replace("auth0|1", "auth0|2"), Signatures::Right, false),
    ] {
        let mut tab = tab.duplicate();
        tab.storage.insert("session".into(), stored);
        tab.signatures = signatures;
        tab.load(None);
        servers.serve_all(&mut tab);
        let before = asked_for_statements(&servers);
        tab.statements();
        servers.serve_all(&mut tab);
        assert_eq!(
            matches!(content(&tab), StatementsContent::Ready(_)),
            shown,
            "{name}: {:?}",
            content(&tab)
        );
        assert_eq!(asked_for_statements(&servers) > before, shown, "{name}");
        if !shown {
            assert_eq!(content(&tab), StatementsContent::Leaving, "{name}: the provider is asked");
        }
    }
}

/// Proves: renewal-keeps-amr
#[test]
fn renewal_without_amr_keeps_second_factor() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    tab.dispatch(Event::Dismiss);
    tab.now += 7_100;
    tab.wake();
    let Screen::Account(account) = tab.screen() else { panic!() };
    assert_eq!(account.session, SessionView::EndsSoon);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!(query(&there, "acr_values"), "");
    come_back(&mut servers, &mut tab, &there, &Grant::default());
    tab.statements();
    servers.serve_all(&mut tab);
    // The page knows of the second factor; the bank sees a token without one and asks for it, by RFC 9470.
    assert_eq!(asked_for_statements(&servers), 2);
    assert_eq!(content(&tab), StatementsContent::Leaving);
    tab.dispatch(Event::Proceed);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!(
        (query(&there, "acr_values").as_str(), query(&there, "max_age").as_str()),
        (MULTI_FACTOR, "900")
    );
    let claims = json!({"amr": ["mfa"], "auth_time": tab.now});
    come_back(&mut servers, &mut tab, &there, &Grant { claims, ..Grant::default() });
    assert!(matches!(content(&tab), StatementsContent::Ready(_)));
}

/// Proves: id-token-acr-auth-time
#[test]
fn bank_requirement_is_checked_in_new_token() {
    for (claims, accepted) in [
        (json!({"amr": ["mfa"], "auth_time": 0}), false),
        (json!({"amr": ["mfa"]}), false),
        (json!({"amr": ["pwd"], "auth_time": 0}), false),
        (json!({"amr": ["mfa"], "auth_time": crate::tab::START - 960}), true),
        (json!({"amr": ["mfa"], "auth_time": crate::tab::START - 961}), false),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = sent_away(&mut servers);
        let knows = Grant { claims: json!({"amr": ["mfa"]}), ..Grant::default() };
        servers.never_strong_enough = true;
        come_back(&mut servers, &mut tab, &there, &knows);
        servers.never_strong_enough = false;
        tab.statements();
        let (id, _) = tab.requests.pop_front().expect("the statements are asked for");
        tab.answer(id, Ok(authentication_challenge(r#"acr_values="gold http://schemas.openid.net/pape/policies/2007/06/multi-factor", max_age=900"#)));
        tab.wake();
        let there = tab.gone.clone().expect("sent to the provider");
        assert_eq!(query(&there, "acr_values"), format!("gold {MULTI_FACTOR}"));
        assert_eq!(query(&there, "max_age"), "900");
        come_back(&mut servers, &mut tab, &there, &Grant { claims: claims.clone(), ..Grant::default() });
        assert_eq!(matches!(content(&tab), StatementsContent::Ready(_)), accepted, "{claims}");
    }
}

/// Proves: api-authentication-challenge
#[test]
fn repeated_requirement_redirects_once() {
    let mut servers = Servers { never_strong_enough: true, ..Servers::default() };
    let (mut tab, there) = sent_away(&mut servers);
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    let StatementsContent::Failed(problem) = content(&tab) else { panic!("{:?}", content(&tab)) };
    assert_eq!(problem.code, "statements.more", "nobody has asked for a new one yet");
    tab.wake();
    assert!(tab.gone.is_none(), "no loop");
    assert_eq!(asked_for_statements(&servers), 1);

    tab.statements();
    servers.serve_all(&mut tab);
    tab.dispatch(Event::Proceed);
    let there = tab.gone.clone().expect("what the bank needs is asked for");
    assert_eq!(query(&there, "max_age"), "900");
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    let StatementsContent::Failed(problem) = content(&tab) else { panic!("{:?}", content(&tab)) };
    assert_eq!(problem.code, "statements.refused", "it asks again for what it was given: final");
    assert_eq!(asked_for_statements(&servers), 3);
}

/// Proves: step-up-proof-reused
#[test]
fn proven_second_factor_survives_other_requirement() {
    for (required, sent, claims) in [
        ("max_age=\"60\"", (MULTI_FACTOR, "60"), json!({"amr": ["mfa"], "auth_time": crate::tab::START})),
        ("acr_values=\"gold\"", ("gold", ""), json!({"acr": "gold"})),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = sent_away(&mut servers);
        come_back(&mut servers, &mut tab, &there, &with_mfa());
        tab.dispatch(Event::Dismiss);
        tab.statements();
        let (id, _) = tab.requests.pop_front().expect("the statements are asked for");
        tab.answer(id, Ok(authentication_challenge(required)));
        tab.dispatch(Event::Proceed);
        let there = tab.gone.clone().expect("sent to the provider");
        assert_eq!((query(&there, "acr_values").as_str(), query(&there, "max_age").as_str()), sent);
        let asked = asked_for_statements(&servers);
        come_back(&mut servers, &mut tab, &there, &Grant { claims, ..Grant::default() });
        assert_eq!(
            asked_for_statements(&servers),
            asked + 1,
            "{required}: the second factor of before still counts"
        );
    }
}

#[test]
fn missing_or_failing_statements_are_reported() {
    for (outcome, expected) in [
        (Ok(answer(404, "Cannot GET /statements")), "none"),
        (Ok(answer(200, "<!doctype html>")), "none"),
        (Ok(answer(200, "{}")), "api.unreadable"),
        (Ok(answer(403, "{}")), "api.forbidden"),
        (Ok(answer(500, "")), "api.down"),
        (Err(NetworkError::TimedOut), "api.unreachable"),
    ] {
        let mut servers = Servers::default();
        let (mut tab, there) = sent_away(&mut servers);
        come_back(&mut servers, &mut tab, &there, &with_mfa());
        tab.statements();
        let (id, _) = tab.requests.pop_front().expect("the statements are asked for");
        tab.answer(id, outcome);
        match content(&tab) {
            StatementsContent::NotOffered => assert_eq!(expected, "none"),
            StatementsContent::Failed(problem) => assert_eq!(problem.code, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

/// Proves: statements-per-session
#[test]
fn end_with_the_session() {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    assert!(matches!(content(&tab), StatementsContent::Ready(_)));
    tab.now += 7_200;
    tab.wake();
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert!(account.session_over());
}

#[test]
fn not_offered_during_transfer() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    tab.confirm();
    tab.statements();
    assert!(matches!(tab.transfer(), TransferView::Sending { .. }));
    servers.serve_all(&mut tab);
    tab.statements();
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)));
    assert!(tab.has_request(), "its request is not forgotten");
}

#[test]
fn not_offered_when_disabled() {
    let mut servers = Servers::default();
    let config = crate::servers::CONFIG.replace('}', r#","statements":false}"#);
    let mut tab = servers.logged_in_to(&config);
    tab.statements();
    assert!(matches!(tab.screen(), Screen::Account(account) if !account.leads_to_statements));
}

/// Proves: api-authentication-challenge
#[test]
fn required_authentication_for_transfer_redirects_once() {
    for (demands, claims, done) in [
        (
            "acr_values=\"gold\", max_age=300",
            json!({"acr": "gold", "amr": ["mfa"], "auth_time": crate::tab::START}),
            1,
        ),
        (
            "acr_values=\"gold\", max_age=300",
            json!({"acr": "silver", "amr": ["mfa"], "auth_time": crate::tab::START}),
            0,
        ),
        ("acr_values=\"gold\", max_age=300", json!({"acr": "gold", "amr": ["mfa"]}), 0),
        ("max_age=0", json!({"amr": ["mfa"], "auth_time": crate::tab::START}), 1),
        ("realm=\"bank\"", json!({"amr": ["mfa"]}), 1),
        ("realm=\"bank\"", json!({"amr": ["pwd"]}), 0),
        // The provider says that it was strong enough, and the bank does not believe it: final.
        ("max_age=0", json!({"auth_time": crate::tab::START}), 0),
    ] {
        let mut servers = Servers { required_for_transfers: Some(demands), ..Servers::default() };
        let (mut tab, there) = servers.confirming();
        assert_eq!(query(&there, "scope"), "openid view:balance transfer:funds", "{demands}");
        come_back(&mut servers, &mut tab, &there, &Grant { claims: claims.clone(), ..Grant::default() });
        tab.wake();
        assert!(tab.gone.is_none(), "{demands} {claims}: no second redirect");
        assert_eq!(servers.done.len(), done, "{demands} {claims}: {:?}", tab.transfer());
        if done == 0 {
            assert!(matches!(tab.transfer(), TransferView::NotSent { .. }), "{demands} {claims}");
        }
    }
}

/// Proves: api-authentication-challenge
#[test]
fn required_authentication_for_balance_redirects_once() {
    let demanding = |servers: &mut Servers, tab: &mut Tab| {
        while let Some((id, request)) = tab.requests.pop_front() {
            let api = request.authorization.is_some();
            let answered = if api {
                authentication_challenge("acr_values=gold, max_age=60")
            } else {
                servers.serve(request)
            };
            tab.answer(id, Ok(answered));
        }
    };
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.dispatch(Event::TryAgain);
    demanding(&mut servers, &mut tab);
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(account.session, SessionView::LoginRequired);
    tab.log_in();
    servers.serve_all(&mut tab);
    let there = tab.gone.clone().expect("sent to the provider");
    assert_eq!((query(&there, "acr_values").as_str(), query(&there, "max_age").as_str()), ("gold", "60"));
    let claims = json!({"acr": "gold", "auth_time": tab.now});
    let fragment = servers.grant(&there, tab.now, &Grant { claims, ..Grant::default() });
    tab.load(Some(fragment));
    demanding(&mut servers, &mut tab);
    let Screen::Failed(failure) = tab.screen() else { panic!("{:?}", tab.screen()) };
    assert_eq!(failure.problem.code, "api.unauthorized", "it asks again for what it was given: final");
}

const NEWEST: &str = r#"{"statements":[{"id":"2023-11","from":"2023-11-01","to":"2023-11-30",
    "opening":{"amount":500,"currency":"EUR"},"closing":{"amount":700,"currency":"EUR"},"entries":[ENTRY3]}],
    "next":"9.2023-11"}"#;
const OLDER: &str = r#"{"statements":[{"id":"2023-11","from":"2023-11-01","to":"2023-11-30",
    "opening":{"amount":300,"currency":"EUR"},"closing":{"amount":500,"currency":"EUR"},"entries":[ENTRY2]},
    {"id":"2023-10","from":"2023-10-01","to":"2023-10-31",
    "opening":{"amount":0,"currency":"EUR"},"closing":{"amount":300,"currency":"EUR"},"entries":[ENTRY1]}],"next":null}"#;

fn page_of(text: &str) -> String {
    (1..=3).fold(text.to_owned(), |text, number| {
        let entry = format!(
            r#"{{"id":"{number}","direction":"in","counterparty":{{"holder":"Ben"}},
                "amount":{{"amount":200,"currency":"EUR"}},"created_at":"2023-11-0{number}T00:00:00Z"}}"#
        );
        text.replace(&format!("ENTRY{number}"), &entry)
    })
}

fn older(tab: &Tab) -> OlderStatements {
    match tab.screen() {
        Screen::Statements(page) => page.older,
        other => panic!("not the page: {other:?}"),
    }
}

/// The page with its newest entries, and the bank has more.
fn with_more() -> (Servers, Tab) {
    let mut servers = Servers::default();
    let (mut tab, there) = sent_away(&mut servers);
    come_back(&mut servers, &mut tab, &there, &with_mfa());
    tab.dispatch(Event::Dismiss);
    tab.statements();
    let (id, _) = tab.requests.pop_back().expect("the bank is asked");
    tab.answer(id, Ok(answer(200, &page_of(NEWEST))));
    (servers, tab)
}

/// Proves: statement-older-pages
#[test]
fn older_page_continues_the_list() {
    let (_, mut tab) = with_more();
    assert_eq!(older(&tab), OlderStatements::Offered);
    tab.dispatch(Event::OlderStatements);
    assert_eq!(older(&tab), OlderStatements::Loading);
    tab.dispatch(Event::OlderStatements);
    let (id, request) = tab.requests.pop_back().expect("asked");
    assert!(request.url.ends_with("/statements?before=9.2023-11"), "{}", request.url);
    assert!(tab.requests.is_empty(), "once");
    tab.answer(id, Ok(answer(200, &page_of(OLDER))));
    assert_eq!(older(&tab), OlderStatements::None);
    let StatementsContent::Ready(list) = content(&tab) else { panic!("{:?}", content(&tab)) };
    let months: Vec<_> = list
        .iter()
        .map(|month| {
            let entries: Vec<_> = month.entries.iter().map(|entry| entry.id.as_str()).collect();
            (month.id.as_str(), month.opening.amount, month.closing.amount, entries)
        })
        .collect();
    assert_eq!(months, [("2023-11", 300, 700, vec!["2", "3"]), ("2023-10", 0, 300, vec!["1"])]);
    tab.dispatch(Event::OlderStatements);
    assert!(tab.requests.is_empty(), "there is nothing more to ask for");
}

/// Proves: statement-older-pages
#[test]
fn failed_older_page_keeps_the_list() {
    let (_, mut tab) = with_more();
    for lost in [Err(NetworkError::TimedOut), Ok(answer(500, "")), Ok(answer(200, r#"{"statements":7}"#))] {
        tab.dispatch(Event::OlderStatements);
        let (id, request) = tab.requests.pop_back().expect("asked");
        assert!(request.url.ends_with("?before=9.2023-11"), "{}", request.url);
        tab.answer(id, lost);
        assert!(matches!(older(&tab), OlderStatements::Failed(_)), "{:?}", older(&tab));
        assert!(matches!(content(&tab), StatementsContent::Ready(list) if list.len() == 1));
    }
    tab.dispatch(Event::OlderStatements);
    let (id, _) = tab.requests.pop_back().expect("asked");
    tab.answer(id, Ok(authentication_challenge(&format!("acr_values=\"{MULTI_FACTOR}\", max_age=\"900\""))));
    assert!(matches!(content(&tab), StatementsContent::Failed(_)), "the second factor has become too old");
}
