//! `/u/cancel`: back to the client without what it asked for.

use axum::extract::State;
use axum::response::Response;

use crate::authorization;
use crate::extract::{AtAnyForm, TransactionForm};
use crate::state::Shared;

pub(super) async fn post(State(state): Shared, form: TransactionForm<AtAnyForm>) -> Response {
    authorization::cancel(&state, &form.transaction_ref)
}
