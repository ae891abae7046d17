//! The whole client as one value: events come in, effects go out.

mod login;

use alloc::{borrow::ToOwned, boxed::Box, format, vec, vec::Vec};

use self::login::{SignedOut, forget, log_in, log_out, logout_notice, stored_notice};
use crate::{
    config::{self, Config},
    domain::{
        AuthenticationRequirement, Entropy, LogoutCount, ParseUrl, Place, Problem, Timestamp, TokenCache,
    },
    effect::Effect,
    event::{Boot, Event},
    flow::{
        account::{Account, Exit},
        authorization::{
            redirect::AuthorizationRedirect,
            response::{LoginGrant, Rejection, ResponseValidation, Validated, ValidationProgress},
        },
        context::Context,
        idle::Idle,
        ids::Ids,
        login::{Login, SecondFactor},
        statements,
        stored_state::StoredState,
        transfer,
        transition::Progress,
    },
    json,
    oidc::{
        LogoutHints, Provider, Purpose,
        authorization_response::{self, CallbackError},
    },
    storage::StorageKey,
    view::{Action, Failure, Notice, Screen, View},
};

/// A customer's visit, from the first paint to the last.
///
/// It is driven by [`Session::update`] alone and never waits: what it cannot know it asks for with an [`Effect`], and
/// the answer comes as an [`Event`].
#[derive(Debug)]
pub struct Session {
    parse: ParseUrl,
    context: Option<Context>,
    stage: Stage,
    offline: bool,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Starting,
    Failed(Box<Failure>, StoredState),
    SignedOut(SignedOut),
    LoggingIn(Box<AuthorizationRedirect>, StoredState),
    SigningIn(Box<ResponseValidation>, StoredState),
    Account(Box<Account>),
}

impl Session {
    /// A visit that has not begun: feed it [`Event::Booted`]. `parse` is how the browser reads a URL.
    #[must_use]
    pub fn new(parse: ParseUrl) -> Self {
        Self { parse, context: None, stage: Stage::Starting, offline: false }
    }

