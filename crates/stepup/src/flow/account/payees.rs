//! Whom the customer has saved. The bank takes a new payee after a recent second factor alone, so that saving one can lead to
//! the provider and back, once.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

use crate::{
    bank_api::{payees::read_change, request, response::ReadError},
    domain::{AuthenticationRequirement, Entropy, Payee, Problem},
    effect::Effect,
    flow::{authorization::redirect::AuthorizationRedirect, context::Context, customer::Customer},
    http::{HttpRequest, HttpResult, RequestId},
    oidc::{Purpose, RequestSecrets},
    storage::StorageKey,
    view::PayeesStatus,
};

#[derive(Debug, Default)]
pub(super) struct Payees {
    saved: Vec<Payee>,
    change: Option<Change>,
    /// On the way to the provider.
    redirect: Option<Box<AuthorizationRedirect>>,
    pub(super) status: PayeesStatus,
}

#[derive(Debug)]
struct Change {
    request: RequestId,
    payee: Payee,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// With what one redirect needs, unless there was one.
    Save(Option<RequestSecrets>),
    Delete,
}

impl Payees {
    pub(super) fn saved(&self) -> &[Payee] {
        &self.saved
    }

    pub(super) fn set_saved(&mut self, saved: Vec<Payee>) {
        self.saved = saved;
    }

    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.change.as_ref().is_some_and(|change| change.request == id)
            || self.redirect.as_ref().is_some_and(|redirect| redirect.awaits(id))
    }

    /// Saves a payee. With randomness, the bank's answer may send the browser to the provider.
    pub(super) fn save(
        &mut self,
        payee: Payee,
        entropy: Option<Entropy>,
        customer: &Customer,
        cx: &mut Context,
    ) {
        if let Some(token) = customer.token(cx).filter(|_| self.change.is_none()) {
            let request = request::save_payee(&cx.config, &payee, token.bearer());
            let kind = Kind::Save(entropy.map(|entropy| RequestSecrets::draw(entropy).0));
            self.begin(request, payee, kind, cx);
        }
    }

    pub(super) fn delete(&mut self, payee: Payee, customer: &Customer, cx: &mut Context) {
        if let Some(token) = customer.token(cx).filter(|_| self.change.is_none()) {
            let request = request::delete_payee(&cx.config, &payee.iban, token.bearer());
            self.begin(request, payee, Kind::Delete, cx);
        }
    }

    fn begin(&mut self, request: HttpRequest, payee: Payee, kind: Kind, cx: &mut Context) {
        self.change = Some(Change { request: cx.fetch(request), payee, kind });
        self.status = PayeesStatus::Changing;
    }

    pub(super) fn handle_response(&mut self, outcome: HttpResult, customer: &Customer, cx: &mut Context) {
        if let Some(redirect) = &mut self.redirect {
            if let Err(problem) = redirect.handle_response(outcome, cx) {
                (self.redirect, self.status) = (None, PayeesStatus::Failed(problem));
                cx.emit(Effect::ForgetRequests);
            }
            return;
        }
        let Some(Change { payee, kind, .. }) = self.change.take() else { return };
        match (read_change(outcome), kind) {
            (Ok(()), Kind::Save(_)) => {
                self.saved.retain(|known| known.iban != payee.iban);
                let at = self.saved.partition_point(|known| known.name <= payee.name);
                self.saved.insert(at, payee.clone());
                self.status = PayeesStatus::Saved(payee);
            }
            (Ok(()), Kind::Delete) => {
                self.saved.retain(|known| known.iban != payee.iban);
                self.status = PayeesStatus::Deleted(payee);
            }
            (Err(ReadError::Unauthorized(requirement, _)), _) if requirement.is_empty() => {
                self.status = PayeesStatus::None;
                cx.refuse_token(requirement);
            }
            // RFC 9470: once.
            (Err(ReadError::Unauthorized(requirement, _)), Kind::Save(Some(secrets))) => {
                self.leave(payee, requirement, secrets, customer, cx);
            }
            (Err(error), _) => self.fail(error.into_cause()),
        }
    }

    /// To the provider, and back to where the customer is now.
    fn leave(
        &mut self,
        payee: Payee,
        requirement: AuthenticationRequirement,
        secrets: RequestSecrets,
        customer: &Customer,
        cx: &mut Context,
    ) {
        let purpose = Purpose::SavePayee { subject: customer.subject().to_owned(), payee };
        let scopes = cx.config.balance_scope.clone();
        cx.store(StorageKey::Place, cx.place.path().into_owned());
        let mut redirect = AuthorizationRedirect::begin(secrets, purpose, &scopes, requirement, cx);
        redirect.proceed(cx);
        self.redirect = Some(redirect);
    }

    fn fail(&mut self, cause: String) {
        self.status = PayeesStatus::Failed(Problem::new("payees.failed", cause));
    }

    /// The session is over: nobody waits for an answer any more.
    pub(super) fn withhold(&mut self) {
        (self.change, self.redirect, self.status) = (None, None, PayeesStatus::None);
    }
}
