//! How a second factor ends: too late, refused, or given.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Redirect, Response};

use crate::answer::ErrorCode;
use crate::config::Customer;
use crate::endpoints::authorize::Request;
use crate::factors::Factor;
use crate::flow::{DONE, Visit, grant_after_second_factor, methods, to_page};
use crate::log::{self, Event, FactorStep};
use crate::state::State;
use crate::store::{Methods, SecondFactor, Session, Stage, Store, Way};

/// What comes next. Tokens are made when the store has been let go of.
pub(in crate::flow) enum Step {
    Answer(Response),
    /// `auth_time` of this session is when the second factor was given: it is an authentication too, and the last
    /// (OIDC Core 2).
    Grant {
        request: Arc<Request>,
        customer: Arc<Customer>,
        session: Session,
        factor: Factor,
    },
}

impl Step {
    pub(in crate::flow) async fn response(self, state: &State, visit: Visit<'_>) -> Response {
        match self {
            Self::Answer(response) => response,
            Self::Grant { request, .. } if request.is_own() => {
                request.to.trace.record(log::redirect(&request.to, "", None));
                Redirect::to(&format!("/{DONE}")).into_response()
            }
            Self::Grant { request, customer, session, factor } => {
                grant_after_second_factor(state, visit, (&request, &customer), (&session, factor)).await
            }
        }
    }
}

/// The customer and the session of a second factor, as long as there is one and there is time. Otherwise the request is
/// refused, or goes back to the log-in page: a second factor outlives no session.
pub(super) fn in_time(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
    second: &SecondFactor,
) -> Result<(Arc<Customer>, Session), Response> {
    let now = state.now();
    if now >= second.expires {
        record(store, visit, now, log::factor(second.way.factor(), FactorStep::Stale));
        return Err(refuse(state, store, visit, "The request was not confirmed in time."));
    }
    let session = store.sessions.by_sid(&second.sid, now).filter(|session| session.sub == second.sub);
    if let Some(session) = session.cloned()
        && let Some(customer) = state.directory.by_sub(&session.sub)
    {
        return Ok((Arc::clone(customer), session));
    }
    if let Way::Push(push) = &second.way {
        store.pushes.withdraw(push, now);
        state.changed();
    }
    set(state, store, visit, Stage::LogIn);
    Err(to_page("/u/login", visit.id))
}

/// The second factor was given: on to the client, or first to the ways to confirm.
pub(super) fn pass(state: &State, store: &mut Store, visit: Visit<'_>, second: &SecondFactor) -> Step {
    let (customer, session) = match in_time(state, store, visit, second) {
        Ok(known) => known,
        Err(response) => return Step::Answer(response),
    };
    let factor = second.way.factor();
    // Of a push, this is when its answer was fetched: nobody is told of it before.
    let given = state.now();
    tracing::info!(sub = second.sub, factor = factor.name(), "second factor given");
    let left = store.enrolments.recovery_codes(&second.sub);
    let sentence = match (&second.way, factor) {
        (Way::FirstApp(_), _) => Some(methods::APP_IS_SET_UP.to_owned()),
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
        let mut methods = Methods {
            sid: second.sid.clone(),
            sub: second.sub.clone(),
            given,
            factor: Some(factor),
            expires: state.now() + state.lifetimes.push,
            said: sentence,
            ..Methods::default()
        };
        let first_app = matches!(second.way, Way::FirstApp(_));
        let next = if first_app { methods::make_codes(store, &mut methods) } else { "/u/methods" };
        set(state, store, visit, Stage::Methods(methods));
        return Step::Answer(to_page(next, visit.id));
    }
    grant(state, store, visit, (customer, session.authenticated(given), factor))
}

/// Tells the developer of the request's log-in.
pub(in crate::flow) fn record(store: &mut Store, visit: Visit<'_>, now: u64, event: Event) {
    if let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) {
        transaction.request.to.trace.record(event);
    }
}

/// Finishes the transaction with tokens.
pub(in crate::flow) fn grant(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
    (customer, session, factor): (Arc<Customer>, Session, Factor),
) -> Step {
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, state.now()) else {
        return Step::Answer(to_page("/u/login", visit.id));
    };
    transaction.stage = Stage::Finished;
    Step::Grant { request: Arc::clone(&transaction.request), customer, session, factor }
}

/// Finishes the transaction without tokens.
pub(in crate::flow) fn refuse(state: &State, store: &mut Store, visit: Visit<'_>, reason: &str) -> Response {
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, state.now()) else {
        return to_page("/u/login", visit.id);
    };
    transaction.stage = Stage::Finished;
    tracing::info!(client_id = transaction.request.client.id, reason, "second factor refused");
    transaction.request.to.refuse(ErrorCode::AccessDenied, reason)
}

pub(in crate::flow) fn set(state: &State, store: &mut Store, visit: Visit<'_>, next: Stage) {
    if let Some(transaction) = store.transactions.get(visit.id, visit.cookie, state.now()) {
        transaction.stage = next;
    }
}
