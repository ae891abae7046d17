//! `/u/methods`: the customer enrolls factors, after a request was confirmed and before its response goes to the client.

use axum::extract::State;
use axum::response::Response;

use crate::authorization::{carry_out, find_transaction};
use crate::extract::{AtEnrollment, InTransaction, TransactionForm};
use crate::mfa::{self, CodeError, EnrollmentAction, NextStep};
use crate::pages;
use crate::state::{AppState, Shared};
use crate::store::TransactionRef;

pub(super) async fn get(State(state): Shared, InTransaction(transaction_ref): InTransaction) -> Response {
    page(&state, &transaction_ref, None).await
}

/// `/u/methods/codes`: new recovery codes, shown once.
pub(super) async fn codes(State(state): Shared, InTransaction(transaction_ref): InTransaction) -> Response {
    match mfa::enrollment::take_new_codes(&state, &transaction_ref) {
        Ok(codes) => pages::new_codes(&transaction_ref.id, &codes),
        Err(next_step) => carry_out_or_elsewhere(&state, &transaction_ref, next_step).await,
    }
}

/// Parameters: `state`, `form_token`, `act`, and perhaps `code`.
pub(super) async fn post(
    State(state): Shared,
    TransactionForm { transaction_ref, form, .. }: TransactionForm<AtEnrollment>,
) -> Response {
    let action = match form.get("act").unwrap_or_default() {
        "continue" => EnrollmentAction::Continue,
        "set-up" => EnrollmentAction::SetUp,
        // Enter in the field for the code presses no button.
        "confirm" | "" => EnrollmentAction::Confirm(form.get("code").unwrap_or_default()),
        "abandon" => EnrollmentAction::Abandon,
        "remove-app" => EnrollmentAction::RemoveApp,
        "new-codes" => EnrollmentAction::NewCodes,
        _ => return page(&state, &transaction_ref, None).await,
    };
    match mfa::enrollment::perform(&state, &transaction_ref, action) {
        Ok(next_step) => carry_out_or_elsewhere(&state, &transaction_ref, next_step).await,
        Err(error) => page(&state, &transaction_ref, Some(error)).await,
    }
}

async fn page(state: &AppState, transaction_ref: &TransactionRef, error: Option<CodeError>) -> Response {
    match mfa::enrollment::overview(state, transaction_ref) {
        Ok(overview) => pages::methods(state, &transaction_ref.id, &overview, error),
        Err(next_step) => carry_out_or_elsewhere(state, transaction_ref, next_step).await,
    }
}

async fn carry_out_or_elsewhere(
    state: &AppState,
    transaction_ref: &TransactionRef,
    next_step: Option<NextStep>,
) -> Response {
    match next_step {
        Some(next_step) => carry_out(state, transaction_ref, next_step).await,
        None => pages::elsewhere(state, transaction_ref, find_transaction(state, transaction_ref).as_ref()),
    }
}
