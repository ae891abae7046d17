//! Errors of a measurement.

use std::io;

use bank_for_tests::bank_process::BankError;
use bank_for_tests::deployment::DeploymentError;
use bank_for_tests::issuer::IssuerError;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The bank does not open.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// There are no tokens.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// There is no database.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// The Express API does not start, or a response is wrong.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The ledger cannot be filled.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}
