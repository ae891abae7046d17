//! What must hold in every state, whatever happened: the invariants of ARCHITECTURE.md, as far as they can be seen from
//! outside the core. Each has its name, and is asked after every act.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;
use stepup::{
    config::AUTHORIZATION_REQUEST_LIFETIME,
    domain::Receipt,
    effect::Timer,
    http::Method,
    view::{Loadable, Screen, StatementsContent, TransferView},
};

use super::act::Reply;
use crate::{
    servers::{Servers, query},
    tab::{Sent, Tab},
};

/// A property that does not hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) property: &'static str,
    pub(super) what: String,
}

/// An answer of the provider, and what is in it.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    pub(super) access_token: String,
    pub(super) id_token: String,
    /// The request it answers.
    pub(super) state: String,
    pub(super) subject: &'static str,
    pub(super) scope: String,
    pub(super) reply: Reply,
    pub(super) second_factor: bool,
    /// When it was issued: its claims tell of times.
    #[expect(dead_code, reason = "two states that differ in it are two states: it is in their text")]
    pub(super) at: i64,
}

/// What was confirmed under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Confirmed {
    body: String,
    subject: String,
}

/// What one transfer has caused in one tab.
#[derive(Debug, Clone, Default)]
struct Caused {
    first_attempts: u8,
    redirects: u8,
    second_attempts: u8,
}

/// What is known of one tab. A copied tab begins with what was known of the first.
#[derive(Debug, Clone, Default)]
struct Watched {
    /// The requests whose records it has taken out of the storage, while they were good.
    claimed: BTreeSet<String>,
    caused: BTreeMap<String, Caused>,
    /// Transfers of which it does not know what became of them, and has not yet asked.
    unasked: BTreeSet<String>,
    /// The transfer that it was last concerned with.
    latest: Option<String>,
    /// Single-use tokens that it has sent.
    spent: BTreeSet<String>,
    /// Requests to the provider from before the last log-out that it has heard of.
    over: BTreeSet<String>,
    /// What the customer has just confirmed.
    confirming: Option<String>,
    /// Was the browser already on its way?
    gone: bool,
}

/// What is checked in every state.
#[derive(Default)]
pub(super) struct Invariants {
    issued: Vec<Issued>,
    confirmed: BTreeMap<String, Confirmed>,
    /// Which tab's request has moved the money.
    moved_by: BTreeMap<String, usize>,
    tabs: Vec<Watched>,
    /// Every request to the provider so far.
    departures: BTreeSet<String>,
    /// Those before the last log-out in this browser.
    before_log_out: BTreeSet<String>,
}

/// Each property, by the name under which it fails.
pub(super) const PROPERTIES: [&str; 16] = [
    "a single-use token leaves a tab in at most one request",
    "a single-use token is in no storage",
    "a transfer is sent only when the customer confirms it, or after its redirect",
    "one confirmation causes at most one redirect",
    "one redirect causes at most one new attempt",
    "what is sent is what was on the page when it was confirmed",
    "an id reaches the bank with one content",
    "a transfer whose answer is lost is asked about before it is sent again",
    "a page that says \"sent\" is right",
    "a page that says \"not sent\" is right, and stays right",
    "a token is used only by a tab that had the record of its request",
    "a forged answer is never believed",
    "who confirms at the provider is who confirmed on the page",
    "a log-out ends everything that began before it",
    "statements are shown after a second factor only",
    "nobody waits for nothing",
];

fn fails(property: usize, what: impl Into<String>) -> Result<(), Broken> {
    Err(Broken { property: PROPERTIES[property - 1], what: what.into() })
}

impl Invariants {
    fn tab(&mut self, at: usize) -> &mut Watched {
        if self.tabs.len() <= at {
            self.tabs.resize_with(at + 1, Watched::default);
        }
        &mut self.tabs[at]
    }

