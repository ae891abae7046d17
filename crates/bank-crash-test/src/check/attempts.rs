//! The attempts at one order.

use crate::history::{TransferAttempt, TransferResult};

/// The attempts at one order, with what each response means.
pub(super) type OrderAttempts<'a> = Vec<(&'a TransferAttempt, TransferResult)>;
