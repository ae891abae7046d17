//! A bank that has too much to do, or gets too many orders from one customer: 429, 503 and `Retry-After`.

use stepup::{
    Event,
    effect::Timer,
    http::{HttpResponse, NetworkError},
    view::{Loadable, Screen, StatementsContent, TransferView},
};

use crate::{
    english,
    servers::{Grant, PAYEE, Servers, answer},
    tab::Tab,
};

const TOO_MANY: &str = "transfer.too-many-requests";

fn failure(tab: &Tab) -> Option<&'static str> {
    let Screen::Account(account) = tab.screen() else { panic!("{:?}", tab.screen()) };
    match account.balance {
        Loadable::Failed(problem) => Some(english::headline(problem.headline)),
        Loadable::Ready(_) => None,
        other => panic!("{other:?}"),
    }
}

/// The alarms for another try, in milliseconds.
fn retries(tab: &Tab) -> Vec<u32> {
    let retry = |wait: &&(Timer, u32)| matches!(wait.0, Timer::Retry | Timer::AskAgain);
    tab.waits.iter().filter(retry).map(|(_, milliseconds)| *milliseconds).collect()
}

fn not_sent(tab: &Tab) -> (String, &'static str, bool) {
    let TransferView::NotSent { problem, may_repeat, .. } = tab.transfer() else {
        panic!("{:?}", tab.transfer())
    };
    (problem.code.into_owned(), english::sentence(problem.sentence), may_repeat)
}

/// Proves: client-429-transfer
#[test]
fn turned_away_order_keeps_its_id() {
    let mut servers = Servers { retry_after: Some(42), ..Servers::default() };
    let (mut tab, there) = servers.confirming();
    servers.orders_turned_away = 1;
    servers.come_back(&mut tab, &there);
    let sentence = "No money was moved. Try again in a minute.";
    assert_eq!(not_sent(&tab), (TOO_MANY.to_owned(), sentence, true));
    assert!(servers.done.is_empty() && tab.gone.is_none());
    let id = servers.posts[0].0.clone();
    assert_eq!(servers.api.iter().filter(|line| line.contains(&id)).count(), 1, "the bank was asked first");
    assert_eq!(servers.uses.values().copied().max(), Some(1), "the token is gone");
    assert!(retries(&tab).is_empty(), "no order is sent by itself");

    // The same order, when the customer says so: the same id, and a confirmation of its own.
    tab.dispatch(Event::Dismiss);
    tab.dispatch(Event::Review);
    tab.confirm();
    servers.serve_all(&mut tab);
    tab.wake();
    let there = tab.gone.clone().expect("sent to the provider");
    servers.come_back(&mut tab, &there);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_eq!(servers.done.keys().collect::<Vec<_>>(), [&id]);
}

/// Proves: client-429-transfer
#[test]
fn turned_away_first_attempt_starts_no_step_up() {
    let mut servers = Servers { retry_after: Some(3), ..Servers::default() };
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    servers.orders_turned_away = 1;
    tab.confirm();
    servers.serve_all(&mut tab);
    assert_eq!(not_sent(&tab).1, "No money was moved. Try again in a few seconds.");
    assert!(tab.gone.is_none() && !tab.has_request());
}

/// Browsers send a request once more when its connection broke before the answer came.
/// Proves: client-429-transfer
#[test]
fn turned_away_repetition_of_done_order_is_done() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while let Some((id, request)) = tab.requests.pop_front() {
        let is_order = request.idempotency_key.is_some();
        let served = servers.serve(request);
        tab.answer(id, Ok(if is_order { answer(429, "") } else { served }));
    }
    assert_eq!(servers.done.len(), 1);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
}

#[test]
fn bank_without_inquiry_is_believed() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    servers.orders_turned_away = 1;
    tab.confirm();
    while let Some((id, request)) = tab.requests.pop_front() {
        let question = request.url.contains("/transfers/");
        let served = servers.serve(request);
        tab.answer(id, Ok(if question { answer(404, "Cannot GET /transfers/1") } else { served }));
    }
    assert_eq!(not_sent(&tab).0, TOO_MANY);
}

