//! The step-up of one transfer, as a state machine.
//!
//! A transfer is confirmed once, attempted with the token there is, refused with 403, confirmed at the provider, and
//! attempted once more. [`FirstAttempt`] carries the randomness that one redirect needs; [`SecondAttempt`] carries none,
//! so that no answer of the bank can cause a second redirect.

mod attempts;
mod recovery;

use alloc::{borrow::ToOwned, boxed::Box};

use self::{
    attempts::{FirstAttempt, Leaving, SecondAttempt, send},
    recovery::{Interrupted, UnknownTransfer, inquire, interrupted},
};
use crate::{
    bank_api::transfer_response::read_transfer,
    domain::{AuthenticationRequirement, Entropy, Order, Problem, SingleUseToken, TransferId},
    effect::Effect,
    flow::{context::Context, customer::Customer},
    http::{HttpResult, RequestId},
    oidc::{RequestSecrets, StepUp},
    storage::{Pending, PendingStage, StorageKey},
    view::{DoneView, TransferView},
};

/// A transfer, wherever it stands.
#[derive(Debug)]
pub(crate) enum Transfer {
    /// Being typed.
    Editing,
    /// Shown as it will be sent.
    Reviewing(Order),
    /// Sent with the token there is.
    First(Box<FirstAttempt>),
    /// 403: about to leave for the second factor.
    Leaving(Box<Leaving>),
    /// Came back without an answer of the provider.
    Interrupted(Box<Interrupted>),
    /// The provider's answer is being checked.
    Returning(Order),
    /// Sent with the single-use token.
    Second(Box<SecondAttempt>),
    /// Sent, and not answered.
    Unknown(Box<UnknownTransfer>),
    /// Money was moved.
    Done(Box<DoneView>),
    /// No money was moved.
    NotSent(Box<NotSent>),
}

/// An order under its id, once it was sent.
#[derive(Debug, Clone)]
pub(crate) struct SentTransfer {
    id: TransferId,
    order: Order,
    /// Without the id, which is the `Idempotency-Key`? Then the bank cannot be asked about it.
    unkeyed: bool,
}

/// A transfer that ended without money being moved.
#[derive(Debug)]
pub(crate) struct NotSent {
    order: Order,
    problem: Problem,
    reason: NotSentReason,
}

/// How a transfer ended without money being moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSentReason {
    /// The bank refused it for good: its id is used up, and the same order again is another transfer.
    Refused,
    /// It was not confirmed, or not as it has to be.
    Unconfirmed,
    /// The bank did not accept the token (401): nothing was done with it.
    Unauthorized,
    /// The bank does not have it yet, or did not look at it. It may still be on its way.
    NeverArrived,
    /// The bank does not have it and never will: its id is used up.
    Retired,
}

impl SentTransfer {
    /// As the tab stores it.
    fn pending(&self, stage: PendingStage, customer: &Customer, cx: &Context) -> Pending {
        let (subject, id, order) = (customer.subject().to_owned(), self.id.clone(), self.order.clone());
        Pending { subject, id, order, stage, unkeyed: self.unkeyed, log_outs: cx.log_outs }
    }
}

impl NotSentReason {
    const fn never_arrived(is_final: bool) -> Self {
        if is_final { Self::Retired } else { Self::NeverArrived }
    }
}

/// "Confirm transfer": the first attempt, with the token there is. `again` is the id under which the same order was sent
/// before. `unkeyed`: without `Idempotency-Key`.
pub(crate) fn confirm(
    order: &Order,
    again: Option<TransferId>,
    unkeyed: bool,
    entropy: Entropy,
    customer: &Customer,
    cx: &mut Context,
) -> Transfer {
    let (secrets, rest) = RequestSecrets::draw(entropy);
    let mut short = [0; 16];
    short.copy_from_slice(&rest[..16]);
    let id = again.unwrap_or_else(|| TransferId::new(cx.now, short));
    let Some(token) = customer.token(cx) else {
        cx.refuse_token(AuthenticationRequirement::default());
        return Transfer::Editing;
    };
    let (bearer, scopes) = (token.bearer(), token.scopes.clone());
    let sent = SentTransfer { id, order: order.clone(), unkeyed };
    let request = send(&sent, bearer, customer, cx);
    Transfer::First(Box::new(FirstAttempt { request, sent, scopes, secrets }))
}

