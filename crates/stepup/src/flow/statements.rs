//! The page "Statements": sensitive, so it is shown only after a second factor.
//!
//! What counts is the `amr` of a verified ID token; without `mfa` in it, the customer is sent to the provider and comes
//! back to this page. The bank protects the statements too, and may ask for a newer confirmation than the one there was
//! (RFC 9470). [`Loading`] carries the randomness that one redirect needs, and only when the browser has not been sent
//! away for this page yet, so that no answer of the bank can start a loop.

use crate::{
    bank_api::{
        problem, request,
        response::{self, ReadError, StatementsAnswer},
    },
    domain::{
        authentication::{AuthenticationRequirement, MFA_AMR},
        entropy::Entropy,
        logout_count::LogoutCount,
        problem::Problem,
        scope::Scopes,
        token::CachedToken,
    },
    effect::{CheckId, Effect, Timer},
    flow::{
        authorization::{
            redirect::Departure,
            verification::{self, Verification},
        },
        context,
        login::SecondFactor,
        transfer::REDIRECT_NOTICE_MS,
    },
    http::{HttpResponse, NetworkError, RequestId},
    oidc::{
        authorization_request::{AuthorizationRequest, NonceSalt, Purpose, StateParameter},
        id_token::{self, IdToken},
        jws::SignedPayload,
        pkce::CodeVerifier,
        provider,
    },
    view::{OlderStatements, Statement, StatementsContent},
};

/// The page, wherever it stands.
#[derive(Debug, Default)]
pub(crate) enum Statements {
    /// Another page is up.
    #[default]
    Closed,
    /// The stored ID token is verified again before it counts.
    Recalling(Box<Verification>, Option<Redirect>),
    /// The bank was asked.
    Loading(RequestId, Option<Redirect>),
    /// About to leave for the second factor.
    Leaving(Box<Departure>),
    /// Here they are, or why they are not; and the cursor of what is older.
    Shown(StatementsContent, Option<String>),
    /// Here are some, and the bank was asked for what is before this cursor.
    LoadingOlder(RequestId, Vec<Statement>, String),
    /// Here are some; what is before this cursor could not be had.
    LacksOlder(Vec<Statement>, String, Problem),
}

/// What one request to the provider needs.
#[derive(Debug)]
pub(crate) struct Redirect {
    state: StateParameter,
    salt: NonceSalt,
    verifier: CodeVerifier,
}

/// What a transition may look at.
pub(crate) struct Context<'a> {
    pub(crate) outside: context::Context<'a>,
    pub(crate) log_outs: LogoutCount,
    pub(crate) subject: &'a str,
    /// The token for reading, while there is one.
    pub(crate) held: Option<&'a CachedToken>,
    /// What was demanded when the customer was last at the provider, as far as this page knows.
    pub(crate) met: &'a AuthenticationRequirement,
}

/// What the rest of the account has to know after a step.
pub(crate) enum Outcome {
    /// Nothing.
    Stay,
    /// The stored ID token was verified again, and tells of a second factor or does not.
    Recalled(bool),
    /// The bank no longer accepts the token; a new log-in has to meet the demand.
    Unauthorized(AuthenticationRequirement),
}

/// A page that became another, with what is to be done.
pub(crate) struct Moved {
    pub(crate) statements: Statements,
    pub(crate) effects: Vec<Effect>,
    pub(crate) outcome: Outcome,
}

fn moved(statements: Statements, effects: Vec<Effect>) -> Moved {
    Moved { statements, effects, outcome: Outcome::Stay }
}

fn shown(content: StatementsContent) -> Moved {
    moved(Statements::Shown(content, None), Vec::new())
}

impl Redirect {
    pub(crate) fn new(entropy: Entropy) -> Self {
        let [state, salt, verifier, _] = entropy.split();
        Self {
            state: StateParameter::new(state),
            salt: NonceSalt::new(salt),
            verifier: CodeVerifier::new(verifier),
        }
    }

    /// To the provider, and back to this page, which needs a second factor whatever else the bank demands.
    fn depart(self, mut demand: AuthenticationRequirement, cx: &mut Context<'_>) -> Moved {
        demand.acr_values = demand.acr_values.or(AuthenticationRequirement::second_factor().acr_values);
        let record = AuthorizationRequest {
            created_at: cx.outside.now,
            scopes: Scopes::parse("openid").union(&cx.outside.config.balance_scope),
            demand,
            verifier: self.verifier,
            salt: self.salt,
            log_outs: cx.log_outs,
            purpose: Purpose::Statements { subject: cx.subject.to_owned() },
        };
        let (departure, mut effects) = Departure::begin(self.state, record, &mut cx.outside);
        effects.push(Effect::Wake(Timer::Leave, REDIRECT_NOTICE_MS));
        moved(Statements::Leaving(Box::new(departure)), effects)
    }
}

/// The customer opens the page without anything that tells of a second factor.
pub(crate) fn confirm(redirect: Redirect, cx: &mut Context<'_>) -> Moved {
    redirect.depart(AuthenticationRequirement::second_factor(), cx)
}