    /// Takes one event in at the time `now` and says what is to be done, in order.
    ///
    /// Events that do not fit the moment (a second click, an answer that nobody waits for) change nothing.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::Booted(boot) => return self.boot(*boot, now),
            // A page out of the back-forward cache shows what was true when it was left. It begins anew from the storage.
            Event::Restored => return vec![Effect::Reload],
            Event::FeatureMissing(name) => {
                self.stage = show_missing_feature(name);
                return Vec::new();
            }
            Event::Online(online) => {
                self.offline = !online;
                if let Some(cx) = &mut self.context {
                    cx.offline = !online;
                }
                return Vec::new();
            }
            _ => {}
        }
        let Some(cx) = &mut self.context else { return Vec::new() };
        cx.now = now;
        if let Event::LogoutCountChanged(text) = event {
            let log_outs = LogoutCount::read(text.as_deref());
            if log_outs != core::mem::replace(&mut cx.log_outs, log_outs) {
                self.stage = sign_out_elsewhere(&self.stage);
                forget(cx);
            }
            return core::mem::take(&mut cx.effects);
        }
        // What leads on is an entry of the history; what the client does by itself takes the place of the one that is up.
        let is_new_entry = match &event {
            Event::Visit(_) | Event::Statements(_) | Event::Review | Event::PayAgain => true,
            Event::Dismiss => matches!(cx.place, Place::Payment(_)),
            // The check of the payee's name was waited for.
            Event::Answered { .. } => cx.place == Place::Pay,
            _ => false,
        };
        let event = match event {
            Event::AddressChanged(path, entropy) => follow_address(&path, entropy, cx),
            event => event,
        };
        if let Event::TouchedElsewhere(text) = &event {
            cx.idle.touched_elsewhere(text.as_deref(), now);
        }
        self.stage = match core::mem::take(&mut self.stage) {
            Stage::Account(mut account) => match account.update(event, cx) {
                None => Stage::Account(account),
                Some(exit) => leave_account(exit, account, cx),
            },
            stage => update_elsewhere(stage, event, cx),
        };
        cx.show_address(is_new_entry);
        core::mem::take(&mut cx.effects)
    }

    /// What the page shows now.
    #[must_use]
    pub fn view(&self) -> View {
        let screen = match &self.stage {
            Stage::Starting => Screen::Starting,
            Stage::Failed(failure, _) => Screen::Failed(Failure::clone(failure)),
            Stage::SignedOut(SignedOut { notice, .. }) => Screen::SignedOut { notice: *notice },
            Stage::LoggingIn(..) => Screen::LeavingToLogIn,
            Stage::SigningIn(..) => Screen::SigningIn,
            Stage::Account(account) => self.context.as_ref().map_or(Screen::Starting, |cx| account.view(cx)),
        };
        let log_out_in = match (&self.stage, &self.context) {
            (Stage::Account(account), Some(cx)) if account.is_logged_in() => cx.idle.countdown(cx.now),
            _ => None,
        };
        let place = self.context.as_ref().map(|cx| cx.place.clone()).unwrap_or_default();
        View { screen, place, online: !self.offline, log_out_in }
    }

    fn boot(&mut self, boot: Boot, now: Timestamp) -> Vec<Effect> {
        self.offline = !boot.online;
        let config = match Config::parse(&boot.config, &boot.origin, self.parse) {
            Ok(config) => config,
            Err(errors) => {
                self.stage = show_dead_end(config::problem(&errors), None);
                return Vec::new();
            }
        };
        if let Some(name) = boot.missing_feature {
            self.stage = show_missing_feature(name);
            return Vec::new();
        }
        let mut boot = boot;
        let response = authorization_response::find(&boot.url, &config);
        let log_outs = LogoutCount::read(boot.log_outs.as_deref());
        let (place, address) = find_place(&boot, response.is_some());
        let cx = self.context.insert(Context {
            provider: Provider::new(&config, self.parse),
            // Who comes back from the provider was there, however long it took.
            idle: Idle::new(
                config.idle_seconds,
                boot.last_touch.as_deref().filter(|_| response.is_none()),
                now,
            ),
            ids: Ids::default(),
            effects: Vec::new(),
            login_event: None,
            locale: boot.locale,
            now,
            log_outs,
            offline: self.offline,
            place,
            address,
            entropy: boot.entropy.take(),
            config,
        });
        let stored = read_stored(&boot, cx);
        self.stage = match response {
            None => resume(stored, cx),
            Some(Ok(response)) => Stage::SigningIn(Box::new(ResponseValidation::begin(response, cx)), stored),
            // Whoever sent it, the transfer was not confirmed: it is shown as after the Back button.
            Some(Err(CallbackError::UnboundError(..))) if stored.is_confirming() => {
                cx.place = Place::Check;
                resume(stored, cx)
            }
            Some(Err(error)) => show_failure(error.problem(), stored),
        };
        cx.show_address(false);
        core::mem::take(&mut cx.effects)
    }
}

/// Where the customer is, and what the address bar has: the page has cleaned an address with a response.
fn find_place(boot: &Boot, has_response: bool) -> (Place, Option<Place>) {
    if has_response {
        let place = boot.place.as_deref().and_then(Place::parse);
        return (place.unwrap_or_default(), Some(Place::Home));
    }
    let place = Place::parse(&boot.url.path);
    let is_shown = boot.url.query.is_empty() && boot.url.fragment.is_empty();
    (place.clone().unwrap_or_default(), place.filter(|_| is_shown))
}

/// Back and Forward lead where a link would, and the address is there already.
fn follow_address(path: &str, entropy: Entropy, cx: &mut Context) -> Event {
    let place = Place::parse(path);
    cx.address.clone_from(&place);
    match place.unwrap_or_default() {
        Place::Statements => Event::Statements(entropy),
        place => Event::Visit(place),
    }
}

