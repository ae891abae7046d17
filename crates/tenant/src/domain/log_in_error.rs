//! Why a log-in fails.

/// Why somebody is not let in. The sentences say nothing about whether there is such a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogInError {
    #[error("Enter your email and your password.")]
    Incomplete,
    #[error("This email and this password do not belong together.")]
    Wrong,
    /// Shown only after this customer's password was given.
    #[error(
        "The application wants somebody else to log in. Log in as the person who was here before, or cancel."
    )]
    SomebodyElse,
    #[error("Too many attempts with this email. Try again in {} min.", wait.div_ceil(60))]
    TooMany {
        /// In seconds.
        wait: u64,
    },
    #[error("Too many wrong passwords came from your network. Try again in {} min.", wait.div_ceil(60))]
    TooManyOfPeer {
        /// In seconds.
        wait: u64,
    },
}