#[test]
fn bank_is_believed_without_session() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    servers.orders_turned_away = 1;
    tab.storage.remove("session");
    servers.come_back(&mut tab, &there);
    assert_eq!(not_sent(&tab).0, TOO_MANY);
}

#[test]
fn announced_wait_is_sufficient() {
    for (retry_after, expected) in [
        (None, "in a minute."),
        (Some(0), "in a few seconds."),
        (Some(10), "in a few seconds."),
        (Some(11), "in a minute."),
        (Some(60), "in a minute."),
        (Some(61), "in ten minutes."),
        (Some(600), "in ten minutes."),
        (Some(601), "later."),
        (Some(u32::MAX), "later."),
    ] {
        let mut servers = Servers { retry_after, ..Servers::default() };
        let (mut tab, there) = servers.confirming();
        servers.orders_turned_away = 1;
        servers.come_back(&mut tab, &there);
        let sentence = not_sent(&tab).1;
        assert!(sentence.ends_with(expected), "{retry_after:?}: {sentence}");
    }
}

/// Proves: client-429-read
#[test]
fn reads_are_retried_after_retry_after() {
    let mut servers = Servers { retry_after: Some(20), ..Servers::default() };
    let mut tab = servers.logged_in();
    servers.questions_turned_away = 3;
    tab.dispatch(Event::TryAgain);
    servers.serve_all(&mut tab);
    assert_eq!(failure(&tab), Some("We're very busy"));
    assert_eq!(retries(&tab), [20_000, 20_000]);
    tab.wake();
    servers.serve_all(&mut tab);
    assert_eq!(failure(&tab), Some("We're very busy"), "once more");
    tab.wake();
    servers.serve_all(&mut tab);
    assert_eq!(failure(&tab), None);
    let asked = servers.api.len();
    tab.wake();
    assert_eq!((tab.requests.len(), servers.api.len()), (0, asked), "nothing is left to ask");
}

/// Proves: client-429-read
#[test]
fn wait_is_bounded() {
    for (status, retry_after, expected) in [
        (429, Some(0), Some(1_000)),
        (429, Some(120), Some(120_000)),
        (503, Some(7), Some(7_000)),
        (429, Some(121), None),
        (503, Some(u32::MAX), None),
        (429, None, None),
        (503, None, None),
        (500, Some(7), None),
    ] {
        let mut servers = Servers::default();
        let mut tab = servers.logged_in();
        tab.dispatch(Event::TryAgain);
        while let Some((id, _)) = tab.requests.pop_front() {
            tab.answer(id, Ok(HttpResponse { retry_after, ..answer(status, "") }));
        }
        let headline = match expected {
            Some(_) => "We're very busy",
            None => "Something went wrong on our side",
        };
        assert_eq!(failure(&tab), Some(headline), "{status} {retry_after:?}");
        assert_eq!(retries(&tab).first().copied(), expected, "{status} {retry_after:?}");
    }
}

/// Proves: client-429-read
#[test]
fn inquiry_is_retried_after_retry_after() {
    let mut servers = Servers { retry_after: Some(5), ..Servers::default() };
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    while !matches!(tab.transfer(), TransferView::Sending { second: true, .. }) {
        let (id, request) = tab.requests.pop_front().expect("a request");
        tab.answer(id, Ok(servers.serve(request)));
    }
    let post = tab.requests.iter().position(|(_, sent)| sent.json.is_some()).expect("the second attempt");
    tab.requests.swap(0, post);
    servers.lose_answer(&mut tab);
    let question = tab.requests.iter().position(|(_, sent)| sent.url.contains("/transfers/"));
    tab.requests.swap(0, question.expect("the bank is asked"));
    servers.questions_turned_away = 1;
    servers.serve_all(&mut tab);
    let TransferView::Unknown { asking: false, may_ask: true, problem: Some(problem), .. } = tab.transfer()
    else {
        panic!("{:?}", tab.transfer())
    };
    assert_eq!(problem.code, "api.busy");
    assert_eq!(retries(&tab), [5_000]);
    tab.wake();
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
}

