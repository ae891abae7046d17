//! APIs on another origin, whose preflight answers are not known to the page: a list of transfers that is not there, and
//! `Idempotency-Key` that is not taken.

use stepup::{
    Event,
    http::{Method, NetworkError},
    view::{HistoryView, Loadable, Screen, TransferView},
};

use crate::{
    servers::{CONFIG, Grant, PAYEE, Servers, answer},
    tab::Tab,
};

const ELSEWHERE: &str = r#"{"issuer":"https://id.example/","client_id":"riser","audience":"https://my-banking-api","api":"https://api.example"}"#;

fn refused() -> NetworkError {
    NetworkError::Unreachable("TypeError: Failed to fetch".into())
}

/// Answers everything as an API that takes only these headers of a page of another origin and has only these paths;
/// `reads_unsafe`: it answers `GET /transfer` in a way that a page may read. An order without a token is none.
fn serve(servers: &mut Servers, tab: &mut Tab, takes_key: bool, reads_unsafe: bool) {
    while let Some((id, request)) = tab.requests.pop_front() {
        let at_api = request.url.starts_with("https://api.example");
        let has_key = request.idempotency_key.is_some();
        let at_transfer = at_api && request.url.ends_with("/transfer");
        let probes = at_transfer && request.method == Method::Get;
        if at_transfer && request.authorization.is_none() {
            assert!(request.json.is_none(), "it orders nothing");
        }
        if probes {
            assert!(request.authorization.is_none(), "it carries no token");
        }
        let lost = at_api
            && ((has_key && !takes_key) || (probes && !reads_unsafe) || request.url.contains("/transfers"));
        let outcome = if lost {
            Err(refused())
        } else if probes {
            Ok(answer(404, "Cannot GET /transfer"))
        } else {
            Ok(servers.serve(request))
        };
        tab.answer(id, outcome);
    }
}

fn logged_in(servers: &mut Servers, config: &str, takes_key: bool, reads_unsafe: bool) -> Tab {
    let mut tab = Tab { config: config.to_owned(), ..Tab::new() };
    tab.load(None);
    tab.log_in();
    serve(servers, &mut tab, takes_key, reads_unsafe);
    let there = tab.gone.clone().expect("sent to the provider");
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    serve(servers, &mut tab, takes_key, reads_unsafe);
    tab.fill(PAYEE, "12.50", "Rent");
    tab
}

fn history(tab: &Tab) -> Loadable<HistoryView> {
    match tab.screen() {
        Screen::Account(account) => account.history,
        other => panic!("no account: {other:?}"),
    }
}

/// Proves: api-no-history
#[test]
fn refused_history_is_not_offered() {
    let mut servers = Servers::default();
    let tab = logged_in(&mut servers, ELSEWHERE, true, true);
    assert_eq!(history(&tab), Loadable::Ready(HistoryView::NotOffered));
}

/// Proves: api-no-history
#[test]
fn lost_history_on_own_origin_is_failure() {
    for (config, error) in [(ELSEWHERE, NetworkError::TimedOut), (CONFIG, refused())] {
        let mut servers = Servers::default();
        let mut tab = logged_in(&mut servers, config, true, true);
        tab.dispatch(Event::TryAgain);
        while let Some((id, request)) = tab.requests.pop_front() {
            let lost = request.url.ends_with("/transfers");
            let outcome = if lost { Err(error.clone()) } else { Ok(servers.serve(request)) };
            tab.answer(id, outcome);
        }
        assert!(matches!(history(&tab), Loadable::Failed(_)), "{:?}", history(&tab));
    }
}

/// Proves: api-no-history
#[test]
fn unreachable_api_is_failure() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, true, true);
    tab.load(None);
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(refused()));
    }
    assert!(matches!(history(&tab), Loadable::Failed(_)), "{:?}", history(&tab));
}

/// Proves: api-no-idempotency-key
#[test]
fn refused_key_is_left_out() {
    for (config, takes_key, reads_unsafe, unkeyed) in [
        (ELSEWHERE, true, true, false),
        (ELSEWHERE, false, true, true),
        (ELSEWHERE, true, false, false),
        (ELSEWHERE, false, false, true),
        (CONFIG, true, true, false),
        (&ELSEWHERE.replacen('{', "{\"idempotency_key\":false,", 1), true, true, true),
        (&ELSEWHERE.replacen('{', "{\"idempotency_key\":true,", 1), true, true, false),
    ] {
        let mut servers = Servers::default();
        let mut tab = logged_in(&mut servers, config, takes_key, reads_unsafe);
        tab.dispatch(Event::Review);
        serve(&mut servers, &mut tab, takes_key, reads_unsafe);
        let TransferView::Review { unkeyed: said, .. } = tab.transfer() else {
            panic!("{:?}", tab.transfer())
        };
        assert_eq!(said, unkeyed, "{config}");
        tab.confirm();
        serve(&mut servers, &mut tab, takes_key, reads_unsafe);
        tab.wake();
        serve(&mut servers, &mut tab, takes_key, reads_unsafe);
        let there = tab.gone.clone().expect("sent to the provider");
        let fragment = servers.grant(&there, tab.now, &Grant::default());
        tab.load(Some(fragment));
        serve(&mut servers, &mut tab, takes_key, reads_unsafe);
        assert!(matches!(tab.transfer(), TransferView::Done(_)), "{config}: {:?}", tab.transfer());
        let keys: Vec<_> = servers.posts.iter().map(|(key, ..)| key.is_empty()).collect();
        assert_eq!(keys, [unkeyed, unkeyed], "{config}");
    }
}

