//! Arbitrary interleavings: clicks, answers late, lost or never, reloads, edited storage, a jumping clock, a provider
//! that does what it likes. Whatever happens, the invariants hold.

use std::collections::BTreeMap;

use proptest::{prelude::*, strategy::ValueTree};
use serde_json::json;
use stepup::{
    Event,
    domain::{Field, Place},
    http::NetworkError,
    view::{Screen, TransferView},
};
use url::Url;

use crate::{
    servers::{Grant, PAYEE, PAYMENTS, Servers, query},
    tab::Tab,
};

#[derive(Debug, Clone)]
enum Act {
    /// What a customer who wants to send money does next, and a world where all goes well.
    Progress,
    LogIn,
    LogOut,
    Fill(u8),
    Review,
    Confirm,
    Cancel,
    Dismiss,
    /// To a place, by a link or by Back.
    Visit(u8),
    Proceed,
    AskAgain,
    TryAgain,
    Wake,
    Reload,
    Restored,
    /// The n-th open request is answered.
    Answer(usize),
    /// It arrives, its answer does not.
    Lose(usize),
    /// It never arrives.
    Drop(usize),
    /// The browser is at the provider: it answers.
    Return(Reply),
    /// The last answer once more.
    Replay,
    /// Back from the provider without an answer.
    Back,
    /// Somebody edits what is stored.
    Edit(u8),
    Clock(i64),
    BankRefuses(bool),
}

#[derive(Debug, Clone, Copy)]
enum Reply {
    Grant,
    Less,
    Deny,
    SomeoneElse,
    WrongNonce,
    OtherDetails,
}

fn act() -> impl Strategy<Value = Act> {
    let reply = prop_oneof![
        5 => Just(Reply::Grant),
        1 => Just(Reply::Less),
        1 => Just(Reply::Deny),
        1 => Just(Reply::SomeoneElse),
        1 => Just(Reply::WrongNonce),
        1 => Just(Reply::OtherDetails),
    ];
    prop_oneof![
        60 => Just(Act::Progress),
        4 => Just(Act::LogIn),
        1 => Just(Act::LogOut),
        4 => any::<u8>().prop_map(Act::Fill),
        4 => Just(Act::Review),
        4 => Just(Act::Confirm),
        1 => Just(Act::Cancel),
        2 => Just(Act::Dismiss),
        2 => any::<u8>().prop_map(Act::Visit),
        2 => Just(Act::Proceed),
        1 => Just(Act::AskAgain),
        1 => Just(Act::TryAgain),
        2 => Just(Act::Wake),
        1 => Just(Act::Reload),
        1 => Just(Act::Restored),
        12 => (0..3_usize).prop_map(Act::Answer),
        1 => (0..3_usize).prop_map(Act::Lose),
        1 => (0..3_usize).prop_map(Act::Drop),
        6 => reply.prop_map(Act::Return),
        1 => Just(Act::Replay),
        1 => Just(Act::Back),
        1 => any::<u8>().prop_map(Act::Edit),
        1 => prop_oneof![Just(30_i64), Just(-30), Just(700), Just(8000)].prop_map(Act::Clock),
        1 => any::<bool>().prop_map(Act::BankRefuses),
    ]
}

/// A visit with its invariants.
#[derive(Default)]
struct Run {
    servers: Servers,
    tab: Tab,
    last: Option<String>,
    /// How often the customer pressed "Confirm transfer" where it was shown.
    confirmed: usize,
    /// How often the browser was sent away for more authority.
    step_ups: usize,
}

impl Run {
    fn new() -> Self {
        let servers = Servers { details_types: PAYMENTS, ..Servers::default() };
        let mut run = Self { servers, tab: Tab::new(), ..Self::default() };
        run.tab.load(None);
        run
    }

    fn progress(&mut self) {
        let next = match self.tab.screen() {
            _ if self.tab.gone.as_ref().is_some_and(|url| url.path() != "/authorize") => Act::Reload,
            _ if self.tab.gone.is_some() => Act::Return(Reply::Grant),
            _ if !self.tab.requests.is_empty() => Act::Answer(0),
            Screen::SignedOut { .. } => Act::LogIn,
            Screen::Failed(_) => Act::Dismiss,
            Screen::Account(account) if account.session_over() => Act::LogIn,
            Screen::Account(account) if !account.shows_transfer => Act::Visit(0),
            Screen::Account(account) => match account.transfer {
                TransferView::Form(form) if form.amount.text.is_empty() => Act::Fill(1),
                TransferView::Form(_) | TransferView::Interrupted { .. } => Act::Review,
                TransferView::Review { .. } => Act::Confirm,
                TransferView::Unknown { .. } => Act::AskAgain,
                TransferView::Leaving(_) => Act::Wake,
                _ => Act::Dismiss,
            },
            _ => Act::Wake,
        };
        self.act(&next);
    }

    fn act(&mut self, act: &Act) {
        let at_provider = self.tab.gone.clone();
        match act {
            Act::Progress => return self.progress(),
            Act::Return(reply) => return self.come_back(at_provider, *reply),
            Act::Replay => {
                if let Some(fragment) = self.last.clone() {
                    self.tab.load(Some(fragment));
                }
                return;
            }
            Act::Back | Act::Reload => return self.tab.load(None),
            Act::Edit(what) => return self.edit(*what),
            Act::Clock(by) => self.tab.now += by,
            Act::BankRefuses(refuses) => self.servers.refuses = *refuses,
            _ => {}
        }
        // A page that the browser has left does nothing any more.
        if at_provider.is_none() {
            self.act_on_page(act);
        }
    }

