//! The log by itself: what it keeps, what it forgets, and what does not get past it.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use super::audit_log::MAX_TRACES;
use super::event::{Event, Factor, FactorStep, Line, Refusal, Token};
use super::record::{Kind, Outcome};
use super::{Filter, Log, export};
use crate::config::{Config, KeyStore, Lifetimes, Limits, LogAccess};
use crate::pages::log::{list, timeline};
use crate::{Clock, ManualClock};
use askama::Template as _;

fn config(log: LogAccess) -> Config {
    Config {
        issuer: "http://localhost:8090/".to_owned(),
        keys: KeyStore::Memory,
        database: database_setup::Database::Memory,
        clients: Vec::new(),
        apis: Vec::new(),
        authorization_details: true,
        name: None,
        brand: crate::domain::Brand::default(),
        ask_before_log_out: true,
        customers: Vec::new(),
        actions: Vec::new(),
        scripts: crate::config::ScriptSettings::default(),
        lifetimes: Lifetimes::default(),
        limits: Limits::default(),
        log,
        web_push: crate::config::WebPushSettings::default(),
        control: None,
    }
}

fn log(access: LogAccess) -> (Arc<Log>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(1_760_000_000));
    let log = Log::open(&config(access), Arc::clone(&clock) as Arc<dyn Clock>, watch::Sender::new(false));
    (Arc::new(log), clock)
}

fn script(console: Vec<Line>, error: Option<&str>) -> Event {
    Event::ScriptRun {
        name: "step-up".to_owned(),
        kind: "Action".to_owned(),
        duration_us: 1_250,
        console,
        decisions: vec!["a second factor is needed".to_owned()],
        error: error.map(str::to_owned),
        requests: Vec::new(),
    }
}

fn line(text: &str) -> Line {
    Line { level: "log".to_owned(), text: text.to_owned() }
}

