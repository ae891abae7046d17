//! The page "Statements": sensitive, so it is shown only after a second factor.
//!
//! What counts is the `amr` of a verified ID token; without `mfa` in it, the customer is sent to the provider and comes
//! back to this page. The bank protects the statements too, and may ask for a newer confirmation than the one there was
//! (RFC 9470). [`Loading`] carries the randomness that one redirect needs, and only when the browser has not been sent
//! away for this page yet, so that no answer of the bank can start a loop.

use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec::Vec};

use crate::{
    bank_api::{
        problem, request,
        response::{self, ReadError, StatementsAnswer},
    },
    domain::{AuthenticationRequirement, Entropy, MFA_AMR, Problem},
    effect::{CheckId, Effect, Timer},
    flow::{
        authorization::{
            redirect::{AuthorizationRedirect, REDIRECT_NOTICE_MS},
            verification::{Verification, VerificationProgress},
        },
        context::Context,
        customer::Customer,
        login::SecondFactor,
        transition::{LoginEvent, Progress},
    },
    http::{HttpResult, RequestId},
    oidc::{IdToken, Purpose, RequestSecrets, SignedPayload, id_token, provider},
    view::{OlderStatements, Statement, StatementsContent},
};

#[derive(Debug, Default)]
pub(crate) enum Statements {
    #[default]
    Closed,
    /// The stored ID token is verified again before it counts.
    Rechecking(Box<Verification>, Option<RequestSecrets>),
    Loading(RequestId, Option<RequestSecrets>),
    /// About to leave for the second factor.
    Leaving(Box<AuthorizationRedirect>),
    /// Here they are, or why they are not; and the cursor of what is older.
    Loaded(StatementsContent, Option<String>),
    /// Here are some, and the bank was asked for what is before this cursor.
    LoadingOlder(RequestId, Vec<Statement>, String),
    /// Here are some; what is before this cursor could not be had.
    LacksOlder(Vec<Statement>, String, Problem),
}

fn show(content: StatementsContent) -> Statements {
    Statements::Loaded(content, None)
}

/// To the provider, and back to this page, which needs a second factor whatever else the bank asks for.
fn redirect_for(
    mut requirement: AuthenticationRequirement,
    secrets: RequestSecrets,
    customer: &Customer,
    cx: &mut Context,
) -> Statements {
    requirement.acr_values = requirement.acr_values.or(AuthenticationRequirement::second_factor().acr_values);
    let purpose = Purpose::Statements { subject: customer.subject().to_owned() };
    let scopes = cx.config.balance_scope.clone();
    let redirect = AuthorizationRedirect::begin(secrets, purpose, &scopes, requirement, cx);
    cx.emit(Effect::SetTimer(Timer::Leave, REDIRECT_NOTICE_MS));
    Statements::Leaving(redirect)
}

/// The customer opens the page. A stored ID token that may tell of a second factor is verified again first.
pub(crate) fn open(entropy: Entropy, customer: &Customer, cx: &mut Context) -> Statements {
    let (secrets, _) = RequestSecrets::draw(entropy);
    match customer.second_factor() {
        SecondFactor::Unknown => confirm(secrets, customer, cx),
        SecondFactor::Stored(token) => {
            let next = Verification::begin(token.as_str(), cx);
            recheck(next, Some(secrets), customer, cx)
        }
        SecondFactor::Verified(_) => load(Some(secrets), customer, cx),
    }
}

fn confirm(secrets: RequestSecrets, customer: &Customer, cx: &mut Context) -> Statements {
    redirect_for(AuthenticationRequirement::second_factor(), secrets, customer, cx)
}

/// The customer is back from the provider. What is known of a second factor may be from this answer or from before: the
/// bank may have asked for something else.
pub(crate) fn open_after_login(customer: &Customer, cx: &mut Context) -> Statements {
    match customer.second_factor() {
        SecondFactor::Verified(_) => load(None, customer, cx),
        SecondFactor::Stored(token) => {
            let next = Verification::begin(token.as_str(), cx);
            recheck(next, None, customer, cx)
        }
        SecondFactor::Unknown => show(StatementsContent::Failed(unconfirmed())),
    }
}

