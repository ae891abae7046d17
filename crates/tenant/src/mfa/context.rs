//! A transaction, while the store is locked for a step of it.

use crate::state::AppState;
use crate::store::{Store, Transaction, TransactionRef};

pub(super) struct Context<'a> {
    pub(super) state: &'a AppState,
    pub(super) store: &'a mut Store,
    pub(super) transaction_ref: &'a TransactionRef,
}

impl Context<'_> {
    pub(super) fn transaction(&mut self) -> Option<&mut Transaction> {
        self.store.transactions.get(self.transaction_ref, self.state.now())
    }
}
