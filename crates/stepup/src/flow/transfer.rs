//! The step-up of one transfer, as a state machine.
//!
//! A transfer is confirmed once, attempted with the token there is, refused with 403, confirmed at the provider, and
//! attempted once more. [`FirstAttempt`] carries the randomness that one redirect needs; [`SecondAttempt`] carries none,
//! so that no answer of the bank can cause a second redirect.

mod attempts;
mod recovery;

pub(crate) use crate::flow::transfer::attempts::REDIRECT_NOTICE_MS;
use crate::{
    bank_api::transfer_response,
    domain::{
        authentication::AuthenticationRequirement,
        entropy::Entropy,
        logout_count::LogoutCount,
        problem::Problem,
        token::{CachedToken, SingleUseToken},
        transfer::{Order, TransferId},
    },
    effect::Effect,
    flow::{
        context,
        transfer::{
            attempts::{FirstAttempt, Leaving, SecondAttempt, send},
            recovery::{Interrupted, Lost, ask, question},
        },
    },
    http::RequestId,
    oidc::{
        authorization_request::{NonceSalt, StateParameter, StepUp},
        pkce::CodeVerifier,
    },
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
    Unknown(Box<Lost>),
    /// Money was moved.
    Done(Box<DoneView>),
    /// No money was moved.
    NotSent(Box<NotSent>),
}

/// A transfer that ended without money being moved.
#[derive(Debug)]
pub(crate) struct NotSent {
    pub(crate) order: Order,
    problem: Problem,
    ending: Ending,
}

/// How a transfer ended without money being moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
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

impl Ending {
    const fn never_arrived(is_final: bool) -> Self {
        if is_final { Self::Retired } else { Self::NeverArrived }
    }
}

/// What a transition may look at.
pub(crate) struct Context<'a> {
    pub(crate) outside: context::Context<'a>,
    pub(crate) log_outs: LogoutCount,
    /// Who is logged in, or whose transfer it is.
    pub(crate) subject: &'a str,
    /// The token for reading, while there is one.
    pub(crate) held: Option<&'a CachedToken>,
    /// Does the bank tell of past transfers at all, as far as this page knows?
    pub(crate) tells: bool,
}

/// A transfer that became another, with what is to be done.
pub(crate) struct Moved {
    pub(crate) transfer: Transfer,
    pub(crate) effects: Vec<Effect>,
    /// The token for reading was refused: the session is over, and the next one has to meet this.
    pub(crate) unauthorized: Option<AuthenticationRequirement>,
}

impl Moved {
    fn to(transfer: Transfer, effects: Vec<Effect>) -> Self {
        Self { transfer, effects, unauthorized: None }
    }
}

/// "Confirm transfer": the first attempt, with the token there is. `again` is the id under which the same order was sent
/// before. `unkeyed`: without `Idempotency-Key`.
pub(crate) fn confirm(
    order: &Order,
    again: Option<TransferId>,
    unkeyed: bool,
    entropy: Entropy,
    cx: &mut Context<'_>,
) -> Moved {
    let [state, salt, verifier, id] = entropy.split();
    let mut short = [0; 16];
    short.copy_from_slice(&id[..16]);
    let id = again.unwrap_or_else(|| TransferId::new(cx.outside.now, short));
    let Some(held) = cx.held else {
        let unauthorized = Some(AuthenticationRequirement::default());
        return Moved { unauthorized, ..Moved::to(Transfer::Editing, Vec::new()) };
    };
    let (bearer, scopes) = (held.bearer(), held.scopes.clone());
    send(&id, order, unkeyed, bearer, cx, |request, id, order| {
        Transfer::First(Box::new(FirstAttempt {
            request,
            id,
            order,
            held: scopes,
            unkeyed,
            state: StateParameter::new(state),
            salt: NonceSalt::new(salt),
            verifier: CodeVerifier::new(verifier),
        }))
    })
}

/// The provider's answer was verified: the second attempt, if it is the same person. That the confirmation is a new one is
/// what the signed nonce says.
pub(crate) fn resume(step_up: StepUp, subject: &str, token: SingleUseToken, cx: &mut Context<'_>) -> Moved {
    let StepUp { subject: confirmed_by, id, order, unkeyed, .. } = step_up;
    if subject != confirmed_by {
        return not_sent(order, someone_else(), Ending::Unconfirmed);
    }
    send(&id, &order, unkeyed, token.into_bearer(), cx, |request, id, order| {
        Transfer::Second(Box::new(SecondAttempt { request, id, order, unkeyed }))
    })
}

