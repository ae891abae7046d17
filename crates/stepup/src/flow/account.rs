//! The account page of a customer: balance and history, the form, one transfer, and the statements.

mod form;
mod navigation;
mod order;
mod overview;
mod payee_check;
mod payees;
mod payment;
mod payments;
mod presence;
mod screen;
mod sent_orders;
mod step_up;

use alloc::{borrow::ToOwned, boxed::Box, string::String};

use self::{
    form::Form,
    overview::{Overview, TokenRefused},
    payee_check::PayeeCheck,
    payees::Payees,
    payment::Payment,
    payments::Payments,
    presence::Presence,
    sent_orders::SentOrders,
};
use crate::{
    domain::{AuthenticationRequirement, Entropy, Place, Problem},
    effect::Timer,
    event::Event,
    flow::{
        authorization::response::ResponseValidation,
        context::Context,
        customer::Customer,
        login::Login,
        preflight::Preflight,
        session_check::SessionCheck,
        statements::Statements,
        stored_state::StoredState,
        transfer::{self, Transfer},
        transition::LoginEvent,
    },
    http::{HttpResult, RequestId},
    json,
    oidc::LogoutHints,
    storage::{Pending, StorageKey, StoredDraft},
    view::Notice,
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
    /// May a transfer be sent with `Idempotency-Key`?
    preflight: Preflight,
    /// "Confirm transfer" was pressed while that is still being found out.
    confirmation: Option<Entropy>,
    /// The response to a step-up that is being checked.
    validation: Option<Box<ResponseValidation>>,
    statements: Statements,
    /// Where the receipt of the transfer that was done stays.
    receipt: Option<Place>,
    session_check: SessionCheck,
}

/// Why the account page ends.
pub(crate) enum Exit {
    /// To the provider, to meet what the bank requires.
    LogIn(Entropy),
    /// The notice says why.
    LogOut(Notice),
    /// The session is over at the provider, and so is what this tab has of it.
    Ended(Notice),
    /// The bank refuses a token that it never accepted: final.
    Rejected(Problem),
}

impl Account {
    /// The page with nothing loaded yet. `stored` is this customer's, or nobody's.
    pub(crate) fn new(
        subject: String,
        login: Option<Box<Login>>,
        stored: Option<Box<StoredDraft>>,
        cx: &Context,
    ) -> Box<Self> {
        let (draft, attempts) = stored.map(|stored| (stored.draft, stored.attempts)).unwrap_or_default();
        Box::new(Self {
            overview: Overview::new(login.is_some()),
            customer: Customer::new(subject, login),
            form: Form::new(draft),
            payees: Payees::default(),
            payee_check: PayeeCheck::default(),
            is_reviewing: false,
            sent: SentOrders::new(attempts),
            transfer: Transfer::Editing,
            preflight: Preflight::new(&cx.config),
            confirmation: None,
            validation: None,
            statements: Statements::Closed,
            payments: Payments::default(),
            payment: Payment::default(),
            receipt: None,
            session_check: SessionCheck::default(),
        })
    }

    /// Sets the timer of the session, picks up a transfer that was under way when the page went, and loads.
    pub(crate) fn start(&mut self, pending: Option<Box<Pending>>, cx: &mut Context) {
        self.customer.watch(cx);
        if self.customer.is_logged_in() {
            cx.effects.extend(cx.idle.watch(cx.now));
        }
        match pending {
            Some(pending) if pending.subject == self.customer.subject() => {
                // What has to be found out comes before the first page.
                if cx.place == Place::Home {
                    cx.place = Place::Check;
                }
                self.update_transfer(cx, |_, customer, cx| transfer::restore(*pending, customer, cx));
            }
            Some(_) => cx.remove(StorageKey::Pending),
            None => {}
        }
        self.load(cx);
        if cx.place == Place::Statements
            && let Some(entropy) = cx.entropy.take()
        {
            self.open_statements(entropy, cx);
        }
        self.settle(cx);
    }

    fn load(&mut self, cx: &mut Context) {
        self.overview.load(&self.customer, cx);
        self.payee_check.discover(&self.customer, cx);
        self.load_payment(cx);
    }

