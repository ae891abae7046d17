//! The whole client as one value: events come in, effects go out.

mod log_in;

use self::log_in::{end_session, forget, log_in, log_out, logged_out_elsewhere};
use crate::{
    config::{self, Config},
    domain::{
        authentication::AuthenticationRequirement,
        logout_count::LogoutCount,
        problem::Problem,
        time::Timestamp,
        token::{AccessToken, SingleUseToken, TokenCache},
        web_url::Parse,
    },
    effect::{Effect, Timer},
    event::{Boot, Event},
    flow::{
        account::{Account, Outcome},
        authorization::{
            redirect::Departure,
            response::{Arrival, Granted, Refused, Step},
        },
        context::World,
        ids::Ids,
        login::{Login, SecondFactor},
        preflight::Preflight,
        statements,
        transfer::{self, Transfer},
    },
    http::RequestId,
    json,
    oidc::{
        authorization_request::{AuthorizationRequest, Purpose},
        authorization_response::{self, CallbackError},
        end_session::LogoutHints,
        provider::Provider,
    },
    storage::{Pending, PendingStage, StorageKey, StoredDraft},
    view::{Action, Failure, Notice, Screen, View},
};

/// A customer's visit, from the first paint to the last.
///
/// It is driven by [`Session::update`] alone and never waits: what it cannot know it asks for with an [`Effect`], and
/// the answer comes as an [`Event`].
#[derive(Debug)]
pub struct Session {
    parse: Parse,
    world: Option<World>,
    stage: Stage,
    offline: bool,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Starting,
    Failed(Box<Failure>, Kept),
    SignedOut {
        notice: Option<Notice>,
        /// The metadata are on their way, which say where the provider's session ends.
        logging_out: Option<(RequestId, Option<LogoutHints>)>,
    },
    LoggingIn(Box<Departure>, Kept),
    SigningIn(Box<Arrival>, Kept),
    Account(Box<Account>),
}

/// What the tab had stored when the page was loaded. Time may have gone by since: see [`Kept::now`].
#[derive(Debug, Default)]
struct Kept {
    login: Option<Login>,
    draft: Option<StoredDraft>,
    pending: Option<Pending>,
    /// There was a session, and this is how it ended.
    ended: Option<Notice>,
}

impl Kept {
    /// Without a session that has no token to ask with: its time is up, or the deployment has changed what it needs.
    fn now(mut self, world: &World, now: Timestamp) -> Self {
        if self.login.as_ref().is_some_and(|login| login.token(&world.config, now).is_none()) {
            (self.login, self.ended) = (None, Some(Notice::SessionOver));
        }
        self
    }

    /// Was the customer sent away to confirm a transfer?
    fn is_confirming(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.stage == PendingStage::Confirming)
    }

    /// Was a transfer sent of which nobody knows yet what became of it?
    fn is_sending(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.stage == PendingStage::Sent)
    }

    /// Is there something from before a log-out?
    fn is_older_than(&self, log_outs: LogoutCount) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.log_outs != log_outs)
            || self.draft.as_ref().is_some_and(|draft| draft.log_outs != log_outs)
    }
}

impl Session {
    /// A visit that has not begun: feed it [`Event::Booted`]. `parse` is how the browser reads a URL.
    #[must_use]
    pub fn new(parse: Parse) -> Self {
        Self { parse, world: None, stage: Stage::Starting, offline: false }
    }

