//! One file per screen. A page reads the view and sends intents; it knows nothing of the protocol.

mod account;
mod failed;
mod home;
mod pay;
mod payment;
mod payments;
mod signed_out;
mod statements;
mod waiting;

pub(crate) use account::{AccountPage, account};
pub(crate) use failed::failed;
pub(crate) use signed_out::signed_out;
pub(crate) use statements::statements;
pub(crate) use waiting::{leaving_to_log_in, signing_in};
