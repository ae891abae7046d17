//! All payments: what is looked for, what was found, and the pages of the bank's list.
//!
//! The overview has the newest payments. What is older, or looked for, is asked of the bank a page at a time. Where there is
//! nothing older, or the bank knows no pages, they are all that can be looked through.

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::overview::Overview;
use crate::{
    bank_api::{
        problem, request,
        response::{self, ReadError},
    },
    domain::{Locale, Problem, text},
    effect::{Effect, Timer},
    flow::{context::Context, customer::Customer},
    http::{HttpResult, RequestId},
    view::{PastTransfer, PaymentFilter, PaymentsView},
};

/// How long the customer has stopped typing before the bank is asked, in milliseconds.
const TYPING_PAUSE_MS: u32 = 250;
/// So many are looked for before the customer is asked whether to go on: a page of a search may hold few, or none.
const ENOUGH: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Payments {
    filter: PaymentFilter,
    /// What was found; without a filter, what comes after the overview's list.
    list: Vec<PastTransfer>,
    /// Has the bank been asked for some of it?
    has_asked: bool,
    /// The cursor of what comes after that.
    next: Option<String>,
    request: Option<RequestId>,
    /// The customer is still typing.
    is_waiting: bool,
    /// Everything is loaded, to be written into a file.
    is_exporting: bool,
    problem: Option<Problem>,
}

impl Payments {
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.request == Some(id)
    }

    /// The newest payments are new: what was loaded after the old ones does not follow them.
    pub(super) fn restart(&mut self) {
        if self.filter.is_empty() {
            *self = Self::default();
        }
    }

    pub(super) fn look_for(&mut self, filter: PaymentFilter, overview: &Overview, cx: &mut Context) {
        let is_waiting = !filter.is_empty() && overview.next().is_some();
        *self = Self { filter, is_waiting, ..Self::default() };
        if is_waiting {
            cx.emit(Effect::SetTimer(Timer::Search, TYPING_PAUSE_MS));
        }
    }

    /// The customer has stopped typing.
    pub(super) fn search(&mut self, customer: &Customer, cx: &mut Context) {
        if core::mem::take(&mut self.is_waiting) {
            self.fetch(None, customer, cx);
        }
    }

    /// "Load more", also after a page that did not come.
    pub(super) fn load_more(&mut self, overview: &Overview, customer: &Customer, cx: &mut Context) {
        if self.request.is_some() || self.is_waiting {
            return;
        }
        let cursor = self.cursor(overview);
        let is_first = !self.filter.is_empty() && !self.has_asked && overview.next().is_some();
        if cursor.is_some() || is_first {
            self.fetch(cursor.as_deref(), customer, cx);
        }
    }

    /// "Export CSV": of all pages.
    pub(super) fn export(&mut self, overview: &Overview, customer: &Customer, cx: &mut Context) {
        self.is_exporting = true;
        self.load_more(overview, customer, cx);
        self.finish_export(overview, cx);
    }

    /// Everything is loaded, or nothing more will be.
    fn finish_export(&mut self, overview: &Overview, cx: &mut Context) {
        let is_loading = self.request.is_some() || self.is_waiting;
        if !is_loading && core::mem::take(&mut self.is_exporting) && self.problem.is_none() {
            cx.emit(Effect::Export(self.shown(overview, cx.locale)));
        }
    }

    fn cursor(&self, overview: &Overview) -> Option<String> {
        if self.filter.is_empty() && !self.has_asked { overview.next() } else { self.next.clone() }
    }

    fn fetch(&mut self, before: Option<&str>, customer: &Customer, cx: &mut Context) {
        if let Some(token) = customer.token(cx) {
            let request = request::transfers(&cx.config, &self.filter, before, token.bearer());
            (self.request, self.problem) = (Some(cx.fetch(request)), None);
        }
    }

    /// A page.
    pub(super) fn handle_response(
        &mut self,
        outcome: HttpResult,
        overview: &Overview,
        customer: &Customer,
        cx: &mut Context,
    ) {
        self.request = None;
        let problem = match response::read_transfers(outcome) {
            Ok(page) => {
                self.list.extend(page.list);
                (self.has_asked, self.next) = (true, page.next);
                let is_enough = self.filter.is_empty() || self.list.len() >= ENOUGH;
                if !is_enough || self.is_exporting {
                    self.load_more(overview, customer, cx);
                }
                return self.finish_export(overview, cx);
            }
            Err(ReadError::Unauthorized(requirement, _)) => return cx.refuse_token(requirement),
            Err(ReadError::Later(problem, _)) => problem::down(problem.cause),
            Err(ReadError::NotOffered) => Problem::new("api.not_found", "no such resource".to_string()),
            Err(ReadError::Failed(problem)) => problem,
        };
        (self.problem, self.is_exporting) = (Some(problem), false);
    }

    fn shown(&self, overview: &Overview, locale: Locale) -> Vec<PastTransfer> {
        let newest = overview.newest();
        if self.filter.is_empty() {
            newest.iter().chain(&self.list).cloned().collect()
        } else if overview.next().is_some() {
            self.list.clone()
        } else {
            newest.iter().filter(|payment| self.filter.matches(payment, locale)).cloned().collect()
        }
    }

    /// One of those that are known.
    pub(super) fn find<'a>(&'a self, id: &str, overview: &'a Overview) -> Option<&'a PastTransfer> {
        overview.newest().iter().chain(&self.list).find(|payment| payment.id == id)
    }

    pub(super) fn view(&self, overview: &Overview, locale: Locale) -> PaymentsView {
        PaymentsView {
            filter: self.filter.clone(),
            list: self.shown(overview, locale),
            is_loading: self.request.is_some() || self.is_waiting,
            has_more: self.cursor(overview).is_some() || self.problem.is_some(),
            problem: self.problem.clone(),
        }
    }
}

impl PaymentFilter {
    /// Where the bank need not look, or does not: each word stands somewhere.
    fn matches(&self, payment: &PastTransfer, locale: Locale) -> bool {
        let text = [
            payment.counterparty.as_str(),
            &payment.iban.replace(' ', ""),
            &payment.reference,
            &payment.money.decimal(),
        ]
        .join(" ");
        let text = (locale.lower)(&text);
        (locale.lower)(&self.query).split_whitespace().all(|word| text::contains(&text, word))
            && self.outgoing.is_none_or(|outgoing| outgoing == payment.outgoing)
            && payment.at.starts_with(&self.month)
    }

    /// What the bank is asked for.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![];
        if !self.query.trim().is_empty() {
            parameters.push(("query", self.query.trim().to_string()));
        }
        if let Some(outgoing) = self.outgoing {
            parameters.push(("direction", if outgoing { "out" } else { "in" }.to_string()));
        }
        if let Some(last) = last_day(&self.month) {
            parameters.push(("from", [&self.month, "-01"].concat()));
            parameters.push(("to", [&self.month, "-", last].concat()));
        }
        parameters
    }
}

/// The last day of a month as in `2026-02`.
fn last_day(month: &str) -> Option<&'static str> {
    let (year, month) = month.split_once('-')?;
    let year: u32 = year.parse().ok()?;
    Some(match month {
        "02" if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => "29",
        "02" => "28",
        "04" | "06" | "09" | "11" => "30",
        _ => "31",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_is_its_first_and_last_day() {
        for (month, last) in [("2026-01", "31"), ("2024-02", "29"), ("2100-02", "28"), ("2026-11", "30")] {
            assert_eq!(last_day(month), Some(last), "{month}");
        }
        assert_eq!(last_day(""), None);
    }
}