fn not_sent(order: Order, problem: Problem, ending: Ending) -> Moved {
    let transfer = Transfer::NotSent(Box::new(NotSent { order, problem, ending }));
    Moved::to(transfer, vec![Effect::Remove(StorageKey::Pending)])
}

/// The provider did not confirm it.
pub(crate) fn unconfirmed(order: Order, problem: Problem) -> Moved {
    not_sent(order, problem, Ending::Unconfirmed)
}

/// The browser says that it has no network: nothing is sent that nobody would get. `again`: it was sent before, and nobody
/// knows what became of that.
pub(crate) fn not_sent_offline(order: Order, again: bool) -> Moved {
    let problem = Problem::new(
        "transfer.offline",
        "You are offline",
        if again {
            "Nothing was sent now. What became of it when you sent it before is not known yet. Send it again when the network is back."
        } else {
            "Nothing was sent, and no money was moved. Send it again when the network is back."
        },
        "the browser has no network".to_owned(),
    );
    not_sent(order, problem, Ending::NeverArrived)
}

/// A transfer that is found in the storage after a reload.
pub(crate) fn found(pending: Pending, cx: &mut Context<'_>) -> Moved {
    match pending.stage {
        PendingStage::Confirming => {
            let Pending { id, order, unkeyed, .. } = pending;
            let (asking, effects) = question(&id, unkeyed, false, cx);
            let interrupted =
                Interrupted { id, order, unkeyed, asking, nothing_moved: false, is_retired: false };
            Moved::to(Transfer::Interrupted(Box::new(interrupted)), effects)
        }
        PendingStage::Sent => ask(pending.id, pending.order, pending.unkeyed, None, cx),
    }
}

impl Transfer {
    /// What was sent, while the bank has neither done nor refused it.
    pub(crate) fn sent(&self) -> Option<(&TransferId, &Order)> {
        match self {
            Self::First(it) => Some((&it.id, &it.order)),
            Self::Leaving(it) => Some((&it.id, &it.order)),
            Self::Interrupted(it) => Some((&it.id, &it.order)),
            Self::Second(it) => Some((&it.id, &it.order)),
            Self::Unknown(it) => Some((&it.id, &it.order)),
            _ => None,
        }
    }

    /// The same, as the tab has it stored.
    pub(crate) fn pending(&self, subject: &str, log_outs: LogoutCount) -> Option<Pending> {
        let (id, order) = self.sent()?;
        let stage = if self.is_unanswered() { PendingStage::Sent } else { PendingStage::Confirming };
        let (subject, id, order) = (subject.to_owned(), id.clone(), order.clone());
        Some(Pending { subject, id, order, stage, unkeyed: self.is_unkeyed(), log_outs })
    }

    /// Was it sent without its id?
    fn is_unkeyed(&self) -> bool {
        match self {
            Self::First(it) => it.unkeyed,
            Self::Leaving(it) => it.unkeyed,
            Self::Interrupted(it) => it.unkeyed,
            Self::Second(it) => it.unkeyed,
            Self::Unknown(it) => it.unkeyed,
            _ => false,
        }
    }

    /// Has the bank said its last word on what was sent?
    pub(crate) fn is_settled(&self) -> bool {
        match self {
            Self::Done(_) => true,
            Self::NotSent(it) => matches!(it.ending, Ending::Refused | Ending::Retired),
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

    /// Did the bank refuse the token (401)?
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::NotSent(it) if it.ending == Ending::Unauthorized)
    }