/// The customer opens the page with an ID token out of the storage that may tell of a second factor.
pub(crate) fn recall(token: &str, redirect: Redirect, cx: &mut Context<'_>) -> Moved {
    let step = Verification::begin(token, &mut cx.outside);
    recalled(step, Some(redirect), cx)
}

/// The customer is back from the provider. What is known of a second factor may be from this answer or from before: the
/// bank may have asked for something else.
pub(crate) fn back(known: SecondFactor, cx: &mut Context<'_>) -> Moved {
    match known {
        SecondFactor::Verified(_) => load(None, cx),
        SecondFactor::Stored(token) => {
            let step = Verification::begin(token.as_str(), &mut cx.outside);
            recalled(step, None, cx)
        }
        SecondFactor::Unknown => shown(StatementsContent::Failed(unconfirmed())),
    }
}

fn recalled(step: verification::Step, redirect: Option<Redirect>, cx: &mut Context<'_>) -> Moved {
    match step {
        verification::Step::Continue(verification, effect) => {
            moved(Statements::Recalling(verification, redirect), vec![effect])
        }
        // Nothing was learned about the token: what is known stays as it is.
        verification::Step::Done(Err(problem)) if problem.code == provider::UNREACHABLE => {
            shown(StatementsContent::Failed(problem))
        }
        verification::Step::Done(payload) => {
            let proven = payload.ok().is_some_and(|payload| tells_of_second_factor(&payload, cx));
            let next = match redirect {
                redirect if proven => load(redirect, cx),
                // What the storage held was good for nothing: the provider is asked.
                Some(redirect) => confirm(redirect, cx),
                None => shown(StatementsContent::Failed(unconfirmed())),
            };
            Moved { outcome: Outcome::Recalled(proven), ..next }
        }
    }
}

fn tells_of_second_factor(payload: &SignedPayload, cx: &Context<'_>) -> bool {
    let token = id_token::recall(payload, cx.outside.config.parties(), cx.outside.now);
    token.is_ok_and(|token: IdToken| token.subject == cx.subject && token.has_second_factor())
}

/// A second factor is known of: the bank is asked. With a `redirect`, its answer may send the browser away once.
pub(crate) fn load(redirect: Option<Redirect>, cx: &mut Context<'_>) -> Moved {
    let Some(held) = cx.held else { return moved(Statements::Closed, Vec::new()) };
    let id = cx.outside.ids.request();
    let request = request::statements(cx.outside.config, None, held.bearer());
    moved(Statements::Loading(id, redirect), vec![Effect::Fetch(id, request)])
}

/// The provider answered well, and its ID token tells of no second factor.
fn unconfirmed() -> Problem {
    Problem::new(
        "statements.unconfirmed",
        "This was not the confirmation that is needed here",
        "You were sent back without having confirmed on your phone, so your statements are not shown. Please try again.",
        format!("`amr` of the ID token does not contain `{MFA_AMR}`"),
    )
}

/// Another customer came back than the one who asked.
pub(crate) fn someone_else() -> Problem {
    Problem::new(
        "statements.someone_else",
        "Somebody else logged in",
        "Another customer confirmed than the one who asked for the statements, so they are not shown.",
        "`sub` of the ID token is not the one that asked for the statements".to_owned(),
    )
}

/// The provider, or this page, says why there is nothing to see.
pub(crate) fn failed(problem: Problem) -> Statements {
    Statements::Shown(StatementsContent::Failed(problem), None)
}

