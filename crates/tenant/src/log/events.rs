//! Events made from what the callers have at hand, so that recording takes a line there.

use std::sync::Arc;

use serde_json::Value;

use super::event::{
    CustomerName, Event, Factor, FactorStep, LeftOut, PasswordOutcome, RefreshTokenStep, Refusal, Token,
};
use super::{parameters, time};
use crate::domain;
use crate::domain::{
    AuthorizationRequest, ConfirmationPrompt, Customer, LogInError, NoOfflineAccess, OFFLINE_ACCESS,
    OIDC_SCOPES, Parameters, Payment, Prompt, RedirectTarget, Session,
};

pub(crate) fn who(customer: &Customer) -> CustomerName {
    CustomerName { sub: customer.sub.clone(), name: customer.name.clone() }
}

/// The browser's session, beside what the request demands of it.
pub(crate) fn session(
    request: &AuthorizationRequest,
    session: Option<&Session>,
    customer: Option<&Customer>,
    now: u64,
) -> Event {
    let Some(session) = session else {
        let why = "The browser has no session here, or it is over.".to_owned();
        return Event::Session { who: None, good_enough: false, why };
    };
    let age = now.saturating_sub(session.auth_time);
    let ago = format!("The password was given {} ago", time::seconds(age));
    let hinted = request.is_for(&session.sub);
    let why = match request.max_age {
        _ if !hinted => format!("{ago}, and id_token_hint asks for another customer."),
        _ if request.prompt == Prompt::LogIn => format!("{ago}, and prompt=login asks for it anew."),
        Some(max_age) if !request.accepts(session.auth_time, now) => {
            format!("{ago}, and max_age={max_age} asks for a newer log-in.")
        }
        Some(max_age) => format!("{ago}, which is new enough for max_age={max_age}."),
        None => format!("{ago}, and the request does not ask for a newer log-in."),
    };
    let good_enough = hinted && request.accepts(session.auth_time, now);
    Event::Session { who: customer.map(who), good_enough, why }
}

/// What became of a form with e-mail and password.
///
/// `known`: there is a customer with this e-mail address.
pub(crate) fn password(form: &Parameters, known: bool, result: &Result<Arc<Customer>, LogInError>) -> Event {
    let email = form.get("email").unwrap_or_default();
    let (outcome, wait) = match result {
        Ok(_) => (PasswordOutcome::Right, None),
        Err(LogInError::Incomplete) => (PasswordOutcome::Incomplete, None),
        Err(LogInError::Wrong) if known => (PasswordOutcome::Wrong, None),
        Err(LogInError::Wrong) => (PasswordOutcome::UnknownCustomer, None),
        Err(LogInError::SomebodyElse) => (PasswordOutcome::SomebodyElse, None),
        Err(LogInError::TooMany { wait }) => (PasswordOutcome::TooMany, Some(*wait)),
        Err(LogInError::TooManyOfPeer { wait }) => (PasswordOutcome::TooManyOfPeer, Some(*wait)),
    };
    // Some people type their password into the wrong field.
    let email = if known || looks_like_email(email) { email.to_owned() } else { String::new() };
    Event::Password { email, outcome, who: result.as_ref().ok().map(|customer| who(customer)), wait }
}

fn looks_like_email(text: &str) -> bool {
    let domain =
        |text: &str| text.contains('.') && text.chars().all(|it| it.is_alphanumeric() || ".-".contains(it));
    let parts = text.trim().split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !name.contains(char::is_whitespace) && domain(host))
}

pub(crate) fn fault(name: &str) -> Event {
    Event::Fault { name: name.to_owned() }
}

/// A step of a second factor that needs no more words.
pub(crate) fn factor(factor: domain::Factor, step: FactorStep) -> Event {
    Event::Factor { factor: factor.into(), step, details: Vec::new() }
}

impl From<domain::Factor> for Factor {
    fn from(factor: domain::Factor) -> Self {
        match factor {
            domain::Factor::Push => Self::Push,
            domain::Factor::Otp => Self::OneTimeCode,
            domain::Factor::RecoveryCode => Self::RecoveryCode,
        }
    }
}

/// What the customer is asked to confirm, and how.
pub(crate) fn asked(factor: domain::Factor, prompt: &ConfirmationPrompt) -> Event {
    let mut details = prompt.in_english();
    details.extend(prompt.payment.as_deref().map(Payment::summary));
    Event::Factor { factor: factor.into(), step: FactorStep::Asked, details }
}

