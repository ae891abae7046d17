//! The transfer on its way: what the bank and the provider answer.

use alloc::boxed::Box;

use super::{Account, form::Form};
use crate::{
    domain::{AuthenticationRequirement, Place, TransferId},
    flow::{
        authorization::response::{
            Rejection, ResponseValidation, StepUpGrant, Validated, ValidationProgress,
        },
        context::Context,
        customer::Customer,
        transfer::{self, Transfer},
        transition::{LoginEvent, Progress},
    },
    http::HttpResult,
    oidc::Purpose,
};

impl Account {
    pub(super) fn update_transfer(
        &mut self,
        cx: &mut Context,
        transition: impl FnOnce(Transfer, &Customer, &mut Context) -> Transfer,
    ) {
        let before = core::mem::replace(&mut self.transfer, Transfer::Editing);
        let sent = before.sent().map(|(id, _)| id.clone());
        self.transfer = transition(before, &self.customer, cx);
        self.follow_transfer(sent.as_ref(), cx);
    }

    // One function for half a dozen places: it would be inlined into each of them.
    #[inline(never)]
    fn follow_transfer(&mut self, sent: Option<&TransferId>, cx: &mut Context) {
        if matches!(self.transfer, Transfer::Done(_)) {
            self.form = Form::default();
            // A bank that has no list of payments does not show this one again.
            let id = sent.filter(|_| !self.overview.has_no_history());
            self.receipt = id.and_then(|id| Place::payment(id.as_str()));
        }
        if self.sent.follow(&self.transfer, sent) {
            self.store_draft(cx);
        }
        if let Some(LoginEvent::TokenRefused(requirement)) = cx.login_event.take() {
            self.handle_refused_token(sent, requirement, cx);
        }
    }

    /// The bank does not accept the token with which a transfer was sent: a new log-in mends that, once. A second time it
    /// is the bank's last word on this order.
    fn handle_refused_token(
        &mut self,
        sent: Option<&TransferId>,
        requirement: AuthenticationRequirement,
        cx: &mut Context,
    ) {
        if self.transfer.is_unauthorized()
            && let Some(was_refused_before) = self.sent.handle_refused_token(sent)
        {
            if was_refused_before {
                return;
            }
            self.transfer = Transfer::Editing;
            self.store_draft(cx);
        }
        self.end_session(requirement, cx);
    }

    /// The answer that the transfer waited for.
    pub(super) fn handle_transfer(&mut self, outcome: HttpResult, cx: &mut Context) {
        let has_history = !self.overview.has_no_history();
        self.update_transfer(cx, |transfer, customer, cx| {
            transfer.handle_response(outcome, has_history, customer, cx)
        });
        if let Transfer::Done(done) = &self.transfer {
            if let Some(after) = &done.balance_after {
                self.overview.set_balance(after);
            }
            self.load(cx);
        }
    }

    /// Shows the transfer whose step-up is being checked.
    pub(crate) fn await_step_up(&mut self, validation: Box<ResponseValidation>) {
        if let Some(step_up) = validation.step_up() {
            self.transfer = Transfer::Returning(step_up.order.clone());
        }
        self.validation = Some(validation);
    }

    pub(super) fn handle_validation(&mut self, next: ValidationProgress, cx: &mut Context) {
        match next {
            Progress::Pending(validation) => self.validation = Some(validation),
            Progress::Done(validated) => self.handle_validated(validated, cx),
        }
    }

    /// What became of the response to a step-up.
    pub(crate) fn handle_validated(&mut self, validated: Validated, cx: &mut Context) {
        match validated {
            Validated::SteppedUp(grant) => self.send_confirmed_transfer(*grant, cx),
            // The provider did not confirm the transfer, or its response is not believed.
            Validated::Rejected(rejection) => {
                if let Rejection { purpose: Some(Purpose::StepUp(step_up)), problem } = *rejection {
                    self.update_transfer(cx, |_, _, cx| {
                        transfer::refuse_unconfirmed(step_up.order, problem, cx)
                    });
                }
            }
            // Its request was found to be a step-up before there was a page.
            Validated::LoggedIn(_) | Validated::NotOurs => {}
        }
    }

    /// A verified second factor becomes the second attempt. Its token goes into that request and nowhere else.
    fn send_confirmed_transfer(&mut self, grant: StepUpGrant, cx: &mut Context) {
        let StepUpGrant { identity, step_up, access_token } = grant;
        let subject = identity.id_token.subject.clone();
        self.customer.record_step_up(identity, cx);
        self.update_transfer(cx, |_, customer, cx| {
            transfer::send_confirmed(step_up, &subject, access_token, customer, cx)
        });
    }
}