/// What the tab has stored, as far as it is still good for something.
fn read_stored(boot: &Boot, cx: &mut Context) -> StoredState {
    let mut stored = StoredState {
        draft: json::read(boot.draft.as_deref()).map(Box::new),
        pending: json::read(boot.pending.as_deref()).map(Box::new),
        ..StoredState::default()
    };
    if boot.place.is_some() {
        cx.remove(StorageKey::Place);
    }
    match Login::read(boot.session.as_deref(), cx.log_outs, cx.now) {
        None => {}
        Some(Ok(login)) => stored.login = Some(Box::new(login)),
        Some(Err(notice)) => stored.ended = Some(notice),
    }
    if stored.login.is_none() && stored.ended.is_none() {
        stored.ended = stored_notice(boot.logout_notice.as_deref());
    }
    if boot.logged_out_while_sending && stored.login.is_none() && stored.pending.is_none() {
        stored.ended = Some(Notice::LoggedOutWhileSending);
    }
    // This tab was away when another one logged out. A request says itself whether it is older than that.
    if stored.ended == Some(Notice::LoggedOutElsewhere) || stored.is_older_than(cx.log_outs) {
        let ended = stored.login.is_none().then_some(logout_notice(&stored));
        cx.remove(StorageKey::Pending);
        cx.remove(StorageKey::Draft);
        if ended.is_some() {
            cx.remove(StorageKey::Session);
        }
        stored = StoredState { ended, login: stored.login, ..StoredState::default() };
    }
    stored
}

/// The browser cannot do what is needed to handle money safely.
fn show_missing_feature(name: &str) -> Stage {
    let problem = Problem::new("browser.lacks", format!("not available: {name}"));
    show_dead_end(problem, None)
}

/// Shows a failure behind which nothing is kept.
fn show_dead_end(problem: Problem, action: Option<Action>) -> Stage {
    Stage::Failed(Box::new(Failure { problem, action }), StoredState::default())
}

/// Shows a failure with the way on that there is.
fn show_failure(problem: Problem, stored: StoredState) -> Stage {
    let action = if stored.login.is_some() || stored.pending.is_some() {
        Action::BackToAccount
    } else {
        Action::LogIn
    };
    let problem = if stored.pending.is_some() { problem.with_unanswered_transfer() } else { problem };
    Stage::Failed(Box::new(Failure { problem, action: Some(action) }), stored)
}

/// A log-out in another tab ends this one as well; that tab tells the provider.
fn sign_out_elsewhere(before: &Stage) -> Stage {
    let notice = match before {
        Stage::SignedOut(signed_out) => signed_out.notice,
        Stage::Account(account) if account.is_unanswered() => Some(Notice::LoggedOutWhileSending),
        Stage::Failed(_, stored) | Stage::LoggingIn(_, stored) | Stage::SigningIn(_, stored) => {
            Some(logout_notice(stored))
        }
        _ => Some(Notice::LoggedOutElsewhere),
    };
    Stage::SignedOut(SignedOut::new(notice))
}

/// From what the tab had stored to the page that belongs to it.
fn resume(stored: StoredState, cx: &mut Context) -> Stage {
    let StoredState { login, draft, pending, ended } = stored.without_expired_login(cx);
    if ended.is_some() {
        cx.remove(StorageKey::Session);
    }
    let subject = match (&login, &pending) {
        (Some(login), _) => login.subject.clone(),
        // Without a session the page is shown only for a transfer whose end has to be found out.
        (None, Some(pending)) => pending.subject.clone(),
        // The place is the one to return to after the log-in.
        (None, None) => return Stage::SignedOut(SignedOut::new(ended)),
    };
    if draft.as_ref().is_some_and(|stored| stored.subject != subject) {
        cx.remove(StorageKey::Draft);
    }
    let draft = draft.filter(|stored| stored.subject == subject);
    let mut account = Account::new(subject, login, draft, cx);
    account.start(pending, cx);
    Stage::Account(account)
}