fn recheck(
    next: VerificationProgress,
    secrets: Option<RequestSecrets>,
    customer: &Customer,
    cx: &mut Context,
) -> Statements {
    match next {
        Progress::Pending(verification) => Statements::Rechecking(verification, secrets),
        // Nothing was learned about the token: what is known stays as it is.
        Progress::Done(Err(problem)) if problem.code == provider::UNREACHABLE => {
            show(StatementsContent::Failed(problem))
        }
        Progress::Done(payload) => {
            let is_proven =
                payload.ok().is_some_and(|payload| tells_of_second_factor(&payload, customer, cx));
            cx.login_event = Some(LoginEvent::SecondFactorChecked(is_proven));
            match secrets {
                secrets if is_proven => load(secrets, customer, cx),
                // What the storage held was good for nothing: the provider is asked.
                Some(secrets) => confirm(secrets, customer, cx),
                None => show(StatementsContent::Failed(unconfirmed())),
            }
        }
    }
}

fn tells_of_second_factor(payload: &SignedPayload, customer: &Customer, cx: &Context) -> bool {
    let token = id_token::recall(payload, (&cx.config).into(), cx.now);
    token.is_ok_and(|token: IdToken| token.subject == customer.subject() && token.has_second_factor())
}

/// A second factor is known of: the bank is asked. With `secrets`, its answer may send the browser away once.
fn load(secrets: Option<RequestSecrets>, customer: &Customer, cx: &mut Context) -> Statements {
    fetch(None, customer, cx, |id| Statements::Loading(id, secrets))
}

fn fetch(
    before: Option<&str>,
    customer: &Customer,
    cx: &mut Context,
    state: impl FnOnce(RequestId) -> Statements,
) -> Statements {
    let Some(token) = customer.token(cx) else { return Statements::Closed };
    let request = request::statements(&cx.config, before, token.bearer());
    state(cx.fetch(request))
}

/// The provider answered well, and its ID token tells of no second factor.
fn unconfirmed() -> Problem {
    Problem::new("statements.unconfirmed", format!("`amr` of the ID token does not contain `{MFA_AMR}`"))
}

/// Another customer came back than the one who asked.
pub(crate) fn other_subject() -> Problem {
    Problem::new(
        "statements.someone_else",
        "`sub` of the ID token is not the one that asked for the statements".to_owned(),
    )
}

/// The provider, or this page, says why there is nothing to see.
pub(crate) fn show_problem(problem: Problem) -> Statements {
    Statements::Loaded(StatementsContent::Failed(problem), None)
}

