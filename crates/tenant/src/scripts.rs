//! Actions and Rules at work: they are read, told about the log-in, run, and what they decide is what happens.

mod decided;
mod event;
mod record;
mod told;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use actions::{
    Cause, Decisions, End, Engine, Limits, Outcome, Refusal, RefusalCode, Script, ScriptError, ScriptRun,
    Verdict,
};
use tokio::sync::Semaphore;
use tokio::task;

use crate::answer::ErrorCode;
use crate::config::{Action, Customer};
use crate::endpoints::authorize::Request;
use crate::factors::{Factor, Factors};
use crate::log::Log;
use crate::state::State;

pub(crate) use decided::{Decided, Decision, Rest};
pub(crate) use event::Authenticated;
pub(crate) use told::Told;

use record::record_runs;

/// Longer scripts are not read.
const LENGTH: u64 = 256 << 10;
/// Log-ins whose scripts run at once; others wait for their turn.
const AT_ONCE: usize = 8;

/// The scripts of this tenant.
pub(crate) struct Scripts {
    actions: Vec<Action>,
    engine: Engine,
    turns: Arc<Semaphore>,
}

/// Why there is no log-in, as the client reads it.
pub(crate) struct Refused {
    pub(crate) error: ErrorCode,
    pub(crate) description: String,
}

impl Scripts {
    /// A file that is not there is no reason not to start: it may be there at the next log-in.
    /// Their secrets are kept out of `log`.
    pub(crate) fn open(actions: Vec<Action>, log: &Log) -> Self {
        for action in &actions {
            action.secrets.iter().for_each(|(name, secret)| log.hide(name, secret));
            if let Err(error) = read(action) {
                tracing::error!(action = action.name, "{error}");
            }
        }
        Self { actions, engine: Engine::new(Limits::default()), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// Runs the scripts for a customer who has given the password, or has a session. No lock is held.
pub(crate) async fn run(
    state: &State,
    request: &Request,
    customer: &Customer,
    authenticated: &Authenticated,
) -> Result<Decision, Refused> {
    // They are about the clients; who looks after the own factors is no client.
    if state.scripts.actions.is_empty() || request.is_own() {
        return Ok(Decision::default());
    }
    let event = event::event(state, request, customer, authenticated);
    let (actions, engine) = (state.scripts.actions.clone(), state.scripts.engine.clone());
    let work = move || match actions.iter().map(read).collect::<Result<Vec<Script>, ScriptError>>() {
        Ok(scripts) => (engine.run(&scripts, event), scripts),
        Err(error) => (unreadable(&actions, error), Vec::new()),
    };
    let (outcome, scripts) = in_turn(&state.scripts.turns, work).await?;
    conclude(state, request, customer, outcome, &scripts.into())
}

/// Runs the scripts that have waited for a second factor, now that it was given.
pub(crate) async fn resume(
    state: &State,
    request: &Request,
    customer: &Customer,
    authenticated: &Authenticated,
    before: &Decision,
) -> Result<Decision, Refused> {
    let Some(Rest { scripts, next }) = before.rest.clone() else { return Ok(before.clone()) };
    let event = event::event(state, request, customer, authenticated);
    let (engine, decisions) = (state.scripts.engine.clone(), before.decisions.clone());
    let all = Arc::clone(&scripts);
    let given: Vec<String> =
        authenticated.second_factor.iter().map(|(_, factor)| factor.name().to_owned()).collect();
    let outcome =
        in_turn(&state.scripts.turns, move || engine.resume(&all, event, decisions, next, &given)).await?;
    conclude(state, request, customer, outcome, &scripts)
}

/// The engine blocks: it is called where that does no harm, and not by everybody at once.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refused> {
    let turn = Arc::clone(turns).acquire_owned().await;
    let work = move || {
        // Here, because the work goes on when the client hangs up and this future is gone.
        let _turn = turn;
        work()
    };
    task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "the scripts could not be run");
        failed("The tenant's scripts")
    })
}

