//! Everything that can happen to a customer's tabs, one act at a time: what the customer does, what the network does,
//! what the provider answers, and what an attacker at the keyboard does. Some acts can be done only so often.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde_json::json;
use stepup::{
    Event,
    domain::{Field, Place},
    effect::Timer,
    http::{HttpResponse, NetworkError, RequestId},
};
use url::Url;

use super::{
    act::{Act, Amount, Bound, Do, Edit, Reply},
    fingerprint,
    invariants::{Broken, Invariants, Issued},
};
use crate::{
    servers::{Grant, MULTI_FACTOR, PAYEE, PAYMENTS, Servers, query},
    tab::{Sent, Signatures, Tab},
};

/// Where an exploration begins.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) name: &'static str,
    pub(super) config: &'static str,
    /// Are balance, history, keys and signature checks late as well? Else they are there at once.
    pub(super) late: bool,
    /// What the bank demands for a transfer besides the scope (RFC 9470).
    pub(super) required_for_transfers: Option<&'static str>,
    /// What it demands for the balance.
    pub(super) required_for_reads: Option<&'static str>,
    /// How often what may happen, after the beginning.
    pub(super) bounds: &'static [(Bound, u8)],
    /// What has happened before.
    pub(super) acts: Vec<Act>,
}

/// A request on the network.
#[derive(Debug, Clone)]
struct Flight {
    id: RequestId,
    sent: Sent,
    /// What the server answered, while it is on its way.
    answer: Option<HttpResponse>,
    /// Does the page still wait?
    awaited: bool,
    /// Is the page still there?
    page: bool,
}

/// A tab with its part of the network.
#[derive(Default)]
struct Side {
    tab: Tab,
    flights: Vec<Flight>,
    delivered: Option<(RequestId, HttpResponse)>,
    /// Has it not yet heard of the last log-out?
    unheard: bool,
    /// The answer of the provider with which its page was loaded.
    callback: Option<String>,
}

/// The tabs, the servers, the network, and those who watch.
pub(super) struct Model {
    servers: Servers,
    sides: Vec<Side>,
    late: bool,
    now: i64,
    left: BTreeMap<Bound, u8>,
    /// The provider's last answer.
    last: Option<String>,
    invariants: Invariants,
}

impl Start {
    /// The state to begin with.
    pub(super) fn model(&self) -> Model {
        let signatures = if self.late { Signatures::Later } else { Signatures::Readable };
        let tab = Tab { config: self.config.to_owned(), signatures, ..Tab::new() };
        let mut model = Model {
            now: tab.now,
            servers: Servers {
                required_for_transfers: self.required_for_transfers,
                required_for_reads: self.required_for_reads,
                details_types: PAYMENTS,
                ..Servers::default()
            },
            sides: vec![Side { tab, ..Side::default() }],
            late: self.late,
            left: BTreeMap::new(),
            last: None,
            invariants: Invariants::default(),
        };
        model.load(0, None);
        for act in &self.acts {
            model.act(*act).unwrap_or_else(|broken| panic!("{}: {act:?}: {broken:?}", self.name));
        }
        model.left = self.bounds.iter().copied().collect();
        model
    }

    /// The state after these acts.
    pub(super) fn after(&self, acts: &[Act]) -> Model {
        let mut model = self.model();
        for act in acts {
            model.act(*act).expect("it held when it was reached");
        }
        model
    }
}

impl Model {
    /// Everything that can happen now.
    pub(super) fn possible(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        for (at, side) in self.sides.iter().enumerate() {
            let first = acts.len();
            self.possible_in(side, &mut acts);
            acts[first..].iter_mut().for_each(|act| {
                if let Act::In(tab, _) = act {
                    *tab = at;
                }
            });
        }
        let mut once = |bound, act| {
            if self.may(bound) {
                acts.push(act);
            }
        };
        once(Bound::Copies, Act::Copy);
        once(Bound::LogOuts, Act::LogOutElsewhere);
        once(Bound::Refusals, Act::Refuse);
        once(Bound::TurnedAway, Act::TurnAway);
        for seconds in [700, 8000, -3600] {
            once(Bound::Jumps, Act::Clock(seconds));
        }
        acts
    }

