//! What is to be said about an error that goes back to the client from the authorization endpoint.

use super::value::Advice;
use super::{parameter, spec};
use crate::domain::MULTIFACTOR_REQUIRED;
use crate::log::event::{Event, Factor, FactorStep, Refusal};
use crate::log::parameters;
use crate::log::record::Record;
use crate::log::registered::Registered;

pub(super) fn advise(record: &Record, refusal: &Refusal, registered: &Registered) -> Advice {
    let Refusal { error, description } = refusal;
    let request = record.request();
    match error.as_str() {
        "login_required" if description == MULTIFACTOR_REQUIRED => multifactor_required(record),
        "login_required" => login_required(record),
        "invalid_authorization_details" => {
            let told = parameter::advise(request, "authorization_details", registered);
            told.map_or_else(|| fallback(refusal), |advice| Advice { why: description.clone(), ..advice })
        }
        "access_denied" | "temporarily_unavailable" => denied(record).unwrap_or_else(|| {
            parameter::advise(request, description, registered).unwrap_or_else(|| fallback(refusal))
        }),
        _ => parameter::advise(request, description, registered).unwrap_or_else(|| fallback(refusal)),
    }
}

/// The request did not say prompt=none, and was answered as if it had.
const FRAMED: &str = "The request came from a frame, in which this tenant shows no page, and the customer would have to see one.";
const WHOLE_WINDOW: &str =
    "Ask in the whole window or in a popup, or send prompt=none where an error is an answer too.";

fn is_silent(record: &Record) -> bool {
    parameters::value(record.request(), "prompt") == Some("none")
}

/// There is a session, and what was asked for takes a second factor.
fn multifactor_required(record: &Record) -> Advice {
    if !is_silent(record) {
        return Advice::new(FRAMED, WHOLE_WINDOW, spec::OPENID_ERRORS);
    }
    Advice::new(
        "prompt=none forbids every page, and what was asked for takes a second factor.",
        "Ask again without prompt=none, in the whole window or in a popup; the customer can then be asked. auth0-spa-js does \
         so by itself with interactiveErrorHandler: \"popup\".",
        spec::OPENID_ERRORS,
    )
}

/// The session that would be needed, and why it is not good enough.
fn login_required(record: &Record) -> Advice {
    let session = record.events.iter().rev().find_map(|entry| match &entry.event {
        Event::Session { why, good_enough: false, .. } => Some(why.as_str()),
        _ => None,
    });
    let why = session.unwrap_or("The customer would have to log in.");
    if !is_silent(record) {
        return Advice::new(format!("{FRAMED} {why}"), WHOLE_WINDOW, spec::OPENID_ERRORS);
    }
    Advice::new(
        format!("prompt=none forbids the log-in page, and the customer would have to log in. {why}"),
        "Ask again without prompt=none. If the customer has logged in before in this browser: the cookie of the session \
         goes along only when the browser sends cookies to the tenant, which it may not do in a frame of another site.",
        spec::OPENID_ERRORS,
    )
}

/// Somebody said no: the last event tells who.
fn denied(record: &Record) -> Option<Advice> {
    let last = record.events.iter().rev().find(|entry| {
        matches!(entry.event, Event::Factor { .. } | Event::Cancelled | Event::ScriptRun { .. })
    })?;
    let advice = match &last.event {
        Event::Cancelled => Advice::new(
            "The customer pressed Cancel.",
            "Take the error back to where the customer was, and let them start again.",
            spec::AUTHORIZATION_ERRORS,
        ),
        Event::ScriptRun { name, decisions, error, .. } => {
            let why = match (error, decisions.last()) {
                (Some(_), _) => format!("{name} threw or was stopped."),
                (None, Some(decision)) => format!("{name} decided: {decision}"),
                (None, None) => return None,
            };
            Advice::new(why, "Look at the script's console and decisions above.", None)
        }
        Event::Factor { factor, step, .. } => {
            let (why, right) = factor_refused(*factor, *step)?;
            Advice::new(why, right, spec::AUTHORIZATION_ERRORS)
        }
        _ => return None,
    };
    Some(advice)
}

fn factor_refused(factor: Factor, step: FactorStep) -> Option<(&'static str, &'static str)> {
    Some(match (step, factor) {
        (FactorStep::Denied, _) => (
            "The customer said no.",
            "Nothing is wrong with the request. The client tells the customer that nothing was done.",
        ),
        (FactorStep::NotMe, _) => (
            "The customer says that somebody else started this.",
            "Find out who did. The customer should change the password.",
        ),
        (FactorStep::Wrong, Factor::Push) => (
            "A number was chosen that the log-in page does not show. With three to choose from, a second try would be a \
             guess: the request is over.",
            "Start again, and choose the number that the page shows.",
        ),
        (FactorStep::Wrong, _) => (
            "The code was wrong too often.",
            "Start again with the code of now; the clocks of both devices have to agree.",
        ),
        (FactorStep::Stale, _) => (
            "Nobody answered on the phone in time.",
            "Pair a phone at /phone and keep the page open there; then start again. How long there is time is set by \
             lifetimes.push.",
        ),
        (FactorStep::TooMany, _) => (
            "The customer was asked too often without a yes. Somebody may be trying to tire them out.",
            "Wait until there is room again, or raise limits.unapproved_pushes for your tests.",
        ),
        _ => return None,
    })
}

fn fallback(refusal: &Refusal) -> Advice {
    let right = match refusal.error.as_str() {
        "temporarily_unavailable" => "Wait a little, then start again.",
        "server_error" => "Look into what the tenant wrote to its terminal.",
        "unauthorized_client" => "Permit this client the grant type that the response type needs.",
        "access_denied" => "Ask for what this customer may have.",
        _ => "Compare the request above with the specification.",
    };
    Advice::new(&refusal.description, right, spec::AUTHORIZATION_ERRORS)
}
