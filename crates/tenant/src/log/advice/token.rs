//! What is to be said about a refusal of the token endpoint. The trace knows what the code was issued for, so it can say
//! which part of the exchange does not fit.

use super::value::Advice;
use super::{parameter, spec, uri};
use crate::log::event::{Event, RefreshTokenStep};
use crate::log::parameters::{self, Parameter};
use crate::log::record::Record;
use crate::log::registered::Registered;
use crate::log::time;

pub(super) fn advise(record: &Record, error: &str, description: &str, registered: &Registered) -> Advice {
    let request = record.last_request();
    match error {
        _ if record.last_endpoint() == "/oauth/revoke" && error == "invalid_request" => Advice::new(
            description,
            "Send, each once: client_id and token, the refresh token.",
            spec::REVOCATION,
        ),
        "invalid_grant" if parameters::value(request, "grant_type") == Some("refresh_token") => {
            refresh_token(record, description)
        }
        "invalid_scope" | "invalid_target" => Advice::new(
            description,
            "Leave scope and audience out, or send what was granted. For more, send the customer to /authorize.",
            spec::REFRESH,
        ),
        "interaction_required" => Advice::new(
            "A script of the tenant sends the browser elsewhere, and there is no browser here.",
            "Send the customer to /authorize. A script asks api.redirect.canRedirect() before it redirects.",
            spec::REFRESH,
        ),
        "mfa_required" => Advice::new(
            "A script of the tenant asks for a second factor, and nobody can be asked for one here.",
            "Send the customer to /authorize. A script that leaves this alone returns early when \
             event.transaction.protocol is \"oauth2-refresh-token\".",
            spec::REFRESH,
        ),
        "invalid_grant" => grant(record, request, description),
        "invalid_client" => client(request, description, registered),
        "unauthorized_client" => {
            let sent = parameters::value(request, "grant_type").unwrap_or_default();
            let right = format!("Add {sent:?} to the client's grant_types.");
            Advice::new(description, right, spec::TOKEN_ERRORS)
        }
        "unsupported_grant_type" => {
            let sent = parameters::value(request, "grant_type").unwrap_or_default();
            let right = "Send grant_type=authorization_code with the code, grant_type=refresh_token with the refresh token, or \
                         what else the metadata lists in grant_types_supported.";
            Advice::new(format!("{description} It was {sent:?}."), right, spec::TOKEN_REQUEST)
        }
        _ => {
            let right = "Send, as application/x-www-form-urlencoded or as an object in JSON, and each once: grant_type, client_id, code, redirect_uri \
                         and code_verifier.";
            let here: Vec<&str> = request.iter().map(|it| it.name.as_str()).collect();
            let here = if here.is_empty() { "none that could be read".to_owned() } else { here.join(", ") };
            Advice::new(format!("{description} There were: {here}."), right, spec::TOKEN_REQUEST)
        }
    }
}

/// The event before says what is wrong with the token.
fn refresh_token(record: &Record, description: &str) -> Advice {
    let last = record.events.iter().rev().find_map(|entry| match &entry.event {
        Event::RefreshToken { step, details } => Some((step, details)),
        _ => None,
    });
    match last {
        Some((RefreshTokenStep::Reused, details)) => Advice::new(
            details,
            "Keep the refresh token of each answer, and send each once. Two tabs that share one need a lock, or a leeway of \
             some seconds in the client's refresh_token. The customer has to log in again.",
            spec::ROTATION,
        ),
        Some((_, details)) => {
            Advice::new(details, "Send the customer to /authorize for a new one.", spec::REFRESH)
        }
        None => Advice::new(description, "Send the customer to /authorize for a new one.", spec::REFRESH),
    }
}

fn client(request: &[Parameter], description: &str, registered: &Registered) -> Advice {
    let id = parameters::value(request, "client_id");
    match id {
        Some(id) if registered.client(id).is_none() => Advice::new(
            format!("The client_id {id:?} is not registered here."),
            parameter::client_ids(Some(id), registered),
            spec::TOKEN_ERRORS,
        ),
        _ => Advice::new(
            description,
            "A client in a browser has no secret: send neither client_secret nor the header Authorization, and set the \
             client's token_endpoint_auth_method to \"none\".",
            spec::TOKEN_ERRORS,
        ),
    }
}

