//! The two attempts, and the way to the provider between them.

use alloc::{borrow::ToOwned, boxed::Box, vec};

use crate::{
    bank_api::{request, transfer_response::TransferResponse},
    domain::{AuthenticationRequirement, Bearer, Problem, Scopes},
    effect::{Effect, Timer},
    flow::{
        authorization::redirect::{AuthorizationRedirect, REDIRECT_NOTICE_MS},
        context::Context,
        customer::Customer,
        transfer::{
            NotSentReason, SentTransfer, Transfer, complete, end_unsent, never_arrived,
            recovery::{inquire, turned_away},
        },
        transition::{LoginEvent, Transition},
    },
    http::{HttpResult, RequestId},
    json,
    oidc::{Purpose, RequestSecrets, StepUp},
    storage::{PendingStage, StorageKey},
};

/// The attempt that may be answered with 403.
#[derive(Debug)]
pub(crate) struct FirstAttempt {
    pub(super) request: RequestId,
    pub(super) sent: SentTransfer,
    /// Those of the token it was sent with.
    pub(super) scopes: Scopes,
    pub(super) secrets: RequestSecrets,
}

/// The attempt after the second factor. There is no other after it.
#[derive(Debug)]
pub(crate) struct SecondAttempt {
    pub(super) request: RequestId,
    pub(super) sent: SentTransfer,
}

#[derive(Debug)]
pub(crate) struct Leaving {
    pub(super) sent: SentTransfer,
    pub(super) redirect: Box<AuthorizationRedirect>,
}

/// Both attempts leave in the same way: what is under way is stored before it is sent.
pub(super) fn send(
    sent: SentTransfer,
    bearer: Bearer,
    customer: &Customer,
    cx: &mut Context,
) -> Transition<(RequestId, SentTransfer)> {
    let request = request::transfer(&cx.config, &sent.id, &sent.order, sent.unkeyed, bearer);
    let id = cx.ids.request();
    let effects = vec![store(&sent, PendingStage::Sent, customer, cx), Effect::fetch(id, request)];
    Transition::new((id, sent), effects)
}

fn store(sent: &SentTransfer, stage: PendingStage, customer: &Customer, cx: &Context) -> Effect {
    Effect::Store(StorageKey::Pending, json::write(&sent.pending(stage, customer, cx)))
}

impl FirstAttempt {
    pub(super) fn handle_response(
        self,
        response: TransferResponse,
        customer: &Customer,
        cx: &mut Context,
    ) -> Transition<Transfer> {
        match response {
            TransferResponse::Forbidden(challenge, problem) => {
                let needed = challenge.scope.filter(|s| !s.is_empty());
                let needed = needed.unwrap_or_else(|| cx.config.transfer_scope.clone());
                if self.scopes.contains(&needed) {
                    // It has what is asked for and is refused all the same: more of it would not help.
                    end_unsent(self.sent.order, problem, NotSentReason::Refused)
                } else {
                    self.step_up(needed, AuthenticationRequirement::default(), customer, cx)
                }
            }
            // RFC 9470. There is no second redirect, so that what a transfer needs is asked for as well.
            TransferResponse::AuthenticationRequired(requirement, _) => {
                let needed = cx.config.transfer_scope.clone();
                self.step_up(needed, requirement, customer, cx)
            }
            TransferResponse::Unauthorized(problem) => {
                end_unsent(self.sent.order, problem, NotSentReason::Unauthorized)
                    .with(LoginEvent::TokenRefused(AuthenticationRequirement::default()))
            }
            other => settle(self.sent, other, customer, cx),
        }
    }

    /// Stores the order under the new `state`, shows the sentence, and goes.
    fn step_up(
        self,
        needed: Scopes,
        mut requirement: AuthenticationRequirement,
        customer: &Customer,
        cx: &mut Context,
    ) -> Transition<Transfer> {
        let Self { sent, scopes, secrets, .. } = self;
        if let Some(max_age) = cx.config.step_up_max_age {
            requirement.max_age = Some(requirement.max_age.map_or(max_age, |asked| asked.min(max_age)));
        }
        let scopes = cx.config.balance_scope.union(&scopes).union(&needed);
        let purpose = Purpose::StepUp(StepUp {
            subject: customer.subject().to_owned(),
            id: sent.id.clone(),
            order: sent.order.clone(),
            details: cx.provider.supports_authorization_details(),
            needed,
            unkeyed: sent.unkeyed,
        });
        let pending = store(&sent, PendingStage::Confirming, customer, cx);
        AuthorizationRedirect::begin(secrets, purpose, &scopes, requirement, cx)
            .then(pending)
            .then(Effect::SetTimer(Timer::Leave, REDIRECT_NOTICE_MS))
            .map(|redirect| Transfer::Leaving(Box::new(Leaving { sent, redirect: Box::new(redirect) })))
    }
}

impl Leaving {
    pub(super) fn handle_response(self, outcome: HttpResult, cx: &mut Context) -> Transition<Transfer> {
        let Self { sent, redirect } = self;
        match redirect.handle_response(outcome, cx) {
            Ok(next) => next.map(|redirect| Transfer::Leaving(Box::new(Self { sent, redirect }))),
            Err(problem) => give_up(sent, problem),
        }
    }
}

fn give_up(sent: SentTransfer, problem: Problem) -> Transition<Transfer> {
    end_unsent(sent.order, problem, NotSentReason::Unconfirmed).then(Effect::ForgetRequests)
}

impl SecondAttempt {
    /// Whatever the bank answers is final, or a question to the bank.
    pub(super) fn handle_response(
        self,
        response: TransferResponse,
        customer: &Customer,
        cx: &mut Context,
    ) -> Transition<Transfer> {
        match response {
            TransferResponse::Forbidden(_, problem)
            | TransferResponse::AuthenticationRequired(_, problem) => {
                end_unsent(self.sent.order, problem, NotSentReason::Refused)
            }
            TransferResponse::Unauthorized(problem) => {
                end_unsent(self.sent.order, problem, NotSentReason::Unauthorized)
            }
            other => settle(self.sent, other, customer, cx),
        }
    }
}

/// What means the same for both attempts.
fn settle(
    sent: SentTransfer,
    response: TransferResponse,
    customer: &Customer,
    cx: &mut Context,
) -> Transition<Transfer> {
    match response {
        TransferResponse::Done(details) => complete(details.into_done_view(&sent.order)),
        TransferResponse::NeverArrived { is_final } => {
            end_unsent(sent.order, never_arrived(), NotSentReason::never_arrived(is_final))
        }
        TransferResponse::TurnedAway(problem) => turned_away(sent, problem, customer, cx),
        TransferResponse::Unknown(problem)
        | TransferResponse::Later(problem, _)
        | TransferResponse::CannotAsk(problem) => inquire(sent, Some(problem), customer, cx),
        TransferResponse::Refused(problem)
        | TransferResponse::Forbidden(_, problem)
        | TransferResponse::AuthenticationRequired(_, problem)
        | TransferResponse::Unauthorized(problem) => end_unsent(sent.order, problem, NotSentReason::Refused),
    }
}
