//! The run of an Action or a Rule, as an event.

use actions::{Decisions, End, Exchange, Kind, Level, Outcome, Refusal, ScriptRun, Secrets, Verdict};
use serde_json::{Map, Value};

use super::event::{Event, Line, ScriptDecision, ScriptRequest};
use crate::domain::ScriptInput;

/// `decisions`: those of all the scripts together, which are told with the last of them.
pub(crate) fn script(run: &ScriptRun, decisions: Option<&Decisions>) -> Event {
    let ScriptRun { script, kind, duration, console, exchanges, end } = run;
    let kind = match kind {
        Kind::PostLogin => "Action",
        Kind::Rule => "Rule",
    };
    let mut decided = decisions.map(sentences).unwrap_or_default();
    let error = match end {
        End::Completed => None,
        End::Denied(refusal) => {
            decided.push(format!("access is denied: {}", refusal.reason));
            None
        }
        End::Failed(error) => Some(error.to_string()),
    };
    let line = |level: Level, text: &String| Line { level: name(level).to_owned(), text: text.clone() };
    Event::ScriptRun {
        name: script.clone(),
        kind: kind.to_owned(),
        duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        console: console.iter().map(|it| line(it.level, &it.text)).collect(),
        decisions: decided,
        error,
        requests: exchanges.iter().map(request).collect(),
    }
}

/// What a run was told and how it ended, so that `tenant replay` can run it again.
pub(crate) fn script_decision(input: ScriptInput, outcome: &Outcome) -> Event {
    let ScriptInput { clock, document, next, before, given, continues } = input;
    let (verdict, decided) = (verdict(outcome), outcome.decisions.clone());
    Event::ScriptDecision(Box::new(ScriptDecision {
        clock,
        told: document,
        next,
        before,
        given,
        continues,
        verdict,
        decided,
    }))
}

/// How a run ended, in a few words.
fn verdict(outcome: &Outcome) -> String {
    match &outcome.verdict {
        Verdict::Go => "go".to_owned(),
        Verdict::Challenge { next } => format!("a second factor before script {}", next + 1),
        Verdict::Redirect { url, .. } => format!("a redirect to {url}"),
        Verdict::Denied(Refusal { reason, .. }) => format!("denied: {reason}"),
        Verdict::Failed { script } => {
            let error = outcome.runs.last().and_then(|run| match &run.end {
                End::Failed(error) => Some(error.message.as_str()),
                _ => None,
            });
            format!("{script} failed: {}", error.unwrap_or_default())
        }
    }
}

/// A run that sent one request.
pub(super) fn sent_to(address: &str) -> Event {
    let request = ScriptRequest { url: address.to_owned(), ..ScriptRequest::default() };
    let (name, kind) = (String::new(), String::new());
    let (console, decisions, error) = (Vec::new(), Vec::new(), None);
    Event::ScriptRun { name, kind, duration_us: 0, console, decisions, error, requests: vec![request] }
}

/// Without what the script sent: only its answer says anything about what comes of it.
fn request(Exchange { request, response, .. }: &Exchange) -> ScriptRequest {
    let answer = response.as_ref().and_then(|it| it.as_ref().ok());
    ScriptRequest {
        method: request.method.clone(),
        url: request.url.clone(),
        status: answer.map(|it| it.status),
        headers: answer.map(|it| it.headers.clone()).unwrap_or_default(),
        body: answer.map(|it| String::from_utf8_lossy(&it.body).into_owned()),
        failure: response.as_ref().and_then(|it| it.as_ref().err()).cloned(),
    }
}

/// Takes secrets of any length out of what a script has written and the engine has not cleaned: names that it made up, and
/// the claims that it set.
pub(super) fn hide_in_texts<'a>(event: &mut Event, secrets: impl Iterator<Item = (&'a str, &'a str)>) {
    match event {
        Event::ScriptRun { decisions, requests, .. } => {
            let secrets = Secrets::new(secrets);
            for sentence in decisions {
                *sentence = secrets.hide(sentence);
            }
            for request in requests {
                let ScriptRequest { url, headers, body, failure, .. } = request;
                let values = headers.iter_mut().map(|(_, value)| value);
                for text in values.chain(body).chain(failure).chain([url]) {
                    *text = secrets.hide(text);
                }
            }
        }
        Event::ScriptDecision(decision) => {
            let secrets = Secrets::new(secrets);
            let ScriptDecision { told, before, verdict, decided, .. } = &mut **decision;
            hide_in(told, &secrets);
            *verdict = secrets.hide(verdict);
            for decisions in [before, decided] {
                let Ok(mut value) = serde_json::to_value(&*decisions) else { continue };
                hide_in(&mut value, &secrets);
                *decisions = serde_json::from_value(value).unwrap_or_default();
            }
        }
        Event::TokenIssued { claims: Value::Object(claims), .. } => {
            let secrets = Secrets::new(secrets);
            let cleaned = std::mem::take(claims).into_iter().map(|(name, mut value)| {
                if !actions::may_be_set(&name) {
                    return (name, value);
                }
                hide_in(&mut value, &secrets);
                (secrets.hide(&name), value)
            });
            *claims = cleaned.collect();
        }
        _ => {}
    }
}

fn hide_in(value: &mut Value, secrets: &Secrets) {
    match value {
        Value::String(text) => *text = secrets.hide(text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide_in(item, secrets)),
        Value::Object(members) => {
            let cleaned = std::mem::take(members).into_iter().map(|(name, mut value)| {
                hide_in(&mut value, secrets);
                (secrets.hide(&name), value)
            });
            *members = cleaned.collect();
        }
        // Digits may be the whole of a value.
        Value::Number(number) => {
            let text = number.to_string();
            let hidden = secrets.hide(&text);
            if hidden != text {
                *value = hidden.into();
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Log => "log",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

/// Names of claims and of metadata, not their values: those are in the tokens below, or nobody's business.
fn sentences(decisions: &Decisions) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(wanted) = &decisions.multifactor {
        sentences.push(match wanted.factors.as_slice() {
            [] => "a second factor is needed".to_owned(),
            factors => format!("a second factor is needed: {}", factors.join(" or ")),
        });
    }
    let named = |what: &str, members: &Map<String, Value>| {
        let names: Vec<&str> = members.keys().map(String::as_str).collect();
        (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
    };
    sentences.extend(named("ID token, custom claims", &decisions.id_token));
    sentences.extend(named("access token, custom claims", &decisions.access_token));
    let scopes =
        |what: &str, scopes: &[String]| (!scopes.is_empty()).then(|| format!("{what}: {}", scopes.join(" ")));
    sentences.extend(decisions.scopes.as_deref().and_then(|only| scopes("the only scopes", only)));
    sentences.extend(scopes("scopes added", &decisions.scopes_added));
    sentences.extend(scopes("scopes removed", &decisions.scopes_removed));
    sentences.extend(named("app_metadata changed", &decisions.app_metadata));
    sentences.extend(named("user_metadata changed", &decisions.user_metadata));
    sentences
}
