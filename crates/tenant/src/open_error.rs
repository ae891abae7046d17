//! Why a tenant cannot start.

use std::io;
use std::path::PathBuf;

use tokio::task::JoinError;

use crate::config::ConfigErrors;
use crate::credentials::passwords::PasswordError;
use crate::keys::KeyError;
use crate::persistence::DurableError;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    #[error(transparent)]
    Durable(#[from] DurableError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("customer {sub:?}: {source}")]
    Password { sub: String, source: PasswordError },
    #[error("the logo {} cannot be read: {source}", path.display())]
    Logo { path: PathBuf, source: io::Error },
    #[error("scripts cannot be run: {0}")]
    ScriptEnvironment(String),
    #[error("the tenant could not finish starting: {0}")]
    Interrupted(#[from] JoinError),
}
