//! Actions and Rules at work: they are told about the log-in, run, and what they decide is what happens.

mod event;
mod record;

use std::sync::Arc;

use actions::{Decisions, Event, Outcome, Refusal, RefusalCode, Script, Verdict};
use serde_json::Value;
use tokio::task::JoinError;

use crate::domain::{
    Customer, ErrorCode, Factor, Factors, Parameters, PendingScripts, ScriptDecision, ScriptInput,
};
use crate::log;
use crate::state::AppState;
use crate::store::Authorization;

pub(crate) use event::AuthenticationState;

use record::record_runs;

pub(crate) struct ScriptRefusal {
    pub(crate) error: ErrorCode,
    pub(crate) description: String,
}

/// Runs the scripts for a customer who has given the password, or has a session. No lock is held.
pub(crate) async fn run(
    state: &AppState,
    authorization: &Authorization,
    customer: &Customer,
    authenticated: &AuthenticationState,
) -> Result<ScriptDecision, ScriptRefusal> {
    let request = &authorization.request;
    // They are about the clients; who looks after the own factors is no client.
    if state.scripts.is_empty() || request.is_own() {
        return Ok(ScriptDecision::default());
    }
    let event = event::event(state, request, customer, authenticated);
    let input = input(state, &event, 0, Decisions::default(), Vec::new());
    let (outcome, scripts) = state.scripts.run(event).await.map_err(|error| interrupted(&error))?;
    conclude(state, authorization, customer, (input, outcome), &scripts)
}

/// Runs the scripts that have waited for a second factor, now that it was given, or for the browser, now that it has come
/// back: `continued` is then what it has brought along.
pub(crate) async fn resume(
    state: &AppState,
    authorization: &Authorization,
    customer: &Customer,
    authenticated: &AuthenticationState,
    continued: Option<&Parameters>,
) -> Result<ScriptDecision, ScriptRefusal> {
    let before = &authorization.decision;
    let Some(pending) = before.pending.clone() else { return Ok(ScriptDecision::clone(before)) };
    let mut event = event::event(state, &authorization.request, customer, authenticated);
    if let Some(parameters) = continued {
        event.continues = pending.continues;
        event.document["request"]["query"] =
            parameters.pairs().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        event.confidential.extend(log::secrets(parameters));
    }
    let scripts = Arc::clone(&pending.scripts);
    let given: Vec<String> =
        authenticated.second_factor.iter().map(|(_, factor)| factor.name().to_owned()).collect();
    let input = input(state, &event, pending.next, before.decisions.clone(), given.clone());
    let outcome = state.scripts.resume(pending, event, before.decisions.clone(), given);
    let outcome = outcome.await.map_err(|error| interrupted(&error))?;
    conclude(state, authorization, customer, (input, outcome), &scripts)
}

fn input(state: &AppState, event: &Event, next: usize, before: Decisions, given: Vec<String>) -> ScriptInput {
    let (clock, document, continues) = (state.log.now(), event.document.clone(), event.continues);
    ScriptInput { clock, document, next, before, given, continues }
}

fn interrupted(error: &JoinError) -> ScriptRefusal {
    tracing::error!(%error, "the scripts could not be run");
    failed("The tenant's scripts")
}

fn conclude(
    state: &AppState,
    authorization: &Authorization,
    customer: &Customer,
    (input, outcome): (ScriptInput, Outcome),
    scripts: &Arc<[Script]>,
) -> Result<ScriptDecision, ScriptRefusal> {
    record_runs(authorization, customer, input, &outcome);
    let Outcome { verdict, decisions, .. } = outcome;
    let mut redirect = None;
    let waiting = |next, continues| Some(PendingScripts { scripts: Arc::clone(scripts), next, continues });
    let pending = match verdict {
        Verdict::Go => None,
        Verdict::Challenge { next } => waiting(next, false),
        Verdict::Redirect { url, next } => {
            redirect = Some(url);
            waiting(next, true)
        }
        Verdict::Denied(Refusal { code, reason }) => {
            // A "no" takes back nothing of what was written down about the customer, as at Auth0.
            keep_metadata(state, customer, &decisions);
            let error = match code {
                RefusalCode::AccessDenied => ErrorCode::AccessDenied,
                RefusalCode::Unauthorized => ErrorCode::Unauthorized,
            };
            return Err(ScriptRefusal { error, description: reason });
        }
        Verdict::Failed { script } => return Err(failed(&format!("The script '{script}'"))),
    };
    if allowed(&decisions).is_empty() {
        let wanted = decisions.multifactor.as_ref().map(|wanted| &wanted.factors);
        tracing::error!(factors = ?wanted, "no factor that a script asks for is one of this tenant's");
        let description = "A second factor was asked for that this tenant does not have.".to_owned();
        return Err(ScriptRefusal { error: ErrorCode::AccessDenied, description });
    }
    keep_metadata(state, customer, &decisions);
    Ok(ScriptDecision { decisions, pending, redirect, challenge: None })
}

/// The factors that will do, where a script asks for one: those that it names, or whichever the customer has.
pub(crate) fn allowed(decisions: &Decisions) -> Factors {
    let named = decisions.multifactor.iter().flat_map(|wanted| &wanted.factors);
    if named.clone().next().is_none() {
        return Factors::ANY;
    }
    named.filter_map(|name| Factor::named(name)).collect()
}

/// Auth0 answers `access_denied`, too, with the script's own message; that is for its developer, who finds it in the log.
fn failed(what: &str) -> ScriptRefusal {
    let description = format!("{what} of this tenant did not work. Its log says what happened.");
    ScriptRefusal { error: ErrorCode::AccessDenied, description }
}

fn keep_metadata(state: &AppState, customer: &Customer, decisions: &Decisions) {
    if !decisions.app_metadata.is_empty() || !decisions.user_metadata.is_empty() {
        let mut store = state.store();
        let Decisions { app_metadata, user_metadata, .. } = decisions;
        store.customers.change(customer, app_metadata, user_metadata, state.now());
    }
}
