//! One payment, which the bank is asked for where the lists do not have it.

use alloc::{borrow::ToOwned, string::String};

use super::overview::Overview;
use crate::{
    bank_api::{
        request,
        response::{self, ReadError},
    },
    domain::Problem,
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

    pub(super) fn load(&mut self, id: &str, customer: &Customer, cx: &mut Context) {
        *self = Self::default();
        if let Some(token) = customer.token(cx) {
            let request = request::payment(&cx.config, id, token.bearer());
            *self = Self { request: Some(cx.fetch(request)), content: Loadable::Loading };
        }
    }

    pub(super) fn handle_response(&mut self, outcome: HttpResult, overview: &Overview, cx: &mut Context) {
        self.request = None;
        let own: Option<String> = overview.own_iban();
        self.content = match response::read_payment(outcome, own.as_deref()) {
            Ok(payment) => Loadable::Ready(payment),
            Err(ReadError::Unauthorized(requirement, _)) => return cx.refuse_token(requirement),
            Err(ReadError::NotOffered) => {
                Loadable::Failed(Problem::new("payments.missing", "the bank has no such payment".to_owned()))
            }
            Err(ReadError::Later(problem, _) | ReadError::Failed(problem)) => Loadable::Failed(problem),
        };
    }

    pub(super) fn content(&self) -> &Loadable<PastTransfer> {
        &self.content
    }
}