#[test]
fn statements_are_not_retried_automatically() {
    let mut servers = Servers { retry_after: Some(20), ..Servers::default() };
    let mut tab = servers.at_statements();
    servers.questions_turned_away = 1;
    tab.statements();
    servers.serve_all(&mut tab);
    let Screen::Statements(page) = tab.screen() else { panic!("{:?}", tab.screen()) };
    let StatementsContent::Failed(problem) = page.content else { panic!("{:?}", page.content) };
    assert!(english::sentence(problem.sentence).ends_with("Please try again in a few minutes."));
    assert!(retries(&tab).is_empty());
}

/// Nobody has to press anything: the pauses double, to a minute or so, and the bank is asked for as long as the page is there.
/// Proves: threat-lost-response
#[test]
fn inquiry_backs_off() {
    let mut servers = Servers::default();
    let (mut tab, there) = servers.confirming();
    let fragment = servers.grant(&there, tab.now, &Grant::default());
    tab.load(Some(fragment));
    let lose_all = |tab: &mut Tab, servers: &mut Servers| {
        while let Some((id, request)) = tab.requests.pop_front() {
            let of_a_transfer = request.json.is_some() || request.url.contains("/transfers/");
            let answer = servers.serve(request);
            let lost = NetworkError::Unreachable("the answer was lost".into());
            tab.answer(id, if of_a_transfer { Err(lost) } else { Ok(answer) });
        }
    };
    lose_all(&mut tab, &mut servers);
    for _ in 0..7 {
        assert!(
            matches!(tab.transfer(), TransferView::Unknown { asking: false, .. }),
            "{:?}",
            tab.transfer()
        );
        tab.wake();
        lose_all(&mut tab, &mut servers);
    }
    assert_eq!(retries(&tab), [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000, 64_000]);
    tab.wake();
    servers.serve_all(&mut tab);
    assert!(matches!(tab.transfer(), TransferView::Done(_)), "{:?}", tab.transfer());
    assert_eq!((servers.done.len(), servers.posts.len()), (1, 2), "asking sends nothing");
}

/// A question about a transfer and what is read have a clock each: a timer that is set again replaces the one before.
#[test]
fn inquiry_triggers_no_other_read() {
    let mut servers = Servers::default();
    let mut tab = servers.logged_in();
    tab.fill(PAYEE, "1", "");
    tab.dispatch(Event::Review);
    tab.confirm();
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Err(NetworkError::Unreachable("down".into())));
    }
    assert_eq!(tab.waits.last(), Some(&(Timer::AskAgain, 2_000)));
    tab.dispatch(Event::TryAgain);
    let mut waits = [60, 5].into_iter();
    while let Some((id, _)) = tab.requests.pop_front() {
        tab.answer(id, Ok(HttpResponse { retry_after: waits.next(), ..answer(429, "") }));
    }
    assert_eq!(tab.waits.last(), Some(&(Timer::Retry, 60_000)), "the longer one");
    tab.dispatch(Event::TimerFired(Timer::AskAgain));
    let asked: Vec<_> = tab.requests.iter().map(|(_, sent)| sent.url.contains("/transfers/")).collect();
    assert_eq!(asked, [true], "and nothing is read yet");
}

#[test]
fn inquiry_waits_for_retry_after() {
    for (retry_after, pause) in [(0, 2_000), (5, 5_000), (600, 600_000), (u32::MAX, 86_400_000)] {
        let mut servers = Servers::default();
        let mut tab = servers.logged_in();
        tab.fill(PAYEE, "1", "");
        tab.dispatch(Event::Review);
        tab.confirm();
        let (id, _) = tab.requests.pop_front().expect("the order");
        tab.answer(id, Err(NetworkError::TimedOut));
        let (id, _) = tab.requests.pop_front().expect("the question");
        tab.answer(id, Ok(HttpResponse { retry_after: Some(retry_after), ..answer(429, "") }));
        assert_eq!(tab.waits.last(), Some(&(Timer::AskAgain, pause)), "{retry_after}");
    }
}
