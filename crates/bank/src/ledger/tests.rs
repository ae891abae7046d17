//! What tests of the ledger share.

pub(super) mod stalled_postgres;
