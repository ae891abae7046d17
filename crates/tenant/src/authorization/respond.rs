//! Responses to clients: tokens, a code or an error (OIDC Core 3.1.2.5, 3.2.2.5 and 3.2.2.6). How they get there is in
//! `delivery`.

use axum::response::Response;

use super::delivery;
use crate::control::{ANOTHER_ISSUER, Fault};
use crate::domain::{ErrorCode, RedirectTarget};
use crate::log::{Refusal, Trace, events};
use crate::state::AppState;
use crate::store::Authorization;

pub(super) type ResponseParameters = Vec<(&'static str, String)>;

/// A successful response, unless a test wants something to be wrong with it.
pub(super) fn send(
    state: &AppState,
    authorization: &Authorization,
    parameters: ResponseParameters,
) -> Response {
    let (target, trace) = (&authorization.request.target, &authorization.trace);
    let Some(fault) = state.control.as_ref().and_then(|control| control.faults.take_for_response()) else {
        return send_to(target, trace, parameters, None);
    };
    trace.record(events::fault(&fault.name()));
    let mut target = target.clone();
    match fault {
        Fault::InvalidState => target.state = Some("not-the-state-of-the-request".to_owned()),
        Fault::MissingState => target.state = None,
        Fault::InvalidResponseIss => ANOTHER_ISSUER.clone_into(&mut target.issuer),
        Fault::MissingResponseIss => target.issuer.clear(),
        _ => {}
    }
    send_to(&target, trace, parameters, None)
}

pub(crate) fn refuse(authorization: &Authorization, error: ErrorCode, description: &str) -> Response {
    send_error(&authorization.request.target, &authorization.trace, error, description)
}

/// As [`refuse`], for a request that has not been accepted.
pub(crate) fn send_error(
    target: &RedirectTarget,
    trace: &Trace,
    error: ErrorCode,
    description: &str,
) -> Response {
    let description = printable(description);
    let parameters = vec![("error", error.code().to_owned()), ("error_description", description.clone())];
    let refusal = Refusal { error: error.code().to_owned(), description };
    send_to(target, trace, parameters, Some(refusal))
}

fn send_to(
    target: &RedirectTarget,
    trace: &Trace,
    mut parameters: ResponseParameters,
    refusal: Option<Refusal>,
) -> Response {
    parameters.extend(target.state.clone().map(|state| ("state", state)));
    if !target.issuer.is_empty() {
        parameters.push(("iss", target.issuer.clone()));
    }
    let names = parameters.iter().map(|(name, _)| (*name).to_owned()).collect();
    trace.record(events::redirect(target, names, refusal));
    delivery::deliver(target, &parameters)
}

/// RFC 6749, 4.2.2.1: a description has no quotation marks, no backslash and nothing beyond ASCII, and descriptions
/// quote what the client sent.
fn printable(description: &str) -> String {
    let allowed = |letter: &char| matches!(letter, ' '..='~') && *letter != '"' && *letter != '\\';
    description.chars().map(|letter| if letter == '"' { '\'' } else { letter }).filter(allowed).collect()
}
