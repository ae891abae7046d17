//! The two attempts, and the way to the provider between them.

use alloc::{borrow::ToOwned, boxed::Box};

use crate::{
    bank_api::{request, transfer_response::TransferResponse},
    domain::{AuthenticationRequirement, Bearer, Scopes},
    effect::{Effect, Timer},
    flow::{
        authorization::redirect::{AuthorizationRedirect, REDIRECT_NOTICE_MS},
        context::Context,
        customer::Customer,
        transfer::{
            NotSentReason, SentTransfer, Transfer, complete, end_unsent, never_arrived,
            recovery::{inquire, turned_away},
        },
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
pub(super) fn send(sent: &SentTransfer, bearer: Bearer, customer: &Customer, cx: &mut Context) -> RequestId {
    store(sent, PendingStage::Sent, customer, cx);
    cx.fetch(request::transfer(&cx.config, &sent.id, &sent.order, sent.unkeyed, bearer))
}

fn store(sent: &SentTransfer, stage: PendingStage, customer: &Customer, cx: &mut Context) {
    cx.store(StorageKey::Pending, json::write(&sent.pending(stage, customer, cx)));
}

impl FirstAttempt {
    pub(super) fn handle_response(
        self,
        response: TransferResponse,
        customer: &Customer,
        cx: &mut Context,
    ) -> Transfer {
        match response {
            TransferResponse::Forbidden(challenge, problem) => {
                let needed = challenge.scope.filter(|s| !s.is_empty());
                let needed = needed.unwrap_or_else(|| cx.config.transfer_scope.clone());
                if self.scopes.contains(&needed) {
                    // It has what is asked for and is refused all the same: more of it would not help.
                    end_unsent(self.sent.order, problem, NotSentReason::Refused, cx)
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
                cx.refuse_token(AuthenticationRequirement::default());
                end_unsent(self.sent.order, problem, NotSentReason::Unauthorized, cx)
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
    ) -> Transfer {
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
        let redirect = AuthorizationRedirect::begin(secrets, purpose, &scopes, requirement, cx);
        store(&sent, PendingStage::Confirming, customer, cx);
        cx.emit(Effect::SetTimer(Timer::Leave, REDIRECT_NOTICE_MS));
        Transfer::Leaving(Box::new(Leaving { sent, redirect }))
    }
}

impl Leaving {
    pub(super) fn handle_response(mut self: Box<Self>, outcome: HttpResult, cx: &mut Context) -> Transfer {
        match self.redirect.handle_response(outcome, cx) {
            Ok(()) => Transfer::Leaving(self),
            Err(problem) => {
                cx.emit(Effect::ForgetRequests);
                end_unsent(self.sent.order, problem, NotSentReason::Unconfirmed, cx)
            }
        }
    }
}

impl SecondAttempt {
    /// Whatever the bank answers is final, or a question to the bank.
    pub(super) fn handle_response(
        self,
        response: TransferResponse,
        customer: &Customer,
        cx: &mut Context,
    ) -> Transfer {
        match response {
            TransferResponse::Forbidden(_, problem)
            | TransferResponse::AuthenticationRequired(_, problem) => {
                end_unsent(self.sent.order, problem, NotSentReason::Refused, cx)
            }
            TransferResponse::Unauthorized(problem) => {
                end_unsent(self.sent.order, problem, NotSentReason::Unauthorized, cx)
            }
            other => settle(self.sent, other, customer, cx),
        }
    }
}

/// What means the same for both attempts.
fn settle(sent: SentTransfer, response: TransferResponse, customer: &Customer, cx: &mut Context) -> Transfer {
    match response {
        TransferResponse::Done(details) => complete(details.into_done_view(&sent.order), cx),
        TransferResponse::NeverArrived { is_final } => {
            end_unsent(sent.order, never_arrived(), NotSentReason::never_arrived(is_final), cx)
        }
        TransferResponse::TurnedAway(problem) => turned_away(sent, problem, customer, cx),
        TransferResponse::Unknown(problem)
        | TransferResponse::Later(problem, _)
        | TransferResponse::CannotAsk(problem) => inquire(sent, Some(problem), customer, cx),
        TransferResponse::Refused(problem)
        | TransferResponse::Forbidden(_, problem)
        | TransferResponse::AuthenticationRequired(_, problem)
        | TransferResponse::Unauthorized(problem) => {
            end_unsent(sent.order, problem, NotSentReason::Refused, cx)
        }
    }
}
