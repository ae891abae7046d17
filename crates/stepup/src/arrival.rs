//! Back from the provider: from an answer in the fragment to a verified log-in, step by step.
//!
//! The record is taken out of the storage before anything in the answer is used; then come the keys, the signature, the
//! claims. Each step is one effect and one event; [`Step::Done`] ends it either way.

use crate::{
    config::Config,
    effect::{CheckId, Effect, RequestId, Slot},
    event::{Answer, NetworkError},
    ids::Ids,
    json::Object,
    oidc::{
        callback::{CallbackError, Response, Tokens},
        id_token::{self, Expected, IdToken, IdTokenError},
        jwks::RsaKey,
        jws::UnverifiedJws,
    },
    problem::Problem,
    provider::{self, Provider},
    record::{Purpose, RECORD_LIFETIME, Record, Stored},
    time::Timestamp,
    tokens::Scopes,
};

/// An answer that is being checked.
pub(crate) struct Arrival {
    stage: Stage,
}

enum Stage {
    /// The record was asked for.
    Claiming(Response),
    /// The metadata or the keys were asked for.
    FindingKeys { request: RequestId, answer: Claimed, metadata: bool },
    /// The signature is being checked against one of the keys.
    Checking { check: CheckId, answer: Claimed, remaining: Vec<RsaKey> },
}

/// An answer to a request of ours.
struct Claimed {
    record: Record,
    tokens: Tokens,
    jws: UnverifiedJws,
    /// Were the keys fetched for this very answer? Then an unknown `kid` stays unknown.
    keys_are_fresh: bool,
}

/// A verified answer: who it is, and what was granted.
pub(crate) struct Granted {
    pub(crate) record: Record,
    pub(crate) id_token: IdToken,
    pub(crate) access_token: String,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: Timestamp,
}

/// A refused answer, with what the request was for, as far as that is known.
pub(crate) struct Refused {
    pub(crate) record: Option<Record>,
    pub(crate) problem: Problem,
}

/// How far it is.
pub(crate) enum Step {
    /// More has to be known.
    Continue(Box<Arrival>, Vec<Effect>),
    /// It ended.
    Done(Box<Result<Granted, Refused>>),
}

/// What a step may look at.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) provider: &'a mut Provider,
    pub(crate) ids: &'a mut Ids,
    pub(crate) now: Timestamp,
}

/// An access token's life when the provider does not tell: short, and the API decides anyway.
const DEFAULT_LIFETIME: i64 = 5 * 60;

/// The longest life that is believed: a day. It keeps arithmetic and timers sane, whatever a provider writes.
const LONGEST_LIFETIME: i64 = 24 * 60 * 60;

impl Arrival {
    /// Begins with an answer whose `state` is to be looked up.
    pub(crate) fn begin(response: Response) -> (Box<Self>, Effect) {
        let take = Effect::Take(Slot::Request(response.state.clone()));
        (Box::new(Self { stage: Stage::Claiming(response) }), take)
    }

    /// The record of the request, once it is known.
    pub(crate) fn record(&self) -> Option<&Record> {
        match &self.stage {
            Stage::Claiming(_) => None,
            Stage::FindingKeys { answer, .. } | Stage::Checking { answer, .. } => Some(&answer.record),
        }
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        matches!(&self.stage, Stage::FindingKeys { request, .. } if *request == id)
    }

    /// The record was taken out of the storage.
    pub(crate) fn taken(self: Box<Self>, slot: &Slot, value: Option<&str>, cx: &mut Context<'_>) -> Step {
        let response = match self.stage {
            Stage::Claiming(response) if *slot == Slot::Request(response.state.clone()) => response,
            stage => return wait(stage, Vec::new()),
        };
        let Some(text) = value else { return refuse(None, &CallbackError::UnknownState) };
        let record = match Object::parse(text) {
            Ok(object) => Record::read(&object).ok_or("a member is missing or of another type".to_owned()),
            Err(cause) => Err(cause),
        };
        let record = match record {
            Ok(record) => record,
            Err(cause) => return refuse(None, &CallbackError::BrokenRecord(cause)),
        };
        let age = cx.now.since(record.created_at);
        if !(-id_token::LEEWAY..=RECORD_LIFETIME).contains(&age) {
            return refuse(Some(record), &CallbackError::Expired(age));
        }
        // RFC 9207: only the issuer that was asked may answer, with an error too.
        if let Some(iss) = response.iss.filter(|iss| *iss != cx.config.issuer) {
            return refuse(Some(record), &CallbackError::ForeignIssuer(iss.chars().take(200).collect()));
        }
        let tokens = match response.outcome {
            Ok(tokens) => tokens,
            Err(error) => return end(Some(record), error.problem()),
        };
        if let Err(error) = enough(&record, &tokens, cx.config) {
            return refuse(Some(record), &error);
        }
        match UnverifiedJws::parse(&tokens.id_token) {
            Ok(jws) => find_key(Claimed { record, tokens, jws, keys_are_fresh: false }, cx),
            Err(error) => end(Some(record), IdTokenError::from(error).problem()),
        }
    }

