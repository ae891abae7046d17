//! The account page of a customer: balance and history, the form, one transfer, and the statements.

mod form;
mod overview;
mod payee_check;
mod payees;
mod payment;
mod payments;
mod presence;
mod sent_orders;

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec, vec::Vec};

use self::{
    form::{Form, Rules},
    overview::{Overview, TokenRefused},
    payee_check::PayeeCheck,
    payees::Payees,
    payment::Payment,
    payments::Payments,
    presence::Presence,
    sent_orders::SentOrders,
};
use crate::{
    domain::{
        AuthenticationRequirement, CheckedName, Draft, DraftErrors, Entropy, Field, Iban, Locale, Message,
        Money, Order, Payee, Place, Problem, Receipt, TransferId,
    },
    effect::{Effect, Timer},
    event::Event,
    flow::{
        authorization::response::{
            Rejection, ResponseValidation, StepUpGrant, Validated, ValidationProgress,
        },
        context::Context,
        customer::Customer,
        login::Login,
        session_check::SessionCheck,
        statements::{self, Statements},
        stored_state::StoredState,
        transfer::{self, Transfer},
        transition::{LoginEvent, Progress, Transition},
    },
    http::{HttpResult, RequestId},
    json,
    oidc::{LogoutHints, Purpose},
    storage::{Pending, StorageKey, StoredDraft},
    view::{
        AccountView, FormView, HistoryView, Loadable, Notice, PastTransfer, PayeesStatus, PayeesView,
        PaymentsView, Screen, StatementsContent, StatementsPage, TransferView,
    },
};

#[derive(Debug)]
pub(crate) struct Account {
    customer: Customer,
    overview: Overview,
    payments: Payments,
    payment: Payment,
    form: Form,
    payees: Payees,
    payee_check: PayeeCheck,
    /// "Transfer" was pressed before the bank had answered about the payee's name.
    is_reviewing: bool,
    sent: SentOrders,
    transfer: Transfer,
    /// "Confirm transfer" was pressed while it is still being found out how the transfer may be sent.
    confirmation: Option<Entropy>,
    /// The response to a step-up that is being checked.
    validation: Option<Box<ResponseValidation>>,
    statements: Statements,
    /// Where the receipt of the transfer that was done stays.
    receipt: Option<Place>,
    session_check: SessionCheck,
}

/// Those before them are among the payments.
const MAX_RECENT_PAYEES: usize = 4;

/// Where the customer is after an event.
pub(crate) enum Next {
    Stay(Box<Account>),
    /// To the provider, to meet the requirement; this is what the tab has stored.
    LogIn(Box<(Entropy, AuthenticationRequirement, StoredState)>),
    /// The notice says why.
    LogOut {
        notice: Notice,
        hints: Option<LogoutHints>,
    },
    /// The session is over at the provider, and so is what this tab has of it.
    Ended(Notice),
    /// The bank refuses a token that it never accepted: final.
    Rejected(Problem),
}

impl Account {
    /// The page with nothing loaded yet. `stored` is this customer's, or nobody's.
    pub(crate) fn new(subject: String, login: Option<Box<Login>>, stored: Option<Box<StoredDraft>>) -> Self {
        let (draft, attempts) = stored.map(|stored| (stored.draft, stored.attempts)).unwrap_or_default();
        Self {
            overview: Overview::new(login.is_some()),
            customer: Customer::new(subject, login),
            form: Form::new(draft),
            payees: Payees::default(),
            payee_check: PayeeCheck::default(),
            is_reviewing: false,
            sent: SentOrders::new(attempts),
            transfer: Transfer::Editing,
            confirmation: None,
            validation: None,
            statements: Statements::Closed,
            payments: Payments::default(),
            payment: Payment::default(),
            receipt: None,
            session_check: SessionCheck::default(),
        }
    }

