//! `tenant replay`: runs scripts again, as they are now, against what the log has recorded, and says what they decide
//! otherwise.

mod recorded;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actions::{Engine, Environment, Event, Limits, Outcome, Script};
use serde_json::Value;

use super::file::{Done, File};
use crate::ConfigFile;
use crate::config::Action;
use crate::domain::ScriptInput;
use crate::log;
use crate::log::ScriptDecision;
use recorded::{RecordedNetwork, RecordedRun};

/// What is run again, and instead of what.
#[derive(clap::Args)]
pub struct Replay {
    /// The trace to run again, as the log names it; without it all that ran scripts
    trace: Option<String>,
    /// An Action or a Rule to run instead of the one in the file that is called the same, or that NAME names
    #[arg(long, value_name = "[NAME=]FILE")]
    action: Option<String>,
    /// Where the log is: a file that was saved from /log.json, or an address; the running tenant's own when this is not given
    #[arg(long, value_name = "FILE|URL")]
    log: Option<String>,
    #[command(flatten)]
    file: File,
}

pub(super) fn run(arguments: &Replay) -> Done {
    let ConfigFile { config, .. } = arguments.file.read()?;
    let place = arguments.log.clone().unwrap_or_else(|| match &arguments.trace {
        Some(trace) => format!("{}log/{trace}.json", config.issuer),
        None => format!("{}log.json", config.issuer),
    });
    let document: Value = serde_json::from_str(&read_log(&place)?)
        .map_err(|error| format!("{place} is no log of a tenant: {error}"))?;
    let runs =
        recorded::runs(&document, arguments.trace.as_deref()).map_err(|error| format!("{place}: {error}"))?;
    if runs.is_empty() {
        return Err(match &arguments.trace {
            Some(trace) => format!("{place} has no trace {trace} in which scripts ran"),
            None => format!("{place} has no trace in which scripts ran"),
        }
        .into());
    }
    let scripts = CurrentScripts::read(&config.actions, arguments.action.as_deref())?;
    let mut environment = Environment::default();
    if let Some(packages) = &config.scripts.packages {
        environment = environment.with_packages(packages)?;
    }
    print!("{}", report(&runs, &scripts, &environment, arguments.trace.is_some()));
    Ok(())
}

fn read_log(place: &str) -> Result<String, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("{place} cannot be read: {error}");
    if !place.starts_with("http://") && !place.starts_with("https://") {
        return fs::read_to_string(place).map_err(|error| unreadable(&error));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| unreadable(&error))?;
    runtime.block_on(async {
        let mut http = reqwest::Client::builder();
        if place.starts_with("http:") {
            // This machine's own, as a rule: no proxy stands before it, and no certificate authority is needed.
            http = http.no_proxy().tls_certs_only([]);
        }
        let http = http.build().map_err(|error| unreadable(&error))?;
        let answer = http.get(place).send().await.map_err(|error| {
            format!("{}. Is the tenant running? --log FILE reads a log that was saved", unreadable(&error))
        })?;
        if !answer.status().is_success() {
            return Err(format!(
                "{place} answers {}: the log keeps the newest traces, and shows them to this machine",
                answer.status()
            ));
        }
        answer.text().await.map_err(|error| unreadable(&error))
    })
}

/// The scripts as they are now.
struct CurrentScripts {
    all: Vec<Script>,
    /// What may not be read in what they decide, by name.
    secrets: Vec<(String, String)>,
}

impl CurrentScripts {
    fn read(actions: &[Action], instead: Option<&str>) -> Result<Self, String> {
        let read =
            |file: &Path| fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()));
        let mut all = Vec::new();
        for Action { name, kind, file, code, secrets } in actions {
            let code = match (code, file) {
                (Some(code), _) => code.clone(),
                (None, Some(file)) => read(file)?,
                (None, None) => String::new(),
            };
            all.push(Script { name: name.clone(), kind: *kind, code, secrets: secrets.clone() });
        }
        if let Some(instead) = instead {
            let (position, file) = replaced(actions, instead)?;
            if let Some(script) = all.get_mut(position) {
                script.code = read(&file)?;
            }
        }
        let secrets = actions.iter().flat_map(|action| action.secrets.clone()).collect();
        Ok(Self { all, secrets })
    }
}

