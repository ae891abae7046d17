//! How a second factor ends: too late, refused, or given.

use std::sync::Arc;

use super::next_step::NextStep;
use super::recovery::make_codes;
use crate::domain::{Customer, ErrorCode, Factor, Session};
use crate::log::{Event, FactorStep, events};
use crate::state::AppState;
use crate::store::{Authenticator, Enrollment, SecondFactor, Stage, Store, TransactionRef};

/// The customer and the session of a second factor, as long as there is one and there is time. Otherwise the request is
/// refused, or goes back to the log-in page: a second factor outlives no session.
pub(super) fn in_time(
    state: &AppState,
    store: &mut Store,
    transaction_ref: &TransactionRef,
    second: &SecondFactor,
) -> Result<(Arc<Customer>, Session), NextStep> {
    let now = state.now();
    if now >= second.expires {
        record(store, transaction_ref, now, events::factor(second.authenticator.factor(), FactorStep::Stale));
        return Err(refuse(state, store, transaction_ref, "The request was not confirmed in time."));
    }
    let session = store.sessions.by_sid(&second.sid, now).filter(|session| session.sub == second.sub);
    if let Some(session) = session.cloned()
        && let Some(customer) = state.directory.by_sub(&session.sub)
    {
        return Ok((Arc::clone(customer), session));
    }
    if let Authenticator::Push(push) = &second.authenticator {
        store.pushes.withdraw(push, now);
        state.changed();
    }
    set(state, store, transaction_ref, Stage::LogIn);
    Err(NextStep::Page("/u/login"))
}

pub(super) const APP_IS_SET_UP: &str = "Your authenticator app is set up.";

/// The second factor was given: on to the client, or first to the ways to confirm.
pub(super) fn pass(
    state: &AppState,
    store: &mut Store,
    transaction_ref: &TransactionRef,
    second: &SecondFactor,
) -> NextStep {
    let (customer, session) = match in_time(state, store, transaction_ref, second) {
        Ok(known) => known,
        Err(next_step) => return next_step,
    };
    let factor = second.authenticator.factor();
    // Of a push, this is when its answer was fetched: nobody is told of it before.
    let given = state.now();
    tracing::info!(sub = second.sub, factor = factor.name(), "second factor given");
    let left = store.enrolments.recovery_codes(&second.sub);
    let sentence = match (&second.authenticator, factor) {
        (Authenticator::FirstApp(_), _) => Some(APP_IS_SET_UP.to_owned()),
        (_, Factor::RecoveryCode) => Some(match left {
            0 => "This was your last recovery code. Make new ones now.".to_owned(),
            1 => "You have 1 recovery code left.".to_owned(),
            left => format!("You have {left} recovery codes left."),
        }),
        _ => None,
    };
    if factor != Factor::RecoveryCode {
        // Codes for the worst case are nobody's habit.
        store.enrolments.remember(&second.sub, factor);
    }
    if sentence.is_some() || second.manage {
        let mut enrollment = Enrollment {
            sid: second.sid.clone(),
            sub: second.sub.clone(),
            given,
            factor: Some(factor),
            expires: state.now() + state.lifetimes.push,
            notice: sentence,
            ..Enrollment::default()
        };
        let first_app = matches!(second.authenticator, Authenticator::FirstApp(_));
        let next = if first_app { make_codes(store, &mut enrollment) } else { "/u/methods" };
        set(state, store, transaction_ref, Stage::Enrollment(enrollment));
        return NextStep::Page(next);
    }
    grant(state, store, transaction_ref, (customer, session.authenticated(given), factor))
}

/// Tells the developer of the request's log-in.
pub(super) fn record(store: &mut Store, transaction_ref: &TransactionRef, now: u64, event: Event) {
    if let Some(transaction) = store.transactions.get(transaction_ref, now) {
        transaction.authorization.trace.record(event);
    }
}

/// Finishes the transaction with tokens.
pub(super) fn grant(
    state: &AppState,
    store: &mut Store,
    transaction_ref: &TransactionRef,
    (customer, session, factor): (Arc<Customer>, Session, Factor),
) -> NextStep {
    let Some(transaction) = store.transactions.get(transaction_ref, state.now()) else {
        return NextStep::Page("/u/login");
    };
    transaction.stage = Stage::Finished;
    NextStep::Grant { authorization: transaction.authorization.clone(), customer, session, factor }
}

/// Finishes the transaction without tokens.
pub(super) fn refuse(
    state: &AppState,
    store: &mut Store,
    transaction_ref: &TransactionRef,
    reason: &str,
) -> NextStep {
    let Some(transaction) = store.transactions.get(transaction_ref, state.now()) else {
        return NextStep::Page("/u/login");
    };
    transaction.stage = Stage::Finished;
    tracing::info!(client_id = transaction.authorization.request.client.id, reason, "second factor refused");
    NextStep::refuse(&transaction.authorization, ErrorCode::AccessDenied, reason)
}

pub(super) fn set(state: &AppState, store: &mut Store, transaction_ref: &TransactionRef, next: Stage) {
    if let Some(transaction) = store.transactions.get(transaction_ref, state.now()) {
        transaction.stage = next;
    }
}