    /// Takes one event in at the time `now` and says what is to be done, in order.
    ///
    /// Events that do not fit the moment (a second click, an answer that nobody waits for) change nothing.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::Booted(boot) => return self.boot(&boot, now),
            // A page out of the back-forward cache shows what was true when it was left. It begins anew from the storage.
            Event::Restored => return vec![Effect::Reload],
            Event::Lacks(name) => {
                self.stage = lacks(name);
                return Vec::new();
            }
            Event::Online(online) => {
                self.offline = !online;
                if let Some(world) = &mut self.world {
                    world.offline = !online;
                }
                return Vec::new();
            }
            _ => {}
        }
        let Some(world) = &mut self.world else { return Vec::new() };
        if let Event::LogoutCountChanged(text) = event {
            let log_outs = LogoutCount::read(text.as_deref());
            return if log_outs == std::mem::replace(&mut world.log_outs, log_outs) {
                Vec::new()
            } else {
                self.stage = logged_out_elsewhere(&self.stage);
                forget()
            };
        }
        match std::mem::take(&mut self.stage) {
            Stage::Account(mut account) => {
                let mut effects = account.tick(now);
                let (stage, more) = update_account(account, event, world, now);
                self.stage = stage;
                effects.extend(more);
                effects
            }
            stage => {
                let (stage, effects) = update_elsewhere(stage, event, world, now);
                self.stage = stage;
                effects
            }
        }
    }

    /// What the page shows now.
    #[must_use]
    pub fn view(&self) -> View {
        let screen = match &self.stage {
            Stage::Starting => Screen::Starting,
            Stage::Failed(failure, _) => Screen::Failed(Failure::clone(failure)),
            Stage::SignedOut { notice, .. } => Screen::SignedOut { notice: *notice },
            Stage::LoggingIn(..) => Screen::LeavingToLogIn,
            Stage::SigningIn(..) => Screen::SigningIn,
            Stage::Account(account) => {
                self.world.as_ref().map_or(Screen::Starting, |world| account.view(world))
            }
        };
        View { screen, online: !self.offline }
    }

    fn boot(&mut self, boot: &Boot, now: Timestamp) -> Vec<Effect> {
        self.offline = !boot.online;
        let config = match Config::parse(&boot.config, &boot.origin, self.parse) {
            Ok(config) => config,
            Err(errors) => {
                self.stage = dead_end(config::problem(&errors), None);
                return Vec::new();
            }
        };
        if let Some(name) = boot.lacking {
            self.stage = lacks(name);
            return Vec::new();
        }
        let provider = Provider::new(&config, self.parse);
        let answer = authorization_response::find(&boot.landing, &config);
        let log_outs = LogoutCount::read(boot.log_outs.as_deref());
        let (ids, locale) = (Ids::default(), boot.locale);
        let (preflight, offline) = (Preflight::new(&config), self.offline);
        let world = self.world.insert(World { config, provider, ids, locale, log_outs, preflight, offline });
        let mut kept = Kept {
            draft: json::read(boot.draft.as_deref()),
            pending: json::read(boot.pending.as_deref()),
            ..Kept::default()
        };
        let mut effects = Vec::new();
        match Login::read(boot.session.as_deref(), log_outs, now) {
            None => {}
            Some(Ok(login)) => kept.login = Some(login),
            Some(Err(notice)) => kept.ended = Some(notice),
        }
        if boot.logged_out_while_sending && kept.login.is_none() && kept.pending.is_none() {
            kept.ended = Some(Notice::LoggedOutWhileSending);
        }
        // This tab was away when another one logged out. A request says itself whether it is older than that.
        if kept.ended == Some(Notice::LoggedOutElsewhere) || kept.is_older_than(log_outs) {
            let notice =
                if kept.is_sending() { Notice::LoggedOutWhileSending } else { Notice::LoggedOutElsewhere };
            let ended = kept.login.is_none().then_some(notice);
            effects.extend([StorageKey::Pending, StorageKey::Draft].map(Effect::Remove));
            effects.extend(ended.map(|_| Effect::Remove(StorageKey::Session)));
            kept = Kept { ended, login: kept.login, ..Kept::default() };
        }
        let (stage, more) = match answer {
            None => resume(kept, world, now),
            Some(Ok(response)) => {
                let (arrival, take) = Arrival::begin(response, log_outs);
                (Stage::SigningIn(arrival, kept), vec![take])
            }
            // Whoever sent it, the transfer was not confirmed: it is shown as after the Back button.
            Some(Err(CallbackError::UnboundError(..))) if kept.is_confirming() => resume(kept, world, now),
            Some(Err(error)) => (failed(error.problem(), kept), Vec::new()),
        };
        self.stage = stage;
        effects.extend(more);
        effects
    }
}

