//! A customer has given the right password on the log-in page of a request.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};

use super::challenge::challenge;
use super::complete::{carry_out, grant, to_page};
use super::redirect::send_away;
use super::respond::refuse;
use crate::domain::{Customer, ScriptDecision, Session};
use crate::http::cookies::{self, CookieLifetime};
use crate::mfa::{self, NextStep};
use crate::random;
use crate::scripts::{self, AuthenticationState, ScriptRefusal};
use crate::state::AppState;
use crate::store::{Authorization, NewSession, Stage, Store, Transaction, TransactionRef};

pub(crate) async fn log_in(
    state: &AppState,
    transaction_ref: &TransactionRef,
    customer: &Arc<Customer>,
    before: Option<&str>,
) -> Response {
    let now = state.now();
    // The other click of a double click was faster, or time has run out: the page says where it stands.
    let Some(authorization) = find_at_log_in(&mut state.store(), transaction_ref, now) else {
        return to_page("/u/login", transaction_ref);
    };
    state.store().customers.record_log_in(&customer.sub, now);
    let authenticated = AuthenticationState { sid: None, auth_time: now, second_factor: None };
    let decided = scripts::run(state, &authorization, customer, &authenticated).await;
    let cookie = random::secret();
    let Some((session, outcome)) =
        start_session(state, transaction_ref, customer, authorization, decided, &cookie, before)
    else {
        return to_page("/u/login", transaction_ref);
    };
    let response = match outcome {
        LogInOutcome::Refused(authorization, ScriptRefusal { error, description }) => {
            refuse(&authorization, error, &description)
        }
        LogInOutcome::Granted(authorization) => grant(state, &authorization, customer, &session, false),
        LogInOutcome::SentAway(response) => response,
        LogInOutcome::Challenged(next_step) => carry_out(state, transaction_ref, next_step).await,
    };
    (cookies::set(state, cookies::SESSION, &cookie, CookieLifetime::Session), response).into_response()
}

enum LogInOutcome {
    Refused(Authorization, ScriptRefusal),
    Granted(Authorization),
    SentAway(Response),
    Challenged(NextStep),
}

/// The transition, under the store's lock. Nothing where the transaction has been moved on meanwhile.
fn start_session(
    state: &AppState,
    transaction_ref: &TransactionRef,
    customer: &Customer,
    mut authorization: Authorization,
    decided: Result<ScriptDecision, ScriptRefusal>,
    cookie: &str,
    before: Option<&str>,
) -> Option<(Session, LogInOutcome)> {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    find_at_log_in(store, transaction_ref, now)?;
    let new = NewSession { cookie, sid: random::identifier() };
    let session = store.sessions.log_in(&customer.sub, before, new, now, state.lifetimes.session);
    tracing::info!(client_id = authorization.request.client.id, sub = customer.sub, "logged in");
    let transaction = store.transactions.get(transaction_ref, now)?;
    let decision = match decided {
        Ok(decision) => decision,
        // The password was right, and so there is a session, as at Auth0; what was asked for is refused.
        Err(refusal) => {
            transaction.stage = Stage::Finished;
            return Some((session, LogInOutcome::Refused(authorization, refusal)));
        }
    };
    let challenge = challenge(&authorization.request, customer, &decision);
    let goes_away = decision.redirect.is_some();
    authorization.decision = Arc::new(ScriptDecision { challenge: challenge.clone(), ..decision });
    if goes_away {
        let response = send_away(state, store, transaction_ref, authorization, &session, None);
        return Some((session, LogInOutcome::SentAway(response)));
    }
    let Some(challenge) = challenge else {
        transaction.stage = Stage::Finished;
        return Some((session, LogInOutcome::Granted(authorization)));
    };
    transaction.authorization = authorization;
    let next_step = mfa::start(state, store, transaction_ref, &session, challenge);
    Some((session, LogInOutcome::Challenged(next_step)))
}

/// The request, as long as its customer has to log in.
fn find_at_log_in(store: &mut Store, transaction_ref: &TransactionRef, now: u64) -> Option<Authorization> {
    match store.transactions.get(transaction_ref, now) {
        Some(Transaction { authorization, stage: Stage::LogIn, .. }) => Some(authorization.clone()),
        _ => None,
    }
}
