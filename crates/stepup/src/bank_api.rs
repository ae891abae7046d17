//! The bank's API: what is sent, and what its answers mean.
//!
//! A status decides, a body refines: the same client runs against a bank that answers with a sentence instead of an
//! amount, has no list of transfers and explains nothing.

pub(crate) mod challenge;
pub(crate) mod payees;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod transfer_response;

pub use self::challenge::Challenge;
