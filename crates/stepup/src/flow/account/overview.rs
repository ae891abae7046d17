//! Balance and past transfers: what is loaded by itself, and shown beside the transfer.

use alloc::{format, string::String};

use crate::{
    bank_api::{
        request,
        response::{self, ReadError},
    },
    domain::{AuthenticationRequirement, Locale, Message, Money, Problem, Timestamp},
    effect::{Effect, Timer},
    flow::{context::Context, customer::Customer},
    http::{HttpResult, NetworkError, RequestId},
    view::{BalanceView, HistoryView, Loadable, PastTransfer},
};

#[derive(Debug)]
pub(super) struct Overview {
    balance: Loadable<BalanceView>,
    history: Loadable<HistoryView>,
    /// The cursor of what is older.
    next: Option<String>,
    balance_request: Option<RequestId>,
    history_request: Option<RequestId>,
    /// Did the last request for the history find no answer at all, on another origin? It may be that the API has none, and
    /// that its preflight says so (404): a browser does not tell.
    history_unanswered: bool,
    /// How long the bank wants to be left alone since it was asked for them, in milliseconds.
    retry_delay: u32,
}

/// The bank refused the token (401): what it asks for instead, and the page's words if a new log-in cannot mend that.
pub(super) struct TokenRefused(pub(super) AuthenticationRequirement, pub(super) Problem);

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The currency of a bank that does not say which it uses.
const DEFAULT_CURRENCY: &str = "EUR";

impl Overview {
    pub(super) fn new(is_logged_in: bool) -> Self {
        Self {
            balance: if is_logged_in { Loadable::Loading } else { Loadable::Withheld },
            history: if is_logged_in { Loadable::Loading } else { Loadable::Withheld },
            next: None,
            balance_request: None,
            history_request: None,
            history_unanswered: false,
            retry_delay: 0,
        }
    }

    /// Fetches both. What is shown stays until the new arrives.
    pub(super) fn load(&mut self, customer: &Customer, cx: &mut Context) {
        let Some(token) = customer.token(cx) else { return };
        self.balance_request = Some(cx.fetch(request::balance(&cx.config, token.bearer())));
        self.history_request = Some(cx.fetch(request::history(&cx.config, token.bearer())));
        self.retry_delay = 0;
        if matches!(self.balance, Loadable::Failed(_)) {
            self.balance = Loadable::Loading;
        }
        if matches!(self.history, Loadable::Failed(_)) {
            self.history = Loadable::Loading;
        }
    }

    /// The bank wants to be asked again now: for what it has not told.
    pub(super) fn retry(&mut self, customer: &Customer, cx: &mut Context) {
        if matches!(self.balance, Loadable::Failed(_)) || matches!(self.history, Loadable::Failed(_)) {
            self.load(customer, cx);
        }
    }