    fn may(&self, bound: Bound) -> bool {
        self.left.get(&bound).is_some_and(|left| *left > 0)
    }

    fn possible_in(&self, side: &Side, acts: &mut Vec<Act>) {
        let mut can = |what: Do| {
            if what.bound().is_none_or(|bound| self.may(bound)) {
                acts.push(Act::In(0, what));
            }
        };
        match side.tab.gone.as_ref().map(Url::path) {
            None => {
                use Do::{
                    AskAgain, BackInside, Cancel, Confirm, Dismiss, Home, LogIn, LogOut, Proceed, Reload,
                    Review, Statements, TryAgain,
                };
                for what in [
                    LogIn, LogOut, Statements, Review, Confirm, Cancel, Dismiss, Proceed, AskAgain, TryAgain,
                    Reload, Home, BackInside,
                ] {
                    can(what);
                }
                can(Do::Fill(Amount::Usual));
                can(Do::Fill(Amount::Edited));
                for timer in [Timer::Leave, Timer::SessionEnds, Timer::Retry, Timer::AskAgain] {
                    if side.tab.timers.contains(&timer) {
                        can(Do::Wake(timer));
                    }
                }
            }
            Some("/authorize") => {
                can(Do::Return(Reply::Grant));
                can(Do::Return(Reply::Deny));
                for lie in Reply::LIES {
                    can(Do::Return(lie));
                }
                can(Do::Back);
                for edit in Edit::ALL {
                    can(Do::Edit(edit));
                }
            }
            Some(_) => can(Do::Back),
        }
        if self.last.is_some() {
            can(Do::Replay);
        }
        if side.unheard && side.tab.gone.is_none() {
            can(Do::Hear);
        }
        if !side.tab.checks.is_empty() {
            can(Do::Check);
        }
        if side.delivered.is_some() {
            can(Do::Again);
        }
        for (n, flight) in side.flights.iter().enumerate() {
            match (&flight.answer, flight.awaited) {
                (None, true) => [Do::Answer(n), Do::Arrive(n), Do::TimeOut(n)].into_iter().for_each(&mut can),
                (None, false) => can(Do::Arrive(n)),
                (Some(_), true) => [Do::Deliver(n), Do::TimeOut(n)].into_iter().for_each(&mut can),
                (Some(_), false) => can(Do::Deliver(n)),
            }
        }
    }