/// The provider's answer was verified: the second attempt, if it is the same person. That the confirmation is a new one is
/// what the signed nonce says.
pub(crate) fn send_confirmed(
    step_up: StepUp,
    subject: &str,
    token: SingleUseToken,
    customer: &Customer,
    cx: &mut Context,
) -> Transfer {
    let StepUp { subject: confirmed_by, id, order, unkeyed, .. } = step_up;
    if subject != confirmed_by {
        return end_unsent(order, other_subject(), NotSentReason::Unconfirmed, cx);
    }
    let sent = SentTransfer { id, order, unkeyed };
    let request = send(&sent, token.into_bearer(), customer, cx);
    Transfer::Second(Box::new(SecondAttempt { request, sent }))
}

fn end_unsent(order: Order, problem: Problem, reason: NotSentReason, cx: &mut Context) -> Transfer {
    cx.remove(StorageKey::Pending);
    Transfer::NotSent(Box::new(NotSent { order, problem, reason }))
}

/// The provider did not confirm it.
pub(crate) fn refuse_unconfirmed(order: Order, problem: Problem, cx: &mut Context) -> Transfer {
    end_unsent(order, problem, NotSentReason::Unconfirmed, cx)
}

/// The browser says that it has no network: nothing is sent that nobody would get. `again`: it was sent before, and nobody
/// knows what became of that.
pub(crate) fn refuse_offline(order: Order, again: bool, cx: &mut Context) -> Transfer {
    let problem = Problem::new("transfer.offline", "the browser has no network".to_owned());
    let problem = if again { problem.with_text("transfer.offline_again") } else { problem };
    end_unsent(order, problem, NotSentReason::NeverArrived, cx)
}

/// A transfer that is found in the storage after a reload.
pub(crate) fn restore(pending: Pending, customer: &Customer, cx: &mut Context) -> Transfer {
    let Pending { id, order, unkeyed, stage, .. } = pending;
    let sent = SentTransfer { id, order, unkeyed };
    match stage {
        PendingStage::Confirming => interrupted(sent, customer, cx),
        PendingStage::Sent => inquire(sent, None, customer, cx),
    }
}

impl Transfer {
    /// What was sent, while the bank has neither done nor refused it.
    fn sent_transfer(&self) -> Option<&SentTransfer> {
        match self {
            Self::First(it) => Some(&it.sent),
            Self::Leaving(it) => Some(&it.sent),
            Self::Interrupted(it) => Some(&it.sent),
            Self::Second(it) => Some(&it.sent),
            Self::Unknown(it) => Some(&it.sent),
            _ => None,
        }
    }

    pub(crate) fn sent(&self) -> Option<(&TransferId, &Order)> {
        self.sent_transfer().map(|sent| (&sent.id, &sent.order))
    }

    /// The same, as the tab has it stored.
    pub(crate) fn pending(&self, customer: &Customer, cx: &Context) -> Option<Pending> {
        let stage = if self.is_unanswered() { PendingStage::Sent } else { PendingStage::Confirming };
        Some(self.sent_transfer()?.pending(stage, customer, cx))
    }

    /// Has the bank said its last word on what was sent?
    pub(crate) fn is_settled(&self) -> bool {
        match self {
            Self::Done(_) => true,
            Self::NotSent(it) => matches!(it.reason, NotSentReason::Refused | NotSentReason::Retired),
            Self::Interrupted(it) => it.is_retired,
            _ => false,
        }
    }

    /// Was it sent, without an answer yet?
    pub(crate) fn is_unanswered(&self) -> bool {
        matches!(self, Self::First(_) | Self::Second(_) | Self::Unknown(_))
    }

    /// Is it on its way, so that the page must not be left now?
    pub(crate) fn is_under_way(&self) -> bool {
        matches!(self, Self::First(_) | Self::Leaving(_) | Self::Returning(_) | Self::Second(_))
    }

    /// Is it cancelled, or over, when the customer goes elsewhere? What was sent is waited for, and what has to be confirmed
    /// stays to be confirmed.
    pub(crate) fn may_be_left(&self) -> bool {
        matches!(self, Self::Reviewing(_) | Self::Leaving(_) | Self::Done(_) | Self::NotSent(_))
    }

