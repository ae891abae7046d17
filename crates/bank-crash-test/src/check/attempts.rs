//! The attempts at one order.

use crate::history::{Attempt, TransferResult};

/// The attempts at one order, with what each response means.
pub(super) type Attempts<'a> = Vec<(&'a Attempt, TransferResult)>;