    /// Sets the timer of the session, picks up a transfer that was under way when the page went, and loads.
    pub(crate) fn start(&mut self, pending: Option<Box<Pending>>, cx: &mut Context) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.customer.watch(cx.now).into_iter().collect();
        effects.extend(cx.idle.watch(cx.now).filter(|_| self.customer.is_logged_in()));
        match pending {
            Some(pending) if pending.subject == self.customer.subject() => {
                // What has to be found out comes before the first page.
                if cx.place == Place::Home {
                    cx.place = Place::Check;
                }
                effects.extend(
                    self.update_transfer(cx, |_, customer, cx| transfer::restore(*pending, customer, cx)),
                );
            }
            Some(_) => effects.push(Effect::Remove(StorageKey::Pending)),
            None => {}
        }
        effects.extend(self.load(cx));
        if cx.place == Place::Statements
            && let Some(entropy) = cx.entropy.take()
        {
            effects.extend(self.open_statements(entropy, cx));
        }
        self.settle(cx);
        effects
    }

    fn load(&mut self, cx: &mut Context) -> Vec<Effect> {
        let mut effects = self.overview.load(&self.customer, cx);
        effects.extend(self.payee_check.discover(&self.customer, cx));
        effects.extend(self.load_payment(cx));
        effects
    }

    pub(crate) fn update(mut self: Box<Self>, event: Event, cx: &mut Context) -> Transition<Next> {
        let next = match self.watch_presence(event, cx) {
            Presence::There(effects, event) => {
                let next = match event {
                    Some(event) => self.handle(event, cx),
                    None => Transition::to(Next::Stay(self)),
                };
                next.after(effects)
            }
            Presence::LeftAlone => {
                let hints = self.customer.into_logout_hints();
                Transition::to(Next::LogOut { notice: Notice::LeftAlone, hints })
            }
            Presence::Ended(notice) => Transition::to(Next::Ended(notice)),
        };
        if let Next::Stay(account) = &next.state {
            account.settle(cx);
        }
        next
    }

    /// The place that the customer is at, now that something has happened: a form and a transfer take turns.
    fn settle(&self, cx: &mut Context) {
        let settled = match (&cx.place, &self.transfer) {
            (Place::Pay | Place::Check, Transfer::Editing) => Place::Pay,
            (Place::Pay | Place::Check, Transfer::Done(_)) => self.receipt.clone().unwrap_or(Place::Check),
            // When the browser is about to leave, the customer sees why, and can cancel.
            (Place::Pay, _) | (_, Transfer::Leaving(_)) => Place::Check,
            (Place::Statements, _) if !self.statements.is_open() => Place::Home,
            _ => return,
        };
        cx.place = settled;
    }

    /// Is the form or the transfer what the customer sees?
    fn is_on_page(&self, cx: &Context) -> bool {
        match &cx.place {
            Place::Pay | Place::Check => true,
            place => matches!(self.transfer, Transfer::Done(_)) && self.receipt.as_ref() == Some(place),
        }
    }

    /// A link, or Back and Forward: none of them sends anything. What waited for a button at the place that is left is
    /// cancelled; what was sent is waited for from anywhere.
    fn visit(&mut self, place: Place, cx: &mut Context) -> Vec<Effect> {
        if place == cx.place {
            return Vec::new();
        }
        let mut effects = self.close_statements();
        if self.is_on_page(cx) && place != Place::Check && self.transfer.may_be_left() {
            effects.extend(self.dismiss(cx));
        }
        cx.place = place;
        effects.extend(self.load_payment(cx));
        effects
    }

    /// The payment of this place, unless it is known.
    fn load_payment(&mut self, cx: &mut Context) -> Option<Effect> {
        let Place::Payment(id) = &cx.place else { return None };
        if self.is_on_page(cx) || self.payments.find(id, &self.overview).is_some() {
            return None;
        }
        let id = id.clone();
        self.payment.load(&id, &self.customer, cx)
    }

    /// The payment of this place.
    fn payment(&self, cx: &Context) -> Loadable<PastTransfer> {
        let Place::Payment(id) = &cx.place else { return Loadable::Withheld };
        match self.payments.find(id, &self.overview) {
            Some(payment) => Loadable::Ready(payment.clone()),
            None => self.payment.content().clone(),
        }
    }

    /// "Pay again": the form has what the payment has, instead of what stood in it.
    fn pay_again(&mut self, cx: &mut Context) -> Vec<Effect> {
        let draft = match (&self.transfer, self.payment(cx)) {
            (Transfer::Done(done), _) if self.is_on_page(cx) => {
                let Receipt { payee, name, money, reference } = done.receipt.clone();
                let name = name.map(|named| named.name).unwrap_or_default();
                Draft { name, payee, amount: (cx.locale.write)(&money), reference }
            }
            (Transfer::Editing, Loadable::Ready(payment)) => Draft {
                name: payment.counterparty,
                payee: payment.iban,
                amount: (cx.locale.write)(&payment.money),
                reference: payment.reference,
            },
            _ => return Vec::new(),
        };
        let mut effects = self.dismiss(cx);
        self.form = Form::new(draft);
        cx.place = Place::Pay;
        effects.push(self.store_draft(cx));
        effects
    }

    /// What the customer does with payments.
    fn update_payments(&mut self, event: Event, cx: &mut Context) -> Vec<Effect> {
        let Self { payments, overview, customer, .. } = self;
        let effect = match event {
            Event::LookFor(filter) => payments.look_for(filter, overview),
            Event::TimerFired(Timer::Search) => payments.search(customer, cx),
            Event::LoadMore => payments.load_more(overview, customer, cx),
            Event::Export => payments.export(overview, customer, cx),
            Event::PayAgain => return self.pay_again(cx),
            _ => None,
        };
        effect.into_iter().collect()
    }

    /// A page of payments, or one of them.
    fn handle_payments(&mut self, id: RequestId, outcome: HttpResult, cx: &mut Context) -> Vec<Effect> {
        let handled = if self.payments.awaits(id) {
            self.payments.handle_response(outcome, &self.overview, &self.customer, cx)
        } else {
            self.payment.handle_response(outcome, &self.overview).map(|()| None)
        };
        match handled {
            Ok(effect) => effect.into_iter().collect(),
            Err(requirement) => self.end_session(requirement),
        }
    }

    fn visit_statements(&mut self, entropy: Entropy, cx: &mut Context) -> Vec<Effect> {
        // A transfer that is on its way to the provider or the bank has the floor.
        let place = if self.is_sending() { Place::Check } else { Place::Statements };
        let mut effects = self.visit(place, cx);
        effects.extend(self.open_statements(entropy, cx));
        effects
    }

    fn open_statements(&mut self, entropy: Entropy, cx: &mut Context) -> Vec<Effect> {
        if !self.leads_to_statements(cx) || self.is_sending() {
            return Vec::new();
        }
        self.update_statements(cx, |_, customer, cx| statements::open(entropy, customer, cx))
    }

    fn handle(mut self: Box<Self>, event: Event, cx: &mut Context) -> Transition<Next> {
        let mut effects = Vec::new();
        if self.customer.tick(cx.now) {
            effects = self.end_session(AuthenticationRequirement::default());
        }
        let event = match self.validation.take() {
            None => event,
            Some(validation) => match validation.update(event, cx) {
                Ok(next) => {
                    effects.extend(self.handle_validation(next, cx));
                    return Transition::new(Next::Stay(self), effects);
                }
                Err((validation, event)) => {
                    self.validation = Some(validation);
                    *event
                }
            },
        };
        let more = match event {
            Event::Answered { request, outcome } if cx.preflight.awaits(request) => {
                self.handle_preflight(&outcome, cx)
            }
            Event::Answered { request, outcome } if self.overview.awaits(request) => {
                self.payments.restart();
                match self.overview.handle_response(request, outcome, &mut self.customer, cx) {
                    Ok(effect) => effect.into_iter().collect(),
                    Err(TokenRefused(requirement, problem)) => {
                        let may_log_in = self.customer.may_log_in_for(&requirement);
                        effects.extend(self.end_session(requirement));
                        if !may_log_in {
                            let is_sent = self.transfer.sent().is_some();
                            let problem = if is_sent { problem.with_unanswered_transfer() } else { problem };
                            return Transition::new(Next::Rejected(problem), effects);
                        }
                        Vec::new()
                    }
                }
            }
            Event::Answered { request, outcome } => self.handle_response(request, outcome, cx),
            Event::Verified { check, outcome } if self.statements.awaits_check(check) => self
                .update_statements(cx, |statements, customer, cx| {
                    statements.handle_verification(outcome, customer, cx)
                }),
            Event::TimerFired(Timer::Leave) | Event::Proceed if self.statements.is_open() => {
                self.update_statements(cx, |statements, _, cx| statements.proceed(cx))
            }
            Event::TimerFired(Timer::Leave) | Event::Proceed => {
                self.update_transfer(cx, |transfer, _, cx| transfer.proceed(cx))
            }
            Event::TimerFired(Timer::SessionEnds) => self.customer.watch(cx.now).into_iter().collect(),
            Event::TimerFired(Timer::Retry) => self.overview.retry(&self.customer, cx),
            Event::Visit(place) => self.visit(place, cx),
            Event::Statements(entropy) => self.visit_statements(entropy, cx),
            // To the provider and back would take the answer to a transfer away.
            Event::SavePayee(payee, entropy) if !self.is_sending() => {
                self.payees.save(payee, Some(entropy), &self.customer, cx).into_iter().collect()
            }
            Event::DeletePayee(payee) => self.payees.delete(payee, &self.customer, cx).into_iter().collect(),
            Event::OlderStatements => self.update_statements(cx, Statements::load_older),
            Event::Dismiss | Event::Cancel if self.statements.is_open() => self.close_statements(),
            // The transfer is not on the page: nobody can have meant it.
            Event::Edited(..)
            | Event::Left(_)
            | Event::Review
            | Event::Confirm(_)
            | Event::AskAgain
            | Event::Cancel
            | Event::Dismiss
                if !self.is_on_page(cx) =>
            {
                Vec::new()
            }
            Event::Edited(field, text) => self.edit(field, text, cx),
            Event::Left(field) => self.leave(field, cx),
            Event::LanguageChanged => self.recheck_form(cx),
            Event::Review => self.review(cx),
            Event::Confirm(entropy) => self.confirm(entropy, cx),
            Event::Cancel | Event::Dismiss => {
                if matches!(cx.place, Place::Payment(_)) {
                    cx.place = Place::Pay;
                }
                self.dismiss(cx)
            }
            Event::AskAgain | Event::TimerFired(Timer::AskAgain) => {
                self.update_transfer(cx, Transfer::ask_again)
            }
            Event::TryAgain => self.load(cx),
            Event::LogIn(entropy) if self.customer.may_log_in(self.is_sending()) => {
                let requirement = self.customer.requirement().clone();
                let next = Next::LogIn(Box::new((entropy, requirement, self.into_stored(cx))));
                return Transition::new(next, effects);
            }
            Event::LogOut => {
                let notice =
                    if self.is_unanswered() { Notice::LoggedOutWhileSending } else { Notice::LoggedOut };
                let hints = self.customer.into_logout_hints();
                return Transition::new(Next::LogOut { notice, hints }, effects);
            }
            event => self.update_payments(event, cx),
        };
        effects.extend(more);
        Transition::new(Next::Stay(self), effects)
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        self.customer.is_logged_in()
    }

    /// The token's time is up, or the bank no longer accepts it. The next log-in has to meet the requirement.
    fn end_session(&mut self, requirement: AuthenticationRequirement) -> Vec<Effect> {
        self.customer.end_session(requirement);
        self.overview.withhold();
        self.payee_check.withhold();
        self.payees.withhold();
        self.is_reviewing = false;
        // What is sensitive does not outlast the session.
        let mut effects = self.close_statements();
        effects.push(Effect::Remove(StorageKey::Session));
        effects
    }

    /// An answer of the bank about payees, for the statements, or for the transfer.
    fn handle_response(&mut self, id: RequestId, outcome: HttpResult, cx: &mut Context) -> Vec<Effect> {
        if self.payments.awaits(id) || self.payment.awaits(id) {
            return self.handle_payments(id, outcome, cx);
        }
        if self.payee_check.awaits(id) {
            return self.handle_payee_check(id, outcome, cx);
        }
        if self.payees.awaits(id) {
            let effects = self.payees.handle_response(outcome, &self.customer, cx);
            return effects.unwrap_or_else(|requirement| self.end_session(requirement));
        }
        if self.statements.awaits(id) {
            return self.update_statements(cx, |statements, customer, cx| {
                statements.handle_response(outcome, customer, cx)
            });
        }
        if !self.transfer.awaits(id) {
            return Vec::new();
        }
        let has_history = !self.overview.has_no_history();
        let mut effects = self.update_transfer(cx, |transfer, customer, cx| {
            transfer.handle_response(outcome, has_history, customer, cx)
        });
        if let Transfer::Done(done) = &self.transfer {
            if let Some(after) = &done.balance_after {
                self.overview.set_balance(after);
            }
            effects.extend(self.load(cx));
        }
        effects
    }

    fn update_transfer(
        &mut self,
        cx: &mut Context,
        transition: impl FnOnce(Transfer, &Customer, &mut Context) -> Transition<Transfer>,
    ) -> Vec<Effect> {
        let before = core::mem::replace(&mut self.transfer, Transfer::Editing);
        let sent = before.sent().map(|(id, _)| id.clone());
        let next = transition(before, &self.customer, cx);
        self.apply_transfer(sent.as_ref(), next, cx)
    }

    fn apply_transfer(
        &mut self,
        sent: Option<&TransferId>,
        next: Transition<Transfer>,
        cx: &Context,
    ) -> Vec<Effect> {
        let Transition { state, mut effects, login_event } = next;
        self.transfer = state;
        if matches!(self.transfer, Transfer::Done(_)) {
            self.form = Form::default();
            // A bank that has no list of payments does not show this one again.
            let id = sent.filter(|_| !self.overview.has_no_history());
            self.receipt = id.and_then(|id| Place::payment(id.as_str()));
        }
        if self.sent.follow(&self.transfer, sent) {
            effects.push(self.store_draft(cx));
        }
        if let Some(LoginEvent::TokenRefused(requirement)) = login_event.map(|event| *event) {
            effects.extend(self.handle_refused_token(sent, requirement, cx));
        }
        effects
    }

    /// Moves the page "Statements" on.
    fn update_statements(
        &mut self,
        cx: &mut Context,
        transition: impl FnOnce(Statements, &Customer, &mut Context) -> Transition<Statements>,
    ) -> Vec<Effect> {
        let before = core::mem::take(&mut self.statements);
        let next = transition(before, &self.customer, cx);
        self.apply_statements(next)
    }

    fn apply_statements(&mut self, next: Transition<Statements>) -> Vec<Effect> {
        let Transition { state, mut effects, login_event } = next;
        self.statements = state;
        match login_event.map(|event| *event) {
            None => {}
            Some(LoginEvent::SecondFactorChecked(is_proven)) => {
                self.customer.record_second_factor_check(is_proven);
            }
            Some(LoginEvent::TokenRefused(requirement)) => effects.extend(self.end_session(requirement)),
        }
        effects
    }

    /// The bank does not accept the token with which a transfer was sent: a new log-in mends that, once. A second time it
    /// is the bank's last word on this order.
    fn handle_refused_token(
        &mut self,
        sent: Option<&TransferId>,
        requirement: AuthenticationRequirement,
        cx: &Context,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.transfer.is_unauthorized()
            && let Some(was_refused_before) = self.sent.handle_refused_token(sent)
        {
            if was_refused_before {
                return effects;
            }
            self.transfer = Transfer::Editing;
            effects.push(self.store_draft(cx));
        }
        effects.extend(self.end_session(requirement));
        effects
    }

    /// Shows the transfer whose step-up is being checked.
    pub(crate) fn await_step_up(&mut self, validation: Box<ResponseValidation>) {
        if let Some(step_up) = validation.step_up() {
            self.transfer = Transfer::Returning(step_up.order.clone());
        }
        self.validation = Some(validation);
    }

    fn handle_validation(&mut self, next: Transition<ValidationProgress>, cx: &mut Context) -> Vec<Effect> {
        match next.state {
            Progress::Pending(validation) => {
                self.validation = Some(validation);
                next.effects
            }
            Progress::Done(validated) => self.handle_validated(validated, cx),
        }
    }

    /// What became of the response to a step-up.
    pub(crate) fn handle_validated(&mut self, validated: Validated, cx: &mut Context) -> Vec<Effect> {
        match validated {
            Validated::SteppedUp(grant) => self.send_confirmed_transfer(*grant, cx),
            Validated::Rejected(rejection) => self.reject_step_up(*rejection, cx),
            // Its request was found to be a step-up before there was a page.
            Validated::LoggedIn(_) | Validated::NotOurs => Vec::new(),
        }
    }

    /// A verified second factor becomes the second attempt. Its token goes into that request and nowhere else.
    fn send_confirmed_transfer(&mut self, grant: StepUpGrant, cx: &mut Context) -> Vec<Effect> {
        let StepUpGrant { identity, step_up, access_token } = grant;
        let subject = identity.id_token.subject.clone();
        let mut effects: Vec<Effect> = self.customer.record_step_up(identity).into_iter().collect();
        effects.extend(self.update_transfer(cx, |_, customer, cx| {
            transfer::send_confirmed(step_up, &subject, access_token, customer, cx)
        }));
        effects
    }

    /// The provider did not confirm the transfer, or its response is not believed.
    fn reject_step_up(&mut self, rejection: Rejection, cx: &mut Context) -> Vec<Effect> {
        let Rejection { purpose: Some(Purpose::StepUp(step_up)), problem } = rejection else {
            return Vec::new();
        };
        self.update_transfer(cx, |_, _, _| transfer::refuse_unconfirmed(step_up.order, problem))
    }

    /// The customer is back from the provider, on the way to something.
    pub(crate) fn continue_after_login(&mut self, purpose: Purpose, cx: &mut Context) -> Vec<Effect> {
        match purpose {
            Purpose::Statements { .. } => {
                cx.place = Place::Statements;
                self.update_statements(cx, |_, customer, cx| statements::open_after_login(customer, cx))
            }
            Purpose::SavePayee { payee, .. } => {
                self.payees.save(payee, None, &self.customer, cx).into_iter().collect()
            }
            Purpose::LogIn | Purpose::StepUp(_) => Vec::new(),
        }
    }

    /// The reason why there is nothing of what the customer was on the way to.
    pub(crate) fn show_rejection(&mut self, purpose: &Purpose, problem: Problem, cx: &mut Context) {
        if let Purpose::SavePayee { .. } = purpose {
            self.payees.status = PayeesStatus::Failed(problem);
        } else {
            cx.place = Place::Statements;
            self.statements = statements::show_problem(problem);
        }
    }

    fn close_statements(&mut self) -> Vec<Effect> {
        core::mem::take(&mut self.statements).close()
    }

    fn leads_to_statements(&self, cx: &Context) -> bool {
        cx.config.statements && self.customer.is_logged_in()
    }

    /// Is a transfer on its way, or about to be?
    fn is_sending(&self) -> bool {
        self.confirmation.is_some() || self.transfer.is_under_way()
    }

    /// Was a transfer sent, without an answer yet?
    pub(crate) fn is_unanswered(&self) -> bool {
        self.transfer.is_unanswered()
    }

    /// What the tab has stored of this page, for when the browser does not leave after all.
    fn into_stored(self, cx: &Context) -> StoredState {
        let pending = self.transfer.pending(&self.customer, cx);
        let draft = Some(StoredDraft {
            subject: self.customer.subject().to_owned(),
            draft: self.form.into_draft(),
            attempts: self.sent.as_slice().to_vec(),
            log_outs: cx.log_outs,
        });
        let (draft, pending) = (draft.map(Box::new), pending.map(Box::new));
        StoredState { login: self.customer.into_login(), draft, pending, ended: None }
    }

    fn store_draft(&self, cx: &Context) -> Effect {
        let (draft, attempts) = (self.form.draft().clone(), self.sent.as_slice().to_vec());
        if draft.is_empty() && attempts.is_empty() {
            return Effect::Remove(StorageKey::Draft);
        }
        let subject = self.customer.subject().to_owned();
        let stored = StoredDraft { subject, draft, attempts, log_outs: cx.log_outs };
        Effect::Store(StorageKey::Draft, json::write(&stored))
    }

    /// What the form is checked against, as far as the bank has told.
    fn rules(&self, locale: Locale) -> Rules {
        Rules {
            currency: self.overview.currency().to_owned(),
            locale,
            own: self.overview.own_iban(),
            asks_for_name: self.payee_check.asks_for_name(),
        }
    }

    fn refuse_above_balance(&mut self, cx: &Context) {
        if let Some(amount) = self.form.amount(self.overview.currency(), cx.locale)
            && let Some(message) = self.overview.above_balance(amount, cx.locale)
        {
            self.form.refuse_amount(message);
        }
    }

    /// What is wrong is said anew: amounts are read and written in another language. What was typed stays as it is.
    fn recheck_form(&mut self, cx: &Context) -> Vec<Effect> {
        if self.form.recheck(&self.rules(cx.locale)) {
            self.refuse_above_balance(cx);
        }
        Vec::new()
    }

    fn edit(&mut self, field: Field, text: String, cx: &Context) -> Vec<Effect> {
        if !matches!(self.transfer, Transfer::Editing) {
            return Vec::new();
        }
        self.is_reviewing = false;
        self.form.edit(field, text);
        vec![self.store_draft(cx)]
    }

    /// The customer leaves a field: it is checked, and shown as it will be read.
    fn leave(&mut self, field: Field, cx: &mut Context) -> Vec<Effect> {
        if !matches!(self.transfer, Transfer::Editing) {
            return Vec::new();
        }
        self.form.leave(field, &self.rules(cx.locale));
        if field == Field::Amount {
            self.refuse_above_balance(cx);
        }
        let mut effects = vec![self.store_draft(cx)];
        if matches!(field, Field::Name | Field::Payee) {
            if let Some(iban) = self.form.iban(cx.locale)
                && let Some(known) = self.known_payees().into_iter().find(|known| known.iban == iban)
            {
                self.form.fill_name(&known.name);
                effects = vec![self.store_draft(cx)];
            }
            effects.extend(self.check_payee(cx));
        }
        effects
    }

    /// Asks the bank about the name in the form, as soon as there are a name and an IBAN.
    fn check_payee(&mut self, cx: &mut Context) -> Option<Effect> {
        let (iban, name) = self.form.payee(cx.locale)?;
        self.payee_check.ask(&iban, &name, &self.customer, cx)
    }

    /// The bank has answered about the payee's name, or whether it checks names at all.
    fn handle_payee_check(&mut self, id: RequestId, outcome: HttpResult, cx: &mut Context) -> Vec<Effect> {
        let may_be_absent = self.overview.has_no_history() && !cx.config.api.has_origin_of(&cx.config.home);
        match self.payee_check.handle_response(id, outcome, may_be_absent) {
            Ok(None) => {}
            Ok(Some(saved)) => self.payees.set_saved(saved),
            Err(requirement) => return self.end_session(requirement),
        }
        if self.payee_check.is_pending() || !core::mem::take(&mut self.is_reviewing) {
            return Vec::new();
        }
        match self.form.payee(cx.locale) {
            Some((iban, name)) if self.payee_check.has_failed(&iban, &name) => {
                self.form.refuse_name(Message::new("name.not_checked"));
                Vec::new()
            }
            _ => self.review(cx),
        }
    }

    /// "Transfer": what will be sent, or what is wrong.
    fn review(&mut self, cx: &mut Context) -> Vec<Effect> {
        let locale = cx.locale;
        let (order, mut effects) = match core::mem::replace(&mut self.transfer, Transfer::Editing).review() {
            Ok((order, effects)) => (order, effects),
            Err(other) => {
                self.transfer = other;
                return Vec::new();
            }
        };
        let Some(order) = order.or_else(|| self.order_of_form(&mut effects, cx)) else { return effects };
        match self.overview.above_balance(order.amount.amount, locale) {
            // One that was sent before may be why there is less: the same order again has the same id.
            Some(message) if self.sent.id_of(&order).is_none() => {
                self.form.refuse_amount(message);
                self.form.fill(&order, locale);
            }
            _ => {
                self.transfer = Transfer::Reviewing(order);
                self.confirmation = None;
                effects.extend(cx.preflight.begin(&cx.config, &mut cx.ids));
            }
        }
        effects
    }

    /// What stands in the form, with the bank's answer about the name. Nothing while that is awaited, or when something is wrong,
    /// which the form says then.
    fn order_of_form(&mut self, effects: &mut Vec<Effect>, cx: &mut Context) -> Option<Order> {
        effects.extend(self.payee_check.discover(&self.customer, cx));
        let order = match self.form.validate(&self.rules(cx.locale)) {
            Ok(order) => order,
            Err(errors) => {
                self.form.set_errors(errors);
                return None;
            }
        };
        self.form.set_errors(DraftErrors::default());
        let name = self.form.name(cx.locale).filter(|name| !name.is_empty());
        if let Some(name) = &name {
            effects.extend(self.payee_check.ask(&order.payee, name, &self.customer, cx));
            if let Some(check) = self.payee_check.answer(&order.payee, name) {
                return Some(Order { name: Some(CheckedName { name: name.clone(), check }), ..order });
            }
        }
        self.is_reviewing = self.payee_check.is_pending();
        if self.is_reviewing {
            return None;
        }
        if name.is_some() {
            self.form.refuse_name(Message::new("name.not_checked"));
            return None;
        }
        Some(order)
    }

    /// How a transfer may be sent is known now, or asked once more.
    fn handle_preflight(&mut self, outcome: &HttpResult, cx: &mut Context) -> Vec<Effect> {
        let mut effects: Vec<Effect> =
            cx.preflight.handle_response(outcome, &cx.config, &mut cx.ids).into_iter().collect();
        if cx.preflight.is_pending() {
            return effects;
        }
        // It has to be read before it is confirmed what it means that the transfer is sent without the header.
        if let Some(entropy) = self.confirmation.take().filter(|_| !cx.preflight.refuses_key()) {
            effects.extend(self.confirm(entropy, cx));
        }
        effects
    }

    /// "Confirm transfer".
    fn confirm(&mut self, entropy: Entropy, cx: &mut Context) -> Vec<Effect> {
        let Transfer::Reviewing(order) = &self.transfer else { return Vec::new() };
        let order = order.clone();
        let again = self.sent.id_of(&order).cloned();
        if cx.offline {
            return self.update_transfer(cx, |_, _, _| transfer::refuse_offline(order, again.is_some()));
        }
        if cx.preflight.is_pending() {
            self.confirmation.get_or_insert(entropy);
            return Vec::new();
        }
        let unkeyed = cx.preflight.refuses_key();
        self.update_transfer(cx, |_, customer, cx| {
            transfer::confirm(&order, again, unkeyed, entropy, customer, cx)
        })
    }

    /// "Cancel", or "I have seen it": the form, with what was typed, or what was to be sent.
    fn dismiss(&mut self, cx: &mut Context) -> Vec<Effect> {
        self.confirmation = None;
        let order = self.transfer.order().cloned();
        let mut effects = self.update_transfer(cx, |transfer, _, _| transfer.dismiss());
        if let Some(order) = order {
            self.form.fill(&order, cx.locale);
            // The bank may have refused it because it answers otherwise now.
            self.payee_check.forget();
            effects.extend(self.check_payee(cx));
        }
        effects
    }

    fn form_view(&self, cx: &Context) -> FormView {
        let payee = self.form.payee(cx.locale);
        let amount = self.form.amount(self.overview.currency(), cx.locale);
        FormView {
            asks_for_name: self.payee_check.asks_for_name(),
            name_check: payee.map(|(iban, name)| self.payee_check.view(&iban, &name)).unwrap_or_default(),
            left: amount.and_then(|amount| self.overview.left_after(amount)),
            repeats: amount.zip(self.form.iban(cx.locale)).is_some_and(|(amount, iban)| {
                let money = Money { amount, currency: self.overview.currency().to_owned() };
                self.overview.has_sent(&iban.grouped(), &money, cx.now)
            }),
            ..self.form.view(self.overview.currency())
        }
    }

    /// Those that were paid last.
    fn recent_payees(&self) -> Vec<Payee> {
        let mut recent: Vec<Payee> = Vec::new();
        if let Loadable::Ready(HistoryView::List(list)) = self.overview.history() {
            for past in list.into_iter().filter(|past| past.outgoing) {
                let Ok(iban) = Iban::parse(&past.iban) else { continue };
                if !recent.iter().any(|known| known.iban == iban) {
                    recent.push(Payee { iban, name: past.counterparty });
                }
            }
        }
        recent
    }

    fn known_payees(&self) -> Vec<Payee> {
        [self.payees.saved(), &self.recent_payees()].concat()
    }

    fn payees_view(&self) -> PayeesView {
        let saved = self.payees.saved();
        let mut recent = self.recent_payees();
        recent.retain(|recent| !saved.iter().any(|saved| saved.iban == recent.iban));
        recent.truncate(MAX_RECENT_PAYEES);
        PayeesView {
            are_offered: self.payee_check.asks_for_name(),
            recent,
            saved: saved.to_vec(),
            status: self.payees.status.clone(),
        }
    }

    pub(crate) fn view(&self, cx: &Context) -> Screen {
        let session = self.customer.view(self.is_sending());
        if let Some(mut content) = self.statements.view() {
            if let (StatementsContent::Failed(problem), Some(_)) = (&mut content, self.transfer.sent()) {
                *problem = problem.clone().with_unanswered_transfer();
            }
            let older = self.statements.older();
            return Screen::Statements(Box::new(StatementsPage { content, older, session }));
        }
        let mut transfer = self.transfer.view(self.customer.is_logged_in());
        if let Some(TransferView::Review { receipt, repeats, unkeyed }) = &mut transfer {
            *repeats = self.overview.has_sent(&receipt.payee, &receipt.money, cx.now);
            *unkeyed = cx.preflight.refuses_key();
            if self.confirmation.is_some() {
                transfer = Some(TransferView::Sending { receipt: receipt.clone(), second: false });
            }
        }
        Screen::Account(Box::new(AccountView {
            balance: self.overview.balance(),
            history: self.overview.history(),
            payments: if cx.place == Place::Payments {
                self.payments.view(&self.overview, cx.locale)
            } else {
                PaymentsView::default()
            },
            payment: self.payment(cx),
            transfer: transfer.unwrap_or_else(|| TransferView::Form(self.form_view(cx))),
            payees: self.payees_view(),
            session,
            shows_transfer: self.is_on_page(cx),
            leads_to_statements: self.leads_to_statements(cx),
        }))
    }
}
