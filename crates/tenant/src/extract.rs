//! What handlers take from a request. A request that lacks it is answered here, with the page that fits.

mod control_access;
mod fetch_metadata;
mod log_access;
mod parameters;
mod peer;
mod phone;
mod transaction;

pub(crate) use control_access::{Driver, NearControl};
pub(crate) use fetch_metadata::{Framed, navigations_only};
pub(crate) use log_access::{LogReader, is_shown_to};
pub(crate) use parameters::{FormParameters, QueryParameters};
pub(crate) use peer::ClientPeer;
pub(crate) use phone::{PairedPhone, PhoneForm, find_paired_phone};
pub(crate) use transaction::{
    AtAnyForm, AtEnrollment, AtLogIn, AtSecondFactor, InTransaction, TransactionForm,
};
