//! The two attempts, and the way to the provider between them.

use crate::{
    bank_api::{request, transfer_response::TransferResponse},
    domain::{
        authentication::AuthenticationRequirement,
        problem::Problem,
        scope::Scopes,
        token::Bearer,
        transfer::{Order, TransferId},
    },
    effect::{Effect, Timer},
    flow::{
        authorization::redirect::Departure,
        transfer::{
            Context, Ending, Moved, Transfer, done, never_arrived, not_sent,
            recovery::{ask, turned_away},
        },
    },
    http::RequestId,
    json,
    oidc::{
        authorization_request::{AuthorizationRequest, NonceSalt, Purpose, StateParameter, StepUp},
        pkce::CodeVerifier,
    },
    storage::{Pending, PendingStage, StorageKey},
};

/// How long the sentence before the second factor stands still, in milliseconds: long enough to be read.
pub(crate) const REDIRECT_NOTICE_MS: u32 = 1_000;

/// The attempt that may be answered with 403.
#[derive(Debug)]
pub(crate) struct FirstAttempt {
    pub(super) request: RequestId,
    pub(super) id: TransferId,
    pub(super) order: Order,
    pub(super) held: Scopes,
    pub(super) unkeyed: bool,
    pub(super) state: StateParameter,
    pub(super) salt: NonceSalt,
    pub(super) verifier: CodeVerifier,
}

/// The attempt after the second factor. There is no other after it.
#[derive(Debug)]
pub(crate) struct SecondAttempt {
    pub(super) request: RequestId,
    pub(super) id: TransferId,
    pub(super) order: Order,
    pub(super) unkeyed: bool,
}

/// On the way to the provider.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(super) id: TransferId,
    pub(super) order: Order,
    pub(super) unkeyed: bool,
    pub(super) departure: Departure,
}

/// Both attempts leave in the same way: what is under way is stored before it is sent.
///
/// `unkeyed`: without `Idempotency-Key`.
pub(super) fn send(
    id: &TransferId,
    order: &Order,
    unkeyed: bool,
    bearer: Bearer,
    cx: &mut Context<'_>,
    attempt: impl FnOnce(RequestId, TransferId, Order) -> Transfer,
) -> Moved {
    let request = request::transfer(cx.outside.config, id, order, unkeyed, bearer);
    let number = cx.outside.ids.request();
    let pending = store_pending(id, order, unkeyed, PendingStage::Sent, cx);
    let effects = vec![pending, Effect::Fetch(number, request)];
    Moved::to(attempt(number, id.clone(), order.clone()), effects)
}

fn store_pending(
    id: &TransferId,
    order: &Order,
    unkeyed: bool,
    stage: PendingStage,
    cx: &Context<'_>,
) -> Effect {
    let (subject, id, order) = (cx.subject.to_owned(), id.clone(), order.clone());
    let pending = Pending { subject, id, order, stage, unkeyed, log_outs: cx.log_outs };
    Effect::Store(StorageKey::Pending, json::write(&pending))
}

impl FirstAttempt {
    pub(super) fn answered(self, answer: TransferResponse, cx: &mut Context<'_>) -> Moved {
        match answer {
            TransferResponse::Done(details) => done(details.done(&self.order)),
            TransferResponse::Forbidden(challenge, problem) => {
                let needed = challenge.scope.filter(|s| !s.is_empty());
                let needed = needed.unwrap_or_else(|| cx.outside.config.transfer_scope.clone());
                if self.held.contains(&needed) {
                    // It has what is asked for and is refused all the same: more of it would not help.
                    not_sent(self.order, problem, Ending::Refused)
                } else {
                    self.depart(&needed, AuthenticationRequirement::default(), cx)
                }
            }
            // RFC 9470. There is no second redirect, so that what a transfer needs is asked for as well.
            TransferResponse::Demanding(demand, _) => {
                let needed = cx.outside.config.transfer_scope.clone();
                self.depart(&needed, demand, cx)
            }
            TransferResponse::Unauthorized(problem) => {
                let unauthorized = Some(AuthenticationRequirement::default());
                Moved { unauthorized, ..not_sent(self.order, problem, Ending::Unauthorized) }
            }
            TransferResponse::Refused(problem) => not_sent(self.order, problem, Ending::Refused),
            TransferResponse::NeverArrived { is_final } => {
                not_sent(self.order, never_arrived(), Ending::never_arrived(is_final))
            }
            TransferResponse::TurnedAway(problem) => {
                turned_away(self.id, self.order, self.unkeyed, problem, cx)
            }
            TransferResponse::Unknown(problem)
            | TransferResponse::Later(problem, _)
            | TransferResponse::CannotAsk(problem) => {
                ask(self.id, self.order, self.unkeyed, Some(problem), cx)
            }
        }
    }

    /// Keeps the order under the new `state`, shows the sentence, and goes.
    fn depart(self, needed: &Scopes, mut demand: AuthenticationRequirement, cx: &mut Context<'_>) -> Moved {
        let Self { id, order, held, unkeyed, state, salt, verifier, .. } = self;
        if let Some(max_age) = cx.outside.config.step_up_max_age {
            demand.max_age = Some(demand.max_age.map_or(max_age, |asked| asked.min(max_age)));
        }
        let balance = &cx.outside.config.balance_scope;
        let record = AuthorizationRequest {
            created_at: cx.outside.now,
            scopes: Scopes::parse("openid").union(balance).union(&held).union(needed),
            demand,
            verifier,
            salt,
            log_outs: cx.log_outs,
            purpose: Purpose::StepUp(StepUp {
                subject: cx.subject.to_owned(),
                id: id.clone(),
                order: order.clone(),
                details: cx.outside.provider.supports_authorization_details(),
                needed: needed.clone(),
                unkeyed,
            }),
        };
        let pending = store_pending(&id, &order, unkeyed, PendingStage::Confirming, cx);
        let (departure, mut effects) = Departure::begin(state, record, &mut cx.outside);
        effects.extend([pending, Effect::Wake(Timer::Leave, REDIRECT_NOTICE_MS)]);
        Moved::to(Transfer::Leaving(Box::new(Leaving { id, order, unkeyed, departure })), effects)
    }
}

impl Leaving {
    pub(super) fn give_up(self, problem: Problem) -> Moved {
        let mut moved = not_sent(self.order, problem, Ending::Unconfirmed);
        moved.effects.push(Effect::ForgetRequests);
        moved
    }
}

impl SecondAttempt {
    /// Whatever the bank answers is final, or a question to the bank.
    pub(super) fn answered(self, answer: TransferResponse, cx: &mut Context<'_>) -> Moved {
        match answer {
            TransferResponse::Done(details) => done(details.done(&self.order)),
            TransferResponse::Forbidden(_, problem)
            | TransferResponse::Demanding(_, problem)
            | TransferResponse::Refused(problem) => not_sent(self.order, problem, Ending::Refused),
            TransferResponse::Unauthorized(problem) => not_sent(self.order, problem, Ending::Unauthorized),
            TransferResponse::NeverArrived { is_final } => {
                not_sent(self.order, never_arrived(), Ending::never_arrived(is_final))
            }
            TransferResponse::TurnedAway(problem) => {
                turned_away(self.id, self.order, self.unkeyed, problem, cx)
            }
            TransferResponse::Unknown(problem)
            | TransferResponse::Later(problem, _)
            | TransferResponse::CannotAsk(problem) => {
                ask(self.id, self.order, self.unkeyed, Some(problem), cx)
            }
        }
    }
}
