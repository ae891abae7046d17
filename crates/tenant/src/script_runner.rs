//! Reads the scripts of the tenant and runs them, a few at a time.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use actions::{Cause, Decisions, Engine, Environment, Event, Limits, Outcome, Script, ScriptError};
use tokio::sync::Semaphore;
use tokio::task::{self, JoinError};

use crate::config::{Action, ScriptSettings};
use crate::domain::PendingScripts;
use crate::log::Log;
use crate::open_error::OpenError;
use crate::script_network::ScriptNetwork;

const MAX_SCRIPT_LENGTH: u64 = 256 << 10;
/// Log-ins whose scripts run at once; others wait for their turn.
const MAX_CONCURRENT_RUNS: usize = 8;

pub(crate) struct ScriptRunner {
    actions: Vec<Action>,
    engine: Engine,
    turns: Arc<Semaphore>,
}

impl ScriptRunner {
    /// A file that is not there is no reason not to start: it may be there at the next log-in. Their secrets are kept out
    /// of `log`.
    pub(crate) fn open(
        actions: Vec<Action>,
        settings: &ScriptSettings,
        log: &Log,
    ) -> Result<Self, OpenError> {
        for action in &actions {
            action.secrets.iter().for_each(|(name, secret)| log.hide(name, secret));
            if let Err(error) = read(action) {
                tracing::error!(action = action.name, "{error}");
            }
        }
        let turns = Arc::new(Semaphore::new(MAX_CONCURRENT_RUNS));
        let engine = engine(settings).map_err(OpenError::ScriptEnvironment)?;
        Ok(Self { actions, engine, turns })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Runs all scripts from the first; gives them as they were read, too.
    pub(crate) async fn run(&self, event: Event) -> Result<(Outcome, Arc<[Script]>), JoinError> {
        let (actions, engine) = (self.actions.clone(), self.engine.clone());
        let work = move || match actions.iter().map(read).collect::<Result<Vec<Script>, ScriptError>>() {
            Ok(scripts) => (engine.run(&scripts, event), scripts.into()),
            Err(error) => (unreadable(&actions, error), Arc::default()),
        };
        run_in_turn(&self.turns, work).await
    }

    /// Runs the scripts that have waited. `given`: the names of the factors that the customer has given.
    pub(crate) async fn resume(
        &self,
        PendingScripts { scripts, next, .. }: PendingScripts,
        event: Event,
        decisions: Decisions,
        given: Vec<String>,
    ) -> Result<Outcome, JoinError> {
        let engine = self.engine.clone();
        run_in_turn(&self.turns, move || engine.resume(&scripts, event, decisions, next, &given)).await
    }
}

/// The engine, and what scripts have around them.
fn engine(settings: &ScriptSettings) -> Result<Engine, String> {
    let mut environment = Environment::default();
    if let Some(packages) = &settings.packages {
        environment = environment.with_packages(packages)?;
    }
    if let Some(network) = ScriptNetwork::open(settings)? {
        environment = environment.with_network(Arc::new(network));
    }
    let mut limits = Limits::default();
    limits.time = settings.seconds.map_or(limits.time, Duration::from_secs);
    Ok(Engine::new(limits).within(environment))
}

/// The engine blocks: it is called where that does no harm, and not by everybody at once.
async fn run_in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    let turn = Arc::clone(turns).acquire_owned().await;
    let work = move || {
        // Here, because the work goes on when the client hangs up and this future is gone.
        let _turn = turn;
        work()
    };
    task::spawn_blocking(work).await
}

fn read(action: &Action) -> Result<Script, ScriptError> {
    let Action { name, kind, file, code, secrets } = action;
    let code = match (code, file) {
        (Some(code), _) => code.clone(),
        (None, Some(file)) => {
            let unreadable =
                |told: String| ScriptError::new(name, Cause::Engine, format!("{}: {told}", file.display()));
            let length = fs::metadata(file).map_err(|error| unreadable(error.to_string()))?.len();
            if length > MAX_SCRIPT_LENGTH {
                return Err(unreadable(format!(
                    "it has {length} bytes; a script may have {MAX_SCRIPT_LENGTH}"
                )));
            }
            fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?
        }
        (None, None) => String::new(),
    };
    Ok(Script { name: name.clone(), kind: *kind, code, secrets: secrets.clone() })
}

fn unreadable(actions: &[Action], error: ScriptError) -> Outcome {
    let action = actions.iter().find(|action| action.name == error.script);
    Outcome::failed(Vec::new(), action.map(|action| action.kind).unwrap_or_default(), error)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Otherwise whoever hangs up again and again fills all places of the engine, and others are refused instead of waiting.
    #[tokio::test]
    async fn abandoned_run_holds_its_turn() {
        let turns = Arc::new(Semaphore::new(1));
        let (go, wait) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let first = run_in_turn(&turns, move || {
            tell.send(()).unwrap();
            wait.recv().unwrap();
        });
        // Begins, and is dropped as it waits for its answer.
        let hung_up = tokio::time::timeout(Duration::from_millis(50), first).await.is_err();
        assert!(hung_up && told.recv().is_ok());
        assert_eq!(turns.available_permits(), 0, "it is still at work");
        go.send(()).unwrap();
        assert!(run_in_turn(&turns, || ()).await.is_ok(), "and now it is done");
    }
}