    /// Something happens: what was confirmed before has been sent or never will be.
    pub(super) fn begins(&mut self) {
        self.tabs.iter_mut().for_each(|tab| tab.confirming = None);
    }

    /// The customer presses "Confirm transfer": this is what is on the page.
    pub(super) fn confirms(&mut self, at: usize, tab: &Tab) {
        let shown = tab.view().account().and_then(|account| match &account.transfer {
            TransferView::Review { receipt, .. } => Some(on_page(receipt)),
            _ => None,
        });
        self.tab(at).confirming = shown;
    }

    pub(super) fn issues(&mut self, issued: Issued) {
        self.issued.push(issued);
    }

    pub(super) fn moves(&mut self, at: usize, sent: &Sent) {
        self.moved_by.insert(sent.idempotency_key.clone().unwrap_or_default(), at);
    }

    pub(super) fn loses(&mut self, at: usize, sent: &Sent) {
        if let Some(id) = sent.idempotency_key.clone() {
            self.tab(at).unasked.insert(id);
        }
    }

    pub(super) fn loads<'a>(&mut self, at: usize, awaited: impl Iterator<Item = &'a Sent>) {
        let ids: Vec<_> = awaited.filter_map(|sent| sent.idempotency_key.clone()).collect();
        let over = self.before_log_out.clone();
        let tab = self.tab(at);
        tab.unasked.extend(ids);
        tab.gone = false;
        tab.over = over;
    }

    pub(super) fn copies(&mut self) {
        let first = self.tab(0).clone();
        self.tabs.push(first);
    }

    /// Somebody has logged out, in that tab or in another one.
    pub(super) fn logs_out(&mut self, by: Option<usize>) {
        self.before_log_out = self.departures.clone();
        if let Some(at) = by {
            self.hears(at);
        }
    }

    pub(super) fn hears(&mut self, at: usize) {
        let over = self.before_log_out.clone();
        let tab = self.tab(at);
        tab.over = over;
        tab.unasked.clear();
    }

    /// The records that the tab has taken out of its storage.
    pub(super) fn has_taken(&mut self, at: usize, tab: &mut Tab) {
        let now = tab.now;
        let taken = std::mem::take(&mut tab.taken);
        let watched = self.tab(at);
        for (key, record) in taken {
            let record: Value = record.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            let age = record["created_at"].as_i64().map(|at| now - at);
            if age.is_some_and(|age| (-60..=AUTHORIZATION_REQUEST_LIFETIME).contains(&age)) {
                watched.claimed.insert(key.trim_start_matches("request.").to_owned());
            }
        }
    }

    /// A request leaves a tab.
    pub(super) fn sees(&mut self, at: usize, tab: &Tab, sent: &Sent) -> Result<(), Broken> {
        if let Some(id) = sent.url.split("/transfers/").nth(1) {
            let watched = self.tab(at);
            watched.unasked.remove(id);
            watched.latest = Some(id.to_owned());
        }
        let issued = self.issued.iter().find(|issued| issued.access_token == sent.token()).cloned();
        let Some(issued) = issued else { return Ok(()) };
        let single_use = issued.scope.contains("transfer:funds");
        let watched = self.tab(at);
        if single_use && !watched.spent.insert(issued.access_token.clone()) {
            return fails(1, format!("{} is sent again", issued.access_token));
        }
        if !watched.claimed.contains(&issued.state) {
            return fails(11, format!("{} {:?}", issued.access_token, issued.reply));
        }
        let other_details = issued.reply == Reply::OtherDetails && issued.scope.contains("transfer:funds");
        if issued.reply.is_forged() || other_details {
            return fails(12, format!("{:?}", issued.reply));
        }
        if watched.over.contains(&issued.state) {
            return fails(14, format!("{} is sent after the log-out", issued.access_token));
        }
        if sent.method == Method::Post { self.sees_transfer(at, tab, sent, &issued) } else { Ok(()) }
    }

    fn sees_transfer(&mut self, at: usize, tab: &Tab, sent: &Sent, issued: &Issued) -> Result<(), Broken> {
        let id = sent.idempotency_key.clone().unwrap_or_default();
        let body: Value = serde_json::from_str(sent.json.as_deref().unwrap_or_default()).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (amount, currency) = (&body["amount"]["amount"], text(&body["amount"]["currency"]));
        let body = format!("{} {amount} {currency} {}", text(&body["payee"]), text(&body["reference"]));
        let pending: Value =
            tab.storage.get("pending").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let subject = text(&pending["subject"]);
        let watched = self.tab(at);
        if watched.unasked.contains(&id) {
            return fails(8, id);
        }
        watched.latest = Some(id.clone());
        let shown = watched.confirming.take();
        let caused = watched.caused.entry(id.clone()).or_default();
        if issued.scope.contains("transfer:funds") {
            caused.second_attempts += 1;
            if caused.second_attempts > caused.redirects {
                return fails(5, format!("{caused:?}"));
            }
        } else {
            caused.first_attempts += 1;
            match shown {
                None => return fails(3, body),
                Some(shown) if shown != body => return fails(6, format!("{shown:?} became {body:?}")),
                Some(_) => {}
            }
        }
        let confirmed = Confirmed { body, subject };
        match self.confirmed.get(&id) {
            Some(before) if before.body != confirmed.body => {
                return fails(7, format!("{before:?} became {confirmed:?}"));
            }
            None if issued.scope.contains("transfer:funds") => return fails(3, "nobody has confirmed it"),
            _ => {}
        }
        if issued.scope.contains("transfer:funds") && issued.subject != confirmed.subject {
            return fails(13, format!("{confirmed:?}, not {}", issued.subject));
        }
        self.confirmed.insert(id, confirmed);
        Ok(())
    }

    /// The tab may be on its way to the provider.
    pub(super) fn sees_off(&mut self, at: usize, tab: &Tab) -> Result<(), Broken> {
        let pending: Value =
            tab.storage.get("pending").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let there = tab.gone.as_ref().filter(|url| url.path() == "/authorize").cloned();
        let watched = self.tab(at);
        let leaves = there.filter(|_| !std::mem::replace(&mut watched.gone, tab.gone.is_some()));
        let Some(there) = leaves else { return Ok(()) };
        self.departures.insert(query(&there, "state"));
        if !query(&there, "scope").contains("transfer:funds") {
            return Ok(());
        }
        let id = pending["id"].as_str().unwrap_or_default().to_owned();
        let watched = self.tab(at);
        watched.latest = Some(id.clone());
        let caused = watched.caused.entry(id).or_default();
        caused.redirects += 1;
        if caused.redirects > caused.first_attempts { fails(4, format!("{caused:?}")) } else { Ok(()) }
    }

    /// What can be seen of a tab between two acts.
    pub(super) fn looks_at(
        &mut self,
        at: usize,
        tab: &Tab,
        waits: bool,
        unheard: bool,
        servers: &Servers,
    ) -> Result<(), Broken> {
        for issued in self.issued.iter().filter(|issued| issued.scope.contains("transfer:funds")) {
            let name = format!("{}\"", issued.access_token);
            if tab.storage.values().any(|value| value.contains(&name)) {
                return fails(2, issued.access_token.clone());
            }
        }
        if tab.gone.is_none() && !unheard {
            let now: i64 = tab.log_outs.as_deref().map_or(0, |count| count.parse().unwrap_or(-1));
            for (key, value) in tab.storage.iter().filter(|(key, _)| !key.starts_with("request.")) {
                let kept: Value = serde_json::from_str(value).unwrap_or_default();
                if kept["log_outs"].as_i64().is_some_and(|count| count != now) {
                    return fails(14, format!("{key} is still kept"));
                }
            }
        }
        let view = tab.view();
        let leaving = tab.gone.is_some() || tab.timers.contains(&Timer::Leave);
        if is_waiting(&view.screen) && !waits && !leaving {
            return fails(16, format!("{:?}", view.screen));
        }
        match &view.screen {
            Screen::Statements(page) if matches!(page.content, StatementsContent::Ready(_)) => {
                let watched = self.tab(at);
                let (claimed, over) = (watched.claimed.clone(), watched.over.clone());
                let proven = self.issued.iter().any(|issued| {
                    issued.second_factor
                        && !issued.reply.is_forged()
                        && claimed.contains(&issued.state)
                        && !over.contains(&issued.state)
                });
                if proven { Ok(()) } else { fails(15, "there was none") }
            }
            Screen::Account(account) => self.believes(at, &account.transfer, servers),
            _ => Ok(()),
        }
    }

    /// Is what the page says about the money true?
    fn believes(&mut self, at: usize, shown: &TransferView, servers: &Servers) -> Result<(), Broken> {
        let Some(latest) = self.tab(at).latest.clone() else { return Ok(()) };
        let done = servers.done.contains_key(&latest);
        match shown {
            TransferView::Done(_) if !done => fails(9, latest),
            // Another tab with the same transfer may have gone through with it.
            TransferView::NotSent { problem, may_repeat: false, .. }
                if self.moved_by.get(&latest) == Some(&at) && self.is_about(&latest, shown) =>
            {
                fails(10, &*problem.code)
            }
            _ => Ok(()),
        }
    }

    fn is_about(&self, id: &str, shown: &TransferView) -> bool {
        let TransferView::NotSent { receipt, .. } = shown else { return false };
        self.confirmed.get(id).is_some_and(|confirmed| confirmed.body == on_page(receipt))
    }

    /// What the invariants know and will need again: a name that stands nowhere else in the state is gone for good.
    pub(super) fn write(&self, servers: &Servers, text: &mut String) {
        for issued in &self.issued {
            if text.contains(&issued.access_token) || text.contains(&issued.id_token) {
                let spent = servers.spent.contains(&issued.access_token);
                let _ = write!(text, "\n{issued:?} {spent}");
            }
        }
        let kept = text.clone();
        let lives = |name: &String| kept.contains(name.as_str());
        let live =
            |names: &BTreeSet<String>| names.iter().filter(|name| lives(name)).cloned().collect::<Vec<_>>();
        let _ = write!(text, "\n{:?} {:?}", live(&self.departures), live(&self.before_log_out));
        for (id, confirmed) in self.confirmed.iter().filter(|(id, _)| lives(id)) {
            let _ = write!(text, "\n{id} {confirmed:?} {:?}", self.moved_by.get(id));
        }
        for tab in &self.tabs {
            let Watched { claimed, caused, unasked, latest, spent, over, gone, confirming: _ } = tab;
            let caused: Vec<_> = caused.iter().filter(|(id, _)| lives(id)).collect();
            let _ = write!(
                text,
                "\n{:?} {caused:?} {:?} {latest:?} {:?} {:?} {gone}",
                live(claimed),
                live(unasked),
                live(spent),
                live(over)
            );
        }
    }
}

/// What is on the page, in the words of [`Confirmed`].
fn on_page(receipt: &Receipt) -> String {
    let Receipt { payee, name: _, money, reference } = receipt;
    format!("{} {} {} {reference}", payee.replace(' ', ""), money.amount, money.currency)
}

fn is_waiting(screen: &Screen) -> bool {
    match screen {
        Screen::LeavingToLogIn | Screen::SigningIn => true,
        Screen::Statements(page) => {
            matches!(page.content, StatementsContent::Loading | StatementsContent::Leaving)
        }
        Screen::Account(account) => {
            let transfer = matches!(
                account.transfer,
                TransferView::Sending { .. }
                    | TransferView::Leaving(_)
                    | TransferView::Returning(_)
                    | TransferView::Unknown { asking: true, .. }
            );
            transfer || account.balance == Loadable::Loading || account.history == Loadable::Loading
        }
        _ => false,
    }
}
