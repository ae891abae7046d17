//! One payment, which the bank is asked for where the lists do not have it.

use alloc::{borrow::ToOwned, string::String};

use super::overview::Overview;
use crate::{
    bank_api::{
        request,
        response::{self, ReadError},
    },
    domain::{AuthenticationRequirement, Problem},
    effect::Effect,
    flow::{context::Context, customer::Customer},
    http::{HttpResult, RequestId},
    view::{Loadable, PastTransfer},
};

#[derive(Debug)]
pub(super) struct Payment {
    request: Option<RequestId>,
    content: Loadable<PastTransfer>,
}

impl Default for Payment {
    fn default() -> Self {
        Self { request: None, content: Loadable::Withheld }
    }
}

impl Payment {
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.request == Some(id)
    }

    pub(super) fn load(&mut self, id: &str, customer: &Customer, cx: &mut Context) -> Option<Effect> {
        *self = Self::default();
        let token = customer.token(cx)?;
        let request = request::payment(&cx.config, id, token.bearer());
        let id = cx.ids.request();
        *self = Self { request: Some(id), content: Loadable::Loading };
        Some(Effect::fetch(id, request))
    }

    /// `Err`: the bank refused the token.
    pub(super) fn handle_response(
        &mut self,
        outcome: HttpResult,
        overview: &Overview,
    ) -> Result<(), AuthenticationRequirement> {
        self.request = None;
        let own: Option<String> = overview.own_iban();
        self.content = match response::read_payment(outcome, own.as_deref()) {
            Ok(payment) => Loadable::Ready(payment),
            Err(ReadError::Unauthorized(requirement, _)) => return Err(requirement),
            Err(ReadError::NotOffered) => {
                Loadable::Failed(Problem::new("payments.missing", "the bank has no such payment".to_owned()))
            }
            Err(ReadError::Later(problem, _) | ReadError::Failed(problem)) => Loadable::Failed(problem),
        };
        Ok(())
    }

    pub(super) fn content(&self) -> &Loadable<PastTransfer> {
        &self.content
    }
}
