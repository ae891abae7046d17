//! The second factor by push: what is sent to the phone, and what its answer is worth to the log-in tab.

use super::context::Context;
use crate::domain::{ConfirmationPrompt, Factor};
use crate::log::{FactorStep, events};
use crate::random;
use crate::state::AppState;
use crate::store::{Authenticator, NotSent, Push, PushAnswer, PushOutcome, PushState, Stage, TransactionRef};

/// Asks the phones of a customer, on behalf of a session; gives the name of the push.
pub(super) fn send(
    context: &mut Context<'_>,
    sub: &str,
    sid: &str,
    prompt: &ConfirmationPrompt,
    expires: u64,
) -> Result<String, NotSent> {
    let transaction = context.transaction();
    let trace = transaction.as_ref().map(|it| it.authorization.trace.clone()).unwrap_or_default();
    let from = transaction.and_then(|transaction| transaction.peer).map(|peer| peer.to_string());
    let id = random::identifier();
    let (number, choices) = Push::numbers(random::bytes());
    let push = Push {
        id: id.clone(),
        sub: sub.to_owned(),
        from,
        sid: sid.to_owned(),
        prompt: prompt.clone(),
        trace: trace.clone(),
        number,
        choices,
        sent: context.state.now(),
        order: 0,
        expires,
        state: PushState::Waiting,
        answered: None,
    };
    if let Err(why) = context.store.pushes.send(push, &context.state.limits, context.state.now()) {
        trace.record(events::factor(Factor::Push, FactorStep::TooMany));
        return Err(why);
    }
    tracing::info!(sub, "push sent");
    context.state.changed();
    Ok(id)
}

/// What a client is told of a phone that is not asked. A redirect can be no 429: `temporarily_unavailable` stands for it
/// (RFC 6749, 4.2.2.1).
pub(super) fn describe_to_client(why: NotSent) -> String {
    match why {
        NotSent::TooMany { wait } => {
            let minutes = wait.div_ceil(60);
            format!("Too many requests were sent to the phone and not approved. Try again in {minutes} min.")
        }
        NotSent::Locked { wait } => {
            let minutes = wait.div_ceil(60);
            format!(
                "The customer said on the phone that a request was not theirs. Try again in {minutes} min."
            )
        }
    }
}

/// Why a phone's answer ends the request, as the client is told.
pub(super) const fn refusal(state: Option<PushState>) -> &'static str {
    match state {
        Some(PushState::Denied) => "The customer denied the request on the phone.",
        Some(PushState::WrongNumber) => "A wrong number was chosen on the phone.",
        Some(PushState::NotMe) => "The customer said on the phone that this request was not theirs.",
        _ => "The request was not approved on the phone in time.",
    }
}

/// An answer of a phone. "This was not me" also ends the session that asked and its refresh tokens, and leaves the phone alone for a time.
pub(crate) fn answer(state: &AppState, id: &str, sub: &str, answer: PushAnswer) -> PushOutcome {
    let now = state.now();
    let mut store = state.store();
    let outcome = store.pushes.answer(id, sub, answer, now);
    record_answer(store.pushes.get(id), sub, outcome);
    if outcome == PushOutcome::NotMe
        && let Some(sid) = store.pushes.get(id).map(|push| push.sid.clone())
    {
        store.sessions.report(&sid, now + state.longest_access_token(), now);
        store.refresh_tokens.end_session(&sid, now);
        store.pushes.withdraw_session(&sid, now);
        store.pushes.lock(sub, now + state.limits.push_lock, now);
        tracing::warn!(sub, "the customer said that a request was not theirs: its session was ended");
    }
    tracing::info!(sub, ?outcome, "push answered");
    state.changed();
    outcome
}

/// An approval in the browser that asks, which is a paired phone of the same customer. There is no number to compare: who
/// sees the question there has asked it.
pub(crate) fn approve_here(state: &AppState, transaction_ref: &TransactionRef, phone_of: &str) {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    let Some(transaction) = store.transactions.get(transaction_ref, now) else { return };
    let Stage::SecondFactor(second) = &transaction.stage else { return };
    let Authenticator::Push(id) = &second.authenticator else { return };
    if second.sub != phone_of {
        return;
    }
    let Some(number) = store.pushes.get(id).map(|push| push.number) else { return };
    let outcome = store.pushes.answer(id, phone_of, PushAnswer::Number(number), now);
    record_answer(store.pushes.get(id), phone_of, outcome);
    tracing::info!(sub = phone_of, ?outcome, "push answered in the browser that asks");
    state.changed();
}

/// Records what the phone answered, where the question is this phone's.
fn record_answer(push: Option<&Push>, sub: &str, outcome: PushOutcome) {
    let step = match outcome {
        PushOutcome::Approved => FactorStep::Approved,
        PushOutcome::Denied => FactorStep::Denied,
        PushOutcome::WrongNumber => FactorStep::Wrong,
        PushOutcome::NotMe => FactorStep::NotMe,
        PushOutcome::TooLate => FactorStep::TooLate,
        // The second click of a double click.
        PushOutcome::Answered => return,
    };
    if let Some(push) = push.filter(|push| push.sub == sub) {
        push.trace.record(events::factor(Factor::Push, step));
    }
}

/// Whether a page that waits for the phone has reason to go on.
pub(crate) fn is_waiting(state: &AppState, transaction_ref: &TransactionRef) -> bool {
    let now = state.now();
    let mut guard = state.store();
    let store = &mut *guard;
    match store.transactions.get(transaction_ref, now).map(|transaction| &transaction.stage) {
        Some(Stage::SecondFactor(second)) => match &second.authenticator {
            Authenticator::Push(push) => store.pushes.is_waiting(push, now),
            _ => false,
        },
        _ => false,
    }
}
