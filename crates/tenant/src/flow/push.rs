//! The second factor of a request: sent, looked at by the log-in tab, and worth one answer to the client.

use std::sync::Arc;

use axum::response::Response;

use super::{Visit, to_page};
use crate::answer::{self, ErrorCode};
use crate::endpoints::authorize::Request;
use crate::log::{self, FactorStep};
use crate::random;
use crate::state::State;
use crate::store::{Asked, Push, PushState, Session, Stage, Store, Verdict};

/// What the log-in tab gets to see.
pub(crate) enum Look {
    /// The phone has not answered yet.
    Waiting { request: Arc<Request>, form_token: String, push: Box<Push> },
    /// It is over, one way or the other; this goes to the browser.
    Over(Response),
    /// The request is not waiting for a phone.
    Elsewhere,
}

/// Asks the customer's phones, on behalf of a transaction that has not finished.
pub(super) fn send(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
    session: &Session,
    asked: Asked,
) -> Response {
    let now = state.now();
    let expires = now + state.lifetimes.push;
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) else {
        return to_page("/u/login", visit.id);
    };
    let id = random::identifier();
    let (number, choices) = Push::numbers(random::bytes());
    let (sub, sid) = (session.sub.clone(), session.sid.clone());
    let trace = transaction.request.to.trace.clone();
    let event = log::asked(&asked);
    let push = Push {
        trace: trace.clone(),
        id: id.clone(),
        sub,
        sid,
        asked,
        number,
        choices,
        sent: now,
        expires,
        state: PushState::Waiting,
    };
    if let Err(later) = store.pushes.send(push, &state.limits, now) {
        transaction.stage = Stage::Finished;
        transaction.request.to.trace.record(log::push(FactorStep::TooMany));
        tracing::warn!(sub = session.sub, "too many pushes were not approved");
        let minutes = later.wait.div_ceil(60);
        let description =
            format!("Too many requests were sent to the phone and not approved. Try again in {minutes} min.");
        // Nobody was asked, so nobody denied anything. A redirect can be no 429: this error stands for it (RFC 6749,
        // 4.2.2.1).
        return transaction.request.to.refuse(ErrorCode::TemporarilyUnavailable, &description);
    }
    tracing::info!(client_id = transaction.request.client.id, sub = session.sub, "push sent");
    trace.record(event);
    transaction.stage = Stage::Push { sid: session.sid.clone(), push: id };
    // The tab must still find its transaction when the push has become stale, to tell the client so.
    transaction.extend(expires + state.lifetimes.log_in);
    state.changed();
    to_page("/u/mfa", visit.id)
}

/// Looks whether the phone has answered. The first look after an answer takes it: it finishes the transaction, and
/// every later look finds it finished.
pub(crate) fn look(state: &State, visit: Visit<'_>) -> Look {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) else {
        return Look::Elsewhere;
    };
    let Stage::Push { sid, push } = transaction.stage.clone() else { return Look::Elsewhere };
    let request = Arc::clone(&transaction.request);
    let refusal = match store.pushes.take(&push, now) {
        Verdict::Waiting => {
            let form_token = transaction.form_token.clone();
            return match store.pushes.get(&push) {
                Some(push) => Look::Waiting { request, form_token, push: Box::new(push.clone()) },
                None => Look::Elsewhere,
            };
        }
        Verdict::Approved => {
            let session = store.sessions.by_sid(&sid, now).cloned();
            let known = session.and_then(|session| Some((state.directory.by_sub(&session.sub)?, session)));
            let Some((customer, session)) = known else {
                // An approval outlives no session: whoever sits there now logs in and is asked again.
                transaction.stage = Stage::LogIn;
                return Look::Over(to_page("/u/login", visit.id));
            };
            transaction.stage = Stage::Finished;
            drop(guard);
            return Look::Over(answer::grant(state, &request, customer, &session, true));
        }
        Verdict::Withdrawn => {
            request.to.trace.record(log::push(FactorStep::Withdrawn));
            transaction.stage = Stage::LogIn;
            return Look::Over(to_page("/u/login", visit.id));
        }
        Verdict::Denied => "The customer denied the request on the phone.",
        Verdict::WrongNumber => "A wrong number was chosen on the phone.",
        Verdict::Stale => {
            request.to.trace.record(log::push(FactorStep::Stale));
            "The request was not approved on the phone in time."
        }
    };
    transaction.stage = Stage::Finished;
    store.pushes.withdraw(&push);
    tracing::info!(client_id = request.client.id, reason = refusal, "second factor refused");
    Look::Over(request.to.refuse(ErrorCode::AccessDenied, refusal))
}

/// Whether a page that waits has reason to go on.
pub(crate) fn still_waiting(state: &State, visit: Visit<'_>) -> bool {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    match store.transactions.get(visit.id, visit.cookie, now).map(|transaction| &transaction.stage) {
        Some(Stage::Push { push, .. }) => store.pushes.is_waiting(push, now),
        _ => false,
    }
}
