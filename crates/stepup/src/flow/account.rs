//! The logged-in customer: the token for reading, the balance, the history, the form, and one transfer.

mod form;

use crate::{
    bank_api::{
        request,
        response::{self, ReadError},
    },
    config::Config,
    domain::{
        authentication::AuthenticationRequirement,
        entropy::Entropy,
        locale::Locale,
        logout_count::LogoutCount,
        money::{self, Money},
        problem::Problem,
        time::Timestamp,
        transfer::{DraftErrors, Field, TransferId},
    },
    effect::{CheckId, Effect, Timer},
    flow::{
        account::form::{Form, Rules},
        authorization::response::Arrival,
        context::World,
        login::{Login, SecondFactor},
        statements::{self, Redirect, Statements},
        transfer::{self, Moved, Transfer},
    },
    http::{HttpResponse, NetworkError, RequestId},
    json,
    storage::{Attempt, Pending, StorageKey, StoredDraft},
    view::{
        AccountView, BalanceView, HistoryView, Loadable, Screen, SessionView, StatementsContent,
        StatementsPage, TransferView,
    },
};

/// The account page's state.
#[derive(Debug)]
pub(crate) struct Account {
    /// Whose page this is, also after the session is over.
    pub(crate) subject: String,
    pub(crate) login: Option<Login>,
    /// The answer to a step-up that is being checked.
    pub(crate) arrival: Option<Box<Arrival>>,
    pub(crate) transfer: Transfer,
    /// The page "Statements", when it is up.
    pub(crate) statements: Statements,
    /// What the next log-in has to meet, because the bank says so.
    pub(crate) demand: AuthenticationRequirement,
    /// Has the customer been told that the session ends soon?
    ends_soon: bool,
    balance: Loadable<BalanceView>,
    history: Loadable<HistoryView>,
    balance_request: Option<RequestId>,
    history_request: Option<RequestId>,
    /// Did the last question for the history find no answer at all, on another origin? It may be that the API has none, and
    /// that its preflight says so (404): a browser does not tell.
    history_unanswered: bool,
    /// "Confirm transfer" was pressed while it is still being found out how the transfer may be sent.
    confirmed: Option<Entropy>,
    /// How long the bank wants to be left alone since it was asked for them, in milliseconds.
    wait: u32,
    form: Form,
    /// What was sent, as long as the bank has not said what became of it: each order once.
    attempts: Vec<Attempt>,
    /// What is kept is kept under this count.
    log_outs: LogoutCount,
}

/// What the rest of the session has to know after a step.
pub(crate) enum Outcome {
    /// Nothing.
    Stay,
    /// The bank refuses a token that it never accepted: final.
    Rejected(Problem),
}

/// The currency of a bank that does not say which it uses.
const DEFAULT_CURRENCY: &str = "EUR";

impl Account {
    /// The page for a customer, with nothing loaded yet. `stored` is theirs, or nobody's.
    pub(crate) fn new(
        subject: String,
        login: Option<Login>,
        stored: Option<StoredDraft>,
        log_outs: LogoutCount,
    ) -> Self {
        let (draft, attempts) = stored.map(|stored| (stored.draft, stored.attempts)).unwrap_or_default();
        Self {
            subject,
            arrival: None,
            transfer: Transfer::Editing,
            statements: Statements::Closed,
            demand: AuthenticationRequirement::default(),
            ends_soon: false,
            balance: if login.is_some() { Loadable::Loading } else { Loadable::Withheld },
            history: if login.is_some() { Loadable::Loading } else { Loadable::Withheld },
            login,
            balance_request: None,
            history_request: None,
            history_unanswered: false,
            confirmed: None,
            wait: 0,
            form: Form::new(draft),
            attempts,
            log_outs,
        }
    }

    /// Picks up a transfer that was under way when the page went.
    pub(crate) fn pick_up(&mut self, pending: Pending, world: &mut World, now: Timestamp) -> Vec<Effect> {
        self.step(world, now, |_, cx| transfer::found(pending, cx))
    }