/// The account page of the customer whose transfer came back.
fn resume_step_up(ordered_by: &str, stored: StoredState, cx: &mut Context) -> Box<Account> {
    let StoredState { login, draft, .. } = stored.without_expired_login(cx);
    let draft = draft.filter(|stored| stored.subject == ordered_by);
    let mut account = Account::new(ordered_by.to_owned(), login, draft, cx);
    cx.place = Place::Check;
    account.start(None, cx);
    account
}

/// Somebody else has logged in since the transfer was ordered: it is not theirs to see.
fn refuse_step_up(stored: StoredState) -> Stage {
    show_failure(transfer::other_subject(), stored)
}

/// What became of a response to a step-up for which no page is up yet.
fn finish_step_up(ordered_by: &str, validated: Validated, stored: StoredState, cx: &mut Context) -> Stage {
    if stored.is_of_somebody_else(ordered_by) {
        return refuse_step_up(stored);
    }
    let mut account = resume_step_up(ordered_by, stored, cx);
    account.handle_validated(validated, cx);
    Stage::Account(account)
}

/// Where the customer goes from the account page.
fn leave_account(exit: Exit, account: Box<Account>, cx: &mut Context) -> Stage {
    match exit {
        Exit::LogIn(entropy) => {
            let requirement = account.requirement().clone();
            leave_to_log_in(entropy, requirement, account.into_stored(cx), cx)
        }
        Exit::LogOut(notice) => {
            cx.place = Place::Home;
            Stage::SignedOut(log_out(notice, account.into_logout_hints(), cx))
        }
        Exit::Ended(notice) => {
            forget(cx);
            Stage::SignedOut(SignedOut::new(Some(notice)))
        }
        Exit::Rejected(problem) => show_dead_end(problem, Some(Action::LogIn)),
    }
}

fn leave_to_log_in(
    entropy: Entropy,
    requirement: AuthenticationRequirement,
    stored: StoredState,
    cx: &mut Context,
) -> Stage {
    if cx.place != Place::Home {
        cx.store(StorageKey::Place, cx.place.path().into_owned());
    }
    Stage::LoggingIn(log_in(entropy, requirement, cx), stored)
}

fn update_elsewhere(stage: Stage, event: Event, cx: &mut Context) -> Stage {
    match (stage, event) {
        (stage @ (Stage::SignedOut(_) | Stage::Failed(..)), Event::Visit(place)) => {
            cx.place = place;
            stage
        }
        (stage @ (Stage::SignedOut(_) | Stage::Failed(..)), Event::Statements(_)) => {
            cx.place = Place::Statements;
            stage
        }
        (Stage::Failed(_, stored), Event::LogIn(entropy)) => {
            leave_to_log_in(entropy, AuthenticationRequirement::default(), stored, cx)
        }
        (Stage::SignedOut { .. }, Event::LogIn(entropy)) => {
            let requirement = AuthenticationRequirement::default();
            leave_to_log_in(entropy, requirement, StoredState::default(), cx)
        }
        (Stage::Failed(_, stored), Event::Dismiss) => resume(stored, cx),
        (Stage::SignedOut(mut signed_out), Event::Answered { request, outcome })
            if signed_out.awaits(request) =>
        {
            // A provider that cannot be reached keeps its session; there is no more to be done from here.
            let _ = cx.provider.learn_endpoints(&cx.config, outcome);
            signed_out.leave(cx);
            Stage::SignedOut(signed_out)
        }
        (Stage::LoggingIn(mut redirect, stored), Event::Answered { request, outcome })
            if redirect.awaits(request) =>
        {
            match redirect.handle_response(outcome, cx) {
                Ok(()) => Stage::LoggingIn(redirect, stored),
                Err(problem) => {
                    cx.emit(Effect::ForgetRequests);
                    show_failure(problem, stored)
                }
            }
        }
        (Stage::SigningIn(validation, stored), event) => match validation.update(event, cx) {
            Ok(next) => handle_validation(next, stored, cx),
            Err((validation, _)) => Stage::SigningIn(validation, stored),
        },
        (stage, _) => stage,
    }
}

