//! The browser comes back to `/continue` from where a script has sent it, and the scripts go on.

use std::sync::Arc;

use axum::response::Response;

use super::challenge::challenge;
use super::complete::{SecondFactorGiven, carry_out, grant, grant_after_second_factor, to_page};
use super::redirect::send_away;
use super::respond::refuse;
use crate::domain::{Customer, ErrorCode, Parameters, ScriptDecision, Session};
use crate::log::Event;
use crate::mfa;
use crate::scripts::{self, AuthenticationState, ScriptRefusal};
use crate::state::AppState;
use crate::store::{Authorization, Redirected, Stage, Store, TransactionRef};

/// The browser has come back. Nothing where its transaction does not wait for that: it has come back before, or from
/// somewhere else.
pub(crate) async fn continue_authorization(
    state: &AppState,
    transaction_ref: &TransactionRef,
    parameters: &Parameters,
) -> Option<Response> {
    let (authorization, redirected) = take(&mut state.store(), transaction_ref, state.now())?;
    authorization.trace.record(Event::ScriptContinued);
    let Redirected { sid, sub, second_factor } = redirected;
    let session = state.store().sessions.by_sid(&sid, state.now()).cloned();
    let (Some(session), Some(customer)) = (session, state.directory.by_sub(&sub)) else {
        return Some(refuse(&authorization, ErrorCode::LoginRequired, "The customer has logged out."));
    };
    let Some(given) = second_factor else {
        return Some(go_on(state, transaction_ref, authorization, &customer, &session, parameters).await);
    };
    let given = SecondFactorGiven { given, continued: Some(parameters) };
    let granted =
        grant_after_second_factor(state, transaction_ref, authorization, &customer, &session, given);
    Some(match granted.await {
        Ok(response) => response,
        Err(next_step) => carry_out(state, transaction_ref, next_step).await,
    })
}

/// The request that waits for the browser. It is taken: coming back once more is of no use.
fn take(
    store: &mut Store,
    transaction_ref: &TransactionRef,
    now: u64,
) -> Option<(Authorization, Redirected)> {
    let transaction = store.transactions.get(transaction_ref, now)?;
    let Stage::Redirected(redirected) = &transaction.stage else { return None };
    let redirected = redirected.clone();
    transaction.stage = Stage::Finished;
    Some((transaction.authorization.clone(), redirected))
}

/// The scripts go on before any second factor.
async fn go_on(
    state: &AppState,
    transaction_ref: &TransactionRef,
    mut authorization: Authorization,
    customer: &Arc<Customer>,
    session: &Session,
    parameters: &Parameters,
) -> Response {
    let second_factor = state.store().customers.second_factor(&session.sid);
    let authenticated =
        AuthenticationState { sid: Some(session.sid.clone()), auth_time: session.auth_time, second_factor };
    let resumed = scripts::resume(state, &authorization, customer, &authenticated, Some(parameters)).await;
    let decision = match resumed {
        Ok(decision) => decision,
        Err(ScriptRefusal { error, description }) => return refuse(&authorization, error, &description),
    };
    let challenge = challenge(&authorization.request, customer, &decision);
    let goes_away = decision.redirect.is_some();
    authorization.decision = Arc::new(ScriptDecision { challenge: challenge.clone(), ..decision });
    let next_step = {
        let mut guard = state.store();
        let store = &mut *guard;
        // The scripts took their time: the customer may have logged out.
        if store.sessions.by_sid(&session.sid, state.now()).is_none() {
            return refuse(&authorization, ErrorCode::LoginRequired, "The customer has logged out.");
        }
        if goes_away {
            return send_away(state, store, transaction_ref, authorization, session, None);
        }
        match (challenge, store.transactions.get(transaction_ref, state.now())) {
            (None, _) => None,
            (Some(challenge), Some(transaction)) => {
                transaction.authorization = authorization.clone();
                Some(mfa::start(state, store, transaction_ref, session, challenge))
            }
            (Some(_), None) => return to_page("/u/login", transaction_ref),
        }
    };
    match next_step {
        None => grant(state, &authorization, customer, session, false),
        Some(next_step) => carry_out(state, transaction_ref, next_step).await,
    }
}