/// The browser cannot do what is needed to handle money safely.
fn lacks(name: &str) -> Stage {
    let problem = Problem::new(
        "browser.lacks",
        "This browser cannot run Riser safely",
        "It lacks something that protects your log-in, or this page was not opened over a secure connection. No money was moved. Please use a current browser, without blocking this page's storage.",
        format!("not available: {name}"),
    );
    dead_end(problem, None)
}

/// Shows a failure behind which nothing is kept.
fn dead_end(problem: Problem, action: Option<Action>) -> Stage {
    Stage::Failed(Box::new(Failure { problem, action }), Kept::default())
}

/// Shows a failure with the way on that there is.
fn failed(problem: Problem, kept: Kept) -> Stage {
    let action =
        if kept.login.is_some() || kept.pending.is_some() { Action::BackToAccount } else { Action::LogIn };
    let problem = if kept.pending.is_some() { problem.with_unanswered_transfer() } else { problem };
    Stage::Failed(Box::new(Failure { problem, action: Some(action) }), kept)
}

/// From what the tab had stored to the page that belongs to it.
fn resume(kept: Kept, world: &mut World, now: Timestamp) -> (Stage, Vec<Effect>) {
    let Kept { login, draft, pending, ended } = kept.now(world, now);
    let mut effects = Vec::new();
    if ended.is_some() {
        effects.push(Effect::Remove(StorageKey::Session));
    }
    let subject = match (&login, &pending) {
        (Some(login), _) => login.subject.clone(),
        // Without a session the page is shown only for a transfer whose end has to be found out.
        (None, Some(pending)) => pending.subject.clone(),
        (None, None) => {
            return (Stage::SignedOut { notice: ended, logging_out: None }, effects);
        }
    };
    if draft.as_ref().is_some_and(|stored| stored.subject != subject) {
        effects.push(Effect::Remove(StorageKey::Draft));
    }
    let draft = draft.filter(|stored| stored.subject == subject);
    let mut account = Account::new(subject, login, draft, world.log_outs);
    effects.extend(account.watch(now));
    match pending {
        Some(pending) if pending.subject == account.subject => {
            effects.extend(account.pick_up(pending, world, now));
        }
        Some(_) => effects.push(Effect::Remove(StorageKey::Pending)),
        None => {}
    }
    effects.extend(account.load(world, now));
    (Stage::Account(Box::new(account)), effects)
}

/// Everything but the account page.
fn update_elsewhere(stage: Stage, event: Event, world: &mut World, now: Timestamp) -> (Stage, Vec<Effect>) {
    match (stage, event) {
        (Stage::Failed(_, kept), Event::LogIn(entropy)) => {
            log_in(entropy, AuthenticationRequirement::default(), kept, world, now)
        }
        (Stage::SignedOut { .. }, Event::LogIn(entropy)) => {
            log_in(entropy, AuthenticationRequirement::default(), Kept::default(), world, now)
        }
        (Stage::Failed(_, kept), Event::Dismiss | Event::TryAgain) => resume(kept, world, now),
        (
            Stage::SignedOut { notice, logging_out: Some((awaited, hints)) },
            Event::Answered { request, outcome },
        ) if awaited == request => {
            // A provider that cannot be reached keeps its session; there is no more to be done from here.
            let _ = world.provider.learn_endpoints(&world.config, outcome);
            let leave = end_session(hints.as_ref(), world);
            (Stage::SignedOut { notice, logging_out: None }, leave.into_iter().collect())
        }
        (Stage::LoggingIn(mut departure, kept), Event::Answered { request, outcome })
            if departure.awaits(request) =>
        {
            match departure.answered(outcome, &mut world.outside(now)) {
                Ok(effects) => (Stage::LoggingIn(departure, kept), effects),
                Err(problem) => (failed(problem, kept), vec![Effect::ForgetRequests]),
            }
        }
        (Stage::SigningIn(arrival, kept), event) => {
            let (step, _) = advance(arrival, event, world, now);
            arrived(step, kept, world, now)
        }
        (stage, _) => (stage, Vec::new()),
    }
}

