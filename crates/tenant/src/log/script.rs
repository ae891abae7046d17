//! The run of an Action or a Rule, as an event.

use actions::{Decisions, End, Kind, Level, ScriptRun, Secrets};
use serde_json::{Map, Value};

use super::event::{Event, Line};

/// `decisions`: those of all the scripts together, which are told with the last of them.
pub(crate) fn script(run: &ScriptRun, decisions: Option<&Decisions>) -> Event {
    let ScriptRun { script, kind, duration, console, end } = run;
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
    }
}

/// Takes secrets of any length out of what a script has written and the engine has not cleaned: names that it made up, and
/// the claims that it set.
pub(super) fn hide_in_texts<'a>(event: &mut Event, secrets: impl Iterator<Item = (&'a str, &'a str)>) {
    match event {
        Event::ScriptRun { decisions, .. } => {
            let secrets = Secrets::new(secrets);
            for sentence in decisions {
                *sentence = secrets.hide(sentence);
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
    sentences.extend(named("claims of the ID token", &decisions.id_token));
    sentences.extend(named("claims of the access token", &decisions.access_token));
    let scopes =
        |what: &str, scopes: &[String]| (!scopes.is_empty()).then(|| format!("{what}: {}", scopes.join(" ")));
    sentences.extend(decisions.scopes.as_deref().and_then(|only| scopes("the only scopes", only)));
    sentences.extend(scopes("scopes added", &decisions.scopes_added));
    sentences.extend(scopes("scopes removed", &decisions.scopes_removed));
    sentences.extend(named("app_metadata changed", &decisions.app_metadata));
    sentences.extend(named("user_metadata changed", &decisions.user_metadata));
    sentences
}
