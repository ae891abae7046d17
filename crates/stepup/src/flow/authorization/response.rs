//! Back from the provider: from an authorization response to a verified log-in, step by step.
//!
//! The request is taken out of the storage before anything in the response is used; a code is redeemed; then come the
//! signature and the claims. Each step is one effect and one event.

use alloc::{borrow::ToOwned, boxed::Box, string::ToString};

use crate::{
    config::{AUTHORIZATION_REQUEST_LIFETIME, Config, Flow},
    domain::{
        AuthenticationRequirement, AuthorizationCode, CompactIdToken, Problem, Scopes, SessionToken,
        SingleUseToken, Timestamp,
    },
    effect::Effect,
    event::Event,
    flow::{
        authorization::verification::{Verification, VerificationProgress},
        context::Context,
        transition::Progress,
    },
    http::RequestId,
    json::{FromJson, Json, Object},
    oidc::{
        AuthorizationRequest, IdToken, Purpose, SignedPayload, StepUp,
        authorization_response::{
            AuthorizationResponse, AuthorizationSuccess, CallbackError, ReceivedTokens,
        },
        id_token::{self, ExpectedClaims},
        provider, token_endpoint,
    },
    storage::StorageKey,
};

#[derive(Debug)]
pub(crate) struct ResponseValidation {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The request was asked for at the storage.
    TakingRequest(AuthorizationResponse),
    FetchingMetadata {
        id: RequestId,
        request: Box<AuthorizationRequest>,
        code: AuthorizationCode,
        has_iss: bool,
    },
    RedeemingCode {
        id: RequestId,
        request: Box<AuthorizationRequest>,
    },
    /// The ID token's signature is being checked.
    VerifyingIdToken {
        request: Box<AuthorizationRequest>,
        tokens: Box<ReceivedTokens>,
        verification: Box<Verification>,
    },
}

pub(crate) enum Validated {
    /// A verified answer to the request for a log-in or for the statements.
    LoggedIn(Box<LoginGrant>),
    /// A verified answer to the request for a step-up.
    SteppedUp(Box<StepUpGrant>),
    Rejected(Box<Rejection>),
    /// It was no response of this client's provider.
    NotOurs,
}

/// Who logged in, as the provider signed it.
pub(crate) struct VerifiedIdentity {
    pub(crate) id_token: IdToken,
    pub(crate) compact: CompactIdToken,
}

pub(crate) struct LoginGrant {
    pub(crate) identity: VerifiedIdentity,
    pub(crate) access_token: SessionToken,
    pub(crate) scopes: Scopes,
    pub(crate) expires_at: Timestamp,
    /// What the request asked for, and the provider has met.
    pub(crate) met: AuthenticationRequirement,
    /// What the customer was on the way to. Not a transfer: that is no log-in.
    pub(crate) purpose: Purpose,
}

pub(crate) struct StepUpGrant {
    pub(crate) identity: VerifiedIdentity,
    pub(crate) step_up: StepUp,
    pub(crate) access_token: SingleUseToken,
}

/// Why a response was not used, and what its request was for, as far as that is known.
pub(crate) struct Rejection {
    pub(crate) purpose: Option<Purpose>,
    pub(crate) problem: Problem,
}

pub(crate) type ValidationProgress = Progress<ResponseValidation, Validated>;

/// An access token's life in seconds when the provider does not tell: short, and the API decides anyway.
const DEFAULT_TOKEN_LIFETIME: i64 = 5 * 60;

/// A day, in seconds. It keeps arithmetic and timers sane, whatever a provider writes.
const MAX_TOKEN_LIFETIME: i64 = 24 * 60 * 60;

impl ResponseValidation {
    /// Begins with a response whose `state` is to be looked up.
    pub(crate) fn begin(response: AuthorizationResponse, cx: &mut Context) -> Self {
        cx.emit(Effect::Take(StorageKey::Request(response.state.clone())));
        Self { stage: Stage::TakingRequest(response) }
    }

    /// The transfer that waits for this response, once it is known.
    pub(crate) fn step_up(&self) -> Option<&StepUp> {
        let request = match &self.stage {
            Stage::TakingRequest(..) => return None,
            Stage::FetchingMetadata { request, .. }
            | Stage::RedeemingCode { request, .. }
            | Stage::VerifyingIdToken { request, .. } => request,
        };
        match &request.purpose {
            Purpose::StepUp(step_up) => Some(step_up),
            _ => None,
        }
    }

