//! Why a run cannot be completed.

use std::io;

use bank_for_tests::bank_process::BankError;
use bank_for_tests::issuer::IssuerError;
use postgres_for_tests::StartError;

/// Why a run cannot be completed.
#[derive(Debug, thiserror::Error)]
pub enum CrashTestError {
    /// A bank did not open, or ended by itself.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// There are no tokens.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// There is no network, or no disk.
    #[error("the fault proxy cannot listen, or the faulty disk cannot be told what to do")]
    Io(#[from] io::Error),
    /// The standby of the database does not take its primary's place.
    #[error("the standby of the database was not promoted")]
    Database(#[source] StartError),
    /// The ledger cannot be read.
    #[error("the database cannot be read")]
    Ledger(#[from] sqlx::Error),
}
