//! Back from the provider: from an answer in the fragment to a verified log-in, step by step.
//!
//! The record is taken out of the storage before anything in the answer is used; a code is redeemed; then come the
//! signature and the claims. Each step is one effect and one event; [`Step::Done`] ends it either way.

use crate::{
    config::{AUTHORIZATION_REQUEST_LIFETIME, Config, Flow},
    domain::{
        logout_count::LogoutCount,
        problem::Problem,
        scope::Scopes,
        time::Timestamp,
        token::{AuthorizationCode, CompactIdToken},
    },
    effect::{CheckId, Effect},
    flow::{
        authorization::verification::{self, Verification},
        context::Context,
    },
    http::{HttpResponse, NetworkError, RequestId},
    json::{FromJson, Json, Object},
    oidc::{
        authorization_request::{AuthorizationRequest, Purpose},
        authorization_response::{
            AuthorizationResponse, AuthorizationSuccess, CallbackError, ReceivedTokens,
        },
        id_token::{self, ExpectedClaims, IdToken},
        jws::SignedPayload,
        provider, token_endpoint,
    },
    storage::StorageKey,
};

/// An answer that is being checked.
#[derive(Debug)]
pub(crate) struct Arrival {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The record was asked for.
    Claiming(AuthorizationResponse, LogoutCount),
    /// A code waits for the metadata.
    FindingIssuer { request: RequestId, record: AuthorizationRequest, code: AuthorizationCode, named: bool },
    /// A code is being exchanged.
    Redeeming { request: RequestId, record: AuthorizationRequest },
    /// The ID token's signature is being checked.
    Verifying { record: AuthorizationRequest, tokens: ReceivedTokens, verification: Box<Verification> },
}

/// A verified answer: who it is, and what was granted.
pub(crate) struct Granted {
    pub(crate) record: AuthorizationRequest,
    pub(crate) id_token: IdToken,
    /// The same as it was signed.
    pub(crate) compact: CompactIdToken,
    pub(crate) access_token: String,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: Timestamp,
}

/// A refused answer, with what the request was for, as far as that is known.
pub(crate) struct Refused {
    pub(crate) record: Option<AuthorizationRequest>,
    pub(crate) problem: Problem,
}

/// How far it is.
pub(crate) enum Step {
    /// More has to be known.
    Continue(Box<Arrival>, Vec<Effect>),
    /// It ended.
    Done(Box<Result<Granted, Refused>>),
    /// It was no answer of this client's provider.
    Foreign,
}

/// An access token's life when the provider does not tell: short, and the API decides anyway.
const DEFAULT_LIFETIME: i64 = 5 * 60;

/// The longest life that is believed: a day. It keeps arithmetic and timers sane, whatever a provider writes.
const LONGEST_LIFETIME: i64 = 24 * 60 * 60;

impl Arrival {
    /// Begins with an answer whose `state` is to be looked up, in a browser with that many log-outs.
    pub(crate) fn begin(response: AuthorizationResponse, log_outs: LogoutCount) -> (Box<Self>, Effect) {
        let take = Effect::Take(StorageKey::Request(response.state.clone()));
        (Box::new(Self { stage: Stage::Claiming(response, log_outs) }), take)
    }

    /// The record of the request, once it is known.
    pub(crate) fn record(&self) -> Option<&AuthorizationRequest> {
        match &self.stage {
            Stage::Claiming(..) => None,
            Stage::FindingIssuer { record, .. }
            | Stage::Redeeming { record, .. }
            | Stage::Verifying { record, .. } => Some(record),
        }
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        match &self.stage {
            Stage::Claiming(..) => false,
            Stage::FindingIssuer { request, .. } | Stage::Redeeming { request, .. } => *request == id,
            Stage::Verifying { verification, .. } => verification.awaits(id),
        }
    }

    /// Does it wait for that check?
    pub(crate) fn awaits_check(&self, id: CheckId) -> bool {
        matches!(&self.stage, Stage::Verifying { verification, .. } if verification.awaits_check(id))
    }

