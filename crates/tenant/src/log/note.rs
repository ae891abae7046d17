//! Events made from what the flow has in its hands, so that recording takes a line there.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::event::{Event, Factor, FactorStep, LeftOut, PasswordOutcome, Refusal, Token, Who};
use super::{Kind, parameters, time};
use crate::answer::{Place, Recipient};
use crate::config::Customer;
use crate::endpoints::authorize::{Prompt, Request};
use crate::endpoints::credentials::LogInError;
use crate::factors;
use crate::http::Parameters;
use crate::keys::{Jwk, KeyRing};
use crate::passwords;
use crate::scopes;
use crate::state::State;
use crate::store::{Asked, Outcome, Push, Session};
use crate::tokens;

pub(crate) fn who(customer: &Customer) -> Who {
    Who { sub: customer.sub.clone(), name: customer.name.clone() }
}

fn who_is(state: &State, sub: &str) -> Option<Who> {
    state.directory.by_sub(sub).map(|customer| who(customer))
}

/// The browser's session, beside what the request demands of it.
pub(crate) fn session(state: &State, request: &Request, session: Option<&Session>) -> Event {
    let now = state.now();
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
    Event::Session { who: who_is(state, &session.sub), good_enough, why }
}

/// What became of a form with e-mail and password.
pub(crate) fn password(
    state: &State,
    form: &Parameters,
    result: &Result<Arc<Customer>, LogInError>,
) -> Event {
    let email = form.get("email").unwrap_or_default();
    let known = state.directory.knows(&passwords::normal(email));
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

/// A step of a second factor that needs no more words.
pub(crate) fn factor(factor: factors::Factor, step: FactorStep) -> Event {
    Event::Factor { factor: factor.into(), step, details: Vec::new() }
}

impl From<factors::Factor> for Factor {
    fn from(factor: factors::Factor) -> Self {
        match factor {
            factors::Factor::Push => Self::Push,
            factors::Factor::Otp => Self::OneTimeCode,
            factors::Factor::RecoveryCode => Self::RecoveryCode,
        }
    }
}

/// What the customer is asked to confirm, and how.
pub(crate) fn asked(factor: factors::Factor, asked: &Asked) -> Event {
    let mut details = asked.sentences.clone();
    details
        .extend(asked.payment.as_ref().map(|payment| format!("{} to {}", payment.amount(), payment.payee())));
    Event::Factor { factor: factor.into(), step: FactorStep::Asked, details }
}

/// Records what the phone answered, where the question is this phone's.
pub(crate) fn answered(push: Option<&Push>, sub: &str, outcome: Outcome) {
    let step = match outcome {
        Outcome::Approved => FactorStep::Approved,
        Outcome::Denied => FactorStep::Denied,
        Outcome::WrongNumber => FactorStep::Wrong,
        Outcome::NotMe => FactorStep::NotMe,
        Outcome::TooLate => FactorStep::TooLate,
        // The second click of a double click.
        Outcome::Answered => return,
    };
    if let Some(push) = push.filter(|push| push.sub == sub) {
        push.trace.record(factor(factors::Factor::Push, step));
    }
}

/// What was granted, and what was not.
pub(crate) fn granted(
    request: &Request,
    customer: &Customer,
    granted: &[String],
    second_factor: bool,
) -> Event {
    let api = request.api.as_deref();
    let why = |scope: &String| {
        match api {
        _ if scope == "offline_access" => {
            "This tenant has no refresh tokens, for which the scope asks. A new token comes by silent authentication \
             (prompt=none): leave out useRefreshTokens of auth0-spa-js, or add useRefreshTokensFallback."
                .to_owned()
        }
        _ if scopes::OIDC_SCOPES.contains(&scope.as_str()) => "It was not granted.".to_owned(),
        None => "The request names no audience, so it is for no API's scopes.".to_owned(),
        Some(api) if !api.scopes.iter().any(|known| known.name == *scope) => {
            format!("{} has no such scope.", api.name)
        }
        Some(_) => format!("{} is not permitted to have it.", customer.name),
    }
    };
    let missing = request.scopes.iter().filter(|scope| !granted.contains(scope));
    let left_out = missing.map(|scope| LeftOut { scope: scope.clone(), why: why(scope) }).collect();
    Event::Granted { who: who(customer), granted: granted.to_vec(), left_out, second_factor }
}

/// The keys that the tenant has, the one that signs first: when it starts, or after a rotation.
pub(crate) fn keys(published: &[Jwk], rotated: bool) -> Event {
    let published: Vec<String> = published.iter().map(|key| key.kid().to_owned()).collect();
    Event::Keys { signing: published.first().cloned().unwrap_or_default(), published, rotated }
}

/// The end of a session, and whether the browser goes where the client wanted.
pub(crate) fn logged_out(state: &State, ended: Option<&Session>, wanted: Option<&str>, goes: bool) -> Event {
    let who = ended.and_then(|session| who_is(state, &session.sub));
    let wanted = wanted.map(str::to_owned);
    let (to, refused) = if goes { (wanted, None) } else { (None, wanted) };
    Event::LogOut { who, to, refused }
}

/// The way back to the client, with what is in `encoded`.
pub(crate) fn redirect(to: &Recipient, encoded: &str, error: Option<Refusal>) -> Event {
    let mode = match to.place {
        Place::Fragment => "fragment",
        Place::Query => "query",
        Place::FormPost => "form_post",
        Place::WebMessage => "web_message",
    };
    let parameters = form_urlencoded::parse(encoded.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    Event::Redirect { to: to.redirect_uri.clone(), mode: mode.to_owned(), parameters, error }
}

/// A code, by what it is bound to.
pub(crate) fn code(good_for: u64, redirect_uri: &str, challenge: &str) -> Event {
    Event::CodeIssued {
        good_for,
        redirect_uri: redirect_uri.to_owned(),
        code_challenge: parameters::shortened(challenge),
    }
}

/// A token, by its claims.
pub(crate) fn token(token: Token, keys: &KeyRing, claims: &impl Serialize) -> Event {
    let claims = serde_json::to_value(claims).unwrap_or_default();
    Event::TokenIssued { token, key: keys.current().kid().to_owned(), claims }
}

/// Records a call of the userinfo endpoint: with the token's own trace when it was answered, else in a trace of its own.
/// `sent`: every token of the request; `answer`: what was told, or the error code.
pub(crate) fn user_info(state: &State, sent: &[&str], answer: Result<&impl Serialize, &'static str>) {
    let presented: Option<Value> = sent.first().and_then(|token| tokens::verify(&state.key, token));
    let presented = presented.as_ref();
    let sub = presented.and_then(|claims| claims.get("sub")).and_then(Value::as_str);
    let who = sub.and_then(|sub| who_is(state, sub));
    let jti = presented.and_then(|claims| claims.get("jti")).and_then(Value::as_str);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let description = match sent {
                [] => "No token was sent.".to_owned(),
                [_] => why_no_user_info(state, presented),
                _ => "The token stands more than once.".to_owned(),
            };
            let refused = Some(Refusal { error: error.to_owned(), description });
            let event = Event::UserInfo { who, claims: Vec::new(), refused };
            return state.log.begin(Kind::UserInfo).record(event);
        }
    };
    let answer = serde_json::to_value(answer).unwrap_or_default();
    let claims = answer.as_object().map(|claims| claims.keys().cloned().collect()).unwrap_or_default();
    let trace =
        jti.and_then(|jti| state.log.of_token(jti)).unwrap_or_else(|| state.log.begin(Kind::UserInfo));
    trace.record(Event::UserInfo { who, claims, refused: None });
}

fn why_no_user_info(state: &State, presented: Option<&Value>) -> String {
    let Some(claims) = presented else {
        return "What was sent is no token that a key of this tenant has signed.".to_owned();
    };
    let expired = claims.get("exp").and_then(Value::as_u64).filter(|exp| *exp <= state.now());
    if claims.get("scope").is_none() {
        "It is not an access token; it looks like an ID token.".to_owned()
    } else if let Some(expired) = expired {
        format!("The token expired at {}.", time::people(1_000 * expired))
    } else if claims
        .get("scope")
        .and_then(Value::as_str)
        .is_some_and(|it| !it.split(' ').any(|it| it == "openid"))
    {
        "The token was granted without the scope openid, so it is one of OAuth alone.".to_owned()
    } else {
        "The token is not for the userinfo endpoint, or its customer is gone.".to_owned()
    }
}
