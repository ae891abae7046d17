//! One event as it is read: a title, a sentence, facts, and what is to be said about it.

use super::claims::Claims;
use super::labels::Moment;
use crate::log::event::{
    Event, Factor, FactorStep, Line, PasswordOutcome, RefreshTokenStep, Refusal, ScriptRequest, Token,
};
use crate::log::parameters::{Hidden, Parameter, Value};
use crate::log::record::{Entry, Record};
use crate::log::{Advice, Log, time};

pub(super) struct Item {
    pub(super) number: usize,
    /// The class of its mark: `plain`, `good`, `bad` or `waiting`.
    pub(super) tone: &'static str,
    pub(super) title: String,
    pub(super) sentence: String,
    pub(super) at: Moment,
    pub(super) after: String,
    pub(super) facts: Vec<Fact>,
    pub(super) console: Vec<Line>,
    pub(super) thrown: Option<String>,
    pub(super) claims: Option<Claims>,
    pub(super) advice: Option<Advice>,
}

pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) remark: String,
}

impl Fact {
    fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), remark: String::new() }
    }

    fn remark(self, remark: impl Into<String>) -> Self {
        Self { remark: remark.into(), ..self }
    }
}

impl Item {
    pub(super) fn of(at: usize, entry: &Entry, record: &Record, log: &Log) -> Self {
        let after = entry.at.saturating_sub(record.started);
        let mut item = Self {
            number: at + 1,
            tone: "plain",
            title: String::new(),
            sentence: String::new(),
            at: Moment::at(entry.at),
            after: if after == 0 {
                "at the start".to_owned()
            } else {
                format!("after {}", time::lasted(after))
            },
            facts: Vec::new(),
            console: Vec::new(),
            thrown: None,
            claims: None,
            advice: entry.advice.clone(),
        };
        item.fill(&entry.event, log);
        item
    }

    fn say(&mut self, tone: &'static str, title: impl Into<String>, sentence: impl Into<String>) {
        (self.tone, self.title, self.sentence) = (tone, title.into(), sentence.into());
    }