    /// The session is over: nobody waits for an answer any more.
    pub(super) fn withhold(&mut self) {
        self.balance_request = None;
        self.history_request = None;
        // What is sensitive does not outlast the session.
        self.balance = Loadable::Withheld;
        self.history = Loadable::Withheld;
    }

    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.balance_request == Some(id) || self.history_request == Some(id)
    }

    pub(super) fn handle_response(
        &mut self,
        id: RequestId,
        outcome: HttpResult,
        customer: &mut Customer,
        cx: &mut Context,
    ) -> Result<(), TokenRefused> {
        if self.balance_request == Some(id) {
            self.balance_request = None;
            self.balance = self.loaded(response::read_balance(outcome), customer, cx)?;
        } else {
            self.history_request = None;
            self.history_unanswered = matches!(outcome, Err(NetworkError::Unreachable(_)))
                && !cx.config.api.has_origin_of(&cx.config.home);
            let read = response::read_history(outcome).map(|(history, next)| {
                self.next = next;
                history
            });
            self.history = self.loaded(read, customer, cx)?;
        }
        Ok(())
    }

    fn loaded<T>(
        &mut self,
        read: Result<T, ReadError>,
        customer: &mut Customer,
        cx: &mut Context,
    ) -> Result<Loadable<T>, TokenRefused> {
        let problem = match read {
            Ok(value) => {
                customer.record_accepted_token();
                return Ok(Loadable::Ready(value));
            }
            Err(ReadError::Unauthorized(requirement, problem)) => {
                return Err(TokenRefused(requirement, problem));
            }
            Err(ReadError::Later(problem, delay)) => {
                // Both are asked for together: not before the longer delay is over.
                self.retry_delay = self.retry_delay.max(delay);
                cx.emit(Effect::SetTimer(Timer::Retry, self.retry_delay));
                problem
            }
            Err(ReadError::NotOffered) => {
                Problem::new("api.not_found", format!("no such resource under {}", cx.config.api.as_str()))
            }
            Err(ReadError::Failed(problem)) => problem,
        };
        Ok(Loadable::Failed(problem))
    }

    /// A transfer was done, after which this is the balance.
    pub(super) fn set_balance(&mut self, after: &Money) {
        if let Loadable::Ready(BalanceView::Amount { money, .. }) = &mut self.balance {
            *money = after.clone();
        }
    }

    pub(super) fn currency(&self) -> &str {
        match &self.balance {
            Loadable::Ready(BalanceView::Amount { money, .. }) => &money.currency,
            _ => DEFAULT_CURRENCY,
        }
    }

    /// The customer's own IBAN, without blanks, when the bank tells.
    pub(super) fn own_iban(&self) -> Option<String> {
        match &self.balance {
            Loadable::Ready(BalanceView::Amount { iban, .. }) => {
                iban.as_ref().map(|grouped| grouped.replace(' ', ""))
            }
            _ => None,
        }
    }

    /// What is wrong with an amount, in minor units, that is more than the balance that the page shows.
    pub(super) fn above_balance(&self, amount: i64, locale: Locale) -> Option<Message> {
        let Loadable::Ready(BalanceView::Amount { money, .. }) = &self.balance else { return None };
        if money.amount >= amount {
            return None;
        }
        let left = Money { amount: money.amount.max(0), currency: money.currency.clone() };
        let amount = (locale.write)(&left);
        Some(Message::with("amount.above_balance", [("amount", amount), ("currency", left.currency)]))
    }

    /// What would be left after a payment of so much, if there is enough.
    pub(super) fn left_after(&self, amount: i64) -> Option<Money> {
        let Loadable::Ready(BalanceView::Amount { money, .. }) = &self.balance else { return None };
        let left = money.amount.checked_sub(amount).filter(|left| *left >= 0)?;
        Some(Money { amount: left, currency: money.currency.clone() })
    }

    /// Was this sent to this IBAN, grouped by four, within the last day?
    pub(super) fn has_sent(&self, iban: &str, money: &Money, now: Timestamp) -> bool {
        let Loadable::Ready(HistoryView::List(list)) = &self.history else { return false };
        list.iter().any(|past| {
            let age = || Timestamp::parse(&past.at).map(|at| now.since(at));
            past.outgoing
                && past.iban == iban
                && past.money == *money
                && age().is_some_and(|age| age < DAY_SECONDS)
        })
    }

    /// Does the API have no list of past transfers, as far as this page knows?
    pub(super) fn has_no_history(&self) -> bool {
        match &self.history {
            Loadable::Ready(HistoryView::NotOffered) => true,
            Loadable::Failed(_) => self.history_unanswered && matches!(self.balance, Loadable::Ready(_)),
            _ => false,
        }
    }

    /// Where the list goes on, if it does.
    pub(super) fn next(&self) -> Option<String> {
        self.next.clone()
    }

    /// The newest payments, as far as they are there.
    pub(super) fn newest(&self) -> &[PastTransfer] {
        match &self.history {
            Loadable::Ready(HistoryView::List(list)) => list,
            _ => &[],
        }
    }

    pub(super) fn balance(&self) -> Loadable<BalanceView> {
        self.balance.clone()
    }

    pub(super) fn history(&self) -> Loadable<HistoryView> {
        match &self.history {
            Loadable::Failed(_) if self.has_no_history() => Loadable::Ready(HistoryView::NotOffered),
            history => history.clone(),
        }
    }
}