#[test]
fn shows_script_run() {
    let (log, _) = log(LogAccess::Loopback);
    let trace = log.begin(Kind::Authorization);
    trace.record(script(
        vec![line("scopes: <b>transfer:funds</b>")],
        Some("TypeError: x\n    at step-up:3:7"),
    ));
    let page = timeline(&log, &log.get(trace.id().unwrap()).unwrap()).render().unwrap();
    for part in [
        "Action &#34;step-up&#34; ran",
        "It took 1.2 ms.",
        "a second factor is needed",
        "scopes: &#60;b&#62;transfer:funds&#60;/b&#62;",
        "TypeError: x\n    at step-up:3:7",
        "Mend the script where the trace points.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let records = log.records();
    let exported = export(&log, None, records.iter().map(|record| &**record));
    assert_eq!(exported["traces"][0]["events"][0]["duration_us"], 1_250);
    assert_eq!(exported["traces"][0]["events"][0]["console"][0]["level"], "log");
}

#[test]
fn hides_secrets_that_scripts_print() {
    const KEY: &str = "s3cr3t-of-the-script";
    const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    let (log, _) = log(LogAccess::Loopback);
    log.hide("KEY", KEY);
    let trace = log.begin(Kind::Authorization);
    let said = [
        format!("key {KEY}!"),
        format!("token={JWT}"),
        format!("{{\"password\":\"hunter22\",\"a\":\"{JWT}\"}}"),
    ];
    trace.record(script(said.iter().map(|said| line(said)).collect(), Some(&format!("Error: {KEY}"))));
    trace.record(Event::Factor {
        factor: Factor::Push,
        step: FactorStep::Asked,
        details: vec![JWT.to_owned()],
    });
    trace.record(Event::TokenIssued {
        token: Token::IdToken,
        key: "kid".to_owned(),
        claims: json!({"https://app.example/key": KEY, "nested": [{"refresh_token": "short"}], "nonce": "n-0"}),
    });
    let record = log.get(trace.id().unwrap()).unwrap();
    let texts = [
        timeline(&log, &record).render().unwrap(),
        export(&log, None, [&*record]).to_string(),
        list(&log, &Filter::default(), None).render().unwrap(),
    ];
    for text in &texts {
        for secret in [KEY, "eyJ", "c2lnbmF0dXJl", "hunter22", "short", "n-0"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    assert!(texts[0].contains("(hidden)"));
}

#[test]
fn keeps_newest_traces() {
    let (log, _) = log(LogAccess::Loopback);
    let first = log.begin(Kind::Phone);
    let others: Vec<_> = (1..MAX_TRACES).map(|_| log.begin(Kind::Phone)).collect();
    assert!(log.get(first.id().unwrap()).is_some());
    let last = log.begin(Kind::Phone);
    assert!(log.get(first.id().unwrap()).is_none(), "the oldest is forgotten");
    assert_eq!(log.records().len(), MAX_TRACES);
    assert_eq!(log.records()[0].id, last.id().unwrap(), "the newest comes first");
    assert_eq!(log.records()[MAX_TRACES - 1].id, others[0].id().unwrap());
    // What comes too late for a trace that was forgotten does nothing.
    first.record(Event::Cancelled);
    assert!(log.get(first.id().unwrap()).is_none());
}

#[test]
fn bounds_size_of_trace() {
    let (log, _) = log(LogAccess::Loopback);
    let (many, large) = (log.begin(Kind::Authorization), log.begin(Kind::Authorization));
    for _ in 0..300 {
        many.record(Event::Cancelled);
        large.record(script(vec![line(&"x ".repeat(10_000)); 2], None));
    }
    let size = |trace: &super::Trace| {
        let record = log.get(trace.id().unwrap()).unwrap();
        assert_eq!(record.version(), 300, "what has no room is counted");
        (record.events.len(), serde_json::to_string(&*record).unwrap().len())
    };
    assert_eq!(size(&many).0, 200);
    assert!(size(&large).1 < 80 * 1_024, "{:?}", size(&large));
}

#[test]
fn status_follows_last_event_and_time() {
    let (log, clock) = log(LogAccess::Loopback);
    let trace = log.begin(Kind::Authorization);
    let outcome = || log.get(trace.id().unwrap()).unwrap().outcome(log.now());
    trace.record(Event::LogInPage);
    assert_eq!(outcome(), Outcome::UnderWay);
    let patience = 2 * Lifetimes::default().log_in + Lifetimes::default().push;
    clock.advance(patience - 1);
    assert_eq!(outcome(), Outcome::UnderWay);
    clock.advance(1);
    assert_eq!(outcome(), Outcome::Abandoned);
    let back = |error: Option<super::Refusal>, carried: &str| Event::Redirect {
        to: "http://localhost:8080/callback".to_owned(),
        mode: "query".to_owned(),
        parameters: vec![carried.to_owned()],
        error,
    };
    trace.record(Event::CodeIssued {
        good_for: 60,
        redirect_uri: String::new(),
        code_challenge: String::new(),
    });
    trace.record(back(None, "code"));
    assert_eq!(outcome(), Outcome::UnderWay, "the client has yet to redeem it");
    clock.advance(60);
    assert_eq!(outcome(), Outcome::Abandoned);
    trace.record(Event::CodeRedeemed);
    assert_eq!(outcome(), Outcome::Finished);
    let refusal = super::Refusal { error: "access_denied".to_owned(), description: "No.".to_owned() };
    trace.record(back(Some(refusal), "error"));
    assert_eq!(outcome(), Outcome::Refused);
}

#[test]
fn keeps_nothing_when_off() {
    let (log, _) = log(LogAccess::Off);
    let trace = log.begin(Kind::Authorization);
    trace.record(Event::LogInPage);
    assert!(trace.id().is_none() && log.records().is_empty());
}

#[test]
fn events_round_trip_through_json() {
    // What is cleaned goes through JSON; an event that did not come back would be lost.
    for event in [
        script(vec![line("a")], None),
        Event::LogInPage,
        Event::Cancelled,
        Event::TokenIssued {
            token: Token::AccessToken,
            key: "k".to_owned(),
            claims: json!({"a": [1, null]}),
        },
        Event::UserInfo {
            who: None,
            claims: vec!["sub".to_owned()],
            refused: Some(Refusal { error: "invalid_token".to_owned(), description: "no".to_owned() }),
        },
    ] {
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
    }
}
