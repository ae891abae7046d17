//! Transfers of which nobody knows what became of them: the bank is asked.

use alloc::{borrow::ToOwned, boxed::Box};

use crate::{
    bank_api::{
        request,
        transfer_response::{TransferResponse, cannot_ask},
    },
    domain::{AuthenticationRequirement, Problem},
    effect::{Effect, Timer},
    flow::{
        context::Context,
        customer::Customer,
        transfer::{NotSentReason, SentTransfer, Transfer, complete, end_unsent, never_arrived},
    },
    http::RequestId,
    view::{DoneView, TransferView},
};

/// A transfer for which the customer came back without having confirmed it, as far as this tab knows.
#[derive(Debug)]
pub(crate) struct Interrupted {
    pub(super) sent: SentTransfer,
    /// A copy of this tab may have gone through with it, so the bank is asked.
    pub(super) inquiry: Option<RequestId>,
    pub(super) nothing_moved: bool,
    /// The bank has given its id up: who confirms once more confirms another transfer.
    pub(super) is_retired: bool,
}

/// A transfer whose answer was lost.
#[derive(Debug)]
pub(crate) struct UnknownTransfer {
    pub(super) sent: SentTransfer,
    pub(super) inquiry: Option<RequestId>,
    problem: Option<Problem>,
    /// The bank did not take the order, as far as it says.
    turned_away: Option<Problem>,
    pub(super) cannot_be_asked: bool,
    /// How often nobody answered, up to [`MAX_DOUBLINGS`].
    failed_inquiries: u8,
}

/// How long the second inquiry waits, in milliseconds. Each one after it waits twice as long.
const FIRST_RETRY_DELAY_MS: u32 = 2_000;
/// How often the delay is doubled: from then on the bank is asked once a minute or so.
const MAX_DOUBLINGS: u8 = 5;

/// Asks the bank what became of a transfer. One that was sent without its id is none that the bank could be asked about.
pub(super) fn inquire(
    sent: SentTransfer,
    problem: Option<Problem>,
    customer: &Customer,
    cx: &mut Context,
) -> Transfer {
    let inquiry = ask(&sent, true, customer, cx);
    let problem = if sent.unkeyed {
        Some(cannot_ask("the transfer was sent without an `Idempotency-Key`".to_owned()))
    } else {
        problem
    };
    let cannot_be_asked = sent.unkeyed;
    let unknown =
        UnknownTransfer { sent, inquiry, problem, turned_away: None, cannot_be_asked, failed_inquiries: 0 };
    Transfer::Unknown(Box::new(unknown))
}

/// The bank did not take this request. Browsers repeat a request whose connection broke, and the first of the two may
/// have come through: so the bank is asked before anybody says that no money was moved.
pub(super) fn turned_away(
    sent: SentTransfer,
    problem: Problem,
    customer: &Customer,
    cx: &mut Context,
) -> Transfer {
    if customer.token(cx).is_none() || sent.unkeyed {
        return end_unsent(sent.order, problem, NotSentReason::NeverArrived, cx);
    }
    let mut next = inquire(sent, None, customer, cx);
    if let Transfer::Unknown(unknown) = &mut next {
        unknown.turned_away = Some(problem);
    }
    next
}

/// Back from the provider without an answer of it.
pub(super) fn interrupted(sent: SentTransfer, customer: &Customer, cx: &mut Context) -> Transfer {
    let inquiry = ask(&sent, false, customer, cx);
    let interrupted = Interrupted { sent, inquiry, nothing_moved: false, is_retired: false };
    Transfer::Interrupted(Box::new(interrupted))
}

/// Asks what became of a transfer, when there is somebody who may ask.
fn ask(sent: &SentTransfer, is_abandoned: bool, customer: &Customer, cx: &mut Context) -> Option<RequestId> {
    let token = customer.token(cx).filter(|_| !sent.unkeyed)?;
    let request = request::transfer_status(&cx.config, &sent.id, is_abandoned, token.bearer());
    Some(cx.fetch(request))
}

