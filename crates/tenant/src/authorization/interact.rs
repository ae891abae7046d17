//! Where a transaction stands, and how it or its session is ended by the customer.

use axum::response::Response;

use super::complete::to_page;
use super::respond::refuse;
use crate::domain::{ErrorCode, Session};
use crate::log::Event;
use crate::state::AppState;
use crate::store::{Authenticator, Authorization, Stage, TransactionRef};

/// A transaction that is this browser's and not too old.
pub(crate) struct TransactionSummary {
    pub(crate) authorization: Authorization,
    pub(crate) csrf_token: String,
    pub(crate) stage: TransactionStage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransactionStage {
    LogIn,
    SecondFactor,
    Enrollment,
    /// At the address where a script has sent it.
    Redirected,
    Finished,
}

pub(crate) fn find_transaction(
    state: &AppState,
    transaction_ref: &TransactionRef,
) -> Option<TransactionSummary> {
    let mut store = state.store();
    let transaction = store.transactions.get(transaction_ref, state.now())?;
    let at = match &transaction.stage {
        Stage::LogIn => TransactionStage::LogIn,
        Stage::SecondFactor(_) => TransactionStage::SecondFactor,
        Stage::Enrollment(_) => TransactionStage::Enrollment,
        Stage::Redirected(_) => TransactionStage::Redirected,
        Stage::Finished => TransactionStage::Finished,
    };
    let csrf_token = transaction.csrf_token.clone();
    Some(TransactionSummary { authorization: transaction.authorization.clone(), csrf_token, stage: at })
}

pub(crate) fn cancel(state: &AppState, transaction_ref: &TransactionRef) -> Response {
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(transaction) = store.transactions.get(transaction_ref, state.now()) else {
        return to_page("/u/login", transaction_ref);
    };
    match std::mem::replace(&mut transaction.stage, Stage::Finished) {
        Stage::Finished => return to_page("/u/login", transaction_ref),
        Stage::LogIn | Stage::Enrollment(_) | Stage::Redirected(_) => {}
        Stage::SecondFactor(second) => {
            if let Authenticator::Push(push) = second.authenticator {
                store.pushes.withdraw(&push, state.now());
                state.changed();
            }
        }
    }
    let authorization = &transaction.authorization;
    tracing::info!(client_id = authorization.request.client.id, "cancelled by the customer");
    authorization.trace.record(Event::Cancelled);
    refuse(authorization, ErrorCode::AccessDenied, "The customer cancelled the request.")
}

/// Ends the session of this browser, and with it the questions that it has put to the phone.
pub(crate) fn log_out(state: &AppState, cookie: Option<&str>) -> Option<Session> {
    let mut store = state.store();
    let session = cookie.and_then(|cookie| store.sessions.end(cookie))?;
    store.pushes.withdraw_session(&session.sid, state.now());
    state.changed();
    tracing::info!(sub = session.sub, "logged out");
    Some(session)
}