    /// Did the bank refuse the token (401)?
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::NotSent(it) if it.reason == NotSentReason::Unauthorized)
    }

    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        match self {
            Self::First(attempt) => attempt.request == id,
            Self::Second(attempt) => attempt.request == id,
            Self::Leaving(leaving) => leaving.redirect.awaits(id),
            Self::Interrupted(interrupted) => interrupted.inquiry == Some(id),
            Self::Unknown(unknown) => unknown.inquiry == Some(id),
            _ => false,
        }
    }

    /// The answer that it waited for. `has_history`: does the bank tell of past transfers, as far as this page knows?
    pub(crate) fn handle_response(
        self,
        outcome: HttpResult,
        has_history: bool,
        customer: &Customer,
        cx: &mut Context,
    ) -> Self {
        match self {
            Self::First(attempt) => attempt.handle_response(read_transfer(outcome, None), customer, cx),
            Self::Second(attempt) => attempt.handle_response(read_transfer(outcome, None), customer, cx),
            Self::Unknown(unknown) => {
                let response = read_transfer(outcome, Some(&unknown.sent.id));
                unknown.handle_response(response, has_history, cx)
            }
            Self::Interrupted(interrupted) => {
                let response = read_transfer(outcome, Some(&interrupted.sent.id));
                interrupted.handle_response(response, cx)
            }
            Self::Leaving(leaving) => leaving.handle_response(outcome, cx),
            other => other,
        }
    }

    /// The sentence was there long enough, or the customer does not want to wait.
    pub(crate) fn proceed(&mut self, cx: &mut Context) {
        if let Self::Leaving(leaving) = self {
            leaving.redirect.proceed(cx);
        }
    }

    /// "Cancel", or "I have seen it": back to the form wherever that is safe.
    pub(crate) fn dismiss(self, cx: &mut Context) -> Self {
        match self {
            Self::Reviewing(_) | Self::Done(_) | Self::NotSent(_) => {}
            Self::Interrupted(_) | Self::Leaving(_) => forget(cx),
            // The customer has looked. The same order again has the same id, in case it comes through all the same.
            Self::Unknown(unknown) if unknown.cannot_be_asked => cx.remove(StorageKey::Pending),
            // What was sent cannot be called back, and what is unknown must not be forgotten.
            other => return other,
        }
        Self::Editing
    }

    /// "Transfer", or once more as it is: the order, unless the form has it. What else stands here stays.
    pub(crate) fn review(self, cx: &mut Context) -> Result<Option<Order>, Self> {
        match self {
            Self::Editing => Ok(None),
            Self::NotSent(not_sent) => Ok(Some(not_sent.order)),
            Self::Interrupted(it) => {
                forget(cx);
                Ok(Some(it.sent.order))
            }
            other => Err(other),
        }
    }

    /// What was to be sent, if it was not done.
    pub(crate) fn order(&self) -> Option<&Order> {
        match self {
            Self::NotSent(not_sent) => Some(&not_sent.order),
            other => other.sent().map(|(_, order)| order),
        }
    }

    /// "Ask again".
    pub(crate) fn ask_again(&mut self, customer: &Customer, cx: &mut Context) {
        if let Self::Unknown(unknown) = self {
            unknown.ask_again(customer, cx);
        }
    }

    /// What the page shows; `None` while the form is open.
    pub(crate) fn view(&self, logged_in: bool) -> Option<TransferView> {
        Some(match self {
            Self::Editing => return None,
            Self::Reviewing(order) => {
                TransferView::Review { receipt: order.receipt(), repeats: false, unkeyed: false }
            }
            Self::First(first) => {
                TransferView::Sending { receipt: first.sent.order.receipt(), second: false }
            }
            Self::Second(second) => {
                TransferView::Sending { receipt: second.sent.order.receipt(), second: true }
            }
            Self::Leaving(leaving) => TransferView::Leaving(leaving.sent.order.receipt()),
            Self::Interrupted(it) => TransferView::Interrupted {
                receipt: it.sent.order.receipt(),
                nothing_moved: it.nothing_moved,
            },
            Self::Returning(order) => TransferView::Returning(order.receipt()),
            Self::Unknown(unknown) => unknown.view(logged_in),
            Self::Done(done) => TransferView::Done(DoneView::clone(done)),
            Self::NotSent(it) => TransferView::NotSent {
                receipt: it.order.receipt(),
                problem: it.problem.clone(),
                may_repeat: matches!(it.reason, NotSentReason::NeverArrived | NotSentReason::Retired),
            },
        })
    }
}

fn complete(view: DoneView, cx: &mut Context) -> Transfer {
    cx.remove(StorageKey::Pending);
    Transfer::Done(Box::new(view))
}

/// What waits for the provider's answer is no more.
fn forget(cx: &mut Context) {
    cx.emit(Effect::ForgetRequests);
    cx.remove(StorageKey::Pending);
}

fn never_arrived() -> Problem {
    Problem::new("transfer.never_arrived", "the bank knows no transfer with this id".to_owned())
}

pub(crate) fn other_subject() -> Problem {
    Problem::new(
        "step_up.someone_else",
        "`sub` of the ID token is not the one that confirmed the transfer".to_owned(),
    )
}
