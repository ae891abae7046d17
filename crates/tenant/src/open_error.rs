//! Why a tenant cannot start.

use tokio::task::JoinError;

use crate::config::ConfigErrors;
use crate::credentials::passwords::PasswordError;
use crate::keys::KeyError;
use crate::persistence::DurableError;

/// Why a tenant cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The configuration would not work.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// What has to survive a restart cannot be read or kept.
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// There is no signing key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A customer's password cannot be used.
    #[error("customer {sub:?}: {source}")]
    Password {
        /// The customer's subject identifier.
        sub: String,
        /// What is wrong with it.
        source: PasswordError,
    },
    /// The runtime is shutting down.
    #[error("the tenant could not finish starting: {0}")]
    Interrupted(#[from] JoinError),
}
