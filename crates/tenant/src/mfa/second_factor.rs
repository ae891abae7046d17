//! The second factor of a transaction, whichever it is: begun, and looked at by the log-in tab.

use std::sync::Arc;

use super::context::Context;
use super::next_step::NextStep;
use super::{authenticators, completion, push};
use crate::credentials::totp::Secret;
use crate::domain::{AuthorizationRequest, Challenge, Customer, ErrorCode, Factor, Session};
use crate::log::{FactorStep, events};
use crate::state::AppState;
use crate::store::{Authenticator, NotSent, Push, PushState, SecondFactor, Stage, Store, TransactionRef};

pub(crate) enum MfaStatus {
    Open(Box<MfaTransaction>),
    Over(NextStep),
    /// No second factor is asked for.
    Elsewhere,
}

pub(crate) struct MfaTransaction {
    pub(crate) request: Arc<AuthorizationRequest>,
    pub(crate) csrf_token: String,
    pub(crate) challenge: Challenge,
    pub(crate) customer: Arc<Customer>,
    pub(crate) authenticator: OfferedAuthenticator,
    /// The customer will look after the ways to confirm when this is done.
    pub(crate) manage: bool,
    /// Why the phone, which the customer has, is not asked.
    pub(crate) locked: Option<NotSent>,
}

pub(crate) enum OfferedAuthenticator {
    Push(Box<Push>),
    Otp,
    RecoveryCode,
    FirstApp(Secret),
}

/// Asks the customer of a session for a second factor, on behalf of a transaction that has not finished.
pub(crate) fn start(
    state: &AppState,
    store: &mut Store,
    transaction_ref: &TransactionRef,
    session: &Session,
    challenge: Challenge,
) -> NextStep {
    let context = &mut Context { state, store, transaction_ref };
    let expires = state.now() + state.lifetimes.push;
    let chosen = choose_authenticator(context, session, &challenge, expires);
    let Some(transaction) = context.transaction() else {
        return NextStep::Page("/u/login");
    };
    let client_id = &transaction.authorization.request.client.id;
    match chosen {
        Ok(authenticator) => {
            tracing::info!(
                client_id,
                sub = session.sub,
                factor = authenticator.factor().name(),
                "second factor asked for"
            );
            let (sid, sub) = (session.sid.clone(), session.sub.clone());
            transaction.authorization.trace.record(events::asked(authenticator.factor(), &challenge.prompt));
            let manage = transaction.authorization.request.is_own();
            let second = SecondFactor { sid, sub, challenge, authenticator, wrong_codes: 0, manage, expires };
            transaction.stage = Stage::SecondFactor(second);
            // The tab must still find its transaction when it has become stale, to tell the client so.
            transaction.extend(expires + state.lifetimes.log_in);
            NextStep::Page("/u/mfa")
        }
        Err(why) => {
            transaction.stage = Stage::Finished;
            tracing::warn!(client_id, sub = session.sub, ?why, "no second factor can be asked for");
            // Where a push was not sent, nobody was asked, so nobody denied anything.
            let (error, description) = if let Some(why) = why {
                (ErrorCode::TemporarilyUnavailable, push::describe_to_client(why))
            } else {
                let description = "The customer has set up no factor that this request allows.";
                (ErrorCode::AccessDenied, description.to_owned())
            };
            NextStep::refuse(&transaction.authorization, error, description)
        }
    }
}

/// What the customer authenticated with last, or else the strongest that works.
fn choose_authenticator(
    context: &mut Context<'_>,
    session: &Session,
    challenge: &Challenge,
    expires: u64,
) -> Result<Authenticator, Option<NotSent>> {
    let Session { sub, sid, .. } = session;
    let usable = authenticators::usable(context.store, sub, challenge.allowed, context.state.now());
    let last = context.store.enrollments.last(sub).filter(|last| usable.has(*last));
    let mut why = None;
    for factor in last.into_iter().chain(usable.iter()) {
        match factor {
            Factor::Push => match push::send(context, sub, sid, &challenge.prompt, expires) {
                Ok(push) => return Ok(Authenticator::Push(push)),
                Err(not_sent) => why = Some(not_sent),
            },
            Factor::Otp => return Ok(Authenticator::Otp),
            Factor::RecoveryCode => return Ok(Authenticator::RecoveryCode),
        }
    }
    let first = usable.is_empty()
        && authenticators::may_set_up(context.store, sub, challenge.allowed, context.state.now());
    if first { Ok(Authenticator::FirstApp(Secret::random())) } else { Err(why) }
}

/// Looks where the second factor stands. The first look after a phone's answer takes it: it finishes the transaction, and
/// every later look finds it finished.
pub(crate) fn status(state: &AppState, transaction_ref: &TransactionRef) -> MfaStatus {
    let now = state.now();
    let mut guard = state.store();
    let context = &mut Context { state, store: &mut guard, transaction_ref };
    let Some(transaction) = context.transaction() else {
        return MfaStatus::Elsewhere;
    };
    let Stage::SecondFactor(second) = transaction.stage.clone() else { return MfaStatus::Elsewhere };
    let (authorization, csrf_token) = (transaction.authorization.clone(), transaction.csrf_token.clone());
    let authenticator = match &second.authenticator {
        Authenticator::Push(push) => {
            match (context.store.pushes.take(push, now), context.store.pushes.get(push).cloned()) {
                (Some(PushState::Waiting), Some(push)) => OfferedAuthenticator::Push(Box::new(push)),
                (Some(PushState::Approved), _) => {
                    return MfaStatus::Over(completion::pass(context, &second));
                }
                (Some(PushState::Withdrawn), _) => {
                    authorization.trace.record(events::factor(Factor::Push, FactorStep::Withdrawn));
                    completion::set(context, Stage::LogIn);
                    return MfaStatus::Over(NextStep::Page("/u/login"));
                }
                (state, _) => {
                    if state.is_none() {
                        authorization.trace.record(events::factor(Factor::Push, FactorStep::Stale));
                    }
                    let reason = push::refusal(state);
                    return MfaStatus::Over(completion::refuse(context, reason));
                }
            }
        }
        Authenticator::Otp => OfferedAuthenticator::Otp,
        Authenticator::RecoveryCode => OfferedAuthenticator::RecoveryCode,
        Authenticator::FirstApp(secret) => OfferedAuthenticator::FirstApp(secret.clone()),
    };
    match completion::in_time(context, &second) {
        Ok((customer, _)) => {
            let SecondFactor { challenge, manage, .. } = second;
            let request = authorization.request;
            let locked = context.store.pushes.locked(&customer.sub, now);
            MfaStatus::Open(Box::new(MfaTransaction {
                request,
                csrf_token,
                challenge,
                customer,
                authenticator,
                manage,
                locked,
            }))
        }
        Err(next_step) => MfaStatus::Over(next_step),
    }
}