/// Gives an event to an answer that is being checked; hands it back when it was for somebody else.
fn advance(arrival: Box<Arrival>, event: Event, world: &mut World, now: Timestamp) -> (Step, Option<Event>) {
    let cx = &mut world.outside(now);
    match event {
        Event::Taken { slot, value } => (arrival.taken(&slot, value.as_deref(), cx), None),
        Event::Answered { request, outcome } if arrival.awaits(request) => {
            (arrival.answered(outcome, cx), None)
        }
        Event::Verified { check, outcome } if arrival.awaits_check(check) => {
            (arrival.verified(outcome, cx), None)
        }
        other => (Step::Continue(arrival, Vec::new()), Some(other)),
    }
}

/// What became of an answer for which no page is up yet.
fn arrived(step: Step, kept: Kept, world: &mut World, now: Timestamp) -> (Stage, Vec<Effect>) {
    match step {
        Step::Continue(arrival, mut effects) => {
            let Some(Purpose::StepUp(step_up)) = arrival.record().map(|record| &record.purpose) else {
                return (Stage::SigningIn(arrival, kept), effects);
            };
            if is_foreign(&step_up.subject, &kept) {
                return foreign(kept);
            }
            // From here on the transfer has a page: the receipt is there while the answer is checked.
            let (mut account, more) = account_for(&step_up.subject, kept, world, now);
            account.transfer = Transfer::Returning(step_up.order.clone());
            account.arrival = Some(arrival);
            effects.extend(more);
            (Stage::Account(account), effects)
        }
        Step::Done(result) => match *result {
            Ok(granted) => match &granted.record.purpose {
                Purpose::LogIn => logged_in(granted, kept, world, now),
                Purpose::Statements { subject, .. } if *subject != granted.id_token.subject => {
                    (failed(statements::someone_else(), kept), Vec::new())
                }
                Purpose::Statements { .. } => confirmed(granted, kept, world, now),
                Purpose::StepUp(_) => {
                    let subject = granted.id_token.subject.clone();
                    let (mut account, mut effects) = account_for(&subject, kept, world, now);
                    effects.extend(stepped_up(&mut account, granted, world, now));
                    (Stage::Account(account), effects)
                }
            },
            Err(Refused {
                record: Some(AuthorizationRequest { purpose: Purpose::StepUp(step_up), .. }),
                problem,
            }) => {
                if is_foreign(&step_up.subject, &kept) {
                    return foreign(kept);
                }
                let (mut account, mut effects) = account_for(&step_up.subject, kept, world, now);
                effects
                    .extend(account.step(world, now, |_, _| transfer::unconfirmed(step_up.order, problem)));
                (Stage::Account(account), effects)
            }
            // The session goes on without the statements, if it is still the same one.
            Err(Refused {
                record: Some(AuthorizationRequest { purpose: Purpose::Statements { subject, .. }, .. }),
                problem,
            }) if kept.login.as_ref().is_some_and(|login| login.subject == subject) => {
                let (stage, effects) = resume(kept, world, now);
                (on_statements(stage, problem), effects)
            }
            Err(Refused { problem, .. }) => (failed(problem, kept), Vec::new()),
        },
        Step::Foreign => resume(kept, world, now),
    }
}