    /// The record was taken out of the storage.
    pub(crate) fn taken(
        self: Box<Self>,
        slot: &StorageKey,
        value: Option<&str>,
        cx: &mut Context<'_>,
    ) -> Step {
        let (response, log_outs) = match self.stage {
            Stage::Claiming(response, log_outs) if *slot == StorageKey::Request(response.state.clone()) => {
                (response, log_outs)
            }
            stage => return wait(stage, Vec::new()),
        };
        let Some(text) = value else {
            return if response.may_be_foreign {
                Step::Foreign
            } else {
                refuse(None, &CallbackError::UnknownState)
            };
        };
        let record = match Object::parse(text) {
            Ok(object) => {
                AuthorizationRequest::read(&object).ok_or("a member is missing or of another type".to_owned())
            }
            Err(cause) => Err(cause),
        };
        let record = match record {
            Ok(record) => record,
            Err(cause) => return refuse(None, &CallbackError::BrokenRecord(cause)),
        };
        // What it was for is shown to nobody any more.
        if record.log_outs != log_outs {
            return refuse(None, &CallbackError::LoggedOut);
        }
        let age = cx.now.since(record.created_at);
        if !(-cx.config.clock_leeway..=AUTHORIZATION_REQUEST_LIFETIME).contains(&age) {
            return refuse(Some(record), &CallbackError::Expired(age));
        }
        // RFC 9207 2.4: only the issuer that was asked may answer, with an error too.
        let named = response.iss.is_some();
        if let Some(iss) = response.iss.filter(|iss| *iss != cx.config.issuer) {
            return refuse(Some(record), &CallbackError::ForeignIssuer(iss.chars().take(200).collect()));
        }
        match response.outcome {
            Ok(AuthorizationSuccess::ReceivedTokens(tokens)) => verify(record, tokens, cx),
            Ok(AuthorizationSuccess::Code(code)) => redeem(record, code, named, cx),
            Err(error) => end(Some(record), error.problem()),
        }
    }

    /// What it waited for arrived, or did not.
    pub(crate) fn answered(
        self: Box<Self>,
        outcome: Result<HttpResponse, NetworkError>,
        cx: &mut Context<'_>,
    ) -> Step {
        match self.stage {
            Stage::FindingIssuer { record, code, named, .. } => {
                match cx.provider.learn_endpoints(cx.config, outcome) {
                    Ok(()) => redeem(record, code, named, cx),
                    Err(problem) => end(Some(record), problem),
                }
            }
            Stage::Redeeming { record, .. } => match token_endpoint::read(outcome) {
                Ok(tokens) => verify(record, tokens, cx),
                Err(problem) => end(Some(record), problem),
            },
            Stage::Verifying { record, tokens, verification } => {
                go_on(record, tokens, verification.answered(outcome, cx), cx)
            }
            stage @ Stage::Claiming(..) => wait(stage, Vec::new()),
        }
    }

    /// The browser checked the signature against one key.
    pub(crate) fn verified(self: Box<Self>, outcome: Result<bool, String>, cx: &mut Context<'_>) -> Step {
        match self.stage {
            Stage::Verifying { record, tokens, verification } => {
                go_on(record, tokens, verification.verified(outcome, cx), cx)
            }
            stage => wait(stage, Vec::new()),
        }
    }
}

/// Exchanges a code for tokens, by way of the metadata when it is not known where.
fn redeem(record: AuthorizationRequest, code: AuthorizationCode, named: bool, cx: &mut Context<'_>) -> Step {
    let request = cx.ids.request();
    let Some(endpoint) = cx.provider.token_endpoint().cloned() else {
        if cx.provider.sends_iss().is_some() {
            let cause = "the provider's metadata have no `token_endpoint` that is an https URL, and the configuration has none";
            return end(Some(record), provider::unfit("provider.metadata", cause.to_owned()));
        }
        let fetch = Effect::Fetch(request, provider::metadata_request(cx.config));
        return wait(Stage::FindingIssuer { request, record, code, named }, vec![fetch]);
    };
    // A code says nothing about who issued it: a provider that promised to name itself has to have done so.
    if cx.provider.sends_iss() == Some(true) && !named {
        return refuse(Some(record), &CallbackError::NoIssuer);
    }
    let exchange = token_endpoint::request(endpoint, cx.config, code, &record.verifier);
    wait(Stage::Redeeming { request, record }, vec![Effect::Fetch(request, exchange)])
}

