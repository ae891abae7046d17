//! The scripts that have a say in each log-in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Whether a script is an Action of the post-login trigger (`post-login`) or a Rule (`rule`).
pub use actions::Kind as ActionKind;

/// The Action that is shipped: it asks for a second factor when `transfer:funds` is requested.
pub const STEP_UP_ACTION: &str = include_str!("../../actions/step-up.js");

/// A script that was written for Auth0. Its text is in a file, which is read at each log-in, or here.
#[derive(Clone)]
pub struct Action {
    /// What people call it; stands in traces.
    pub name: String,
    /// `post-login` (the default) or `rule`. All Rules run before all Actions, as at Auth0.
    pub kind: ActionKind,
    /// Where its text is: relative to the folder of the configuration.
    pub file: Option<PathBuf>,
    /// Its text, instead of a file.
    pub code: Option<String>,
    /// `event.secrets` of an Action, `configuration` of a Rule. They are never shown, not even in `Debug`.
    pub secrets: BTreeMap<String, String>,
}

impl Action {
    #[must_use]
    pub fn step_up() -> Self {
        Self {
            name: "Step up".to_owned(),
            kind: ActionKind::PostLogin,
            file: None,
            code: Some(STEP_UP_ACTION.to_owned()),
            secrets: BTreeMap::new(),
        }
    }
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
