//! What scripts decide, and what is kept of their runs for those who write them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::network::Exchange;
use crate::script::Kind;
use crate::trace::ScriptError;

#[derive(Debug, Clone)]
pub struct Outcome {
    pub verdict: Verdict,
    pub decisions: Decisions,
    /// One entry for each script that ran, in order.
    pub runs: Vec<ScriptRun>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every script has run, and none objects.
    Go,
    /// A script asks for a second factor at this point; those from `next` on have not run. They do when the factor has
    /// been given: [`Engine::resume`](crate::Engine::resume).
    Challenge { next: usize },
    /// A script sends the browser elsewhere. When it has come back, the run goes on from `next`:
    /// [`Engine::resume`](crate::Engine::resume) with [`Event::continues`](crate::Event::continues).
    Redirect { url: String, next: usize },
    /// A script refuses; those after it have not run.
    Denied(Refusal),
    /// A script did not do its work; those after it have not run. The last run says what happened.
    Failed { script: String },
}

/// A script's "no", in words that were meant to be read by the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: RefusalCode,
    pub reason: String,
}

/// Which error the application gets, as at Auth0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCode {
    /// `access_denied`: `api.access.deny`, or a Rule's `callback(new Error(…))`.
    AccessDenied,
    /// `unauthorized`: a Rule's `callback(new UnauthorizedError(…))`.
    Unauthorized,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decisions {
    pub multifactor: Option<Multifactor>,
    /// Claims for the ID token. None of them is one that the protocol needs.
    pub id_token: Map<String, Value>,
    pub access_token: Map<String, Value>,
    /// A Rule's `context.accessToken.scope`: instead of what would be granted.
    pub scopes: Option<Vec<String>>,
    pub scopes_added: Vec<String>,
    /// Not to be granted. No scope is in both lists: the last call counts.
    pub scopes_removed: Vec<String>,
    /// Changes to `app_metadata`: `null` removes a member, anything else replaces it.
    pub app_metadata: Map<String, Value>,
    pub user_metadata: Map<String, Value>,
    /// What Actions tell those after them: `event.transaction.metadata` as it is now. Texts, numbers, `true` and `false`.
    pub transaction_metadata: Map<String, Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multifactor {
    /// Which factors will do, as in `event.user.enrolledFactors`, the preferred one first; empty: any.
    pub factors: Vec<String>,
    /// Whether the factor has to be enrolled now, rather than used.
    pub enrol: bool,
    /// Whether the browser may be remembered instead.
    pub allow_remember_browser: bool,
}

#[derive(Debug, Clone)]
pub struct ScriptRun {
    pub script: String,
    pub kind: Kind,
    pub duration: Duration,
    pub console: Vec<ConsoleLine>,
    /// What it sent, in order, and what came back.
    pub exchanges: Vec<Exchange>,
    pub end: End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Completed,
    Denied(Refusal),
    Failed(ScriptError),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleLine {
    pub level: Level,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Debug,
    Log,
    Info,
    /// `console.warn`, and what this engine has to say to the developer
    Warn,
    Error,
}

impl Outcome {
    /// The runs that are over, and then this script, which could not be run or does not end.
    #[must_use]
    pub fn failed(mut runs: Vec<ScriptRun>, kind: Kind, error: ScriptError) -> Self {
        let script = error.script.clone();
        let (duration, end) = (Duration::ZERO, End::Failed(error));
        runs.push(ScriptRun {
            script: script.clone(),
            kind,
            duration,
            console: Vec::new(),
            exchanges: Vec::new(),
            end,
        });
        Self { verdict: Verdict::Failed { script }, decisions: Decisions::default(), runs }
    }
}

/// Makes changes to metadata.
pub fn patch(metadata: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (name, value) in changes {
        if value.is_null() {
            metadata.remove(name);
        } else {
            metadata.insert(name.clone(), value.clone());
        }
    }
}
