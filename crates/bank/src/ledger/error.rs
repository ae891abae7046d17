//! Errors of the ledger.

use std::sync::Arc;

use super::store::{ConnectionFailure, is_lock_timeout, is_unavailable};

/// Why the ledger cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The books do not balance: they were changed by something other than this program.
    #[error("the books do not balance: {finding}")]
    Damaged {
        /// What the audit found.
        finding: String,
    },
    /// A stored answer cannot be read: it was written by another version.
    #[error("the stored answer to order {id} cannot be read")]
    StoredAnswer {
        /// The order.
        id: String,
    },
    /// The database returned other rows than it was asked for.
    #[error("the database did not answer what it was asked")]
    UnexpectedRows,
    /// A sum is beyond what the books can hold.
    #[error("an amount is beyond what the books can hold")]
    Overflow,
    /// The transaction or the query failed that this request shared with others.
    #[error(transparent)]
    Batch(Arc<LedgerError>),
    /// The caller stopped waiting before the decision, so none was made.
    #[error("nobody waits for this decision any more")]
    Abandoned,
    /// The ledger is closed.
    #[error("the books are closed")]
    Closed,
}

impl ConnectionFailure for LedgerError {
    fn is_unavailable(&self) -> bool {
        Self::is_unavailable(self)
    }
}

impl LedgerError {
    /// Whether the database cannot be used at present; what was asked of it may have been done or not.
    pub(crate) fn is_unavailable(&self) -> bool {
        match self {
            Self::Database(error) => is_unavailable(error),
            Self::Batch(error) => error.is_unavailable(),
            _ => false,
        }
    }

    /// Whether another transaction has held an account for too long.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        match self {
            Self::Database(error) => is_lock_timeout(error),
            Self::Batch(error) => error.is_lock_timeout(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::reported;
    use super::*;

    #[test]
    fn error_of_a_batch_is_that_of_each_request_in_it() {
        let judge = |error: LedgerError| {
            let alone = (error.is_unavailable(), error.is_lock_timeout());
            let shared = LedgerError::Batch(Arc::new(error));
            assert_eq!((shared.is_unavailable(), shared.is_lock_timeout()), alone);
            assert_eq!(ConnectionFailure::is_unavailable(&shared), alone.0);
            alone
        };
        assert_eq!(judge(reported("53100").into()), (true, false));
        assert_eq!(judge(reported("55P03").into()), (false, true));
        assert_eq!(judge(reported("23514").into()), (false, false));
        for own in [LedgerError::Overflow, LedgerError::UnexpectedRows, LedgerError::Closed] {
            assert_eq!(judge(own), (false, false));
        }
    }
}