    /// Does this transfer wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        match self {
            Self::First(attempt) => attempt.request == id,
            Self::Second(attempt) => attempt.request == id,
            Self::Leaving(leaving) => leaving.departure.awaits(id),
            Self::Interrupted(interrupted) => interrupted.asking == Some(id),
            Self::Unknown(lost) => lost.asking == Some(id),
            _ => false,
        }
    }

    /// The answer that it waited for.
    pub(crate) fn answered(
        self,
        outcome: Result<crate::http::HttpResponse, crate::http::NetworkError>,
        cx: &mut Context<'_>,
    ) -> Moved {
        match self {
            Self::First(attempt) => attempt.answered(transfer_response::read_transfer(outcome, None), cx),
            Self::Second(attempt) => attempt.answered(transfer_response::read_transfer(outcome, None), cx),
            Self::Unknown(lost) => {
                let answer = transfer_response::read_transfer(outcome, Some(&lost.id));
                lost.answered(answer, cx)
            }
            Self::Interrupted(interrupted) => {
                let answer = transfer_response::read_transfer(outcome, Some(&interrupted.id));
                interrupted.answered(answer)
            }
            Self::Leaving(mut leaving) => match leaving.departure.answered(outcome, &mut cx.outside) {
                Ok(effects) => Moved::to(Self::Leaving(leaving), effects),
                Err(problem) => leaving.give_up(problem),
            },
            other => Moved::to(other, Vec::new()),
        }
    }

    /// The sentence was there long enough, or the customer does not want to wait.
    pub(crate) fn proceed(self, cx: &Context<'_>) -> Moved {
        match self {
            Self::Leaving(mut leaving) => {
                let effect = leaving.departure.proceed(&cx.outside);
                Moved::to(Self::Leaving(leaving), effect.into_iter().collect())
            }
            other => Moved::to(other, Vec::new()),
        }
    }

    /// "Cancel", or "I have seen it": back to the form wherever that is safe.
    pub(crate) fn dismissed(self) -> Moved {
        match self {
            Self::Reviewing(_) | Self::Done(_) | Self::NotSent(_) => Moved::to(Self::Editing, Vec::new()),
            Self::Interrupted(_) | Self::Leaving(_) => {
                Moved::to(Self::Editing, vec![Effect::ForgetRequests, Effect::Remove(StorageKey::Pending)])
            }
            // The customer has looked. The same order again has the same id, in case it comes through all the same.
            Self::Unknown(lost) if lost.silent => {
                Moved::to(Self::Editing, vec![Effect::Remove(StorageKey::Pending)])
            }
            // What was sent cannot be called back, and what is unknown must not be forgotten.
            other => Moved::to(other, Vec::new()),
        }
    }

    /// "Ask again".
    pub(crate) fn ask_again(self, cx: &mut Context<'_>) -> Moved {
        match self {
            Self::Unknown(mut lost) if lost.asking.is_none() => {
                let (asking, effects) = question(&lost.id, lost.unkeyed, true, cx);
                // Without a session nobody asks, and what was said (to log in again, for example) still holds.
                if asking.is_some() {
                    (lost.asking, lost.problem) = (asking, None);
                }
                Moved::to(Self::Unknown(lost), effects)
            }
            other => Moved::to(other, Vec::new()),
        }
    }

    /// What the page shows; `None` while the form is open.
    pub(crate) fn view(&self, logged_in: bool) -> Option<TransferView> {
        Some(match self {
            Self::Editing => return None,
            Self::Reviewing(order) => TransferView::Review { receipt: order.receipt(), unkeyed: false },
            Self::First(first) => TransferView::Sending { receipt: first.order.receipt(), second: false },
            Self::Second(second) => TransferView::Sending { receipt: second.order.receipt(), second: true },
            Self::Leaving(leaving) => TransferView::Leaving(leaving.order.receipt()),
            Self::Interrupted(it) => {
                TransferView::Interrupted { receipt: it.order.receipt(), nothing_moved: it.nothing_moved }
            }
            Self::Returning(order) => TransferView::Returning(order.receipt()),
            Self::Unknown(lost) => TransferView::Unknown {
                receipt: lost.order.receipt(),
                asking: lost.asking.is_some(),
                may_ask: lost.asking.is_none() && logged_in && !lost.unkeyed,
                may_leave: lost.silent,
                problem: lost.problem.clone(),
            },
            Self::Done(done) => TransferView::Done(DoneView::clone(done)),
            Self::NotSent(it) => TransferView::NotSent {
                receipt: it.order.receipt(),
                problem: it.problem.clone(),
                may_repeat: matches!(it.ending, Ending::NeverArrived | Ending::Retired),
            },
        })
    }
}

fn done(view: DoneView) -> Moved {
    Moved::to(Transfer::Done(Box::new(view)), vec![Effect::Remove(StorageKey::Pending)])
}

fn never_arrived() -> Problem {
    Problem::new(
        "transfer.never_arrived",
        "Your transfer did not reach your bank",
        "Your bank has no record of it. No money was moved. You can send it again.",
        "the bank knows no transfer with this id".to_owned(),
    )
}

pub(crate) fn someone_else() -> Problem {
    Problem::new(
        "step_up.someone_else",
        "Somebody else logged in",
        "The confirmation came from another customer than the one who ordered this transfer, so it was dropped. No money was moved.",
        "`sub` of the ID token is not the one that confirmed the transfer".to_owned(),
    )
}
