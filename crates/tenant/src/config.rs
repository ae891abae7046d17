//! The configuration of a deployment, its checks, and the file that it is read from.

mod action;
mod check;
mod file;
mod settings;

pub use action::{Action, ActionKind, STEP_UP_ACTION};
pub(crate) use check::check;
pub use check::{ConfigError, ConfigErrors};
pub use file::{ConfigFile, FileError};
pub use settings::{
    Config, ControlToken, KeyStore, Lifetimes, Limits, LogAccess, ScriptSettings, WebPushSettings,
};