    /// Takes an event in; gives it back when it was meant for somebody else.
    pub(crate) fn update(
        self,
        event: Event,
        cx: &mut Context,
    ) -> Result<ValidationProgress, (Box<Self>, Box<Event>)> {
        match (self.stage, event) {
            (Stage::TakingRequest(response), Event::Taken { key, value })
                if key == StorageKey::Request(response.state.clone()) =>
            {
                Ok(handle_stored_request(response, value.as_deref(), cx))
            }
            (
                Stage::FetchingMetadata { id, request, code, has_iss },
                Event::Answered { request: of, outcome },
            ) if of == id => Ok(match cx.provider.learn_endpoints(&cx.config, outcome) {
                Ok(()) => redeem(request, code, has_iss, cx),
                Err(problem) => reject(Some(request), problem),
            }),
            (Stage::RedeemingCode { id, request }, Event::Answered { request: of, outcome }) if of == id => {
                Ok(match token_endpoint::read(outcome) {
                    Ok(tokens) => verify(request, Box::new(tokens), cx),
                    Err(problem) => reject(Some(request), problem),
                })
            }
            (
                Stage::VerifyingIdToken { request, tokens, verification },
                Event::Answered { request: id, outcome },
            ) if verification.awaits(id) => {
                let next = verification.handle_response(outcome, cx);
                Ok(continue_verification(request, tokens, next, cx))
            }
            (
                Stage::VerifyingIdToken { request, tokens, verification },
                Event::Verified { check, outcome },
            ) if verification.awaits_check(check) => {
                let next = verification.handle_verification(outcome, cx);
                Ok(continue_verification(request, tokens, next, cx))
            }
            (stage, event) => Err((Box::new(Self { stage }), Box::new(event))),
        }
    }
}

/// The request was taken out of the storage.
fn handle_stored_request(
    response: AuthorizationResponse,
    value: Option<&str>,
    cx: &mut Context,
) -> ValidationProgress {
    let Some(text) = value else {
        return if response.may_be_foreign {
            Progress::Done(Validated::NotOurs)
        } else {
            refuse(None, &CallbackError::UnknownState)
        };
    };
    let request = Object::parse(text).and_then(|object| {
        AuthorizationRequest::read(&object).ok_or_else(|| "a member is missing or of another type".to_owned())
    });
    let request = match request {
        Ok(request) => Box::new(request),
        Err(cause) => return refuse(None, &CallbackError::BrokenRecord(cause)),
    };
    // What it was for is shown to nobody any more.
    if request.log_outs != cx.log_outs {
        return refuse(None, &CallbackError::LoggedOut);
    }
    let age = cx.now.since(request.created_at);
    if !(-cx.config.clock_leeway..=AUTHORIZATION_REQUEST_LIFETIME).contains(&age) {
        return refuse(Some(request), &CallbackError::Expired(age));
    }
    // RFC 9207 2.4: only the issuer that was asked may answer, with an error too.
    let has_iss = response.iss.is_some();
    if let Some(iss) = response.iss.filter(|iss| *iss != cx.config.issuer) {
        return refuse(Some(request), &CallbackError::ForeignIssuer(iss.chars().take(200).collect()));
    }
    match response.outcome {
        Ok(AuthorizationSuccess::Tokens(tokens)) => verify(request, Box::new(tokens), cx),
        Ok(AuthorizationSuccess::Code(code)) => redeem(request, code, has_iss, cx),
        Err(error) => reject(Some(request), error.problem()),
    }
}

/// Exchanges a code for tokens, by way of the metadata when it is not known where.
fn redeem(
    request: Box<AuthorizationRequest>,
    code: AuthorizationCode,
    has_iss: bool,
    cx: &mut Context,
) -> ValidationProgress {
    let Some(endpoint) = cx.provider.metadata().token_endpoint.clone() else {
        if cx.provider.sends_iss().is_some() {
            let cause = "the provider's metadata have no `token_endpoint` that is an https URL, and the configuration has none";
            return reject(Some(request), provider::misconfigured("provider.metadata", cause.to_owned()));
        }
        let id = cx.fetch(provider::metadata_request(&cx.config));
        return pending(Stage::FetchingMetadata { id, request, code, has_iss });
    };
    // A code says nothing about who issued it: a provider that promised `iss` has to have sent it.
    if cx.provider.sends_iss() == Some(true) && !has_iss {
        return refuse(Some(request), &CallbackError::NoIssuer);
    }
    let exchange = token_endpoint::request(endpoint, &cx.config, code, &request.verifier);
    pending(Stage::RedeemingCode { id: cx.fetch(exchange), request })
}