/// Somebody else has logged in since: the transfer is not theirs to see.
fn is_foreign(ordered_by: &str, kept: &Kept) -> bool {
    kept.login.as_ref().is_some_and(|login| login.subject != ordered_by)
}

fn foreign(kept: Kept) -> (Stage, Vec<Effect>) {
    (failed(transfer::someone_else(), kept), Vec::new())
}

/// The account page of the customer whose transfer came back.
fn account_for(subject: &str, kept: Kept, world: &mut World, now: Timestamp) -> (Box<Account>, Vec<Effect>) {
    let Kept { login, draft, .. } = kept.now(world, now);
    let owner = login.as_ref().map_or_else(|| subject.to_owned(), |login| login.subject.clone());
    let draft = draft.filter(|stored| stored.subject == owner);
    let mut account = Box::new(Account::new(owner, login, draft, world.log_outs));
    let mut effects: Vec<Effect> = account.watch(now).into_iter().collect();
    effects.extend(account.load(world, now));
    (account, effects)
}

/// A verified log-in becomes a session.
fn logged_in(granted: Granted, kept: Kept, world: &mut World, now: Timestamp) -> (Stage, Vec<Effect>) {
    let mut vault = TokenCache::default();
    let token = AccessToken::new(granted.access_token);
    vault.put(&world.config.audience, granted.scopes, granted.expires_at, token);
    let Granted { id_token, compact, record, .. } = granted;
    let log_out_hints =
        Some(LogoutHints { id_token_hint: compact.clone(), logout_hint: id_token.session_id.clone() });
    // Providers leave `amr` out when they did not have to ask (silent authentication): that takes nothing away from what
    // the same customer has proven in this session.
    let before = kept.login.filter(|login| login.subject == id_token.subject);
    let second_factor = if id_token.has_second_factor() {
        SecondFactor::Verified(compact)
    } else {
        before.map(|login| login.second_factor).unwrap_or_default()
    };
    let (subject, met, log_outs) = (id_token.subject, record.demand, world.log_outs);
    let login = Login { subject, vault, second_factor, proven: false, met, log_out_hints, log_outs };
    let mut effects = vec![login.store()];
    let (stage, more) = resume(Kept { login: Some(login), ended: None, ..kept }, world, now);
    effects.extend(more);
    (stage, effects)
}

/// A verified answer opens the statements, when there is a second factor to know of.
fn confirmed(granted: Granted, kept: Kept, world: &mut World, now: Timestamp) -> (Stage, Vec<Effect>) {
    if is_foreign(&granted.id_token.subject, &kept) {
        return (failed(statements::someone_else(), kept), Vec::new());
    }
    let (stage, mut effects) = logged_in(granted, kept, world, now);
    let stage = match stage {
        Stage::Account(mut account) => {
            let known = account.login.as_ref().map(|login| login.second_factor.clone()).unwrap_or_default();
            effects.extend(account.turn(world, now, |_, cx| statements::back(known, cx)));
            Stage::Account(account)
        }
        other => other,
    };
    (stage, effects)
}

/// The page "Statements", with the reason why there are none to see.
fn on_statements(stage: Stage, problem: Problem) -> Stage {
    match stage {
        Stage::Account(mut account) => {
            account.statements = statements::failed(problem);
            Stage::Account(account)
        }
        other => other,
    }
}

/// A verified second factor becomes the second attempt. Its token goes into that request and nowhere else.
fn stepped_up(account: &mut Account, granted: Granted, world: &mut World, now: Timestamp) -> Vec<Effect> {
    let Granted { record, id_token, compact, access_token, .. } = granted;
    let Purpose::StepUp(step_up) = record.purpose else { return Vec::new() };
    let token = SingleUseToken::new(access_token);
    let mut effects = Vec::new();
    let login = account.login.as_mut().filter(|login| login.subject == id_token.subject);
    if let Some(login) = login.filter(|_| id_token.has_second_factor()) {
        login.second_factor = SecondFactor::Verified(compact);
        effects.push(login.store());
    }
    effects.extend(account.step(world, now, |_, cx| transfer::resume(step_up, &id_token.subject, token, cx)));
    effects
}