pub(crate) fn granted(
    request: &AuthorizationRequest,
    customer: &Customer,
    granted: &[String],
    second_factor: bool,
) -> Event {
    let api = request.api.as_deref();
    let why = |scope: &String| match api {
        _ if scope == OFFLINE_ACCESS => no_refresh_token(request, granted),
        _ if OIDC_SCOPES.contains(&scope.as_str()) => "It was not granted.".to_owned(),
        None => "The request names no audience, so it is for no API's scopes.".to_owned(),
        Some(api) if !api.scopes.iter().any(|known| known.name == *scope) => {
            format!("{} has no such scope.", api.name)
        }
        Some(_) => format!("{} is not permitted to have it.", customer.name),
    };
    let missing = request.scopes.iter().filter(|scope| !granted.contains(scope));
    let left_out = missing.map(|scope| LeftOut { scope: scope.clone(), why: why(scope) }).collect();
    Event::Granted { who: who(customer), granted: granted.to_vec(), left_out, second_factor }
}

/// Why there is no refresh token, and what has to be changed for one.
fn no_refresh_token(request: &AuthorizationRequest, granted: &[String]) -> String {
    let Err(why) = request.offline_access(granted) else { return "A script took it away.".to_owned() };
    let api = request.api.as_ref().map(|api| api.identifier.as_str()).unwrap_or_default();
    match why {
        NoOfflineAccess::WithoutCode => {
            "A refresh token comes with a code alone: response_type has to be \"code\".".to_owned()
        }
        NoOfflineAccess::Client => format!(
            "The grant_types of {} do not name refresh_token. Without one a new token comes by silent authentication \
             (prompt=none): leave out useRefreshTokens of auth0-spa-js, or add useRefreshTokensFallback.",
            request.client.name
        ),
        NoOfflineAccess::Api => format!("The API {api} does not have allow_offline_access = true."),
        NoOfflineAccess::SecondFactor => {
            "What was granted takes a second factor each time, and a refresh token would give it without one."
                .to_owned()
        }
    }
}

/// What an exchange of a refresh token gives. `beyond`: what was asked for and never granted with it.
pub(crate) fn refreshed(
    request: &AuthorizationRequest,
    customer: &Customer,
    scopes: &[String],
    beyond: Vec<String>,
) -> Event {
    let mut event = granted(request, customer, scopes, false);
    if let Event::Granted { left_out, .. } = &mut event {
        let why = "It was not granted with this refresh token. A request to /authorize can ask for it.";
        left_out.extend(beyond.into_iter().map(|scope| LeftOut { scope, why: why.to_owned() }));
    }
    event
}

pub(crate) fn refresh_token(step: RefreshTokenStep, details: String) -> Event {
    Event::RefreshToken { step, details }
}

/// The keys that the tenant has, the one that signs first: when it starts, or after a rotation.
pub(crate) fn keys(published: Vec<String>, rotated: bool) -> Event {
    Event::Keys { signing: published.first().cloned().unwrap_or_default(), published, rotated }
}

/// The end of a session, and whether the browser goes where the client wanted.
pub(crate) fn logged_out(customer: Option<&Customer>, wanted: Option<&str>, goes: bool) -> Event {
    let who = customer.map(who);
    let wanted = wanted.map(str::to_owned);
    let (to, refused) = if goes { (wanted, None) } else { (None, wanted) };
    Event::LogOut { who, to, refused }
}

/// The way back to the client, with the names of the parameters that it carries.
pub(crate) fn redirect(target: &RedirectTarget, parameters: Vec<String>, error: Option<Refusal>) -> Event {
    let mode = target.response_mode.name().to_owned();
    Event::Redirect { to: target.redirect_uri.clone(), mode, parameters, error }
}

/// A code, by what it is bound to.
pub(crate) fn code(good_for: u64, redirect_uri: &str, challenge: &str) -> Event {
    Event::CodeIssued {
        good_for,
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: parameters::shortened(challenge),
    }
}

pub(crate) fn token(token: Token, kid: &str, claims: &Value) -> Event {
    Event::TokenIssued { token, key: kid.to_owned(), claims: claims.clone() }
}