/// Proves: api-no-idempotency-key
#[test]
fn transfer_waits_for_preflight() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, true, true);
    tab.dispatch(Event::Review);
    tab.confirm();
    tab.confirm();
    assert!(matches!(tab.transfer(), TransferView::Sending { second: false, .. }));
    assert_eq!((servers.posts.len(), tab.requests.len()), (0, 1));
    // Nothing else is begun meanwhile.
    tab.statements();
    assert_eq!(tab.requests.len(), 1);
    serve(&mut servers, &mut tab, true, true);
    assert_eq!(servers.posts.len(), 1, "once");
    assert!(matches!(tab.transfer(), TransferView::Leaving(_)), "{:?}", tab.transfer());
}

/// Proves: api-keyless-transfer
#[test]
fn unkeyed_transfer_is_confirmed_after_warning() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, false, true);
    tab.dispatch(Event::Review);
    tab.confirm();
    serve(&mut servers, &mut tab, false, true);
    assert!(servers.posts.is_empty(), "it was confirmed before the page said so");
    assert!(matches!(tab.transfer(), TransferView::Review { unkeyed: true, .. }), "{:?}", tab.transfer());
    tab.confirm();
    serve(&mut servers, &mut tab, false, true);
    assert_eq!(servers.posts.len(), 1);
}

/// Proves: api-keyless-transfer
#[test]
fn broken_connection_is_no_refusal() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, true, true);
    tab.dispatch(Event::Review);
    let (id, _) = tab.requests.pop_front().expect("the preflight is asked for");
    tab.answer(id, Err(refused()));
    serve(&mut servers, &mut tab, true, true);
    assert!(matches!(tab.transfer(), TransferView::Review { unkeyed: false, .. }), "{:?}", tab.transfer());
    tab.confirm();
    serve(&mut servers, &mut tab, true, true);
    assert!(servers.posts.iter().all(|(key, ..)| !key.is_empty()), "{:?}", servers.posts);
}

/// Proves: api-keyless-transfer
#[test]
fn missed_answer_is_repeated() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, true, true);
    tab.dispatch(Event::Review);
    tab.requests.clear();
    tab.dispatch(Event::Cancel);
    tab.dispatch(Event::Review);
    tab.confirm();
    serve(&mut servers, &mut tab, true, true);
    assert_eq!(servers.posts.len(), 1, "the customer waits for nobody");
}

/// Proves: api-keyless-transfer
#[test]
fn unanswered_preflight_is_repeated_for_next_order() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, false, true);
    tab.dispatch(Event::Review);
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(refused()));
    }
    tab.dispatch(Event::Cancel);
    tab.dispatch(Event::Review);
    serve(&mut servers, &mut tab, false, true);
    assert!(matches!(tab.transfer(), TransferView::Review { unkeyed: true, .. }), "{:?}", tab.transfer());
}

/// Proves: api-keyless-transfer
#[test]
fn unkeyed_transfer_never_counts_as_not_arrived() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, false, true);
    tab.dispatch(Event::Review);
    serve(&mut servers, &mut tab, false, true);
    tab.confirm();
    servers.lose_answer(&mut tab);
    assert!(tab.requests.is_empty(), "the bank never got the id that it would be asked about");
    for _ in 0..2 {
        let TransferView::Unknown { may_leave, problem: Some(problem), .. } = tab.transfer() else {
            panic!("{:?}", tab.transfer())
        };
        assert_eq!((may_leave, &*problem.code), (true, "transfer.cannot_ask"));
        tab.load(None);
        serve(&mut servers, &mut tab, false, true);
        tab.dispatch(Event::AskAgain);
    }
}

/// Proves: api-no-idempotency-key
#[test]
fn cancelled_transfer_is_not_sent() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, true, true);
    tab.dispatch(Event::Review);
    tab.confirm();
    tab.dispatch(Event::Cancel);
    serve(&mut servers, &mut tab, true, true);
    assert!(matches!(tab.transfer(), TransferView::Form(_)), "{:?}", tab.transfer());
    assert!(servers.posts.is_empty());
}

/// Proves: api-no-idempotency-key
#[test]
fn unknown_transfer_without_history_can_be_dismissed() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, ELSEWHERE, true, true);
    tab.dispatch(Event::Review);
    serve(&mut servers, &mut tab, true, true);
    tab.confirm();
    servers.lose_answer(&mut tab);
    serve(&mut servers, &mut tab, true, true);
    tab.wake();
    serve(&mut servers, &mut tab, true, true);
    let TransferView::Unknown { may_leave, .. } = tab.transfer() else { panic!("{:?}", tab.transfer()) };
    assert!(may_leave, "this API can never be asked");
}
