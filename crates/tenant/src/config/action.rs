//! The scripts that have a say in each log-in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// The Action that is shipped: it asks for a second factor when `transfer:funds` is requested.
pub const STEP_UP_ACTION: &str = include_str!("../../actions/step-up.js");

/// A script that was written for Auth0. Its text is in a file, which is read at each log-in, or here.
#[derive(Clone)]
pub struct Action {
    /// What people call it; stands in traces.
    pub name: String,
    /// All Rules run before all Actions, as at Auth0.
    pub kind: ActionKind,
    /// Where its text is.
    pub file: Option<PathBuf>,
    /// Its text, instead of a file.
    pub code: Option<String>,
    /// `event.secrets` of an Action, `configuration` of a Rule. They are never shown, not even in `Debug`.
    pub secrets: BTreeMap<String, String>,
}

/// Which of Auth0's two forms a script has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// `exports.onExecutePostLogin = async (event, api) => …`
    PostLogin,
    /// `function (user, context, callback) …`
    Rule,
}

impl fmt::Debug for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.secrets.keys().collect();
        formatter
            .debug_struct("Action")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("file", &self.file)
            .field("secrets", &names)
            .finish_non_exhaustive()
    }
}
