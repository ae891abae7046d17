//! A page that is left alone, and a session that the customer ends from the phone.

use stepup::{
    Event,
    effect::Timer,
    http::{HttpResponse, RequestId},
    view::{Loadable, Notice, Screen, TransferView},
};

use crate::{
    servers::{CONFIG, PAYEE, Servers, answer},
    tab::Tab,
};

/// A tab of a deployment that says so.
fn logged_in(servers: &mut Servers, idle_seconds: i64) -> Tab {
    servers.logged_in_to(&CONFIG.replace("\"idle_seconds\":0", &format!("\"idle_seconds\":{idle_seconds}")))
}

fn notice(tab: &Tab) -> Option<Notice> {
    match tab.screen() {
        Screen::SignedOut { notice } => notice,
        other => panic!("not signed out: {other:?}"),
    }
}

fn wait(tab: &mut Tab, seconds: i64) {
    tab.now += seconds;
    tab.dispatch(Event::TimerFired(Timer::Idle));
}

/// Proves: idle-log-out
#[test]
fn countdown_then_log_out_everywhere() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, 300);
    wait(&mut tab, 299);
    assert_eq!(tab.view().log_out_in, None);
    wait(&mut tab, 1);
    assert_eq!(tab.view().log_out_in, Some(60));
    // Somebody brushes against the mouse: the question stands.
    tab.dispatch(Event::Touched);
    assert_eq!(tab.view().log_out_in, Some(60));
    tab.dispatch(Event::StayLoggedIn);
    assert_eq!(tab.view().log_out_in, None);
    wait(&mut tab, 359);
    assert_eq!(tab.view().log_out_in, Some(1));
    wait(&mut tab, 1);
    assert_eq!(notice(&tab), Some(Notice::LeftAlone));
    assert_eq!(tab.gone.as_ref().map(url::Url::path), Some("/logout"), "the provider's session ends too");
    assert!(!tab.storage.contains_key("session"));
    tab.load(None);
    assert_eq!(notice(&tab), Some(Notice::LeftAlone), "the page to which the browser comes back says so");
}

/// Proves: idle-log-out
#[test]
fn device_that_slept_finds_the_page_closed() {
    for event in [Event::Looked, Event::Touched, Event::StayLoggedIn, Event::TryAgain, Event::Online(true)] {
        let mut servers = Servers::default();
        let mut tab = logged_in(&mut servers, 300);
        tab.now += 3_600;
        let shown = format!("{event:?}");
        let is_online = matches!(event, Event::Online(_));
        tab.dispatch(event);
        if is_online {
            tab.dispatch(Event::TimerFired(Timer::Idle));
        }
        assert_eq!(notice(&tab), Some(Notice::LeftAlone), "{shown}");
    }
    // So does a page that the browser has thrown away meanwhile and loads again.
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, 300);
    tab.now += 20;
    tab.dispatch(Event::Touched);
    tab.now += 3_600;
    tab.load(None);
    tab.dispatch(Event::TimerFired(Timer::Idle));
    assert_eq!(notice(&tab), Some(Notice::LeftAlone));
}

#[test]
fn other_tab_keeps_this_one_open() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, 300);
    let touched = (tab.now + 290).to_string();
    tab.now += 310;
    tab.dispatch(Event::TimerFired(Timer::Idle));
    assert_eq!(tab.view().log_out_in, Some(50));
    tab.dispatch(Event::TouchedElsewhere(Some(touched)));
    assert_eq!(tab.view().log_out_in, None);
}

/// Proves: idle-log-out
#[test]
fn transfer_under_way_is_not_interrupted() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, 300);
    tab.fill(PAYEE, "12.50", "Rent");
    tab.dispatch(Event::Review);
    tab.confirm();
    assert!(!tab.requests.is_empty(), "it is on its way");
    wait(&mut tab, 1_000);
    assert!(!matches!(tab.transfer(), TransferView::Form(_)));
    assert_eq!(tab.view().log_out_in, None);
}

fn userinfo(tab: &Tab) -> Option<RequestId> {
    tab.requests.iter().find(|(_, request)| request.url.ends_with("/userinfo")).map(|(id, _)| *id)
}

fn reply(tab: &mut Tab, id: RequestId, answer: HttpResponse) {
    tab.requests.retain(|(awaited, _)| *awaited != id);
    tab.answer(id, Ok(answer));
}

/// Proves: reported-session
#[test]
fn reported_session_is_over_with_the_next_look() {
    let refusal = |description: &str| {
        let mut answer = answer(401, "");
        answer.www_authenticate =
            Some(format!("Bearer error=\"invalid_token\", error_description=\"{description}\""));
        answer
    };
    for (description, before, expected) in [
        ("The customer said on the phone that this session was not theirs", None, Some(Notice::Reported)),
        ("The access token is expired", Some(200), Some(Notice::SessionOver)),
        // A provider whose userinfo endpoint takes other tokens says so from the beginning.
        ("The access token is not for this endpoint", None, None),
    ] {
        let mut servers = Servers::default();
        let mut tab = logged_in(&mut servers, 0);
        for status in before.into_iter().chain([401]) {
            tab.now += 10;
            tab.dispatch(Event::Looked);
            let id = userinfo(&tab).expect("it asks");
            tab.dispatch(Event::Looked);
            assert_eq!(userinfo(&tab), Some(id), "once is enough");
            let answer = if status == 200 { answer(200, "{}") } else { refusal(description) };
            reply(&mut tab, id, answer);
        }
        match expected {
            Some(expected) => {
                assert_eq!(notice(&tab), Some(expected), "{description}");
                assert!(tab.storage.is_empty(), "{:?}", tab.storage);
                assert!(tab.gone.is_none(), "there is no session there to end");
            }
            None => assert!(matches!(tab.screen(), Screen::Account(_)), "{description}"),
        }
    }
}

#[test]
fn touched_page_asks_once_a_minute() {
    let mut servers = Servers::default();
    let mut tab = logged_in(&mut servers, 300);
    let mut asked = 0;
    for _ in 0..26 {
        tab.now += 5;
        tab.dispatch(Event::Touched);
        if let Some(id) = userinfo(&tab) {
            asked += 1;
            reply(&mut tab, id, answer(200, "{}"));
        }
    }
    assert_eq!(asked, 2);
    assert!(matches!(tab.screen(), Screen::Account(account) if account.balance != Loadable::Withheld));
}