    /// Takes an event in. Something to return means that the page is over.
    pub(crate) fn update(&mut self, event: Event, cx: &mut Context) -> Option<Exit> {
        let exit = match self.watch_presence(event, cx) {
            Presence::There(Some(event)) => self.handle(event, cx),
            Presence::There(None) => None,
            Presence::LeftAlone => Some(Exit::LogOut(Notice::LeftAlone)),
            Presence::Ended(notice) => Some(Exit::Ended(notice)),
        };
        if exit.is_none() {
            self.settle(cx);
        }
        exit
    }

    fn handle(&mut self, mut event: Event, cx: &mut Context) -> Option<Exit> {
        if self.customer.tick(cx.now) {
            self.end_session(AuthenticationRequirement::default(), cx);
        }
        if let Some(validation) = self.validation.take() {
            match validation.update(event, cx) {
                Ok(next) => {
                    self.handle_validation(next, cx);
                    return None;
                }
                Err((validation, other)) => {
                    self.validation = Some(validation);
                    event = *other;
                }
            }
        }
        match event {
            Event::Answered { request, outcome } => return self.handle_response(request, outcome, cx),
            Event::Verified { check, outcome } if self.statements.awaits_check(check) => self
                .update_statements(cx, |statements, customer, cx| {
                    statements.handle_verification(outcome, customer, cx)
                }),
            Event::TimerFired(Timer::Leave) | Event::Proceed if self.statements.is_open() => {
                self.statements.proceed(cx);
            }
            Event::TimerFired(Timer::Leave) | Event::Proceed => self.transfer.proceed(cx),
            Event::TimerFired(Timer::SessionEnds) => self.customer.watch(cx),
            Event::TimerFired(Timer::Retry) => self.overview.retry(&self.customer, cx),
            Event::TimerFired(Timer::Search) => self.payments.search(&self.customer, cx),
            Event::Visit(place) => self.visit(place, cx),
            Event::Statements(entropy) => self.visit_statements(entropy, cx),
            Event::LookFor(filter) => self.payments.look_for(filter, &self.overview, cx),
            Event::LoadMore => self.payments.load_more(&self.overview, &self.customer, cx),
            Event::Export => self.payments.export(&self.overview, &self.customer, cx),
            Event::PayAgain => self.pay_again(cx),
            // To the provider and back would take the answer to a transfer away.
            Event::SavePayee(payee, entropy) if !self.is_sending() => {
                self.payees.save(payee, Some(entropy), &self.customer, cx);
            }
            Event::DeletePayee(payee) => self.payees.delete(payee, &self.customer, cx),
            Event::OlderStatements => self.update_statements(cx, Statements::load_older),
            Event::Dismiss | Event::Cancel if self.statements.is_open() => self.statements.close(cx),
            // The transfer is not on the page: nobody can have meant it.
            Event::Edited(..)
            | Event::Left(_)
            | Event::Review
            | Event::Confirm(_)
            | Event::AskAgain
            | Event::Cancel
            | Event::Dismiss
                if !self.is_on_page(cx) => {}
            Event::Edited(field, text) => self.edit(field, text, cx),
            Event::Left(field) => self.leave(field, cx),
            Event::LanguageChanged => self.recheck_form(cx),
            Event::Review => self.review(cx),
            Event::Confirm(entropy) => self.confirm(entropy, cx),
            Event::Cancel | Event::Dismiss => {
                if matches!(cx.place, Place::Payment(_)) {
                    cx.place = Place::Pay;
                }
                self.dismiss(cx);
            }
            Event::AskAgain | Event::TimerFired(Timer::AskAgain) => {
                self.transfer.ask_again(&self.customer, cx);
            }
            Event::TryAgain => self.load(cx),
            Event::LogIn(entropy) if self.customer.may_log_in(self.is_sending()) => {
                return Some(Exit::LogIn(entropy));
            }
            Event::LogOut if self.is_unanswered() => {
                return Some(Exit::LogOut(Notice::LoggedOutWhileSending));
            }
            Event::LogOut => return Some(Exit::LogOut(Notice::LoggedOut)),
            _ => {}
        }
        None
    }