fn conclude(
    state: &State,
    request: &Request,
    customer: &Customer,
    outcome: Outcome,
    scripts: &Arc<[Script]>,
) -> Result<Decision, Refused> {
    record_runs(request, customer, &outcome);
    let Outcome { verdict, decisions, .. } = outcome;
    let rest = match verdict {
        Verdict::Go => None,
        Verdict::Challenge { next } => Some(Rest { scripts: Arc::clone(scripts), next }),
        Verdict::Denied(Refusal { code, reason }) => {
            // A "no" takes back nothing of what was written down about the customer, as at Auth0.
            keep_metadata(state, customer, &decisions);
            let error = match code {
                RefusalCode::AccessDenied => ErrorCode::AccessDenied,
                RefusalCode::Unauthorized => ErrorCode::Unauthorized,
            };
            return Err(Refused { error, description: reason });
        }
        Verdict::Failed { script } => return Err(failed(&format!("The script '{script}'"))),
    };
    if allowed(&decisions).is_empty() {
        let wanted = decisions.multifactor.as_ref().map(|wanted| &wanted.factors);
        tracing::error!(factors = ?wanted, "no factor that a script asks for is one of this tenant's");
        let description = "A second factor was asked for that this tenant does not have.".to_owned();
        return Err(Refused { error: ErrorCode::AccessDenied, description });
    }
    keep_metadata(state, customer, &decisions);
    Ok(Decision { decisions, rest, challenge: None })
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
fn failed(what: &str) -> Refused {
    let description = format!("{what} of this tenant did not work. Its log says what happened.");
    Refused { error: ErrorCode::AccessDenied, description }
}

fn keep_metadata(state: &State, customer: &Customer, decisions: &Decisions) {
    if !decisions.app_metadata.is_empty() || !decisions.user_metadata.is_empty() {
        let mut store = state.store();
        let changes = (&decisions.app_metadata, &decisions.user_metadata);
        store.people.change(customer, changes, state.now());
    }
}

/// The script as it is now.
fn read(action: &Action) -> Result<Script, ScriptError> {
    let Action { name, kind, file, code, secrets } = action;
    let code = match (code, file) {
        (Some(code), _) => code.clone(),
        (None, Some(file)) => {
            let unreadable =
                |told: String| ScriptError::new(name, Cause::Engine, format!("{}: {told}", file.display()));
            let length = fs::metadata(file).map_err(|error| unreadable(error.to_string()))?.len();
            if length > LENGTH {
                return Err(unreadable(format!("it has {length} bytes; a script may have {LENGTH}")));
            }
            fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?
        }
        (None, None) => String::new(),
    };
    Ok(Script { name: name.clone(), kind: *kind, code, secrets: secrets.clone() })
}

fn unreadable(actions: &[Action], error: ScriptError) -> Outcome {
    let action = actions.iter().find(|action| action.name == error.script);
    let (script, kind) = (error.script.clone(), action.map(|action| action.kind).unwrap_or_default());
    let run = ScriptRun {
        script: script.clone(),
        kind,
        duration: Duration::ZERO,
        console: Vec::new(),
        end: End::Failed(error),
    };
    Outcome { verdict: Verdict::Failed { script }, decisions: Decisions::default(), runs: vec![run] }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Otherwise whoever hangs up again and again fills all places of the engine, and others are refused instead of waiting.
    #[tokio::test]
    async fn scripts_whose_client_hung_up_have_their_turn_until_they_are_done() {
        let turns = Arc::new(Semaphore::new(1));
        let (go, wait) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let first = in_turn(&turns, move || {
            tell.send(()).unwrap();
            wait.recv().unwrap();
        });
        // Begins, and is dropped as it waits for its answer.
        let hung_up = tokio::time::timeout(Duration::from_millis(50), first).await.is_err();
        assert!(hung_up && told.recv().is_ok());
        assert_eq!(turns.available_permits(), 0, "it is still at work");
        go.send(()).unwrap();
        assert!(in_turn(&turns, || ()).await.is_ok(), "and now it is done");
    }
}