/// What the code was issued for, as the trace has it.
struct Issued<'a> {
    at: u64,
    good_for: u64,
    redirect_uri: &'a str,
    challenge: &'a str,
}

fn grant(record: &Record, request: &[Parameter], description: &str) -> Advice {
    let issued = record.events.iter().rev().find_map(|entry| match &entry.event {
        Event::CodeIssued { good_for, redirect_uri, code_challenge } => {
            Some(Issued { at: entry.at, good_for: *good_for, redirect_uri, challenge: code_challenge })
        }
        _ => None,
    });
    let Some(issued) = issued else {
        let right = "Send the code of the redirect as it came, to the tenant that issued it. The tenant forgets its codes \
                     when it is started anew.";
        return Advice::new("This tenant remembers no such code.", right, spec::TOKEN_ERRORS);
    };
    let asked = record.events.iter().rev().find(|entry| matches!(entry.event, Event::Request { .. }));
    let asked = asked.map_or(issued.at, |entry| entry.at);
    let age = asked.saturating_sub(issued.at);
    if let Some(used) = used(record) {
        return Advice::new(
            format!("The code was sent before, at {}, and is good once.", time::people(used)),
            "Send it once. A page that runs its callback twice (a component that is mounted twice, a reload) sends it \
             twice; keep the tokens of the first time.",
            spec::SINGLE_USE,
        );
    }
    if age >= 1_000 * issued.good_for {
        return Advice::new(
            format!(
                "The code came {} after it was issued, and is good for {}.",
                time::lasted(age),
                time::seconds(issued.good_for)
            ),
            "Redeem it as soon as the browser is back. A breakpoint on the way takes too long.",
            spec::SINGLE_USE,
        );
    }
    mismatch(record, request, &issued)
        .unwrap_or_else(|| Advice::new(description, "Compare both requests above.", spec::TOKEN_ERRORS))
}

/// When the code came first, if this is not the first time.
fn used(record: &Record) -> Option<u64> {
    let mut asked = record.events.iter().filter(|entry| {
        matches!(&entry.event, Event::Request { parameters, .. } if parameters.iter().any(|it| it.name == "code"))
    });
    let first = asked.next()?;
    asked.next().map(|_| first.at)
}

fn mismatch(record: &Record, request: &[Parameter], issued: &Issued<'_>) -> Option<Advice> {
    let value = |name| parameters::value(request, name).unwrap_or_default();
    let of = parameters::value(record.request(), "client_id").unwrap_or_default();
    if value("client_id") != of {
        return Some(Advice::new(
            format!("The code was issued to {of:?}, and {:?} sent it.", value("client_id")),
            "Send the client_id of the authorization request.",
            spec::TOKEN_REQUEST,
        ));
    }
    if value("redirect_uri") != issued.redirect_uri {
        return Some(Advice {
            comparisons: uri::compare(value("redirect_uri"), &[issued.redirect_uri.to_owned()]),
            ..Advice::new(
                "The redirect_uri is not the one of the authorization request.",
                "Send the same one in both requests; it is compared character by character.",
                spec::TOKEN_REQUEST,
            )
        });
    }
    let verifier = parameters::hidden(request, "code_verifier")?;
    (verifier.sha256 != issued.challenge).then(|| {
        let length = match verifier.characters {
            43..=128 => String::new(),
            characters => format!(" It has {characters} characters; a verifier has 43 to 128."),
        };
        Advice::new(
            format!(
                "The SHA-256 of the code_verifier begins with {:?}, and the code_challenge with {:?}.{length}",
                verifier.sha256, issued.challenge
            ),
            "Send the verifier whose hash was the code_challenge of this very request. Two log-ins under way need a verifier \
             each, kept under the state of its request.",
            spec::VERIFIER,
        )
    })
}