/// The account page.
fn update_account(
    mut account: Box<Account>,
    event: Event,
    world: &mut World,
    now: Timestamp,
) -> (Stage, Vec<Effect>) {
    let mut event = event;
    if let Some(arrival) = account.arrival.take() {
        let (step, unused) = advance(arrival, event, world, now);
        let effects = match step {
            Step::Continue(arrival, effects) => {
                account.arrival = Some(arrival);
                effects
            }
            Step::Done(result) => match *result {
                Ok(granted) => stepped_up(&mut account, granted, world, now),
                Err(Refused {
                    record: Some(AuthorizationRequest { purpose: Purpose::StepUp(step_up), .. }),
                    problem,
                }) => account.step(world, now, |_, _| transfer::unconfirmed(step_up.order, problem)),
                Err(_) => vec![Effect::Remove(StorageKey::Pending)],
            },
            // Its record was found before there was a page.
            Step::Foreign => Vec::new(),
        };
        match unused {
            None => return (Stage::Account(account), effects),
            Some(unused) => event = unused,
        }
    }
    let effects = match event {
        Event::Answered { request, outcome } if world.preflight.awaits(request) => {
            account.learn_preflight(&outcome, world, now)
        }
        Event::Answered { request, outcome } => {
            let (effects, outcome) = account.answered(request, outcome, world, now);
            if let Outcome::Rejected(problem) = outcome {
                let unanswered = account.transfer.sent().is_some();
                let problem = if unanswered { problem.with_unanswered_transfer() } else { problem };
                return (dead_end(problem, Some(Action::LogIn)), effects);
            }
            effects
        }
        Event::Verified { check, outcome } if account.awaits_check(check) => {
            account.turn(world, now, |statements, cx| statements.verified(outcome, cx))
        }
        Event::Woke(Timer::Leave) | Event::Proceed if account.statements.is_open() => {
            account.turn(world, now, |statements, cx| statements.proceed(cx))
        }
        Event::Woke(Timer::Leave) | Event::Proceed => {
            account.step(world, now, |transfer, cx| transfer.proceed(cx))
        }
        Event::Woke(Timer::SessionEnds) => account.watch(now).into_iter().collect(),
        Event::Woke(Timer::Retry) => account.retry(world, now),
        Event::Statements(entropy) => account.open_statements(entropy, world, now),
        Event::OlderStatements => account.turn(world, now, statements::Statements::load_older),
        Event::Dismiss | Event::Cancel if account.statements.is_open() => account.close_statements(),
        // The transfer is not on the page: nobody can have meant it.
        Event::Edited(..) | Event::Left(_) | Event::Review | Event::Confirm(_) | Event::AskAgain
            if account.statements.is_open() =>
        {
            Vec::new()
        }
        Event::Edited(field, text) => account.edited(field, text),
        Event::Left(field) => account.left(field, world.locale),
        Event::Review => account.review(world),
        Event::Confirm(entropy) => account.confirm(entropy, world, now),
        Event::Cancel | Event::Dismiss => account.dismiss(world, now),
        Event::AskAgain | Event::Woke(Timer::AskAgain) => account.step(world, now, Transfer::ask_again),
        Event::TryAgain => account.load(world, now),
        Event::LogIn(entropy) if account.may_log_in() => {
            let demand = account.demand.clone();
            let (login, draft, pending) = account.kept();
            let kept = Kept { login, draft, pending, ended: None };
            return log_in(entropy, demand, kept, world, now);
        }
        Event::LogOut => {
            let hints = account.login.and_then(|login| login.log_out_hints);
            return log_out(account.transfer.is_unanswered(), hints, world);
        }
        _ => Vec::new(),
    };
    (Stage::Account(account), effects)
}