/// What became of a response for which no page is up yet.
fn handle_validation(next: ValidationProgress, stored: StoredState, cx: &mut Context) -> Stage {
    match next {
        Progress::Pending(validation) => {
            let Some(step_up) = validation.step_up() else {
                return Stage::SigningIn(validation, stored);
            };
            // From here on the transfer has a page: the receipt is there while the response is checked.
            let ordered_by = step_up.subject.clone();
            if stored.is_of_somebody_else(&ordered_by) {
                return refuse_step_up(stored);
            }
            let mut account = resume_step_up(&ordered_by, stored, cx);
            account.await_step_up(validation);
            Stage::Account(account)
        }
        Progress::Done(Validated::LoggedIn(grant)) => open_session(*grant, stored, cx),
        Progress::Done(Validated::SteppedUp(grant)) => {
            let ordered_by = grant.step_up.subject.clone();
            finish_step_up(&ordered_by, Validated::SteppedUp(grant), stored, cx)
        }
        Progress::Done(Validated::Rejected(rejection)) => handle_rejection(rejection, stored, cx),
        Progress::Done(Validated::NotOurs) => resume(stored, cx),
    }
}

fn handle_rejection(rejection: Box<Rejection>, stored: StoredState, cx: &mut Context) -> Stage {
    match &rejection.purpose {
        Some(Purpose::StepUp(step_up)) => {
            let ordered_by = step_up.subject.clone();
            finish_step_up(&ordered_by, Validated::Rejected(rejection), stored, cx)
        }
        // The session goes on without what it was for, if it is still the same one.
        Some(purpose @ (Purpose::Statements { subject } | Purpose::SavePayee { subject, .. }))
            if stored.login.as_ref().is_some_and(|login| login.subject == *subject) =>
        {
            let mut stage = resume(stored, cx);
            if let Stage::Account(account) = &mut stage {
                account.show_rejection(purpose, rejection.problem.clone(), cx);
            }
            stage
        }
        _ => show_failure(rejection.problem, stored),
    }
}

/// A verified log-in becomes a session. On the way to the statements it has to be the customer's who asked for them.
fn open_session(grant: LoginGrant, stored: StoredState, cx: &mut Context) -> Stage {
    let LoginGrant { identity, access_token, scopes, expires_at, met, purpose } = grant;
    let (id_token, compact) = (identity.id_token, identity.compact);
    if let Some(asked_by) = purpose.asked_by()
        && (asked_by != id_token.subject || stored.is_of_somebody_else(&id_token.subject))
    {
        return show_failure(statements::other_subject(), stored);
    }
    let mut tokens = TokenCache::default();
    tokens.put(&cx.config.audience, scopes, expires_at, access_token);
    let log_out_hints =
        Some(LogoutHints { id_token_hint: compact.clone(), logout_hint: id_token.session_id.clone() });
    // Providers leave `amr` out when they did not have to ask (silent authentication): that takes nothing away from what
    // the same customer has proven in this session.
    let second_factor = if id_token.has_second_factor() {
        SecondFactor::Verified(compact)
    } else {
        let before = stored.login.filter(|login| login.subject == id_token.subject);
        before.map(|login| login.second_factor).unwrap_or_default()
    };
    let (subject, log_outs) = (id_token.subject, cx.log_outs);
    let login = Login { subject, tokens, second_factor, proven: false, met, log_out_hints, log_outs };
    cx.emit(login.store());
    let stored = StoredState {
        login: Some(Box::new(login)),
        ended: None,
        draft: stored.draft,
        pending: stored.pending,
    };
    let mut stage = resume(stored, cx);
    if let Stage::Account(account) = &mut stage {
        account.continue_after_login(purpose, cx);
    }
    stage
}