impl Statements {
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self, Self::Closed)
    }

    pub(crate) fn awaits(&self, id: RequestId) -> bool {
        match self {
            Self::Rechecking(verification, _) => verification.awaits(id),
            Self::Loading(request, _) | Self::LoadingOlder(request, ..) => *request == id,
            Self::Leaving(redirect) => redirect.awaits(id),
            Self::Closed | Self::Loaded(..) | Self::LacksOlder(..) => false,
        }
    }

    pub(crate) fn awaits_check(&self, id: CheckId) -> bool {
        matches!(self, Self::Rechecking(verification, _) if verification.awaits_check(id))
    }

    pub(crate) fn handle_response(
        self,
        outcome: HttpResult,
        customer: &Customer,
        cx: &mut Context,
    ) -> Statements {
        match self {
            Self::Rechecking(verification, secrets) => {
                let next = verification.handle_response(outcome, cx);
                recheck(next, secrets, customer, cx)
            }
            Self::Loading(_, secrets) => {
                show_loaded(response::read_statements(outcome), secrets, customer, cx)
            }
            Self::LoadingOlder(_, list, before) => match response::read_statements(outcome) {
                Ok((older, next)) => Self::Loaded(StatementsContent::Ready(join(list, older)), next),
                Err(ReadError::Later(problem, _)) => {
                    Self::LacksOlder(list, before, problem::down(problem.cause))
                }
                Err(ReadError::Failed(problem)) => Self::LacksOlder(list, before, problem),
                // The log-in or the second factor has become too old: that is not about the older ones alone.
                Err(error) => show_loaded(Err(error), None, customer, cx),
            },
            Self::Leaving(mut redirect) => match redirect.handle_response(outcome, cx) {
                Ok(()) => Self::Leaving(redirect),
                Err(problem) => {
                    cx.emit(Effect::ForgetRequests);
                    show_problem(problem)
                }
            },
            other => other,
        }
    }

    pub(crate) fn handle_verification(
        self,
        outcome: Result<bool, String>,
        customer: &Customer,
        cx: &mut Context,
    ) -> Statements {
        match self {
            Self::Rechecking(verification, secrets) => {
                let next = verification.handle_verification(outcome, cx);
                recheck(next, secrets, customer, cx)
            }
            other => other,
        }
    }

    /// The sentence was there long enough, or the customer does not want to wait.
    pub(crate) fn proceed(&mut self, cx: &mut Context) {
        if let Self::Leaving(redirect) = self {
            redirect.proceed(cx);
        }
    }

    /// "Show older".
    pub(crate) fn load_older(self, customer: &Customer, cx: &mut Context) -> Statements {
        let (list, before) = match self {
            Self::Loaded(StatementsContent::Ready(list), Some(before))
            | Self::LacksOlder(list, before, _) => (list, before),
            other => return other,
        };
        fetch(Some(&before.clone()), customer, cx, |id| Self::LoadingOlder(id, list, before))
    }

    /// What there is besides what is shown.
    pub(crate) fn older(&self) -> OlderStatements {
        match self {
            Self::Loaded(StatementsContent::Ready(_), Some(_)) => OlderStatements::Offered,
            Self::LoadingOlder(..) => OlderStatements::Loading,
            Self::LacksOlder(_, _, problem) => OlderStatements::Failed(problem.clone()),
            _ => OlderStatements::None,
        }
    }

    /// Back to the account. A request that the browser has not left for is forgotten.
    pub(crate) fn close(&mut self, cx: &mut Context) {
        if matches!(core::mem::take(self), Self::Leaving(_)) {
            cx.emit(Effect::ForgetRequests);
        }
    }

    /// What the page shows; `None` while another one is up.
    pub(crate) fn view(&self) -> Option<StatementsContent> {
        Some(match self {
            Self::Closed => return None,
            Self::Rechecking(..) | Self::Loading(..) => StatementsContent::Loading,
            Self::Leaving(_) => StatementsContent::Leaving,
            Self::Loaded(content, _) => content.clone(),
            Self::LoadingOlder(_, list, _) | Self::LacksOlder(list, ..) => {
                StatementsContent::Ready(list.clone())
            }
        })
    }
}

/// A statement that did not fit on a page goes on with the next one.
fn join(mut list: Vec<Statement>, older: Vec<Statement>) -> Vec<Statement> {
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

fn show_loaded(
    read: Result<StatementsAnswer, ReadError>,
    secrets: Option<RequestSecrets>,
    customer: &Customer,
    cx: &mut Context,
) -> Statements {
    match read {
        Ok((list, next)) => Statements::Loaded(StatementsContent::Ready(list), next),
        Err(ReadError::NotOffered) => show(StatementsContent::NotOffered),
        // There is a button to try again; by then, the customer may be elsewhere.
        Err(ReadError::Later(problem, _)) => show(StatementsContent::Failed(problem::down(problem.cause))),
        Err(ReadError::Failed(problem)) => show(StatementsContent::Failed(problem)),
        Err(ReadError::Unauthorized(requirement, problem)) if requirement.is_empty() => {
            cx.refuse_token(requirement);
            show(StatementsContent::Failed(problem))
        }
        // RFC 9470: once, and with what the bank says would be enough.
        Err(ReadError::Unauthorized(requirement, problem)) => match secrets {
            Some(secrets) => redirect_for(requirement, secrets, customer, cx),
            None if customer.has_met(&requirement) => {
                show(StatementsContent::Failed(refused_after_confirmation(problem)))
            }
            None => show(StatementsContent::Failed(further_confirmation_needed(problem))),
        },
    }
}

/// The bank asks for something that it has not asked for before. Another redirect takes another press of a button.
fn further_confirmation_needed(problem: Problem) -> Problem {
    Problem::new("statements.more", problem.cause)
}

/// The bank asks again for what it has just been given.
fn refused_after_confirmation(problem: Problem) -> Problem {
    Problem::new("statements.refused", problem.cause)
}