    /// The metadata or the keys arrived, or did not.
    pub(crate) fn answered(
        self: Box<Self>,
        id: RequestId,
        outcome: Result<Answer, NetworkError>,
        cx: &mut Context<'_>,
    ) -> Step {
        let (mut answer, metadata) = match self.stage {
            Stage::FindingKeys { request, answer, metadata } if request == id => (answer, metadata),
            stage => return wait(stage, Vec::new()),
        };
        let learned = if metadata {
            cx.provider.learn_endpoints(cx.config, outcome)
        } else {
            answer.keys_are_fresh = true;
            cx.provider.learn_keys(outcome)
        };
        match learned {
            Ok(()) => find_key(answer, cx),
            Err(problem) => end(Some(answer.record), problem),
        }
    }

    /// The browser checked the signature against one key.
    pub(crate) fn verified(
        self: Box<Self>,
        id: CheckId,
        outcome: Result<bool, String>,
        cx: &mut Context<'_>,
    ) -> Step {
        let (answer, remaining) = match self.stage {
            Stage::Checking { check, answer, remaining } if check == id => (answer, remaining),
            stage => return wait(stage, Vec::new()),
        };
        match outcome {
            Ok(true) => believe(answer, cx),
            Ok(false) if !remaining.is_empty() => check(answer, remaining, cx),
            // The issuer may have changed a key under the same `kid`, or have none: one look at its keys as they are now.
            Ok(false) if !answer.keys_are_fresh => fetch_keys(answer, cx),
            Ok(false) => end(Some(answer.record), IdTokenError::Signature.problem()),
            Err(cause) => end(Some(answer.record), IdTokenError::NotChecked(cause).problem()),
        }
    }
}

/// Checked before the token is even looked at: an answer that grants too little ends here, and starts no loop.
fn enough(record: &Record, tokens: &Tokens, config: &Config) -> Result<(), CallbackError> {
    let needed = match record.purpose {
        Purpose::LogIn { .. } => &config.balance_scope,
        Purpose::StepUp(_) => &record.scopes,
    };
    match &tokens.scope {
        Some(granted) if !granted.contains(needed) => {
            Err(CallbackError::ScopeTooSmall { granted: granted.to_string(), needed: needed.to_string() })
        }
        // RFC 6749 4.2.2: no scope in the answer means what was asked for.
        _ => Ok(()),
    }
}

fn find_key(answer: Claimed, cx: &mut Context<'_>) -> Step {
    if cx.provider.keys().is_none() {
        return if cx.provider.jwks_uri().is_none() {
            fetch_metadata(answer, cx)
        } else {
            fetch_keys(answer, cx)
        };
    }
    let candidates = cx.provider.keys().map(|keys| keys.candidates(answer.jws.kid())).unwrap_or_default();
    if !candidates.is_empty() {
        return check(answer, candidates, cx);
    }
    if answer.keys_are_fresh {
        let kid = answer.jws.kid().map(|kid| kid.chars().take(100).collect());
        return end(Some(answer.record), IdTokenError::UnknownKey(kid).problem());
    }
    fetch_keys(answer, cx)
}

fn fetch_metadata(answer: Claimed, cx: &mut Context<'_>) -> Step {
    let id = cx.ids.request();
    let stage = Stage::FindingKeys { request: id, answer, metadata: true };
    wait(stage, vec![Effect::Fetch(id, provider::metadata_request(cx.config))])
}

fn fetch_keys(answer: Claimed, cx: &mut Context<'_>) -> Step {
    let Some(uri) = cx.provider.jwks_uri().cloned() else { return fetch_metadata(answer, cx) };
    let id = cx.ids.request();
    let stage = Stage::FindingKeys { request: id, answer, metadata: false };
    wait(stage, vec![Effect::Fetch(id, provider::get(uri))])
}

fn check(answer: Claimed, mut candidates: Vec<RsaKey>, cx: &mut Context<'_>) -> Step {
    let key = candidates.remove(0);
    let check = cx.ids.check();
    let effect = Effect::Verify { check, token: answer.jws.clone(), key };
    wait(Stage::Checking { check, answer, remaining: candidates }, vec![effect])
}

/// The signature was right: now the claims.
fn believe(answer: Claimed, cx: &Context<'_>) -> Step {
    let Claimed { record, tokens, jws, .. } = answer;
    let nonce = record.nonce();
    let expected = Expected {
        issuer: &cx.config.issuer,
        client_id: &cx.config.client_id,
        nonce: &nonce,
        access_token: &tokens.access_token,
        now: cx.now,
    };
    match id_token::validate(&jws.into_signed(), &expected) {
        Ok(id_token) => {
            let lifetime = tokens.expires_in.unwrap_or(DEFAULT_LIFETIME).min(LONGEST_LIFETIME);
            Step::Done(Box::new(Ok(Granted {
                scopes: tokens.scope.unwrap_or_else(|| record.scopes.clone()),
                expires_at: cx.now.plus(lifetime),
                access_token: tokens.access_token,
                id_token,
                record,
            })))
        }
        Err(error) => end(Some(record), error.problem()),
    }
}

fn wait(stage: Stage, effects: Vec<Effect>) -> Step {
    Step::Continue(Box::new(Arrival { stage }), effects)
}

fn refuse(record: Option<Record>, error: &CallbackError) -> Step {
    end(record, error.problem())
}

fn end(record: Option<Record>, problem: Problem) -> Step {
    Step::Done(Box::new(Err(Refused { record, problem })))
}
