//! Whom the customer has saved. The bank takes a new payee after a recent second factor alone, so that saving one can lead to
//! the provider and back, once.

use alloc::{borrow::ToOwned, boxed::Box, vec, vec::Vec};

use crate::{
    bank_api::{payees::read_change, request, response::ReadError},
    domain::{AuthenticationRequirement, Entropy, Payee, Problem},
    effect::Effect,
    flow::{
        authorization::redirect::AuthorizationRedirect, context::Context, customer::Customer,
        transition::Transition,
    },
    http::{HttpResult, RequestId},
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

/// What is to be done, and what the bank asks for when it does not accept the token any more.
type Outcome = Result<Vec<Effect>, AuthenticationRequirement>;

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
    ) -> Option<Effect> {
        let token = customer.token(cx).filter(|_| self.change.is_none())?;
        let request = request::save_payee(&cx.config, &payee, token.bearer());
        let kind = Kind::Save(entropy.map(|entropy| RequestSecrets::draw(entropy).0));
        Some(self.begin(request, payee, kind, cx))
    }

    pub(super) fn delete(&mut self, payee: Payee, customer: &Customer, cx: &mut Context) -> Option<Effect> {
        let token = customer.token(cx).filter(|_| self.change.is_none())?;
        let request = request::delete_payee(&cx.config, &payee.iban, token.bearer());
        Some(self.begin(request, payee, Kind::Delete, cx))
    }

    fn begin(
        &mut self,
        request: crate::http::HttpRequest,
        payee: Payee,
        kind: Kind,
        cx: &mut Context,
    ) -> Effect {
        let id = cx.ids.request();
        self.change = Some(Change { request: id, payee, kind });
        self.status = PayeesStatus::Changing;
        Effect::fetch(id, request)
    }

    pub(super) fn handle_response(
        &mut self,
        outcome: HttpResult,
        customer: &Customer,
        cx: &mut Context,
    ) -> Outcome {
        if let Some(redirect) = self.redirect.take() {
            return Ok(self.learn_endpoints(redirect, outcome, cx));
        }
        let Some(Change { payee, kind, .. }) = self.change.take() else { return Ok(Vec::new()) };
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
                return Err(requirement);
            }
            // RFC 9470: once.
            (Err(ReadError::Unauthorized(requirement, _)), Kind::Save(Some(secrets))) => {
                return Ok(self.leave(payee, requirement, secrets, customer, cx));
            }
            (Err(error), _) => self.fail(error.into_cause()),
        }
        Ok(Vec::new())
    }

    /// To the provider, and back to where the customer is now.
    fn leave(
        &mut self,
        payee: Payee,
        requirement: AuthenticationRequirement,
        secrets: RequestSecrets,
        customer: &Customer,
        cx: &mut Context,
    ) -> Vec<Effect> {
        let subject = customer.subject().to_owned();
        let purpose = Purpose::SavePayee { subject, payee };
        let scopes = cx.config.balance_scope.clone();
        let Transition { mut state, mut effects, .. } =
            AuthorizationRedirect::begin(secrets, purpose, &scopes, requirement, cx);
        effects.insert(0, Effect::Store(StorageKey::Place, cx.place.path().into_owned()));
        effects.extend(state.proceed(cx));
        self.redirect = Some(Box::new(state));
        effects
    }

    fn learn_endpoints(
        &mut self,
        redirect: Box<AuthorizationRedirect>,
        outcome: HttpResult,
        cx: &mut Context,
    ) -> Vec<Effect> {
        match redirect.handle_response(outcome, cx) {
            Ok(Transition { state, effects, .. }) => {
                self.redirect = Some(state);
                effects
            }
            Err(problem) => {
                self.status = PayeesStatus::Failed(problem);
                vec![Effect::ForgetRequests]
            }
        }
    }

    fn fail(&mut self, cause: alloc::string::String) {
        self.status = PayeesStatus::Failed(Problem::new("payees.failed", cause));
    }

    /// The session is over: nobody waits for an answer any more.
    pub(super) fn withhold(&mut self) {
        (self.change, self.redirect, self.status) = (None, None, PayeesStatus::None);
    }
}
