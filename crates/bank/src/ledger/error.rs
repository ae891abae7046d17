//! Errors of the ledger.

use std::sync::Arc;

use super::store::{is_lock_timeout, is_unavailable};

#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The books do not balance: they were changed by something other than this program.
    #[error("the books do not balance: {finding}")]
    Damaged { finding: String },
    /// A stored answer cannot be read: it was written by another version.
    #[error("the stored answer to order {id} cannot be read")]
    StoredAnswer { id: String },
    #[error("the database did not answer what it was asked")]
    UnexpectedRows,
    #[error("an amount is beyond what the books can hold")]
    Overflow,
    /// The transaction or the query failed that this request shared with others.
    #[error(transparent)]
    Batch(Arc<LedgerError>),
    /// The caller stopped waiting before the decision, so none was made.
    #[error("nobody waits for this decision any more")]
    Abandoned,
    #[error("the books are closed")]
    Closed,
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