/// Tokens came: enough of them, before they are even looked at.
fn verify(
    request: Box<AuthorizationRequest>,
    tokens: Box<ReceivedTokens>,
    cx: &mut Context,
) -> ValidationProgress {
    if let Err(error) = check_grant(&request.purpose, &tokens, &cx.config) {
        return refuse(Some(request), &error);
    }
    let next = Verification::begin(&tokens.id_token, cx);
    continue_verification(request, tokens, next, cx)
}

/// Checked before the token is even looked at: an answer that grants too little ends here, and starts no loop.
///
/// `scope` is that of the access token (RFC 6749 5.1), so the API's scopes that this step needs are all that is compared:
/// certified providers leave `openid` out of it, and that it was granted is what the ID token is there for.
fn check_grant(purpose: &Purpose, tokens: &ReceivedTokens, config: &Config) -> Result<(), CallbackError> {
    let needed = match purpose {
        Purpose::LogIn | Purpose::Statements { .. } | Purpose::SavePayee { .. } => &config.balance_scope,
        Purpose::StepUp(step_up) => &step_up.needed,
    };
    match &tokens.scope {
        Some(granted) if !granted.contains(needed) => {
            Err(CallbackError::ScopeTooSmall { granted: granted.to_string(), needed: needed.to_string() })
        }
        // RFC 6749 4.2.2 and 5.1: no scope in the answer means what was asked for.
        _ => check_details(purpose, tokens),
    }
}

/// Is what was granted in detail the transfer, wherever the provider says what it is? (RFC 9396 7.)
///
/// Where it was asked for, the answer has to say so: without it nobody knows what the customer was shown and what the token
/// is for. Absent does not mean "as asked" here, as it does for `scope`: a provider that passes over parameters that it does
/// not know would answer in the same way.
fn check_details(purpose: &Purpose, tokens: &ReceivedTokens) -> Result<(), CallbackError> {
    let Purpose::StepUp(step_up) = purpose else { return Ok(()) };
    let is_named = step_up.details || tokens.details.is_some();
    if is_named && tokens.details != Json::parse(&step_up.authorization_details()) {
        return Err(CallbackError::OtherDetails);
    }
    Ok(())
}

fn continue_verification(
    request: Box<AuthorizationRequest>,
    tokens: Box<ReceivedTokens>,
    next: VerificationProgress,
    cx: &Context,
) -> ValidationProgress {
    match next {
        Progress::Pending(verification) => pending(Stage::VerifyingIdToken { request, tokens, verification }),
        Progress::Done(Ok(payload)) => validate_claims(request, *tokens, &payload, cx),
        Progress::Done(Err(problem)) => reject(Some(request), problem),
    }
}

/// The signature was right: now the claims. What the request was for decides what the access token may be used for.
fn validate_claims(
    request: Box<AuthorizationRequest>,
    tokens: ReceivedTokens,
    payload: &SignedPayload,
    cx: &Context,
) -> ValidationProgress {
    let nonce = request.nonce();
    let expected = ExpectedClaims {
        parties: (&cx.config).into(),
        nonce: &nonce,
        asked_at: request.created_at,
        requirement: &request.requirement,
        access_token: tokens.access_token.as_str(),
        front_channel: cx.config.flow == Flow::Implicit,
        now: cx.now,
    };
    let id_token = match id_token::validate(payload, &expected) {
        Ok(id_token) => id_token,
        Err(error) => return reject(Some(request), error.problem()),
    };
    let identity = VerifiedIdentity { id_token, compact: CompactIdToken::new(tokens.id_token) };
    let purpose = match request.purpose {
        Purpose::StepUp(step_up) => {
            let access_token = tokens.access_token.into_single_use_token();
            let grant = StepUpGrant { identity, step_up, access_token };
            return Progress::Done(Validated::SteppedUp(Box::new(grant)));
        }
        other => other,
    };
    let lifetime = tokens.expires_in.unwrap_or(DEFAULT_TOKEN_LIFETIME).min(MAX_TOKEN_LIFETIME);
    Progress::Done(Validated::LoggedIn(Box::new(LoginGrant {
        identity,
        access_token: tokens.access_token.into_session_token(),
        scopes: tokens.scope.unwrap_or(request.scopes),
        expires_at: cx.now.plus(lifetime),
        met: request.requirement,
        purpose,
    })))
}

fn pending(stage: Stage) -> ValidationProgress {
    Progress::Pending(Box::new(ResponseValidation { stage }))
}

fn refuse(request: Option<Box<AuthorizationRequest>>, error: &CallbackError) -> ValidationProgress {
    reject(request, error.problem())
}

fn reject(request: Option<Box<AuthorizationRequest>>, problem: Problem) -> ValidationProgress {
    let purpose = request.map(|request| request.purpose);
    Progress::Done(Validated::Rejected(Box::new(Rejection { purpose, problem })))
}
