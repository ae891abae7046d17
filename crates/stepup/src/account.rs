//! The logged-in customer: the token for reading, the balance, the history, the form, and one transfer.

use crate::{
    api::{self, ReadError},
    arrival::Arrival,
    config::Config,
    effect::{Effect, RequestId, Slot, Timer},
    entropy::Entropy,
    event::{Answer, Field, NetworkError},
    ids::Ids,
    json,
    money::Separators,
    problem::Problem,
    provider::Provider,
    record::{self, Attempt, Pending, StoredDraft, StoredSession},
    step_up::{self, Moved, Transfer},
    time::Timestamp,
    tokens::{HeldToken, Vault},
    transfer::{Draft, DraftErrors, Order, TransferId},
    view::{AccountView, BalanceView, FieldView, FormView, HistoryView, Loadable, TransferView},
};

/// What a session needs of its surroundings at every step.
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) provider: Provider,
    pub(crate) ids: Ids,
    pub(crate) locale: Separators,
}

/// Who is logged in, with what.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) subject: String,
    pub(crate) vault: Vault,
    /// Has the bank accepted the token before? A refusal of one that it never accepted would only be repeated by a new
    /// log-in.
    pub(crate) proven: bool,
}

/// The account page's state.
pub(crate) struct Account {
    /// Whose page this is, also after the session is over.
    pub(crate) subject: String,
    pub(crate) login: Option<Login>,
    /// The answer to a step-up that is being checked.
    pub(crate) arrival: Option<Box<Arrival>>,
    pub(crate) transfer: Transfer,
    balance: Loadable<BalanceView>,
    history: Loadable<HistoryView>,
    balance_request: Option<RequestId>,
    history_request: Option<RequestId>,
    draft: Draft,
    errors: DraftErrors,
    /// What was sent, as long as the bank has not said what became of it: each order once.
    attempts: Vec<Attempt>,
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

impl Login {
    pub(crate) fn read(stored: Option<&str>, now: Timestamp) -> Option<Self> {
        let StoredSession { subject, vault } = record::read(stored)?;
        vault.ends_at().filter(|ends| *ends > now)?;
        Some(Self { subject, vault, proven: true })
    }

    pub(crate) fn store(&self) -> Effect {
        let session = StoredSession { subject: self.subject.clone(), vault: self.vault.clone() };
        Effect::Store(Slot::Session, json::write(&session))
    }
}

impl Account {
    /// The page for a customer, with nothing loaded yet. `stored` is theirs, or nobody's.
    pub(crate) fn new(subject: String, login: Option<Login>, stored: Option<StoredDraft>) -> Self {
        let (draft, attempts) = stored.map(|stored| (stored.draft, stored.attempts)).unwrap_or_default();
        Self {
            subject,
            arrival: None,
            transfer: Transfer::Editing,
            balance: if login.is_some() { Loadable::Loading } else { Loadable::Withheld },
            history: if login.is_some() { Loadable::Loading } else { Loadable::Withheld },
            login,
            balance_request: None,
            history_request: None,
            draft,
            errors: DraftErrors::default(),
            attempts,
        }
    }

    /// Picks up a transfer that was under way when the page went.
    pub(crate) fn pick_up(&mut self, pending: Pending, world: &mut World, now: Timestamp) -> Vec<Effect> {
        self.step(world, now, |_, cx| step_up::found(pending, cx))
    }