    /// Lets it happen, and asks the invariants.
    pub(super) fn act(&mut self, act: Act) -> Result<(), Broken> {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.let_happen(act)));
        outcome.unwrap_or_else(|panic| {
            let what = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(Broken { property: "nothing panics", what: what.unwrap_or_default() })
        })
    }

    fn let_happen(&mut self, act: Act) -> Result<(), Broken> {
        self.invariants.begins();
        let spent = match act {
            Act::In(_, what) => what.bound(),
            Act::Copy => Some(Bound::Copies),
            Act::LogOutElsewhere => Some(Bound::LogOuts),
            Act::Clock(_) => Some(Bound::Jumps),
            Act::Refuse => Some(Bound::Refusals),
            Act::TurnAway => Some(Bound::TurnedAway),
        };
        if let Some(left) = spent.and_then(|bound| self.left.get_mut(&bound)) {
            *left = left.saturating_sub(1);
        }
        match act {
            Act::In(at, what) => self.dispatch(at, what),
            Act::Copy => self.copy(),
            Act::LogOutElsewhere => {
                let count =
                    self.sides[0].tab.log_outs.as_deref().map_or(0, |n| n.parse::<i64>().unwrap_or(0));
                self.log_outs_are(Some(&(count + 1).to_string()), None);
            }
            Act::Clock(seconds) => {
                self.now += seconds;
                self.sides.iter_mut().for_each(|side| side.tab.now += seconds);
            }
            Act::Refuse => self.servers.refuses = true,
            Act::TurnAway => {
                (self.servers.orders_turned_away, self.servers.questions_turned_away) = (1, 1);
                self.servers.retry_after = Some(20);
            }
        }
        for at in 0..self.sides.len() {
            self.settle(at)?;
        }
        let Self { invariants, servers, sides, .. } = self;
        for (at, side) in sides.iter().enumerate() {
            let waits = side.flights.iter().any(|flight| flight.awaited) || !side.tab.checks.is_empty();
            invariants.looks_at(at, &side.tab, waits, side.unheard, servers)?;
        }
        Ok(())
    }

    fn dispatch(&mut self, at: usize, what: Do) {
        let side = &mut self.sides[at];
        let tab = &mut side.tab;
        match what {
            Do::LogIn => tab.log_in(),
            Do::Statements => tab.statements(),
            Do::Confirm => {
                self.invariants.confirms(at, tab);
                tab.confirm();
            }
            Do::LogOut => {
                let before = tab.log_outs.clone();
                tab.dispatch(Event::LogOut);
                // Not every page has the button.
                let count = tab.log_outs.clone();
                if count != before {
                    self.log_outs_are(count.as_ref(), Some(at));
                }
            }
            Do::Fill(amount) => {
                tab.visit(Place::Pay);
                let amount = if amount == Amount::Usual { "12.50" } else { "912.50" };
                for (field, text) in [(Field::Payee, PAYEE), (Field::Amount, amount)] {
                    tab.dispatch(Event::Edited(field, text.to_owned()));
                }
            }
            Do::Home => tab.visit(Place::Home),
            Do::BackInside => tab.travel("/pay"),
            Do::Review => tab.dispatch(Event::Review),
            Do::Cancel => tab.dispatch(Event::Cancel),
            Do::Dismiss => tab.dispatch(Event::Dismiss),
            Do::Proceed => tab.dispatch(Event::Proceed),
            Do::AskAgain => tab.dispatch(Event::AskAgain),
            Do::TryAgain => tab.dispatch(Event::TryAgain),
            Do::Wake(timer) => {
                tab.timers.retain(|set| *set != timer);
                tab.dispatch(Event::TimerFired(timer));
            }
            Do::Check => tab.check(),
            Do::Hear => {
                side.unheard = false;
                self.invariants.hears(at);
                let count = tab.log_outs.clone();
                tab.dispatch(Event::LogoutCountChanged(count));
            }
            Do::Again => {
                if let Some((id, answer)) = side.delivered.take() {
                    tab.answer(id, Ok(answer));
                }
            }
            Do::Reload | Do::Back => self.load(at, None),
            Do::Replay => {
                let fragment = self.last.clone();
                self.load(at, fragment);
            }
            Do::Return(reply) => self.come_back(at, reply),
            Do::Edit(edit) => edit_storage(tab, edit),
            Do::Answer(n) => {
                self.arrive(at, n);
                self.deliver(at, n);
            }
            Do::Arrive(n) => self.arrive(at, n),
            Do::Deliver(n) => self.deliver(at, n),
            Do::TimeOut(n) => {
                let flight = &mut side.flights[n];
                flight.awaited = false;
                let (id, sent) = (flight.id, flight.sent.clone());
                self.invariants.loses(at, &sent);
                side.tab.answer(id, Err(NetworkError::TimedOut));
            }
        }
    }

    /// The server gets a request and acts on it.
    fn arrive(&mut self, at: usize, n: usize) {
        let flight = &mut self.sides[at].flights[n];
        let before = self.servers.done.len();
        let answer = self.servers.serve(flight.sent.clone());
        if self.servers.done.len() > before {
            self.invariants.moves(at, &flight.sent);
        }
        flight.answer = Some(answer);
        if !flight.page {
            self.sides[at].flights.remove(n);
        }
    }

    fn deliver(&mut self, at: usize, n: usize) {
        let side = &mut self.sides[at];
        let flight = side.flights.remove(n);
        let answer = flight.answer.expect("the server has answered");
        side.delivered = Some((flight.id, answer.clone()));
        side.tab.answer(flight.id, Ok(answer));
    }

    /// What the tab has sent goes onto the network; what is always there at once is answered.
    fn settle(&mut self, at: usize) -> Result<(), Broken> {
        loop {
            let Self { sides, invariants, late, .. } = self;
            let side = &mut sides[at];
            invariants.has_taken(at, &mut side.tab);
            while let Some((id, sent)) = side.tab.requests.pop_front() {
                invariants.sees(at, &side.tab, &sent)?;
                side.flights.push(Flight { id, sent, answer: None, awaited: true, page: true });
            }
            let prompt = |flight: &Flight| {
                flight.awaited
                    && flight.sent.json.is_none()
                    && flight.sent.form.is_none()
                    && !flight.sent.url.contains("/transfers/")
            };
            match side.flights.iter().position(prompt) {
                Some(n) if !*late => {
                    self.arrive(at, n);
                    self.deliver(at, n);
                    self.sides[at].delivered = None;
                }
                _ => return self.invariants.sees_off(at, &self.sides[at].tab),
            }
        }
    }

    /// A page is loaded: nobody waits any more for what the last one has asked for, but a transfer may still arrive.
    fn load(&mut self, at: usize, callback: Option<String>) {
        let side = &mut self.sides[at];
        let awaited = side.flights.iter().filter(|flight| flight.awaited);
        self.invariants.loads(at, awaited.map(|flight| &flight.sent));
        side.flights.retain(|flight| flight.sent.json.is_some() && flight.answer.is_none());
        side.flights.iter_mut().for_each(|flight| (flight.awaited, flight.page) = (false, false));
        (side.delivered, side.unheard) = (None, false);
        side.tab.checks.clear();
        side.callback.clone_from(&callback);
        side.tab.load(callback);
    }

    fn come_back(&mut self, at: usize, reply: Reply) {
        let tab = &self.sides[at].tab;
        let there = tab.gone.clone().expect("the browser is at the provider");
        let state = query(&there, "state");
        if reply == Reply::Deny {
            return self.load(at, Some(format!("error=access_denied&state={state}")));
        }
        let asked =
            query(&there, "acr_values") == MULTI_FACTOR || query(&there, "scope").contains("transfer:funds");
        let second_factor = asked && reply != Reply::WithoutFactor;
        let subject = if reply == Reply::SomeoneElse { "auth0|2" } else { "auth0|1" };
        let mut claims = json!({"auth_time": self.now});
        if second_factor {
            claims["amr"] = json!(["mfa"]);
            claims["acr"] = json!(MULTI_FACTOR);
        }
        match reply {
            Reply::WrongNonce => claims["nonce"] = json!("another"),
            Reply::WrongAtHash => claims["at_hash"] = json!("another"),
            Reply::OldConfirmation => claims["auth_time"] = json!(self.now - 5000),
            _ => {}
        }
        let less = (reply == Reply::Less).then_some("openid");
        let details = match reply {
            Reply::OtherDetails => {
                |it: String| Some(it.replace("identifier", "other")).filter(|it| !it.is_empty())
            }
            _ => Grant::default().details,
        };
        let grant = Grant { subject, scope: less, claims, details };
        let mut fragment = self.servers.grant(&there, self.now, &grant);
        if reply == Reply::WrongSignature {
            fragment = fragment.replace(".c2ln", ".YmFk");
            for (_, tokens) in self.servers.codes.values_mut() {
                let forged = tokens["id_token"].as_str().map(|token| token.replace(".c2ln", ".YmFk"));
                tokens["id_token"] = json!(forged);
            }
        }
        let access_token = format!("access-token-{}", self.servers.tokens);
        let redeemed = self.servers.codes.values().find_map(|(_, tokens)| {
            (tokens["access_token"] == access_token).then(|| tokens["id_token"].as_str().unwrap_or_default())
        });
        let in_fragment = url::form_urlencoded::parse(fragment.as_bytes())
            .find_map(|(name, value)| (name == "id_token").then(|| value.into_owned()));
        let id_token = redeemed.map(str::to_owned).or(in_fragment).expect("an ID token");
        let scope = self.servers.issued[&access_token].0.clone();
        self.invariants.issues(Issued {
            access_token,
            id_token,
            state,
            subject,
            scope,
            reply,
            second_factor,
            at: self.now,
        });
        self.last = Some(fragment.clone());
        self.load(at, Some(fragment));
    }

    /// Tabs share the number of log-outs; those that are open are told.
    fn log_outs_are(&mut self, count: Option<&String>, by: Option<usize>) {
        for (at, side) in self.sides.iter_mut().enumerate() {
            side.tab.log_outs = count.cloned();
            side.unheard = by != Some(at);
        }
        self.invariants.logs_out(by);
    }

    fn copy(&mut self) {
        let original = &self.sides[0].tab;
        let mut tab = original.duplicate();
        (tab.signatures, tab.gone) = (original.signatures, original.gone.clone());
        let page = tab.gone.is_none();
        self.sides.push(Side { tab, ..Side::default() });
        self.invariants.copies();
        if page {
            self.load(self.sides.len() - 1, None);
        }
    }

    /// The state as a text that is the same for states that differ in names alone.
    pub(super) fn fingerprint(&self) -> u128 {
        let Servers { refuses, orders_turned_away, questions_turned_away, .. } = &self.servers;
        let mut text =
            format!("{:?} {} {refuses} {orders_turned_away} {questions_turned_away}", self.left, self.now);
        for side in &self.sides {
            let Side { tab, flights, delivered, unheard, callback } = side;
            let gone = tab.gone.as_ref().map(Url::as_str);
            let mut timers: Vec<_> = tab.timers.iter().map(|timer| format!("{timer:?}")).collect();
            timers.sort();
            timers.dedup();
            let checks: Vec<_> = tab.checks.iter().collect();
            let _ = write!(
                text,
                "\n{:?} {:?} {:?} {gone:?} {timers:?} {checks:?} {flights:?} {unheard}",
                tab.session, tab.storage, tab.log_outs
            );
            if self.may(Bound::Agains) {
                let _ = write!(text, " {delivered:?}");
            }
            if let Some(callback) = callback.as_ref().filter(|_| tab.is_checking()) {
                let _ = write!(text, " {callback}");
            }
        }
        if let Some(fragment) = self.last.as_ref().filter(|_| self.may(Bound::Replays)) {
            let _ = write!(text, "\n{fragment}");
        }
        let _ = write!(text, "\n{:?} {:?}", self.servers.done, self.servers.codes);
        self.invariants.write(&self.servers, &mut text);
        fingerprint::of(&text)
    }
}

fn edit_storage(tab: &mut Tab, edit: Edit) {
    for (key, value) in &mut tab.storage {
        let order = key.starts_with("request.") || key == "pending";
        match edit {
            Edit::Amount if order => *value = value.replace("\"amount\":1250", "\"amount\":91250"),
            Edit::Payee if order => *value = value.replace(PAYEE, "DE75512108001245126199"),
            Edit::Subject => *value = value.replace("auth0|1", "auth0|2"),
            Edit::Broken if order => value.truncate(value.len() / 2),
            Edit::Purpose if key.starts_with("request.") => {
                let mut record: serde_json::Value = serde_json::from_str(value).unwrap_or_default();
                if record.is_object() {
                    record["purpose"] = json!("log_in");
                    *value = record.to_string();
                }
            }
            Edit::Older => *value = value.replace("\"created_at\":17000", "\"created_at\":16000"),
            _ => {}
        }
    }
}
