//! Transfers of which nobody knows what became of them: the bank is asked.

use crate::{
    bank_api::{
        request,
        transfer_response::{self, TransferResponse},
    },
    domain::{
        authentication::AuthenticationRequirement,
        problem::Problem,
        transfer::{Order, TransferId},
    },
    effect::{Effect, Timer},
    flow::transfer::{Context, Ending, Moved, Transfer, done, never_arrived, not_sent},
    http::RequestId,
    view::DoneView,
};

/// A transfer for which the customer came back without having confirmed it, as far as this tab knows.
#[derive(Debug)]
pub(crate) struct Interrupted {
    pub(super) id: TransferId,
    pub(crate) order: Order,
    pub(super) unkeyed: bool,
    /// A copy of this tab may have gone through with it, so the bank is asked.
    pub(super) asking: Option<RequestId>,
    pub(super) nothing_moved: bool,
    /// The bank has given its id up: who confirms once more confirms another transfer.
    pub(super) is_retired: bool,
}

/// A transfer whose answer was lost.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(super) id: TransferId,
    pub(super) order: Order,
    pub(super) unkeyed: bool,
    pub(super) asking: Option<RequestId>,
    pub(super) problem: Option<Problem>,
    /// The bank did not take the order, as far as it says.
    pub(super) turned_away: Option<Problem>,
    /// The bank cannot be asked at all.
    pub(super) silent: bool,
    /// How often nobody answered the question, up to [`MAX_DOUBLINGS`].
    pub(super) in_vain: u8,
}

/// How long the second question waits, in milliseconds. Each one after it waits twice as long.
const FIRST_RETRY_DELAY_MS: u32 = 2_000;
/// How often the pause is doubled: from then on the bank is asked once a minute or so.
const MAX_DOUBLINGS: u8 = 5;

/// Asks the bank what became of a transfer. One that was sent without its id is none that the bank could be asked about.
pub(super) fn ask(
    id: TransferId,
    order: Order,
    unkeyed: bool,
    problem: Option<Problem>,
    cx: &mut Context<'_>,
) -> Moved {
    let (asking, effects) = question(&id, unkeyed, true, cx);
    let cannot_ask =
        || transfer_response::cannot_ask("the transfer was sent without an `Idempotency-Key`".to_owned());
    let problem = if unkeyed { Some(cannot_ask()) } else { problem };
    let lost = Lost { id, order, unkeyed, asking, problem, turned_away: None, silent: unkeyed, in_vain: 0 };
    Moved::to(Transfer::Unknown(Box::new(lost)), effects)
}

/// The bank did not take this request. Browsers repeat a request whose connection broke, and the first of the two may
/// have come through: so the bank is asked before anybody says that no money was moved.
pub(super) fn turned_away(
    id: TransferId,
    order: Order,
    unkeyed: bool,
    problem: Problem,
    cx: &mut Context<'_>,
) -> Moved {
    if cx.held.is_none() || unkeyed {
        return not_sent(order, problem, Ending::NeverArrived);
    }
    let mut moved = ask(id, order, unkeyed, None, cx);
    if let Transfer::Unknown(lost) = &mut moved.transfer {
        lost.turned_away = Some(problem);
    }
    moved
}

/// The request for what became of a transfer, when there is somebody who may ask.
pub(super) fn question(
    id: &TransferId,
    unkeyed: bool,
    is_abandoned: bool,
    cx: &mut Context<'_>,
) -> (Option<RequestId>, Vec<Effect>) {
    let Some(held) = cx.held.filter(|_| !unkeyed) else { return (None, Vec::new()) };
    let request = request::transfer_status(cx.outside.config, id, is_abandoned, held.bearer());
    let number = cx.outside.ids.request();
    (Some(number), vec![Effect::Fetch(number, request)])
}

impl Lost {
    pub(super) fn answered(self, answer: TransferResponse, cx: &Context<'_>) -> Moved {
        match answer {
            TransferResponse::Done(details) => done(details.done(&self.order)),
            TransferResponse::Refused(problem) => not_sent(self.order, problem, Ending::Refused),
            TransferResponse::NeverArrived { is_final } => {
                let problem = self.turned_away.unwrap_or_else(never_arrived);
                not_sent(self.order, problem, Ending::never_arrived(is_final))
            }
            // The question was refused: that says nothing about the transfer.
            TransferResponse::Unauthorized(problem) => Moved {
                unauthorized: Some(AuthenticationRequirement::default()),
                ..self.still_unknown(problem, false)
            },
            TransferResponse::Demanding(demand, problem) => {
                Moved { unauthorized: Some(demand), ..self.still_unknown(problem, false) }
            }
            // An API that has no list of transfers has no single one either, whatever its answer looks like.
            TransferResponse::Unknown(Problem { cause, .. }) if !cx.tells && self.in_vain > 0 => {
                self.answered(TransferResponse::CannotAsk(transfer_response::cannot_ask(cause)), cx)
            }
            TransferResponse::Forbidden(_, problem) | TransferResponse::CannotAsk(problem) => {
                match self.turned_away {
                    // There is no more to be known than what this bank has said.
                    Some(problem) => not_sent(self.order, problem, Ending::NeverArrived),
                    None => self.still_unknown(problem, true),
                }
            }
            TransferResponse::Later(problem, wait) => self.once_more(problem, wait),
            TransferResponse::Unknown(problem) | TransferResponse::TurnedAway(problem) => {
                self.once_more(problem, 0)
            }
        }
    }

    /// It is asked again, not before so many milliseconds are over, and ever more rarely.
    fn once_more(self, problem: Problem, least: u32) -> Moved {
        let pause = (FIRST_RETRY_DELAY_MS << self.in_vain).max(least);
        let in_vain = MAX_DOUBLINGS.min(self.in_vain + 1);
        let mut moved = Self { in_vain, ..self }.still_unknown(problem, false);
        moved.effects.push(Effect::Wake(Timer::AskAgain, pause));
        moved
    }

    fn still_unknown(self, problem: Problem, silent: bool) -> Moved {
        let lost = Self { asking: None, problem: Some(problem), silent, ..self };
        Moved::to(Transfer::Unknown(Box::new(lost)), Vec::new())
    }
}

impl Interrupted {
    /// Only an end changes anything: whatever else the bank says, the customer may confirm once more, under the same id
    /// unless the bank has given it up.
    pub(super) fn answered(mut self: Box<Self>, answer: TransferResponse) -> Moved {
        self.asking = None;
        match answer {
            TransferResponse::Done(details) => {
                done(DoneView { already_done: true, ..details.done(&self.order) })
            }
            TransferResponse::Refused(problem) => not_sent(self.order, problem, Ending::Refused),
            other => {
                self.nothing_moved = matches!(other, TransferResponse::NeverArrived { .. });
                self.is_retired |= matches!(other, TransferResponse::NeverArrived { is_final: true });
                let unauthorized = match other {
                    TransferResponse::Unauthorized(_) => Some(AuthenticationRequirement::default()),
                    TransferResponse::Demanding(demand, _) => Some(demand),
                    _ => None,
                };
                Moved { unauthorized, ..Moved::to(Transfer::Interrupted(self), Vec::new()) }
            }
        }
    }
}