/// ReceivedTokens came: enough of them, before they are even looked at.
fn verify(record: AuthorizationRequest, tokens: ReceivedTokens, cx: &mut Context<'_>) -> Step {
    if let Err(error) = enough(&record, &tokens, cx.config) {
        return refuse(Some(record), &error);
    }
    let step = Verification::begin(&tokens.id_token, cx);
    go_on(record, tokens, step, cx)
}

/// Checked before the token is even looked at: an answer that grants too little ends here, and starts no loop.
///
/// `scope` is that of the access token (RFC 6749 5.1), so the API's scopes that this step needs are all that is compared:
/// certified providers leave `openid` out of it, and that it was granted is what the ID token is there for.
fn enough(
    record: &AuthorizationRequest,
    tokens: &ReceivedTokens,
    config: &Config,
) -> Result<(), CallbackError> {
    let needed = match &record.purpose {
        Purpose::LogIn | Purpose::Statements { .. } => &config.balance_scope,
        Purpose::StepUp(step_up) => &step_up.needed,
    };
    match &tokens.scope {
        Some(granted) if !granted.contains(needed) => {
            Err(CallbackError::ScopeTooSmall { granted: granted.to_string(), needed: needed.to_string() })
        }
        // RFC 6749 4.2.2 and 5.1: no scope in the answer means what was asked for.
        _ => linked(record, tokens),
    }
}

/// Is what was granted in detail the transfer, wherever the provider says what it is? (RFC 9396 7.)
///
/// Where it was asked for, the answer has to say so: without it nobody knows what the customer was shown and what the token
/// is for. Absent does not mean "as asked" here, as it does for `scope`: a provider that passes over parameters that it does
/// not know would answer in the same way.
fn linked(record: &AuthorizationRequest, tokens: &ReceivedTokens) -> Result<(), CallbackError> {
    let Purpose::StepUp(step_up) = &record.purpose else { return Ok(()) };
    let said = step_up.details || tokens.details.is_some();
    if said && tokens.details != Json::parse(&step_up.authorization_details()) {
        return Err(CallbackError::OtherDetails);
    }
    Ok(())
}

fn go_on(
    record: AuthorizationRequest,
    tokens: ReceivedTokens,
    step: verification::Step,
    cx: &Context<'_>,
) -> Step {
    match step {
        verification::Step::Continue(verification, effect) => {
            wait(Stage::Verifying { record, tokens, verification }, vec![effect])
        }
        verification::Step::Done(Ok(payload)) => believe(record, tokens, &payload, cx),
        verification::Step::Done(Err(problem)) => end(Some(record), problem),
    }
}

/// The signature was right: now the claims.
fn believe(
    record: AuthorizationRequest,
    tokens: ReceivedTokens,
    payload: &SignedPayload,
    cx: &Context<'_>,
) -> Step {
    let nonce = record.nonce();
    let expected = ExpectedClaims {
        parties: cx.config.parties(),
        nonce: &nonce,
        asked_at: record.created_at,
        demand: &record.demand,
        access_token: &tokens.access_token,
        front_channel: cx.config.flow == Flow::Implicit,
        now: cx.now,
    };
    match id_token::validate(payload, &expected) {
        Ok(id_token) => {
            let lifetime = tokens.expires_in.unwrap_or(DEFAULT_LIFETIME).min(LONGEST_LIFETIME);
            Step::Done(Box::new(Ok(Granted {
                scopes: tokens.scope.unwrap_or_else(|| record.scopes.clone()),
                expires_at: cx.now.plus(lifetime),
                access_token: tokens.access_token,
                compact: CompactIdToken::new(tokens.id_token),
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

fn refuse(record: Option<AuthorizationRequest>, error: &CallbackError) -> Step {
    end(record, error.problem())
}

fn end(record: Option<AuthorizationRequest>, problem: Problem) -> Step {
    Step::Done(Box::new(Err(Refused { record, problem })))
}
