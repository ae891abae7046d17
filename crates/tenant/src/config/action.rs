//! The scripts that run when somebody logs in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Secret;

/// A script in a file of its own.
#[derive(Debug, Clone)]
pub struct Action {
    /// The name that the log shows.
    pub name: String,
    /// Where the script is.
    pub file: PathBuf,
    /// What it is.
    pub kind: ActionKind,
    /// What it finds in `event.secrets`, or in a Rule's `configuration`.
    pub secrets: BTreeMap<String, Secret>,
}

/// Which of Auth0's two forms a script has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// `exports.onExecutePostLogin = async (event, api) => …`
    PostLogin,
    /// `function (user, context, callback) …`
    Rule,
}
