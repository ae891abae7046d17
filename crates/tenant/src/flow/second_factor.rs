//! The second factor of a request, whichever it is: begun, looked at by the log-in tab, and changed for another.

mod codes;
mod passing;
mod ways;

use std::sync::Arc;

use axum::response::Response;

use super::{Visit, push, to_page};
use crate::answer::ErrorCode;
use crate::config::Customer;
use crate::endpoints::authorize::Request;
use crate::factors::Factor;
use crate::factors::totp::Secret;
use crate::log::{self, FactorStep};
use crate::state::State;
use crate::store::{Challenge, NotSent, Push, SecondFactor, Session, Stage, Store, Verdict, Way};

pub(crate) use codes::{Answered, CodeError, answer_code, prove};
pub(super) use passing::{Step, grant, record, refuse, set};
pub(crate) use ways::{Switched, Ways, manage, set_up_first_app, switch, ways};

/// What the log-in tab gets to see.
pub(crate) enum Look {
    /// The way that is tried.
    Page(Box<View>),
    /// It is over, one way or the other; this goes to the browser.
    Over(Response),
    /// No second factor is asked for.
    Elsewhere,
}

/// A second factor that is asked for, as its page shows it.
pub(crate) struct View {
    pub(crate) request: Arc<Request>,
    pub(crate) form_token: String,
    pub(crate) challenge: Challenge,
    pub(crate) customer: Arc<Customer>,
    pub(crate) way: WayView,
    /// The customer will look after the ways to confirm when this is done.
    pub(crate) manage: bool,
}

pub(crate) enum WayView {
    Push(Box<Push>),
    Otp,
    RecoveryCode,
    FirstApp(Secret),
}

/// Asks the customer of a session for a second factor, on behalf of a transaction that has not finished.
pub(super) fn start(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
    session: &Session,
    challenge: Challenge,
) -> Response {
    let now = state.now();
    let expires = now + state.lifetimes.push;
    let begun = first_way(state, store, visit, session, (&challenge, expires));
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) else {
        return to_page("/u/login", visit.id);
    };
    let client_id = &transaction.request.client.id;
    match begun {
        Ok(way) => {
            tracing::info!(
                client_id,
                sub = session.sub,
                factor = way.factor().name(),
                "second factor asked for"
            );
            let (sid, sub) = (session.sid.clone(), session.sub.clone());
            transaction.request.to.trace.record(log::asked(way.factor(), &challenge.asked));
            let manage = transaction.request.is_own();
            let second = SecondFactor { sid, sub, challenge, way, wrong: 0, manage, expires };
            transaction.stage = Stage::SecondFactor(second);
            // The tab must still find its transaction when it has become stale, to tell the client so.
            transaction.extend(expires + state.lifetimes.log_in);
            to_page("/u/mfa", visit.id)
        }
        Err(why) => {
            transaction.stage = Stage::Finished;
            tracing::warn!(client_id, sub = session.sub, ?why, "no second factor can be asked for");
            let to = &transaction.request.to;
            // Where a push was not sent, nobody was asked, so nobody denied anything.
            if let Some(why) = why {
                to.refuse(ErrorCode::TemporarilyUnavailable, &push::told_client(why))
            } else {
                to.refuse(
                    ErrorCode::AccessDenied,
                    "The customer has set up no factor that this request allows.",
                )
            }
        }
    }
}

/// The way that the customer took last, or else the strongest that works.
fn first_way(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
    session: &Session,
    (challenge, expires): (&Challenge, u64),
) -> Result<Way, Option<NotSent>> {
    let Session { sub, sid, .. } = session;
    let usable = ways::usable(store, sub, challenge.allowed, state.now());
    let last = store.enrolments.last(sub).filter(|last| usable.has(*last));
    let mut why = None;
    for factor in last.into_iter().chain(usable.iter()) {
        match factor {
            Factor::Push => match push::send(state, store, visit, (sub, sid), (&challenge.asked, expires)) {
                Ok(push) => return Ok(Way::Push(push)),
                Err(not_sent) => why = Some(not_sent),
            },
            Factor::Otp => return Ok(Way::Otp),
            Factor::RecoveryCode => return Ok(Way::RecoveryCode),
        }
    }
    let first = usable.is_empty() && ways::may_set_up(store, sub, challenge.allowed, state.now());
    if first { Ok(Way::FirstApp(Secret::random())) } else { Err(why) }
}

/// Looks where the second factor stands. The first look after a phone's answer takes it: it finishes the transaction, and
/// every later look finds it finished.
pub(crate) async fn look(state: &State, visit: Visit<'_>) -> Look {
    match find(state, visit) {
        Ok(look) => look,
        Err(given) => Look::Over(given.response(state, visit).await),
    }
}

/// What a look finds; or the step that an answer of the phone leads to, which is made without the store.
fn find(state: &State, visit: Visit<'_>) -> Result<Look, Step> {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(transaction) = store.transactions.get(visit.id, visit.cookie, now) else {
        return Ok(Look::Elsewhere);
    };
    let Stage::SecondFactor(second) = transaction.stage.clone() else { return Ok(Look::Elsewhere) };
    let (request, form_token) = (Arc::clone(&transaction.request), transaction.form_token.clone());
    let way = match &second.way {
        Way::Push(push) => match (store.pushes.take(push, now), store.pushes.get(push).cloned()) {
            (Verdict::Waiting, Some(push)) => WayView::Push(Box::new(push)),
            (Verdict::Approved, _) => {
                return Err(passing::pass(state, store, visit, &second));
            }
            (Verdict::Withdrawn, _) => {
                request.to.trace.record(log::factor(Factor::Push, FactorStep::Withdrawn));
                transaction.stage = Stage::LogIn;
                return Ok(Look::Over(to_page("/u/login", visit.id)));
            }
            (verdict, _) => {
                if verdict == Verdict::Stale {
                    request.to.trace.record(log::factor(Factor::Push, FactorStep::Stale));
                }
                return Ok(Look::Over(passing::refuse(state, store, visit, push::refusal(verdict))));
            }
        },
        Way::Otp => WayView::Otp,
        Way::RecoveryCode => WayView::RecoveryCode,
        Way::FirstApp(secret) => WayView::FirstApp(secret.clone()),
    };
    Ok(match passing::in_time(state, store, visit, &second) {
        Ok((customer, _)) => {
            let SecondFactor { challenge, manage, .. } = second;
            Look::Page(Box::new(View { request, form_token, challenge, customer, way, manage }))
        }
        Err(response) => Look::Over(response),
    })
}