    #[expect(clippy::too_many_lines, reason = "a table: one arm for each kind of event")]
    fn fill(&mut self, event: &Event, log: &Log) {
        match event {
            Event::Request { endpoint, parameters } => {
                self.say("plain", format!("Request to {endpoint}"), "");
                self.facts = parameters.iter().map(parameter).collect();
            }
            Event::Session { who, good_enough, why } => match who {
                Some(who) if *good_enough => self.say("good", format!("Session of {}", who.name), why),
                Some(who) => self.say("plain", format!("Session of {}, not good enough", who.name), why),
                None => self.say("plain", "No session", why),
            },
            Event::LogInPage => {
                self.say("waiting", "Log-in page", "The customer is asked for e-mail and password.");
            }
            Event::LogOutPage => self.say(
                "waiting",
                "Log-out page",
                "The customer is asked, because the request names this session neither by the `sid` of its id_token_hint nor \
                 by logout_hint. A client that sends one of them is not kept waiting; `ask_before_log_out = false` asks \
                 nobody.",
            ),
            Event::StaysLoggedIn => self.say("plain", "The customer stays logged in", ""),
            Event::Password { email, outcome, .. } => self.password(email, *outcome),
            Event::ScriptRun { name, kind, duration_us, console, decisions, error, requests } => {
                let tone = if error.is_some() { "bad" } else { "good" };
                self.say(tone, format!("{kind} {name:?} ran"), micro(*duration_us));
                self.facts = decisions.iter().map(|decision| Fact::new("Decided", decision)).collect();
                self.facts.extend(requests.iter().map(sent));
                self.console.clone_from(console);
                self.thrown.clone_from(error);
            }
            Event::ScriptRedirect { to } => {
                self.say("waiting", "A script sends the browser elsewhere", "It has to come back to /continue with the same state.");
                self.facts.push(Fact::new("To", to));
            }
            Event::ScriptContinued => self.say("plain", "The browser has come back", "The scripts go on."),
            Event::ScriptDecision(decision) => {
                self.say("plain", "What the scripts were told is recorded", "It is in this trace as JSON, and `tenant replay` runs them again with it.");
                self.facts.push(Fact::new("Ended with", &decision.verdict));
            }
            Event::Factor { factor, step, details } => {
                let (tone, title) = factor_step(*factor, *step);
                self.say(tone, title, details.join(" · "));
            }
            Event::FormRefused { form } => {
                self.say("bad", "Form refused", format!("It was sent to {form}, and nothing was done."));
            }
            Event::Cancelled => self.say("bad", "Cancelled by the customer", ""),
            Event::Granted { who, granted, left_out, second_factor } => {
                let how = if *second_factor { "with a second factor" } else { "without a second factor" };
                self.say("good", format!("Granted by {}, {how}", who.name), "");
                self.facts.push(Fact::new("Granted", granted.join(" ")));
                let left_out = left_out.iter().map(|it| Fact::new("Left out", &it.scope).remark(&it.why));
                self.facts.extend(left_out);
            }
            Event::TokenIssued { token, key, claims } => {
                let title = match token {
                    Token::AccessToken => "Access token issued",
                    Token::IdToken => "ID token issued",
                };
                self.say("good", title, "Its claims; the signature is not shown.");
                self.facts.push(Fact::new("Signed with key", key));
                self.claims = Some(Claims::of(claims, log.registered()));
            }
            Event::CodeIssued { good_for, redirect_uri, code_challenge } => {
                let sentence = format!("The client has {} to redeem it, once.", time::seconds(*good_for));
                self.say("good", "Code issued", sentence);
                self.facts.push(Fact::new("redirect_uri", redirect_uri));
                let remark = "begins so; the SHA-256 of the code_verifier has to";
                self.facts.push(Fact::new("code_challenge", code_challenge).remark(remark));
            }
            Event::CodeRedeemed => {
                self.say("good", "Code redeemed", "Code, client, redirect_uri and verifier fit.");
            }
            Event::RefreshToken { step, details } => {
                let (tone, title) = match step {
                    RefreshTokenStep::Issued => ("good", "Refresh token issued"),
                    RefreshTokenStep::Exchanged => ("good", "Refresh token exchanged"),
                    RefreshTokenStep::Reused => ("bad", "Refresh token used twice"),
                    RefreshTokenStep::Invalid => ("bad", "Refresh token not accepted"),
                    RefreshTokenStep::Revoked => ("plain", "Refresh token revoked"),
                    RefreshTokenStep::NothingToRevoke => ("plain", "Nothing was revoked"),
                };
                self.say(tone, title, details);
            }
            Event::TokenRefused { error, description } => {
                self.say("bad", format!("Refused: {error}"), description);
            }
            Event::Redirect { to, mode, parameters, error } => {
                match error {
                    None => self.say("good", "Back to the client", ""),
                    Some(error) => {
                        let title = format!("Back to the client with the error {}", error.error);
                        self.say("bad", title, &error.description);
                    }
                }
                self.facts.push(Fact::new("To", to));
                self.facts.push(Fact::new("Carried in the", mode).remark(parameters.join(", ")));
            }
            Event::RefusedPage { sentence } => {
                self.say("bad", "Refused on a page of the tenant", sentence);
                let remark = "An answer goes only to an address that is registered.";
                self.facts.push(Fact::new("To the client", "nothing").remark(remark));
            }
            Event::UserInfo { claims, refused, .. } => match refused {
                None => self.say("good", "Userinfo asked", format!("It was told: {}.", claims.join(", "))),
                Some(Refusal { error, .. }) => self.say("bad", format!("Userinfo refused: {error}"), ""),
            },
            Event::LogOut { who, to, refused } => {
                let title = match who {
                    Some(who) => format!("Session of {} ended", who.name),
                    None => "There was no session to end".to_owned(),
                };
                let tone = if refused.is_some() { "bad" } else { "good" };
                let sentence = match (to, refused) {
                    (Some(to), _) => format!("The browser goes on to {to}"),
                    (None, Some(refused)) => format!("The browser is not sent to {refused}"),
                    (None, None) => "The browser stays here; no address was asked for.".to_owned(),
                };
                self.say(tone, title, sentence);
            }
            Event::Phone { who, paired } => {
                let title = if *paired { "Phone paired" } else { "Phone unpaired" };
                self.say("good", title, format!("It is {}'s.", who.name));
            }
            Event::PhoneMessage { service, refused: None } => {
                self.say("plain", "The phone was sent a message", format!("{service} took it."));
            }
            Event::PhoneMessage { service, refused: Some(why) } => {
                self.say("bad", format!("{service} did not take the message for the phone"), why.as_str());
            }
            Event::Fault { name } => {
                self.say("bad", format!("Fault: {name}"), "A test asked for it. Without one this does not happen.");
            }
            Event::Control { call, done } => self.say("plain", call.as_str(), done.as_str()),
            Event::Keys { signing, published, rotated } => {
                let title = if *rotated { "Keys rotated" } else { "The tenant started" };
                self.say("plain", title, "");
                self.facts.push(Fact::new("Signs with", signing));
                self.facts.extend(published.iter().map(|key| Fact::new("Published", key)));
            }
        }
    }