    /// The token for reading, while it is good.
    fn held<'a>(login: Option<&'a Login>, config: &Config, now: Timestamp) -> Option<&'a HeldToken> {
        let vault = &login?.vault;
        vault
            .find(&config.audience, &config.transfer_scope, now)
            .or_else(|| vault.find(&config.audience, &config.balance_scope, now))
    }

    /// Fetches balance and history. What is shown stays until the new arrives.
    pub(crate) fn load(&mut self, world: &mut World, now: Timestamp) -> Vec<Effect> {
        let Some(held) = Self::held(self.login.as_ref(), &world.config, now) else { return Vec::new() };
        let (balance, history) = (world.ids.request(), world.ids.request());
        let effects = vec![
            Effect::Fetch(balance, api::balance(&world.config, held.bearer())),
            Effect::Fetch(history, api::history(&world.config, held.bearer())),
        ];
        (self.balance_request, self.history_request) = (Some(balance), Some(history));
        if matches!(self.balance, Loadable::Failed(_)) {
            self.balance = Loadable::Loading;
        }
        if matches!(self.history, Loadable::Failed(_)) {
            self.history = Loadable::Loading;
        }
        effects
    }

    /// Wakes up when the token ends.
    pub(crate) fn watch(&self, now: Timestamp) -> Option<Effect> {
        let ends = self.login.as_ref()?.vault.ends_at()?;
        let milliseconds = ends.since(now).max(0).saturating_mul(1000);
        // Browsers keep timers in 31 bits; a timer that fires early is set anew.
        Some(Effect::Wake(Timer::SessionEnds, u32::try_from(milliseconds).unwrap_or(u32::MAX).min(1 << 30)))
    }

    /// The token's time is up, or the bank no longer accepts it.
    pub(crate) fn end_session(&mut self) -> Vec<Effect> {
        self.login = None;
        self.balance_request = None;
        self.history_request = None;
        if self.balance == Loadable::Loading {
            self.balance = Loadable::Withheld;
        }
        if self.history == Loadable::Loading {
            self.history = Loadable::Withheld;
        }
        vec![Effect::Remove(Slot::Session)]
    }

    /// Ends the session when its time is up.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.login.as_ref().and_then(|login| login.vault.ends_at()) {
            Some(ends) if ends <= now => self.end_session(),
            _ => Vec::new(),
        }
    }

    /// An answer for this page.
    pub(crate) fn answered(
        &mut self,
        id: RequestId,
        outcome: Result<Answer, NetworkError>,
        world: &mut World,
        now: Timestamp,
    ) -> (Vec<Effect>, Outcome) {
        if self.balance_request == Some(id) {
            self.balance_request = None;
            let read = api::read_balance(outcome);
            return self.loaded(read, world, |account, balance| account.balance = balance);
        }
        if self.history_request == Some(id) {
            self.history_request = None;
            let read = api::read_history(outcome);
            return self.loaded(read, world, |account, history| account.history = history);
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
            Err(ReadError::Unauthorized(problem)) => {
                let proven = self.login.as_ref().is_none_or(|login| login.proven);
                let effects = self.end_session();
                (effects, if proven { Outcome::Stay } else { Outcome::Rejected(problem) })
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
            Err(ReadError::Failed(problem)) => {
                put(self, Loadable::Failed(problem));
                (Vec::new(), Outcome::Stay)
            }
        }
    }

    /// Moves the transfer on.
    pub(crate) fn step(
        &mut self,
        world: &mut World,
        now: Timestamp,
        transition: impl FnOnce(Transfer, &mut step_up::Context<'_>) -> Moved,
    ) -> Vec<Effect> {
        let World { config, provider, ids, .. } = world;
        let held = Self::held(self.login.as_ref(), config, now);
        let mut cx = step_up::Context { config, provider, ids, now, subject: &self.subject, held };
        let transfer = std::mem::replace(&mut self.transfer, Transfer::Editing);
        let sent = transfer.sent().map(|(id, _)| id.clone());
        let Moved { transfer, mut effects, unauthorized } = transition(transfer, &mut cx);
        self.transfer = transfer;
        effects.extend(self.remember(sent.as_ref()));
        if unauthorized {
            effects.extend(self.unauthorized(sent.as_ref()));
        }
        effects
    }

    /// Keeps what was sent until the bank has said what became of it. `sent` is what the bank may have spoken about.
    fn remember(&mut self, sent: Option<&TransferId>) -> Option<Effect> {
        if matches!(self.transfer, Transfer::Done(_)) {
            self.draft = Draft::default();
            self.errors = DraftErrors::default();
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
    fn unauthorized(&mut self, sent: Option<&TransferId>) -> Vec<Effect> {
        let attempt = self.attempts.iter_mut().find(|attempt| Some(&attempt.id) == sent);
        if let (true, Some(attempt)) = (self.transfer.is_unauthorized(), attempt) {
            if attempt.unauthorized {
                return Vec::new();
            }
            attempt.unauthorized = true;
            self.transfer = Transfer::Editing;
            let mut effects = vec![self.store_draft()];
            effects.extend(self.end_session());
            return effects;
        }
        self.end_session()
    }

    /// The customer types.
    pub(crate) fn edited(&mut self, field: Field, text: String) -> Vec<Effect> {
        if !matches!(self.transfer, Transfer::Editing) {
            return Vec::new();
        }
        let (place, error) = match field {
            Field::Payee => (&mut self.draft.payee, &mut self.errors.payee),
            Field::Amount => (&mut self.draft.amount, &mut self.errors.amount),
            Field::Reference => (&mut self.draft.reference, &mut self.errors.reference),
        };
        *place = text;
        *error = None;
        vec![self.store_draft()]
    }

    fn store_draft(&self) -> Effect {
        if self.draft.is_empty() && self.attempts.is_empty() {
            return Effect::Remove(Slot::Draft);
        }
        let (subject, draft) = (self.subject.clone(), self.draft.clone());
        let stored = StoredDraft { subject, draft, attempts: self.attempts.clone() };
        Effect::Store(Slot::Draft, json::write(&stored))
    }

    fn check(&self, locale: Separators) -> Result<Order, DraftErrors> {
        let own: Option<String> = match &self.balance {
            Loadable::Ready(BalanceView::Amount { iban: Some(iban), .. }) => Some(iban.replace(' ', "")),
            _ => None,
        };
        self.draft.check(self.currency(), locale, own.as_deref())
    }

    fn currency(&self) -> &str {
        match &self.balance {
            Loadable::Ready(BalanceView::Amount { money, .. }) => &money.currency,
            _ => DEFAULT_CURRENCY,
        }
    }

    /// The customer leaves a field: it is checked, and shown as it will be read.
    pub(crate) fn left(&mut self, field: Field, locale: Separators) -> Vec<Effect> {
        if !matches!(self.transfer, Transfer::Editing) {
            return Vec::new();
        }
        let errors = self.check(locale).err().unwrap_or_default();
        let neat = Draft {
            payee: crate::iban::Iban::parse(&self.draft.payee)
                .map_or_else(|_| self.draft.payee.clone(), |iban| iban.grouped()),
            amount: crate::money::parse(&self.draft.amount, locale)
                .map_or_else(|_| self.draft.amount.clone(), |minor| crate::money::format(minor, locale)),
            reference: self.draft.reference.clone(),
        };
        // An empty field is not yet an error: the customer may only be looking around.
        match field {
            Field::Payee if !self.draft.payee.is_empty() => {
                self.errors.payee = errors.payee;
                self.draft.payee = neat.payee;
            }
            Field::Amount if !self.draft.amount.is_empty() => {
                self.errors.amount = errors.amount;
                self.draft.amount = neat.amount;
            }
            Field::Reference => self.errors.reference = errors.reference,
            _ => {}
        }
        vec![self.store_draft()]
    }

    /// "Transfer": what will be sent, or what is wrong.
    pub(crate) fn review(&mut self, locale: Separators) -> Vec<Effect> {
        let (order, effects) = match std::mem::replace(&mut self.transfer, Transfer::Editing) {
            Transfer::Editing => (self.check(locale), Vec::new()),
            Transfer::NotSent(not_sent) => (Ok(not_sent.order), Vec::new()),
            Transfer::Interrupted(interrupted) => {
                (Ok(interrupted.order), vec![Effect::ForgetRequests, Effect::Remove(Slot::Pending)])
            }
            other => {
                self.transfer = other;
                return Vec::new();
            }
        };
        match order {
            Ok(order) => {
                self.errors = DraftErrors::default();
                self.transfer = Transfer::Reviewing(order);
            }
            Err(errors) => self.errors = errors,
        }
        effects
    }

    /// "Confirm transfer".
    pub(crate) fn confirm(&mut self, entropy: Entropy, world: &mut World, now: Timestamp) -> Vec<Effect> {
        let sent = match &self.transfer {
            Transfer::Reviewing(order) => self.attempts.iter().find(|attempt| attempt.order == *order),
            _ => None,
        };
        let again = sent.map(|attempt| attempt.id.clone());
        self.step(world, now, |transfer, cx| match transfer {
            Transfer::Reviewing(order) => step_up::confirm(&order, again, entropy, cx),
            other => Moved { transfer: other, effects: Vec::new(), unauthorized: false },
        })
    }

    /// "Cancel", or "I have seen it": the form, with what was typed, or what was to be sent.
    pub(crate) fn dismiss(&mut self, world: &mut World, now: Timestamp) -> Vec<Effect> {
        let order = match &self.transfer {
            Transfer::NotSent(not_sent) => Some(not_sent.order.clone()),
            other => other.sent().map(|(_, order)| order.clone()),
        };
        let effects = self.step(world, now, |transfer, _| transfer.dismissed());
        if let (Some(order), true) = (order, self.draft.is_empty()) {
            self.draft = order.draft(world.locale);
        }
        effects
    }

    pub(crate) fn view(&self) -> AccountView {
        AccountView {
            balance: self.balance.clone(),
            history: self.history.clone(),
            transfer: self
                .transfer
                .view(self.login.is_some())
                .unwrap_or_else(|| TransferView::Form(self.form())),
            session_over: self.login.is_none(),
        }
    }

    fn form(&self) -> FormView {
        let field =
            |text: &str, error: &Option<String>| FieldView { text: text.to_owned(), error: error.clone() };
        FormView {
            payee: field(&self.draft.payee, &self.errors.payee),
            amount: field(&self.draft.amount, &self.errors.amount),
            reference: field(&self.draft.reference, &self.errors.reference),
            currency: self.currency().to_owned(),
        }
    }
}