    /// Fetches balance and history. What is shown stays until the new arrives.
    pub(crate) fn load(&mut self, world: &mut World, now: Timestamp) -> Vec<Effect> {
        let held = self.login.as_ref().and_then(|login| login.token(&world.config, now));
        let Some(held) = held else { return Vec::new() };
        let (balance, history) = (world.ids.request(), world.ids.request());
        let effects = vec![
            Effect::Fetch(balance, request::balance(&world.config, held.bearer())),
            Effect::Fetch(history, request::history(&world.config, held.bearer())),
        ];
        (self.balance_request, self.history_request) = (Some(balance), Some(history));
        self.wait = 0;
        if matches!(self.balance, Loadable::Failed(_)) {
            self.balance = Loadable::Loading;
        }
        if matches!(self.history, Loadable::Failed(_)) {
            self.history = Loadable::Loading;
        }
        effects
    }

    /// Sets the alarm clock of the session.
    pub(crate) fn watch(&mut self, now: Timestamp) -> Option<Effect> {
        let login = self.login.as_ref()?;
        self.ends_soon = login.ends_soon(now);
        login.watch(now)
    }

    /// The token's time is up, or the bank no longer accepts it. The next log-in has to meet the demand.
    pub(crate) fn end_session(&mut self, demand: AuthenticationRequirement) -> Vec<Effect> {
        // It ends once: what was demanded then still stands.
        if self.login.take().is_some() {
            self.demand = demand;
        }
        self.balance_request = None;
        self.history_request = None;
        if self.balance == Loadable::Loading {
            self.balance = Loadable::Withheld;
        }
        if self.history == Loadable::Loading {
            self.history = Loadable::Withheld;
        }
        // What is sensitive does not outlast the session.
        let mut effects = std::mem::take(&mut self.statements).closed();
        effects.push(Effect::Remove(StorageKey::Session));
        effects
    }