    fn password(&mut self, email: &str, outcome: PasswordOutcome) {
        let (tone, title) = match outcome {
            PasswordOutcome::Right => ("good", "Password right"),
            PasswordOutcome::Wrong => ("bad", "Password wrong"),
            PasswordOutcome::UnknownCustomer => ("bad", "No such customer"),
            PasswordOutcome::SomebodyElse => ("bad", "Another customer than the one asked for"),
            PasswordOutcome::Incomplete => ("bad", "Form incomplete"),
            PasswordOutcome::TooMany | PasswordOutcome::TooManyOfPeer => ("bad", "Too many attempts"),
        };
        self.say(tone, title, "");
        let email =
            if email.is_empty() { "(what was typed is no e-mail address, and not kept)" } else { email };
        self.facts.push(Fact::new("E-mail", email));
    }
}

fn parameter(parameter: &Parameter) -> Fact {
    match &parameter.value {
        Value::Value(value) => Fact::new(&parameter.name, value),
        Value::Hidden(Hidden { characters, sha256 }) => Fact::new(&parameter.name, "(not kept)")
            .remark(format!("{characters} characters, SHA-256 begins {sha256}")),
    }
}

fn factor_step(factor: Factor, step: FactorStep) -> (&'static str, String) {
    let what = match factor {
        Factor::Push => "Phone",
        Factor::OneTimeCode => "One-time code",
        Factor::RecoveryCode => "Recovery code",
    };
    let (tone, said) = match (step, factor) {
        (FactorStep::Asked, Factor::Push) => ("waiting", "push sent"),
        (FactorStep::Asked, _) => ("waiting", "asked for"),
        (FactorStep::Approved, Factor::Push) => ("good", "approved"),
        (FactorStep::Approved, _) => ("good", "right"),
        (FactorStep::Denied, _) => ("bad", "denied"),
        (FactorStep::Wrong, Factor::Push) => ("bad", "wrong number"),
        (FactorStep::Wrong, _) => ("bad", "wrong"),
        (FactorStep::Stale, _) => ("bad", "no answer in time"),
        (FactorStep::TooLate, _) => ("bad", "the answer came too late"),
        (FactorStep::Withdrawn, _) => ("plain", "withdrawn"),
        (FactorStep::TooMany, _) => ("bad", "asked too often"),
        (FactorStep::NotMe, _) => ("bad", "“this was not me”"),
        (FactorStep::Enrolled, _) => ("good", "set up"),
    };
    (tone, format!("{what}: {said}"))
}

/// `1.2 ms` of 1,234 µs.
fn micro(microseconds: u64) -> String {
    let milliseconds = microseconds / 1_000;
    if milliseconds < 10 {
        format!("It took {milliseconds}.{} ms.", microseconds % 1_000 / 100)
    } else {
        format!("It took {}.", time::lasted(milliseconds))
    }
}

fn sent(request: &ScriptRequest) -> Fact {
    let ScriptRequest { method, url, status, failure, .. } = request;
    let fact = Fact::new("Sent", format!("{method} {url}"));
    match (status, failure) {
        (Some(status), _) => fact.remark(format!("answered with {status}")),
        (None, Some(failure)) => fact.remark(failure),
        (None, None) => fact.remark("not waited for"),
    }
}
