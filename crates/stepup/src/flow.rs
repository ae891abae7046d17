//! What happens in which order: logging in, the account page, a transfer with its step-up, the statements.

pub(crate) mod account;
pub(crate) mod authorization;
pub(crate) mod context;
pub(crate) mod customer;
pub(crate) mod idle;
pub(crate) mod ids;
pub(crate) mod login;
pub(crate) mod preflight;
pub(crate) mod session_check;
pub(crate) mod statements;
pub(crate) mod stored_state;
pub(crate) mod transfer;
pub(crate) mod transition;