impl UnknownTransfer {
    pub(super) fn handle_response(
        self,
        response: TransferResponse,
        has_history: bool,
        cx: &mut Context,
    ) -> Transfer {
        match response {
            TransferResponse::Done(details) => complete(details.into_done_view(&self.sent.order), cx),
            TransferResponse::Refused(problem) => {
                end_unsent(self.sent.order, problem, NotSentReason::Refused, cx)
            }
            TransferResponse::NeverArrived { is_final } => {
                let problem = self.turned_away.unwrap_or_else(never_arrived);
                end_unsent(self.sent.order, problem, NotSentReason::never_arrived(is_final), cx)
            }
            // The question was refused: that says nothing about the transfer.
            TransferResponse::Unauthorized(problem) => {
                cx.refuse_token(AuthenticationRequirement::default());
                self.still_unknown(problem, false)
            }
            TransferResponse::AuthenticationRequired(requirement, problem) => {
                cx.refuse_token(requirement);
                self.still_unknown(problem, false)
            }
            // An API that has no list of transfers has no single one either, whatever its answer looks like.
            TransferResponse::Unknown(Problem { cause, .. }) if !has_history && self.failed_inquiries > 0 => {
                self.handle_response(TransferResponse::CannotAsk(cannot_ask(cause)), has_history, cx)
            }
            TransferResponse::Forbidden(_, problem) | TransferResponse::CannotAsk(problem) => {
                match self.turned_away {
                    // There is no more to be known than what this bank has said.
                    Some(problem) => end_unsent(self.sent.order, problem, NotSentReason::NeverArrived, cx),
                    None => self.still_unknown(problem, true),
                }
            }
            TransferResponse::Later(problem, delay) => self.retry(problem, delay, cx),
            TransferResponse::Unknown(problem) | TransferResponse::TurnedAway(problem) => {
                self.retry(problem, 0, cx)
            }
        }
    }

    /// It is asked again, not before so many milliseconds are over, and ever more rarely.
    fn retry(self, problem: Problem, min_delay: u32, cx: &mut Context) -> Transfer {
        let delay = (FIRST_RETRY_DELAY_MS << self.failed_inquiries).max(min_delay);
        let failed_inquiries = MAX_DOUBLINGS.min(self.failed_inquiries + 1);
        cx.emit(Effect::SetTimer(Timer::AskAgain, delay));
        Self { failed_inquiries, ..self }.still_unknown(problem, false)
    }

    fn still_unknown(self, problem: Problem, cannot_be_asked: bool) -> Transfer {
        let unknown = Self { inquiry: None, problem: Some(problem), cannot_be_asked, ..self };
        Transfer::Unknown(Box::new(unknown))
    }

    /// "Ask again".
    pub(super) fn ask_again(&mut self, customer: &Customer, cx: &mut Context) {
        if self.inquiry.is_none() {
            self.inquiry = ask(&self.sent, true, customer, cx);
            // Without a session nobody asks, and what was said (to log in again, for example) still holds.
            if self.inquiry.is_some() {
                self.problem = None;
            }
        }
    }

    pub(super) fn view(&self, is_logged_in: bool) -> TransferView {
        TransferView::Unknown {
            receipt: self.sent.order.receipt(),
            asking: self.inquiry.is_some(),
            may_ask: self.inquiry.is_none() && is_logged_in && !self.sent.unkeyed,
            may_leave: self.cannot_be_asked,
            problem: self.problem.clone(),
        }
    }
}

impl Interrupted {
    /// Only an end changes anything: whatever else the bank says, the customer may confirm once more, under the same id
    /// unless the bank has given it up.
    pub(super) fn handle_response(
        mut self: Box<Self>,
        response: TransferResponse,
        cx: &mut Context,
    ) -> Transfer {
        self.inquiry = None;
        self.nothing_moved = false;
        match response {
            TransferResponse::Done(details) => {
                let view = DoneView { already_done: true, ..details.into_done_view(&self.sent.order) };
                return complete(view, cx);
            }
            TransferResponse::Refused(problem) => {
                return end_unsent(self.sent.order, problem, NotSentReason::Refused, cx);
            }
            TransferResponse::NeverArrived { is_final } => {
                self.nothing_moved = true;
                self.is_retired |= is_final;
            }
            TransferResponse::Unauthorized(_) => cx.refuse_token(AuthenticationRequirement::default()),
            TransferResponse::AuthenticationRequired(requirement, _) => cx.refuse_token(requirement),
            _ => {}
        }
        Transfer::Interrupted(self)
    }
}