    fn act_on_page(&mut self, act: &Act) {
        let tab = &mut self.tab;
        match act {
            Act::LogIn => tab.log_in(),
            Act::Confirm => {
                if let Screen::Account(account) = tab.screen()
                    && matches!(account.transfer, TransferView::Review { .. })
                {
                    self.confirmed += 1;
                }
                tab.confirm();
            }
            Act::Fill(n) => {
                tab.dispatch(Event::Edited(Field::Payee, PAYEE.into()));
                tab.dispatch(Event::Edited(Field::Amount, format!("{}.00", n % 5)));
            }
            Act::LogOut => tab.dispatch(Event::LogOut),
            Act::Review => tab.dispatch(Event::Review),
            Act::Cancel => tab.dispatch(Event::Cancel),
            Act::Dismiss => tab.dispatch(Event::Dismiss),
            Act::Visit(0) => tab.visit(Place::Pay),
            Act::Visit(n) => {
                tab.travel(["/", "/payments", "/pay", "/pay/check", "/statements"][usize::from(n % 5)]);
            }
            Act::Proceed => tab.dispatch(Event::Proceed),
            Act::AskAgain => tab.dispatch(Event::AskAgain),
            Act::TryAgain => tab.dispatch(Event::TryAgain),
            Act::Restored => tab.dispatch(Event::Restored),
            Act::Wake => tab.wake(),
            Act::Answer(n) | Act::Lose(n) | Act::Drop(n) => {
                let open = tab.requests.len();
                if open == 0 {
                    return;
                }
                if let Some((id, request)) = tab.requests.remove(n % open) {
                    let outcome = match act {
                        Act::Answer(_) => Ok(self.servers.serve(request)),
                        Act::Lose(_) => {
                            let _ = self.servers.serve(request);
                            Err(NetworkError::TimedOut)
                        }
                        _ => Err(NetworkError::Unreachable("down".into())),
                    };
                    tab.answer(id, outcome);
                }
            }
            _ => {}
        }
        let asks_for_more = |url: &Url| query(url, "scope").contains("transfer:funds");
        if self.tab.gone.as_ref().is_some_and(asks_for_more) {
            self.step_ups += 1;
        }
    }

    fn come_back(&mut self, there: Option<Url>, reply: Reply) {
        let Some(there) = there.filter(|url| url.path() == "/authorize") else { return };
        let grant = match reply {
            Reply::Deny => {
                let state = query(&there, "state");
                return self.tab.load(Some(format!("error=access_denied&state={state}")));
            }
            Reply::Grant => Grant::default(),
            Reply::Less => Grant { scope: Some("openid view:balance"), ..Grant::default() },
            Reply::SomeoneElse => Grant { subject: "auth0|2", ..Grant::default() },
            Reply::OtherDetails => Grant {
                details: |it| Some(it.replace("identifier", "other")).filter(|it| !it.is_empty()),
                ..Grant::default()
            },
            Reply::WrongNonce => Grant { claims: json!({"nonce": "another"}), ..Grant::default() },
        };
        let fragment = self.servers.grant(&there, self.tab.now, &grant);
        self.last = Some(fragment.clone());
        self.tab.load(Some(fragment));
    }

    fn edit(&mut self, what: u8) {
        for (key, value) in &mut self.tab.storage {
            match what % 4 {
                0 if key.starts_with("request.") => *value = value.replace("\"amount\":", "\"amount\":9"),
                1 if key.starts_with("request.") => *value = value.replace(PAYEE, "DE75512108001245126199"),
                2 => *value = value.replace("auth0|1", "auth0|2"),
                3 if key.starts_with("request.") => value.push('x'),
                _ => {}
            }
        }
    }

    /// The invariants of ARCHITECTURE.md, as far as they can be seen from outside at any moment.
    fn check(&self) {
        for (token, uses) in &self.servers.uses {
            assert!(*uses <= 1, "a single-use token was sent {uses} times");
            assert!(
                self.tab.storage.values().all(|value| !value.contains(&format!("{token}\""))),
                "a single-use token is stored"
            );
        }
        assert!(self.step_ups <= self.confirmed, "more redirects than confirmations");
        assert!(self.servers.done.len() <= self.confirmed, "more money moved than was confirmed");
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        let mut second_attempts = 0;
        for (id, body, scope) in &self.servers.posts {
            let before = first.entry(id).or_insert(body);
            assert_eq!(before, body, "one id with two contents");
            if scope.contains("transfer:funds") {
                second_attempts += 1;
            }
        }
        assert!(second_attempts <= self.step_ups, "more new attempts than redirects");
        // Everything that was done was first attempted with the very same content, right after the customer confirmed.
        for (id, body) in &self.servers.done {
            assert_eq!(first.get(id.as_str()), Some(&body.as_str()), "sent is not what was confirmed");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    /// Proves: exploration
    #[test]
    fn invariants_hold(acts in prop::collection::vec(act(), 1..90)) {
        let mut run = Run::new();
        for act in &acts {
            run.act(act);
            run.check();
        }
    }
}

/// The strategy above reaches the far end: without this, the invariants could hold because nothing ever happens.
#[test]
fn some_transfers_complete() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prop::collection::vec(act(), 60..90);
    let mut done = 0;
    for _ in 0..200 {
        let acts = strategy.new_tree(&mut runner).expect("a value").current();
        let mut run = Run::new();
        for act in &acts {
            run.act(act);
        }
        done += run.servers.done.len();
    }
    assert!(done >= 50, "only {done} transfers were done in 200 runs");
}
