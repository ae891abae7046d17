//! An authorization request on its way: validated, its customer interacted with, completed, and answered.

mod account;
mod begin;
mod challenge;
mod complete;
mod continuation;
mod delivery;
mod interact;
pub(crate) mod issue;
mod log_in;
pub(crate) mod password_check;
mod redirect;
pub(crate) mod refresh;
pub(crate) mod respond;
mod validate;

pub(crate) use account::begin_account_visit;
pub(crate) use begin::begin;
pub(crate) use complete::carry_out;
pub(crate) use continuation::continue_authorization;
pub(crate) use interact::{TransactionStage, TransactionSummary, cancel, find_transaction, log_out};
pub(crate) use log_in::log_in;
pub(crate) use redirect::redirect_again;
pub(crate) use validate::{InvalidRequest, validate};
