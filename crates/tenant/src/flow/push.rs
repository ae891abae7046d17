//! The second factor by push: what is sent to the phone, and what its answer is worth to the log-in tab.

use super::Visit;
use crate::factors::Factor;
use crate::log::{self, FactorStep};
use crate::random;
use crate::state::State;
use crate::store::{Answer, Asked, NotSent, Outcome, Push, PushState, Stage, Store, Verdict, Way};

/// Asks the phones of a customer, on behalf of a session; gives the name of the push.
pub(super) fn send(
    state: &State,
    store: &mut Store,
    visit: Visit<'_>,
    (sub, sid): (&str, &str),
    (asked, expires): (&Asked, u64),
) -> Result<String, NotSent> {
    let transaction = store.transactions.get(visit.id, visit.cookie, state.now());
    let trace = transaction.as_ref().map(|it| it.request.to.trace.clone()).unwrap_or_default();
    let from = transaction.and_then(|transaction| transaction.peer).map(|peer| peer.to_string());
    let id = random::identifier();
    let (number, choices) = Push::numbers(random::bytes());
    let push = Push {
        id: id.clone(),
        sub: sub.to_owned(),
        from,
        sid: sid.to_owned(),
        asked: asked.clone(),
        trace: trace.clone(),
        number,
        choices,
        sent: state.now(),
        expires,
        state: PushState::Waiting,
        answered: None,
    };
    if let Err(why) = store.pushes.send(push, &state.limits, state.now()) {
        trace.record(log::factor(Factor::Push, FactorStep::TooMany));
        return Err(why);
    }
    tracing::info!(sub, "push sent");
    state.changed();
    Ok(id)
}

/// What a client is told of a phone that is not asked. A redirect can be no 429: `temporarily_unavailable` stands for it
/// (RFC 6749, 4.2.2.1).
pub(super) fn told_client(why: NotSent) -> String {
    match why {
        NotSent::TooMany { wait } => {
            let minutes = wait.div_ceil(60);
            format!("Too many requests were sent to the phone and not approved. Try again in {minutes} min.")
        }
        NotSent::Locked { wait } => {
            format!("No requests are sent to the phone at present. Try again in {} min.", wait.div_ceil(60))
        }
    }
}

/// Why a phone's answer ends the request, as the client is told.
pub(super) const fn refusal(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Denied => "The customer denied the request on the phone.",
        Verdict::WrongNumber => "A wrong number was chosen on the phone.",
        Verdict::NotMe => "The customer said on the phone that this request was not theirs.",
        _ => "The request was not approved on the phone in time.",
    }
}

/// An answer of a phone. "This was not me" also ends the session that asked, and leaves the phone alone for a time.
pub(crate) fn answer(state: &State, id: &str, sub: &str, answer: Answer) -> Outcome {
    let now = state.now();
    let mut store = state.store();
    let outcome = store.pushes.answer(id, sub, answer, now);
    log::answered(store.pushes.get(id), sub, outcome);
    if outcome == Outcome::NotMe
        && let Some(sid) = store.pushes.get(id).map(|push| push.sid.clone())
    {
        store.sessions.end_sid(&sid);
        store.pushes.withdraw_session(&sid, now);
        store.pushes.lock(sub, now + state.limits.push_lock, now);
        tracing::warn!(sub, "the customer said that a request was not theirs: its session was ended");
    }
    tracing::info!(sub, ?outcome, "push answered");
    state.changed();
    outcome
}

/// Whether a page that waits for the phone has reason to go on.
pub(crate) fn still_waiting(state: &State, visit: Visit<'_>) -> bool {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    match store.transactions.get(visit.id, visit.cookie, now).map(|transaction| &transaction.stage) {
        Some(Stage::SecondFactor(second)) => match &second.way {
            Way::Push(push) => store.pushes.is_waiting(push, now),
            _ => false,
        },
        _ => false,
    }
}
