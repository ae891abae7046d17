//! The two attempts, and the way to the provider between them.

use super::{Context, Ending, Moved, Transfer, asking::ask, done, never_arrived, not_sent};
use crate::{
    api::{self, TransferAnswer},
    effect::{Effect, RequestId, Slot, Timer},
    json,
    oidc::{authorize, authorize::State},
    problem::Problem,
    provider,
    record::{Pending, PendingStage, Purpose, Record, StepUp},
    tokens::{Bearer, Scopes},
    transfer::{Order, Salt, TransferId},
};

/// How long the sentence before the second factor stands still, in milliseconds: long enough to be read.
const READING_TIME: u32 = 1_000;

/// The attempt that may be answered with 403.
#[derive(Debug)]
pub(crate) struct FirstAttempt {
    pub(super) request: RequestId,
    pub(super) id: TransferId,
    pub(super) order: Order,
    pub(super) held: Scopes,
    pub(super) state: State,
    pub(super) salt: Salt,
}

/// The attempt after the second factor. There is no other after it.
#[derive(Debug)]
pub(crate) struct SecondAttempt {
    pub(super) request: RequestId,
    pub(super) id: TransferId,
    pub(super) order: Order,
}

/// On the way to the provider.
#[derive(Debug)]
pub(crate) struct Departure {
    pub(super) id: TransferId,
    pub(super) order: Order,
    pub(super) state: State,
    pub(super) nonce: String,
    pub(super) scopes: Scopes,
    pub(super) metadata: Option<RequestId>,
    pub(super) read: bool,
    pub(super) gone: bool,
}

/// Both attempts leave in the same way: what is under way is stored before it is sent.
pub(super) fn send(
    id: &TransferId,
    order: &Order,
    bearer: Bearer,
    cx: &mut Context<'_>,
    attempt: impl FnOnce(RequestId, TransferId, Order) -> Transfer,
) -> Moved {
    let request = api::transfer(cx.config, id, order, bearer);
    let number = cx.ids.request();
    let effects = vec![store_pending(id, order, PendingStage::Sent, cx), Effect::Fetch(number, request)];
    Moved::to(attempt(number, id.clone(), order.clone()), effects)
}

fn store_pending(id: &TransferId, order: &Order, stage: PendingStage, cx: &Context<'_>) -> Effect {
    let pending = Pending { subject: cx.subject.to_owned(), id: id.clone(), order: order.clone(), stage };
    Effect::Store(Slot::Pending, json::write(&pending))
}

impl FirstAttempt {
    pub(super) fn answered(self, answer: TransferAnswer, cx: &mut Context<'_>) -> Moved {
        match answer {
            TransferAnswer::Done(details) => done(details.done(&self.order)),
            TransferAnswer::Forbidden(challenge, problem) => {
                let needed = challenge.scope.filter(|s| !s.is_empty());
                let needed = needed.unwrap_or_else(|| cx.config.transfer_scope.clone());
                if self.held.contains(&needed) {
                    // It has what is asked for and is refused all the same: more of it would not help.
                    not_sent(self.order, problem, Ending::Refused)
                } else {
                    self.depart(&needed, cx)
                }
            }
            TransferAnswer::Unauthorized(problem) => {
                Moved { unauthorized: true, ..not_sent(self.order, problem, Ending::Unauthorized) }
            }
            TransferAnswer::Refused(problem) => not_sent(self.order, problem, Ending::Refused),
            TransferAnswer::NeverArrived => not_sent(self.order, never_arrived(), Ending::NeverArrived),
            TransferAnswer::Unknown(problem) | TransferAnswer::CannotAsk(problem) => {
                ask(self.id, self.order, Some(problem), cx)
            }
        }
    }

    /// 403: keeps the order under the new `state`, shows the sentence, and goes.
    fn depart(self, needed: &Scopes, cx: &mut Context<'_>) -> Moved {
        let Self { id, order, held, state, salt, .. } = self;
        let scopes = Scopes::parse("openid").union(&cx.config.balance_scope).union(&held).union(needed);
        let record = Record {
            created_at: cx.now,
            scopes: scopes.clone(),
            purpose: Purpose::StepUp(StepUp {
                subject: cx.subject.to_owned(),
                id: id.clone(),
                order: order.clone(),
                salt,
            }),
        };
        let mut effects = vec![
            Effect::ForgetRequests,
            Effect::Store(Slot::Request(state.clone()), json::write(&record)),
            store_pending(&id, &order, PendingStage::Confirming, cx),
            Effect::Wake(Timer::Leave, READING_TIME),
        ];
        let nonce = record.nonce();
        let mut departure =
            Box::new(Departure { id, order, state, nonce, scopes, metadata: None, read: false, gone: false });
        if cx.provider.authorization_endpoint().is_none() {
            let number = cx.ids.request();
            departure.metadata = Some(number);
            effects.push(Effect::Fetch(number, provider::metadata_request(cx.config)));
        }
        Moved::to(Transfer::Leaving(departure), effects)
    }
}

impl Departure {
    pub(super) fn go_when_ready(mut self: Box<Self>, cx: &mut Context<'_>) -> Moved {
        let mut effects = Vec::new();
        if let Some(endpoint) = cx.provider.authorization_endpoint().filter(|_| self.read && !self.gone) {
            let url = authorize::url(endpoint, cx.config, &self.scopes, &self.state, &self.nonce);
            effects.push(Effect::Navigate(url));
            self.gone = true;
        }
        Moved::to(Transfer::Leaving(self), effects)
    }

    pub(super) fn give_up(self, problem: Problem) -> Moved {
        let mut moved = not_sent(self.order, problem, Ending::Unconfirmed);
        moved.effects.push(Effect::ForgetRequests);
        moved
    }
}

impl SecondAttempt {
    /// Whatever the bank answers is final, or a question to the bank.
    pub(super) fn answered(self, answer: TransferAnswer, cx: &mut Context<'_>) -> Moved {
        match answer {
            TransferAnswer::Done(details) => done(details.done(&self.order)),
            TransferAnswer::Forbidden(_, problem) | TransferAnswer::Refused(problem) => {
                not_sent(self.order, problem, Ending::Refused)
            }
            TransferAnswer::Unauthorized(problem) => not_sent(self.order, problem, Ending::Unauthorized),
            TransferAnswer::NeverArrived => not_sent(self.order, never_arrived(), Ending::NeverArrived),
            TransferAnswer::Unknown(problem) | TransferAnswer::CannotAsk(problem) => {
                ask(self.id, self.order, Some(problem), cx)
            }
        }
    }
}