impl Statements {
    /// Is this page up?
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self, Self::Closed)
    }

    /// Does it wait for that answer?
    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        match self {
            Self::Recalling(verification, _) => verification.awaits(id),
            Self::Loading(request, _) | Self::LoadingOlder(request, ..) => *request == id,
            Self::Leaving(departure) => departure.awaits(id),
            Self::Closed | Self::Shown(..) | Self::LacksOlder(..) => false,
        }
    }

    /// Does it wait for that check?
    pub(crate) fn awaits_check(&self, id: CheckId) -> bool {
        matches!(self, Self::Recalling(verification, _) if verification.awaits_check(id))
    }

    /// The answer that it waited for.
    pub(crate) fn answered(self, outcome: Result<HttpResponse, NetworkError>, cx: &mut Context<'_>) -> Moved {
        match self {
            Self::Recalling(verification, redirect) => {
                let step = verification.answered(outcome, &mut cx.outside);
                recalled(step, redirect, cx)
            }
            Self::Loading(_, redirect) => loaded(response::read_statements(outcome), redirect, cx),
            Self::LoadingOlder(_, list, before) => match response::read_statements(outcome) {
                Ok((older, next)) => {
                    moved(Self::Shown(StatementsContent::Ready(joined(list, older)), next), Vec::new())
                }
                Err(ReadError::Later(problem, _)) => {
                    moved(Self::LacksOlder(list, before, problem::down(problem.cause)), Vec::new())
                }
                Err(ReadError::Failed(problem)) => moved(Self::LacksOlder(list, before, problem), Vec::new()),
                // The log-in or the second factor has become too old: that is not about the older ones alone.
                Err(error) => loaded(Err(error), None, cx),
            },
            Self::Leaving(mut departure) => match departure.answered(outcome, &mut cx.outside) {
                Ok(effects) => moved(Self::Leaving(departure), effects),
                Err(problem) => moved(failed(problem), vec![Effect::ForgetRequests]),
            },
            other => moved(other, Vec::new()),
        }
    }

    /// The signature was checked.
    pub(crate) fn verified(self, outcome: Result<bool, String>, cx: &mut Context<'_>) -> Moved {
        match self {
            Self::Recalling(verification, redirect) => {
                let step = verification.verified(outcome, &mut cx.outside);
                recalled(step, redirect, cx)
            }
            other => moved(other, Vec::new()),
        }
    }

    /// The sentence was there long enough, or the customer does not want to wait.
    pub(crate) fn proceed(mut self, cx: &Context<'_>) -> Moved {
        let effect = match &mut self {
            Self::Leaving(departure) => departure.proceed(&cx.outside),
            _ => None,
        };
        moved(self, effect.into_iter().collect())
    }

    /// "Show older".
    pub(crate) fn load_older(self, cx: &mut Context<'_>) -> Moved {
        let (list, before) = match self {
            Self::Shown(StatementsContent::Ready(list), Some(before)) | Self::LacksOlder(list, before, _) => {
                (list, before)
            }
            other => return moved(other, Vec::new()),
        };
        let Some(held) = cx.held else { return moved(Self::Closed, Vec::new()) };
        let id = cx.outside.ids.request();
        let request = request::statements(cx.outside.config, Some(&before), held.bearer());
        moved(Self::LoadingOlder(id, list, before), vec![Effect::Fetch(id, request)])
    }

    /// What there is besides what is shown.
    pub(crate) fn older(&self) -> OlderStatements {
        match self {
            Self::Shown(StatementsContent::Ready(_), Some(_)) => OlderStatements::Offered,
            Self::LoadingOlder(..) => OlderStatements::Loading,
            Self::LacksOlder(_, _, problem) => OlderStatements::Failed(problem.clone()),
            _ => OlderStatements::None,
        }
    }

    /// Back to the account. A request that the browser has not left for is forgotten.
    pub(crate) fn closed(self) -> Vec<Effect> {
        if matches!(self, Self::Leaving(_)) { vec![Effect::ForgetRequests] } else { Vec::new() }
    }

    /// What the page shows; `None` while another one is up.
    pub(crate) fn view(&self) -> Option<StatementsContent> {
        Some(match self {
            Self::Closed => return None,
            Self::Recalling(..) | Self::Loading(..) => StatementsContent::Loading,
            Self::Leaving(_) => StatementsContent::Leaving,
            Self::Shown(content, _) => content.clone(),
            Self::LoadingOlder(_, list, _) | Self::LacksOlder(list, ..) => {
                StatementsContent::Ready(list.clone())
            }
        })
    }
}

/// A statement that did not fit on a page goes on with the next one.
fn joined(mut list: Vec<Statement>, older: Vec<Statement>) -> Vec<Statement> {
    let mut older = older.into_iter().peekable();
    if let Some(last) = list.last_mut()
        && let Some(rest) = older.next_if(|first| first.id == last.id)
    {
        last.opening = rest.opening;
        last.entries.splice(..0, rest.entries);
    }
    list.extend(older);
    list
}

fn loaded(
    read: Result<StatementsAnswer, ReadError>,
    redirect: Option<Redirect>,
    cx: &mut Context<'_>,
) -> Moved {
    match read {
        Ok((list, next)) => moved(Statements::Shown(StatementsContent::Ready(list), next), Vec::new()),
        Err(ReadError::NotOffered) => shown(StatementsContent::NotOffered),
        // There is a button to try again; by then, the customer may be elsewhere.
        Err(ReadError::Later(problem, _)) => shown(StatementsContent::Failed(problem::down(problem.cause))),
        Err(ReadError::Failed(problem)) => shown(StatementsContent::Failed(problem)),
        Err(ReadError::Unauthorized(demand, problem)) if demand.is_empty() => {
            let outcome = Outcome::Unauthorized(demand);
            Moved { outcome, ..shown(StatementsContent::Failed(problem)) }
        }
        // RFC 9470: once, and with what the bank says would be enough.
        Err(ReadError::Unauthorized(demand, problem)) => match redirect {
            Some(redirect) => redirect.depart(demand, cx),
            None if demand.is_covered_by(cx.met) => shown(StatementsContent::Failed(refused(problem))),
            None => shown(StatementsContent::Failed(more(problem))),
        },
    }
}

/// The bank asks for something that it has not asked for before. Another redirect takes another press of a button.
fn more(problem: Problem) -> Problem {
    Problem::new(
        "statements.more",
        "Your bank asks for one more confirmation",
        "What you confirmed is not enough for your bank. If you try again, you are asked for what it needs.",
        problem.cause,
    )
}

/// The bank asks again for what it has just been given.
fn refused(problem: Problem) -> Problem {
    Problem::new(
        "statements.refused",
        "Your bank does not show your statements",
        "You confirmed that it is you, and your bank asks for it again. Please ask your bank.",
        problem.cause,
    )
}