    /// Ends the session when its time is up.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(login) = &self.login else { return Vec::new() };
        if login.is_over(now) {
            return self.end_session(AuthenticationRequirement::default());
        }
        self.ends_soon = login.ends_soon(now);
        Vec::new()
    }

    /// An answer for this page.
    pub(crate) fn answered(
        &mut self,
        id: RequestId,
        outcome: Result<HttpResponse, NetworkError>,
        world: &mut World,
        now: Timestamp,
    ) -> (Vec<Effect>, Outcome) {
        if self.balance_request == Some(id) {
            self.balance_request = None;
            let read = response::read_balance(outcome);
            return self.loaded(read, world, |account, balance| account.balance = balance);
        }
        if self.history_request == Some(id) {
            self.history_request = None;
            self.history_unanswered = matches!(outcome, Err(NetworkError::Unreachable(_)))
                && !world.config.api.has_origin_of(&world.config.home);
            let read = response::read_history(outcome);
            return self.loaded(read, world, |account, history| account.history = history);
        }
        if self.statements.awaits(id) {
            let effects = self.turn(world, now, |statements, cx| statements.answered(outcome, cx));
            return (effects, Outcome::Stay);
        }
        if !self.transfer.awaits(id) {
            return (Vec::new(), Outcome::Stay);
        }
        let mut effects = self.step(world, now, |transfer, cx| transfer.answered(outcome, cx));
        if let Transfer::Done(done) = &self.transfer {
            if let (Some(after), Loadable::Ready(BalanceView::Amount { money, .. })) =
                (&done.balance_after, &mut self.balance)
            {
                *money = after.clone();
            }
            effects.extend(self.load(world, now));
        }
        (effects, Outcome::Stay)
    }

    fn loaded<T>(
        &mut self,
        read: Result<T, ReadError>,
        world: &World,
        put: impl FnOnce(&mut Self, Loadable<T>),
    ) -> (Vec<Effect>, Outcome) {
        match read {
            Ok(value) => {
                if let Some(login) = &mut self.login {
                    login.proven = true;
                }
                put(self, Loadable::Ready(value));
                (Vec::new(), Outcome::Stay)
            }
            Err(ReadError::Unauthorized(demand, problem)) => {
                // A new log-in mends that, once: not when this one was made for it.
                let again = self.login.as_ref().is_none_or(|login| login.proven || login.met != demand);
                let effects = self.end_session(demand);
                (effects, if again { Outcome::Stay } else { Outcome::Rejected(problem) })
            }
            Err(ReadError::NotOffered) => {
                let cause = format!("no such resource under {}", world.config.api.as_str());
                put(
                    self,
                    Loadable::Failed(Problem::new(
                        "api.not_found",
                        "Your bank does not show this here",
                        "This page and your bank do not fit together. Please tell your bank; the details below help.",
                        cause,
                    )),
                );
                (Vec::new(), Outcome::Stay)
            }
            Err(ReadError::Later(problem, wait)) => {
                put(self, Loadable::Failed(problem));
                // Both are asked for together: not before the longer wait is over.
                self.wait = self.wait.max(wait);
                (vec![Effect::Wake(Timer::Retry, self.wait)], Outcome::Stay)
            }
            Err(ReadError::Failed(problem)) => {
                put(self, Loadable::Failed(problem));
                (Vec::new(), Outcome::Stay)
            }
        }
    }

    /// The bank wants to be asked again now: for what it has not told.
    pub(crate) fn retry(&mut self, world: &mut World, now: Timestamp) -> Vec<Effect> {
        if matches!(self.balance, Loadable::Failed(_)) || matches!(self.history, Loadable::Failed(_)) {
            return self.load(world, now);
        }
        Vec::new()
    }

    /// Moves the transfer on.
    pub(crate) fn step(
        &mut self,
        world: &mut World,
        now: Timestamp,
        transition: impl FnOnce(Transfer, &mut transfer::Context<'_>) -> Moved,
    ) -> Vec<Effect> {
        let log_outs = world.log_outs;
        let outside = world.outside(now);
        let held = self.login.as_ref().and_then(|login| login.token(outside.config, now));
        let tells = !self.has_no_history();
        let mut cx = transfer::Context { outside, log_outs, subject: &self.subject, held, tells };
        let transfer = std::mem::replace(&mut self.transfer, Transfer::Editing);
        let sent = transfer.sent().map(|(id, _)| id.clone());
        let Moved { transfer, mut effects, unauthorized } = transition(transfer, &mut cx);
        self.transfer = transfer;
        effects.extend(self.remember(sent.as_ref()));
        if let Some(demand) = unauthorized {
            effects.extend(self.unauthorized(sent.as_ref(), demand));
        }
        effects
    }

    /// Moves the page "Statements" on.
    pub(crate) fn turn(
        &mut self,
        world: &mut World,
        now: Timestamp,
        transition: impl FnOnce(Statements, &mut statements::Context<'_>) -> statements::Moved,
    ) -> Vec<Effect> {
        let log_outs = world.log_outs;
        let outside = world.outside(now);
        let held = self.login.as_ref().and_then(|login| login.token(outside.config, now));
        let nothing = AuthenticationRequirement::default();
        let met = self.login.as_ref().map_or(&nothing, |login| &login.met);
        let mut cx = statements::Context { outside, log_outs, subject: &self.subject, held, met };
        let statements::Moved { statements, mut effects, outcome } =
            transition(std::mem::take(&mut self.statements), &mut cx);
        self.statements = statements;
        match outcome {
            statements::Outcome::Stay => {}
            statements::Outcome::Recalled(proven) => {
                if let Some(login) = &mut self.login {
                    login.second_factor.recalled(proven);
                }
            }
            statements::Outcome::Unauthorized(demand) => effects.extend(self.end_session(demand)),
        }
        effects
    }

    /// The customer opens the page "Statements". Not while a transfer is on its way.
    pub(crate) fn open_statements(
        &mut self,
        entropy: Entropy,
        world: &mut World,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Some(login) = self.login.as_ref().filter(|_| self.leads_to_statements(&world.config)) else {
            return Vec::new();
        };
        let redirect = Redirect::new(entropy);
        let known = login.second_factor.clone();
        self.turn(world, now, |_, cx| match known {
            SecondFactor::Unknown => statements::confirm(redirect, cx),
            SecondFactor::Stored(token) => statements::recall(token.as_str(), redirect, cx),
            SecondFactor::Verified(_) => statements::load(Some(redirect), cx),
        })
    }

    fn leads_to_statements(&self, config: &Config) -> bool {
        config.statements && self.login.is_some() && !self.is_sending()
    }

    /// Does the page offer to log in? Not while a transfer is on its way: that would take its answer away.
    pub(crate) fn may_log_in(&self) -> bool {
        self.login.is_none() || (self.ends_soon && !self.is_sending())
    }

    /// Is a transfer on its way, or about to be?
    fn is_sending(&self) -> bool {
        self.confirmed.is_some() || self.transfer.is_under_way()
    }

    /// Does this page wait for that check?
    pub(crate) fn awaits_check(&self, id: CheckId) -> bool {
        self.statements.awaits_check(id)
    }

    /// Keeps what was sent until the bank has said what became of it. `sent` is what the bank may have spoken about.
    fn remember(&mut self, sent: Option<&TransferId>) -> Option<Effect> {
        if matches!(self.transfer, Transfer::Done(_)) {
            self.form = Form::default();
        }
        if self.transfer.is_settled() {
            self.attempts.retain(|attempt| Some(&attempt.id) != sent);
        } else {
            let (id, order) = self.transfer.sent()?;
            // 403: the bank did accept the token.
            let accepted = matches!(self.transfer, Transfer::Leaving(_));
            match self.attempts.iter_mut().find(|attempt| attempt.id == *id) {
                None => {
                    let (id, order) = (id.clone(), order.clone());
                    self.attempts.push(Attempt { id, order, unauthorized: false });
                }
                Some(attempt) if attempt.unauthorized && accepted => attempt.unauthorized = false,
                Some(_) => return None,
            }
        }
        Some(self.store_draft())
    }

    /// The bank does not accept the token: a new log-in mends that, once. A second time it is the bank's last word on
    /// this order.
    fn unauthorized(&mut self, sent: Option<&TransferId>, demand: AuthenticationRequirement) -> Vec<Effect> {
        let attempt = self.attempts.iter_mut().find(|attempt| Some(&attempt.id) == sent);
        if let (true, Some(attempt)) = (self.transfer.is_unauthorized(), attempt) {
            if attempt.unauthorized {
                return Vec::new();
            }
            attempt.unauthorized = true;
            self.transfer = Transfer::Editing;
            let mut effects = vec![self.store_draft()];
            effects.extend(self.end_session(demand));
            return effects;
        }
        self.end_session(demand)
    }

    /// The customer types.
    pub(crate) fn edited(&mut self, field: Field, text: String) -> Vec<Effect> {
        if !matches!(self.transfer, Transfer::Editing) {
            return Vec::new();
        }
        self.form.edited(field, text);
        vec![self.store_draft()]
    }

    /// What the tab has stored of this page, for when the browser does not leave after all.
    pub(crate) fn kept(self) -> (Option<Login>, Option<StoredDraft>, Option<Pending>) {
        let Self { subject, login, transfer, form, attempts, log_outs, .. } = self;
        let pending = transfer.pending(&subject, log_outs);
        (login, Some(StoredDraft { subject, draft: form.draft, attempts, log_outs }), pending)
    }

    fn store_draft(&self) -> Effect {
        if self.form.draft.is_empty() && self.attempts.is_empty() {
            return Effect::Remove(StorageKey::Draft);
        }
        let (subject, draft) = (self.subject.clone(), self.form.draft.clone());
        let stored = StoredDraft { subject, draft, attempts: self.attempts.clone(), log_outs: self.log_outs };
        Effect::Store(StorageKey::Draft, json::write(&stored))
    }

    /// The customer leaves a field: it is checked, and shown as it will be read.
    pub(crate) fn left(&mut self, field: Field, locale: Locale) -> Vec<Effect> {
        if !matches!(self.transfer, Transfer::Editing) {
            return Vec::new();
        }
        let rules = rules(&self.balance, locale);
        self.form.left(field, &rules);
        if field == Field::Amount
            && let Ok(amount) = money::parse(&self.form.draft.amount, currency(&self.balance), locale)
            && self.is_above_balance(amount)
        {
            self.form.errors.amount = self.above_balance(locale);
        }
        vec![self.store_draft()]
    }

    /// "Transfer": what will be sent, or what is wrong.
    pub(crate) fn review(&mut self, world: &mut World) -> Vec<Effect> {
        let locale = world.locale;
        let (order, mut effects) = match std::mem::replace(&mut self.transfer, Transfer::Editing) {
            Transfer::Editing => (self.form.check(&rules(&self.balance, locale)), Vec::new()),
            Transfer::NotSent(not_sent) => (Ok(not_sent.order), Vec::new()),
            Transfer::Interrupted(interrupted) => {
                (Ok(interrupted.order), vec![Effect::ForgetRequests, Effect::Remove(StorageKey::Pending)])
            }
            other => {
                self.transfer = other;
                return Vec::new();
            }
        };
        match order {
            // One that was sent before may be why there is less: the same order again has the same id.
            Ok(order)
                if self.is_above_balance(order.amount.amount)
                    && !self.attempts.iter().any(|attempt| attempt.order == order) =>
            {
                self.form.errors =
                    DraftErrors { amount: self.above_balance(locale), ..DraftErrors::default() };
                if self.form.draft.is_empty() {
                    self.form.draft = order.draft(locale);
                }
            }
            Ok(order) => {
                self.form.errors = DraftErrors::default();
                self.transfer = Transfer::Reviewing(order);
                self.confirmed = None;
                effects.extend(world.preflight.begin(&world.config, &mut world.ids));
            }
            Err(errors) => self.form.errors = errors,
        }
        effects
    }

    /// Is that more, in minor units, than the balance that the page shows?
    fn is_above_balance(&self, amount: i64) -> bool {
        matches!(&self.balance, Loadable::Ready(BalanceView::Amount { money, .. }) if money.amount < amount)
    }

    fn above_balance(&self, locale: Locale) -> Option<String> {
        let Loadable::Ready(BalanceView::Amount { money, .. }) = &self.balance else { return None };
        let left = Money { amount: money.amount.max(0), currency: money.currency.clone() };
        Some(format!("You have {} {}. Enter a smaller amount.", (locale.write)(&left), left.currency))
    }

    /// Does the API have no list of past transfers?
    fn has_no_history(&self) -> bool {
        match &self.history {
            Loadable::Ready(HistoryView::NotOffered) => true,
            Loadable::Failed(_) => self.history_unanswered && matches!(self.balance, Loadable::Ready(_)),
            _ => false,
        }
    }

    /// How a transfer may be sent is known now, or asked once more.
    pub(crate) fn learn_preflight(
        &mut self,
        outcome: &Result<HttpResponse, NetworkError>,
        world: &mut World,
        now: Timestamp,
    ) -> Vec<Effect> {
        let World { preflight, config, ids, .. } = world;
        let mut effects: Vec<Effect> = preflight.answered(outcome, config, ids).into_iter().collect();
        if preflight.is_pending() {
            return effects;
        }
        // It has to be read before it is confirmed what it means that the transfer is sent without the header.
        if let Some(entropy) = self.confirmed.take().filter(|_| !preflight.refuses_key()) {
            effects.extend(self.confirm(entropy, world, now));
        }
        effects
    }

    /// "Confirm transfer".
    pub(crate) fn confirm(&mut self, entropy: Entropy, world: &mut World, now: Timestamp) -> Vec<Effect> {
        let Transfer::Reviewing(order) = &self.transfer else { return Vec::new() };
        if world.offline {
            let order = order.clone();
            let again = self.attempts.iter().any(|attempt| attempt.order == order);
            return self.step(world, now, |_, _| transfer::not_sent_offline(order, again));
        }
        if world.preflight.is_pending() {
            self.confirmed.get_or_insert(entropy);
            return Vec::new();
        }
        let unkeyed = world.preflight.refuses_key();
        let sent = match &self.transfer {
            Transfer::Reviewing(order) => self.attempts.iter().find(|attempt| attempt.order == *order),
            _ => None,
        };
        let again = sent.map(|attempt| attempt.id.clone());
        self.step(world, now, |transfer, cx| match transfer {
            Transfer::Reviewing(order) => transfer::confirm(&order, again, unkeyed, entropy, cx),
            other => Moved { transfer: other, effects: Vec::new(), unauthorized: None },
        })
    }

    /// "Cancel", or "I have seen it": the form, with what was typed, or what was to be sent.
    pub(crate) fn dismiss(&mut self, world: &mut World, now: Timestamp) -> Vec<Effect> {
        self.confirmed = None;
        let order = match &self.transfer {
            Transfer::NotSent(not_sent) => Some(not_sent.order.clone()),
            other => other.sent().map(|(_, order)| order.clone()),
        };
        let effects = self.step(world, now, |transfer, _| transfer.dismissed());
        if let (Some(order), true) = (order, self.form.draft.is_empty()) {
            self.form.draft = order.draft(world.locale);
        }
        effects
    }

    /// "Your account", on the page "Statements".
    pub(crate) fn close_statements(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.statements).closed()
    }

    pub(crate) fn view(&self, world: &World) -> Screen {
        let config = &world.config;
        let session = self.session();
        if let Some(mut content) = self.statements.view() {
            if let (StatementsContent::Failed(problem), Some(_)) = (&mut content, self.transfer.sent()) {
                *problem = problem.clone().with_unanswered_transfer();
            }
            let older = self.statements.older();
            return Screen::Statements(Box::new(StatementsPage { content, older, session }));
        }
        let currency = currency(&self.balance);
        let mut transfer = self.transfer.view(self.login.is_some());
        if let Some(TransferView::Review { receipt, unkeyed }) = &mut transfer {
            *unkeyed = world.preflight.refuses_key();
            if self.confirmed.is_some() {
                transfer = Some(TransferView::Sending { receipt: receipt.clone(), second: false });
            }
        }
        let history = match &self.history {
            Loadable::Failed(_) if self.has_no_history() => Loadable::Ready(HistoryView::NotOffered),
            history => history.clone(),
        };
        Screen::Account(Box::new(AccountView {
            balance: self.balance.clone(),
            history,
            transfer: transfer.unwrap_or_else(|| TransferView::Form(self.form.view(currency))),
            session,
            leads_to_statements: self.leads_to_statements(config),
        }))
    }

    fn session(&self) -> SessionView {
        match &self.login {
            Some(_) if self.ends_soon && !self.is_sending() => SessionView::EndsSoon,
            Some(_) => SessionView::Open,
            None if self.demand.is_empty() => SessionView::Over,
            None => SessionView::Demanded,
        }
    }
}

/// What the form is checked against, as far as the bank has told.
fn rules(balance: &Loadable<BalanceView>, locale: Locale) -> Rules<'_> {
    let own = match balance {
        Loadable::Ready(BalanceView::Amount { iban, .. }) => {
            iban.as_ref().map(|grouped| grouped.replace(' ', ""))
        }
        _ => None,
    };
    Rules { currency: currency(balance), locale, own }
}

fn currency(balance: &Loadable<BalanceView>) -> &str {
    match balance {
        Loadable::Ready(BalanceView::Amount { money, .. }) => &money.currency,
        _ => DEFAULT_CURRENCY,
    }
}
