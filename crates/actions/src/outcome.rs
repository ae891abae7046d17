//! What scripts decide, and what is kept of their runs for those who write them.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::script::Kind;
use crate::trace::ScriptError;

/// The result of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Whether the log-in goes on.
    pub verdict: Verdict,
    /// What the scripts that ran have decided together.
    pub decisions: Decisions,
    /// One entry for each script that ran, in order.
    pub runs: Vec<ScriptRun>,
}

/// Whether the log-in goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every script has run, and none objects.
    Go,
    /// A script asks for a second factor at this point; those from `next` on have not run. They do when the factor has
    /// been given: [`Engine::resume`](crate::Engine::resume).
    Challenge {
        /// The position of the next script.
        next: usize,
    },
    /// A script refuses; those after it have not run.
    Denied(Refusal),
    /// A script did not do its work; those after it have not run. The last run says what happened.
    Failed {
        /// Its name.
        script: String,
    },
}

/// A script's "no", in words that were meant to be read by the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which error the application gets.
    pub code: RefusalCode,
    /// The script's words.
    pub reason: String,
}

/// Which error the application gets, as at Auth0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// `access_denied`: `api.access.deny`, or a Rule's `callback(new Error(…))`.
    AccessDenied,
    /// `unauthorized`: a Rule's `callback(new UnauthorizedError(…))`.
    Unauthorized,
}

/// What scripts want to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Decisions {
    /// A second factor is wanted.
    pub multifactor: Option<Multifactor>,
    /// Claims for the ID token. None of them is one that the protocol needs.
    pub id_token: Map<String, Value>,
    /// Claims for the access token, likewise.
    pub access_token: Map<String, Value>,
    /// A Rule's `context.accessToken.scope`: instead of what would be granted.
    pub scopes: Option<Vec<String>>,
    /// To be granted besides.
    pub scopes_added: Vec<String>,
    /// Not to be granted. No scope is in both lists: the last call counts.
    pub scopes_removed: Vec<String>,
    /// Changes to `app_metadata`: `null` removes a member, anything else replaces it.
    pub app_metadata: Map<String, Value>,
    /// Changes to `user_metadata`, likewise.
    pub user_metadata: Map<String, Value>,
    /// What Actions tell those after them: `event.transaction.metadata` as it is now. Texts, numbers, `true` and `false`.
    pub transaction_metadata: Map<String, Value>,
}

/// A second factor that a script wants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Multifactor {
    /// Which factors will do, as in `event.user.enrolledFactors`, the preferred one first; empty: any.
    pub factors: Vec<String>,
    /// Whether the factor has to be enrolled now, rather than used.
    pub enrol: bool,
    /// Whether the browser may be remembered instead.
    pub allow_remember_browser: bool,
}

/// One script's run.
#[derive(Debug, Clone, Serialize)]
pub struct ScriptRun {
    /// The script's name.
    pub script: String,
    /// Action or Rule.
    pub kind: Kind,
    /// How long it took.
    #[serde(serialize_with = "milliseconds", rename = "milliseconds")]
    pub duration: Duration,
    /// What it printed.
    pub console: Vec<ConsoleLine>,
    /// How it ended.
    pub end: End,
}

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// As it was meant to.
    Completed,
    /// With a "no".
    Denied(Refusal),
    /// With an error.
    Failed(ScriptError),
}

/// A line of output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleLine {
    /// Which method printed it.
    pub level: Level,
    /// When, counted from the script's start.
    #[serde(serialize_with = "milliseconds", rename = "milliseconds")]
    pub at: Duration,
    /// What it says.
    pub text: String,
}

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// `console.debug`
    Debug,
    /// `console.log`
    Log,
    /// `console.info`
    Info,
    /// `console.warn`, and what this engine has to say to the developer
    Warn,
    /// `console.error`
    Error,
}

fn milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