    /// An answer of the bank, or of the provider, goes to the part of the page that waits for it.
    fn handle_response(&mut self, id: RequestId, outcome: HttpResult, cx: &mut Context) -> Option<Exit> {
        let Self { customer, overview, .. } = self;
        if self.preflight.awaits(id) {
            self.handle_preflight(&outcome, cx);
        } else if overview.awaits(id) {
            self.payments.restart();
            if let Err(refused) = overview.handle_response(id, outcome, customer, cx) {
                return self.handle_refused_overview(refused, cx);
            }
        } else if self.payments.awaits(id) {
            self.payments.handle_response(outcome, overview, customer, cx);
        } else if self.payment.awaits(id) {
            self.payment.handle_response(outcome, overview, cx);
        } else if self.payee_check.awaits(id) {
            self.handle_payee_check(id, outcome, cx);
        } else if self.payees.awaits(id) {
            self.payees.handle_response(outcome, customer, cx);
        } else if self.statements.awaits(id) {
            self.update_statements(cx, |statements, customer, cx| {
                statements.handle_response(outcome, customer, cx)
            });
        } else if self.transfer.awaits(id) {
            self.handle_transfer(outcome, cx);
        }
        self.hear(cx);
        None
    }

    /// What comes first after a log-in tells whether the bank takes its token at all.
    fn handle_refused_overview(&mut self, refused: TokenRefused, cx: &mut Context) -> Option<Exit> {
        let TokenRefused(requirement, problem) = refused;
        let may_log_in = self.customer.may_log_in_for(&requirement);
        self.end_session(requirement, cx);
        if may_log_in {
            return None;
        }
        let is_sent = self.transfer.sent().is_some();
        Some(Exit::Rejected(if is_sent { problem.with_unanswered_transfer() } else { problem }))
    }

    /// Moves the page "Statements" on.
    fn update_statements(
        &mut self,
        cx: &mut Context,
        transition: impl FnOnce(Statements, &Customer, &mut Context) -> Statements,
    ) {
        let before = core::mem::take(&mut self.statements);
        self.statements = transition(before, &self.customer, cx);
        self.hear(cx);
    }

    /// What was learned about the log-in.
    fn hear(&mut self, cx: &mut Context) {
        match cx.login_event.take() {
            None => {}
            Some(LoginEvent::SecondFactorChecked(is_proven)) => {
                self.customer.record_second_factor_check(is_proven);
            }
            Some(LoginEvent::TokenRefused(requirement)) => self.end_session(requirement, cx),
        }
    }

    /// The token's time is up, or the bank no longer accepts it. The next log-in has to meet the requirement.
    fn end_session(&mut self, requirement: AuthenticationRequirement, cx: &mut Context) {
        self.customer.end_session(requirement);
        self.overview.withhold();
        self.payee_check.withhold();
        self.payees.withhold();
        self.is_reviewing = false;
        // What is sensitive does not outlast the session.
        self.statements.close(cx);
        cx.remove(StorageKey::Session);
    }

    pub(crate) fn is_logged_in(&self) -> bool {
        self.customer.is_logged_in()
    }

    /// Is a transfer on its way, or about to be?
    fn is_sending(&self) -> bool {
        self.confirmation.is_some() || self.transfer.is_under_way()
    }

    /// Was a transfer sent, without an answer yet?
    pub(crate) fn is_unanswered(&self) -> bool {
        self.transfer.is_unanswered()
    }

    /// What the next log-in has to meet.
    pub(crate) fn requirement(&self) -> &AuthenticationRequirement {
        self.customer.requirement()
    }

    pub(crate) fn into_logout_hints(self) -> Option<LogoutHints> {
        self.customer.into_logout_hints()
    }

    /// What the tab has stored of this page, for when the browser does not leave after all.
    pub(crate) fn into_stored(self, cx: &Context) -> StoredState {
        let pending = self.transfer.pending(&self.customer, cx).map(Box::new);
        let draft = Some(Box::new(self.stored_draft(cx)));
        StoredState { login: self.customer.into_login(), draft, pending, ended: None }
    }

    fn stored_draft(&self, cx: &Context) -> StoredDraft {
        StoredDraft {
            subject: self.customer.subject().to_owned(),
            draft: self.form.draft().clone(),
            attempts: self.sent.as_slice().to_vec(),
            log_outs: cx.log_outs,
        }
    }

    fn store_draft(&self, cx: &mut Context) {
        let stored = self.stored_draft(cx);
        if stored.draft.is_empty() && stored.attempts.is_empty() {
            cx.remove(StorageKey::Draft);
        } else {
            cx.store(StorageKey::Draft, json::write(&stored));
        }
    }
}
