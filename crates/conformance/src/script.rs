//! `steps.json`: what a customer does in the client, and how its success shows.

mod condition;
mod default;
mod render;

use std::path::Path;

use fs_err as fs;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use condition::{Condition, Target};

/// What a customer does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub(crate) log_in: PhaseScript,
    /// Without one, no step-up is tried.
    pub(crate) step_up: Option<PhaseScript>,
    /// An API that answers the client and writes down what it is sent.
    pub(crate) api: Option<ApiScript>,
}

/// From a page of the client to its success.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhaseScript {
    pub(crate) steps: Vec<Step>,
    /// Holds once the client believes the answer.
    pub(crate) done: Condition,
    /// Holds once the client has refused it. Without it, refusal is that `done` does not come.
    pub(crate) refused: Option<Condition>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Clicks on something, once it is there.
    Click(Target),
    /// Types into a field, in the place of what is there.
    Type { into: Target, text: String },
    /// Waits until this holds.
    Wait(Condition),
    /// Goes to an address, relative to the start.
    Open(String),
    /// Fills in the tenant's log-in page, in this window or in another.
    LogIn,
    /// Confirms on the customer's phone.
    SecondFactor,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiScript {
    pub(crate) port: u16,
    pub(crate) answers: Vec<ApiAnswer>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiAnswer {
    /// Method and path, such as `GET /balance`.
    pub(crate) call: String,
    /// The scope that the token needs.
    pub(crate) scope: Option<String>,
    #[serde(default = "ok")]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: Value,
}

const fn ok() -> u16 {
    200
}

#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("the script cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("{0}")]
    Json(String),
    #[error("{file}: {what}")]
    Content { file: String, what: String },
}

impl Script {
    pub fn read(path: &Path) -> Result<Self, ScriptError> {
        Self::parse(&fs::read_to_string(path)?, &path.display().to_string())
    }

    /// `file` is how messages call it.
    pub fn parse(text: &str, file: &str) -> Result<Self, ScriptError> {
        let script: Self = serde_json::from_str(text)
            .map_err(|error| ScriptError::Json(render::error(&error, text, file)))?;
        match script.problem() {
            None => Ok(script),
            Some(what) => Err(ScriptError::Content { file: file.to_owned(), what }),
        }
    }

    /// What is wrong although each part is right.
    fn problem(&self) -> Option<String> {
        let has = |phase: &PhaseScript, wanted: fn(&Step) -> bool| phase.steps.iter().any(wanted);
        if !has(&self.log_in, |step| matches!(step, Step::LogIn)) {
            return Some(
                "log_in.steps must contain \"log_in\", where the customer is at the tenant".to_owned(),
            );
        }
        if let Some(step_up) = &self.step_up
            && !has(step_up, |step| matches!(step, Step::SecondFactor))
        {
            return Some(
                "step_up.steps must contain \"second_factor\", where the customer confirms".to_owned(),
            );
        }
        let phases = [Some(&self.log_in), self.step_up.as_ref()];
        let mut conditions = phases.into_iter().flatten().flat_map(PhaseScript::conditions);
        let asked = conditions.find_map(|condition| match condition {
            Condition::Api { call } => Some(call),
            _ => None,
        });
        let answers = self.api.as_ref().map(|api| api.answers.as_slice()).unwrap_or_default();
        match asked {
            Some(call) if !answers.iter().any(|answer| answer.call == *call) => Some(format!(
                "a condition waits for the call {call:?}; \"api\" must have \"answers\" with that \"call\""
            )),
            _ => answers.iter().find(|answer| !is_call(&answer.call)).map(|answer| {
                format!("api.answers: {:?} must be a method and a path, as in \"GET /balance\"", answer.call)
            }),
        }
    }
}

impl PhaseScript {
    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let waited = self.steps.iter().filter_map(|step| match step {
            Step::Wait(condition) => Some(condition),
            _ => None,
        });
        waited.chain([&self.done]).chain(&self.refused)
    }
}

fn is_call(call: &str) -> bool {
    call.split_once(' ').is_some_and(|(method, path)| {
        !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()) && path.starts_with('/')
    })
}

#[cfg(test)]
mod tests;