/// Which script is replaced, and by which file.
fn replaced(actions: &[Action], instead: &str) -> Result<(usize, PathBuf), String> {
    let named = instead.split_once('=').and_then(|(name, file)| {
        Some((actions.iter().position(|action| action.name == name)?, PathBuf::from(file)))
    });
    if let Some(found) = named {
        return Ok(found);
    }
    let file = PathBuf::from(instead);
    let same = |action: &Action| action.file.as_ref().is_some_and(|it| it.file_name() == file.file_name());
    let mut found = actions.iter().enumerate().filter(|(_, action)| same(action) || actions.len() == 1);
    if let (Some((position, _)), None) = (found.next(), found.next()) {
        return Ok((position, file));
    }
    let all: Vec<&str> = actions.iter().map(|action| action.name.as_str()).collect();
    Err(format!(
        "which script {instead} replaces is not clear: say --action \"NAME={instead}\" with one of {}",
        all.join(", ")
    ))
}

/// One run, then and now. The second is as the log would have kept it.
fn replay(
    run: &RecordedRun,
    scripts: &CurrentScripts,
    environment: &Environment,
) -> (ScriptDecision, Outcome) {
    let ScriptDecision { clock, told, next, before, given, continues, .. } = run.decision.clone();
    let network = Arc::new(RecordedNetwork::new(&run.requests, &scripts.secrets));
    let engine = Engine::new(Limits::default()).within(environment.clone().with_network(network).at(clock));
    let event = Event { document: told.clone(), confidential: Vec::new(), continues };
    let outcome = engine.resume(&scripts.all, event, before.clone(), next, &given);
    let input = ScriptInput { clock, document: told, next, before, given, continues };
    let cleaned = log::clean(log::script_decision(input, &outcome), &scripts.secrets);
    let now = if let Some(log::Event::ScriptDecision(now)) = cleaned {
        *now
    } else {
        // What cannot be cleaned is not shown.
        ScriptDecision { verdict: "not to be shown".to_owned(), ..run.decision.clone() }
    };
    (now, outcome)
}

fn report(
    runs: &[RecordedRun],
    scripts: &CurrentScripts,
    environment: &Environment,
    in_full: bool,
) -> String {
    let mut text = String::new();
    let mut changed = 0;
    for run in runs {
        let (now, outcome) = replay(run, scripts, environment);
        let differences = differences(&run.decision, &now);
        changed += usize::from(!differences.is_empty());
        if !in_full && differences.is_empty() {
            continue;
        }
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}  {}  {}", run.trace, run.started, run.about);
        if in_full {
            let _ = writeln!(text, "  then: {}\n  now:  {}", run.decision.verdict, now.verdict);
        }
        for difference in &differences {
            let _ = writeln!(text, "  {difference}");
        }
        for line in outcome.runs.iter().flat_map(|run| &run.console).filter(|_| in_full) {
            let _ = writeln!(text, "  console: {}", log::redacted(&line.text).replace('\n', " "));
        }
    }
    let all = runs.len();
    let _ = match (changed, all) {
        (0, 1) => writeln!(text, "The decision is the same."),
        (1, 1) => writeln!(text, "The decision changes."),
        (0, all) => writeln!(text, "All {all} decisions are the same."),
        (1, all) => writeln!(text, "1 of {all} decisions changes."),
        (changed, all) => writeln!(text, "{changed} of {all} decisions change."),
    };
    text
}

/// What is otherwise, a line each: `id_token.tier: "gold" → "silver"`.
fn differences(then: &ScriptDecision, now: &ScriptDecision) -> Vec<String> {
    let parts = |decision: &ScriptDecision| {
        let mut parts = BTreeMap::from([("verdict".to_owned(), Value::from(decision.verdict.clone()))]);
        let decided = serde_json::to_value(&decision.decided).unwrap_or_default();
        for (name, value) in decided.as_object().into_iter().flatten() {
            match value.as_object().filter(|_| name != "multifactor") {
                Some(members) => parts.extend(
                    members.iter().map(|(member, value)| (format!("{name}.{member}"), value.clone())),
                ),
                None => drop(parts.insert(name.clone(), value.clone())),
            }
        }
        parts
    };
    let (then, now) = (parts(then), parts(now));
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(value) => value.to_string(),
    };
    let mut names: Vec<&String> = then.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let changed = names.into_iter().filter(|name| then.get(*name) != now.get(*name));
    changed.map(|name| format!("{name}: {} → {}", shown(then.get(name)), shown(now.get(name)))).collect()
}

#[cfg(test)]
mod tests;
