//! Does the payee's name belong to the IBAN? The bank is asked as the customer leaves the fields, and before anything can be
//! confirmed.

use alloc::{string::String, vec::Vec};

use crate::{
    bank_api::{
        payees::{read_name_check, read_payees},
        request,
        response::ReadError,
    },
    domain::{Iban, NameCheck, Payee},
    flow::{context::Context, customer::Customer},
    http::{HttpResult, NetworkError, RequestId},
    view::NameCheckView,
};

#[derive(Debug, Default)]
pub(super) struct PayeeCheck {
    /// Does the bank check names, as far as it has told? One that keeps payees does.
    is_offered: Option<bool>,
    /// It was asked before: a failure is not repeated with each key that is pressed.
    was_discovered: bool,
    /// It is being found out.
    discovery: Option<RequestId>,
    /// The IBAN and the name that were asked about last.
    question: Option<(Iban, String)>,
    request: Option<RequestId>,
    /// The answer, with the holder's name where that is close. Nothing when it could not be had.
    answer: Option<(NameCheck, Option<String>)>,
}

impl PayeeCheck {
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.discovery == Some(id) || self.request == Some(id)
    }

    /// Is an answer on its way?
    pub(super) fn is_pending(&self) -> bool {
        self.discovery.is_some() || self.request.is_some()
    }

    /// Has a payment to have a name?
    pub(super) fn asks_for_name(&self) -> bool {
        self.is_offered == Some(true)
    }

    /// Finds out whether the bank checks names, once.
    pub(super) fn discover(&mut self, customer: &Customer, cx: &mut Context) {
        if self.is_offered.is_none()
            && !self.was_discovered
            && let Some(token) = customer.token(cx)
        {
            self.was_discovered = true;
            self.discovery = Some(cx.fetch(request::payees(&cx.config, token.bearer())));
        }
    }

    /// Asks about this name, unless that is known or being asked.
    pub(super) fn ask(&mut self, iban: &Iban, name: &str, customer: &Customer, cx: &mut Context) {
        if self.is_about(iban, name) && (self.request.is_some() || self.answer.is_some()) {
            return;
        }
        (self.question, self.request, self.answer) = (Some((iban.clone(), name.into())), None, None);
        if self.is_offered == Some(false) {
            self.answer = Some((NameCheck::NotPossible, None));
        } else if let Some(token) = customer.token(cx).filter(|_| !cx.offline) {
            self.request = Some(cx.fetch(request::name_check(&cx.config, iban, name, token.bearer())));
        }
    }

    /// What the bank has answered about this name.
    pub(super) fn answer(&self, iban: &Iban, name: &str) -> Option<NameCheck> {
        let (check, _) = self.answer.as_ref().filter(|_| self.is_about(iban, name))?;
        Some(*check)
    }

    /// Was there no answer about this name?
    pub(super) fn has_failed(&self, iban: &Iban, name: &str) -> bool {
        self.view(iban, name) == NameCheckView::Failed
    }

    /// The session is over: nobody waits for an answer any more.
    pub(super) fn withhold(&mut self) {
        (self.discovery, self.was_discovered) = (None, false);
        if self.request.is_some() {
            self.forget();
        }
    }

    /// What was answered may not hold any more.
    pub(super) fn forget(&mut self) {
        (self.question, self.request, self.answer) = (None, None, None);
    }

    /// `may_be_absent`: an API on another origin that lacks an endpoint may not be reachable there at all. Returns the
    /// saved payees, when these came.
    pub(super) fn handle_response(
        &mut self,
        id: RequestId,
        outcome: HttpResult,
        may_be_absent: bool,
        cx: &mut Context,
    ) -> Option<Vec<Payee>> {
        let is_absent = may_be_absent && matches!(outcome, Err(NetworkError::Unreachable(_)));
        let error = if self.discovery == Some(id) {
            self.discovery = None;
            match read_payees(outcome) {
                Ok(saved) => {
                    self.is_offered = Some(true);
                    return Some(saved);
                }
                Err(error) => error,
            }
        } else {
            self.request = None;
            match read_name_check(outcome) {
                Ok(answer) => {
                    (self.is_offered, self.answer) = (Some(true), Some(answer));
                    return None;
                }
                Err(error) => error,
            }
        };
        match error {
            ReadError::Unauthorized(requirement, _) => cx.refuse_token(requirement),
            ReadError::NotOffered => self.lack(),
            _ if is_absent => self.lack(),
            _ => {}
        }
        None
    }

    /// The API has no such check: of every name, nobody can tell.
    fn lack(&mut self) {
        self.is_offered = Some(false);
        if self.request.take().is_some() || self.question.is_some() {
            self.answer = Some((NameCheck::NotPossible, None));
        }
    }

    fn is_about(&self, iban: &Iban, name: &str) -> bool {
        self.question.as_ref().is_some_and(|(about, asked)| about == iban && asked == name)
    }

    /// What the page shows beside this name.
    pub(super) fn view(&self, iban: &Iban, name: &str) -> NameCheckView {
        if !self.is_about(iban, name) {
            return NameCheckView::None;
        }
        match &self.answer {
            Some((check, right)) => NameCheckView::Answered(*check, right.clone()),
            None if self.request.is_some() => NameCheckView::Checking,
            None => NameCheckView::Failed,
        }
    }
}
