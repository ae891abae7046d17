//! What is to be said about an event to whoever looks for a mistake: why it was refused, what would have been right,
//! and where that is written. It reads what the trace holds already and what is registered, so that the endpoints only
//! have to record what happened.

mod answer;
mod parameter;
mod spec;
mod token;
mod uri;
pub(super) mod value;

use super::event::{Event, PasswordOutcome};
use super::parameters::{self, Parameter};
use super::record::Record;
use super::registered::Registered;
use super::time;
use value::Advice;

/// What is to be said about this event of this trace, which does not hold it yet.
pub(super) fn advise(record: &Record, event: &Event, registered: &Registered) -> Option<Advice> {
    match event {
        Event::RefusedPage { sentence } if record.request().is_empty() => {
            let right = "Send less: a payment, a hint and a handful of scopes fit. What the client wants to remember it \
                         keeps itself, under the state.";
            Some(Advice::new(sentence, right, None))
        }
        Event::RefusedPage { sentence } => Some(page(record.request(), sentence, registered)),
        Event::Redirect { error: Some(refusal), .. } => Some(answer::advise(record, refusal, registered)),
        Event::TokenRefused { error, description } => {
            Some(token::advise(record, error, description, registered))
        }
        Event::UserInfo { refused: Some(refusal), .. } if refusal.error == "insufficient_scope" => {
            let right = "Ask for \"openid\" among the scopes of the authorization request, and for \"profile\" and \"email\" \
                         where the client wants to know them.";
            Some(Advice::new(&refusal.description, right, spec::BEARER_ERRORS))
        }
        Event::UserInfo { refused: Some(refusal), .. } => Some(Advice::new(
            &refusal.description,
            "Send an access token of this tenant that has not expired, once: in the header \"Authorization: Bearer …\", or as \
             access_token in a posted form. The ID token is for the client alone.",
            spec::BEARER_ERRORS,
        )),
        Event::Password { outcome, wait, .. } => password(*outcome, wait.unwrap_or_default()),
        Event::FormRefused { .. } => Some(Advice::new(
            "The form did not carry the value that its page had been given, or the browser said that a page of another \
             origin had sent it.",
            "Send the form from the tenant's own page, loaded in the same browser. A test that posts by itself reads the \
             page first, sends its form_token, and keeps its cookies.",
            None,
        )),
        Event::LogOut { refused: Some(uri), .. } => Some(log_out(record.request(), uri, registered)),
        Event::ScriptRun { name, error: Some(_), .. } => Some(Advice::new(
            format!("{name} threw or was stopped, so nothing was granted."),
            "Mend the script where the trace points. The next log-in runs it as it is then; nothing has to be started anew.",
            None,
        )),
        _ => None,
    }
}

/// Refused on a page: it is not certain who asks, or where the answer would go.
fn page(request: &[Parameter], sentence: &str, registered: &Registered) -> Advice {
    let count = |name: &str| request.iter().filter(|it| it.name == name).count();
    let client_id = parameters::value(request, "client_id").filter(|_| count("client_id") == 1);
    let Some(client_id) = client_id.filter(|id| !id.is_empty()) else {
        let why =
            if count("client_id") > 1 { "client_id stands more than once." } else { "client_id is missing." };
        return Advice::new(why, parameter::client_ids(None, registered), spec::AUTHORIZATION_REQUEST);
    };
    let Some(client) = registered.client(client_id) else {
        let why = format!("The client_id {client_id:?} is not registered here.");
        return Advice::new(
            why,
            parameter::client_ids(Some(client_id), registered),
            spec::AUTHORIZATION_REQUEST,
        );
    };
    match (parameters::value(request, "redirect_uri").unwrap_or_default(), count("redirect_uri")) {
        ("", 0 | 1) => Advice::new(
            "redirect_uri is missing.",
            format!("Send one of the client's own: {}.", parameter::listed(&client.redirect_uris)),
            spec::REDIRECTION,
        ),
        (_, 2..) => Advice::new("redirect_uri stands more than once.", "Send it once.", spec::REDIRECTION),
        (sent, _) if sentence.contains("web_origins") && client.redirect_uris.iter().any(|it| it == sent) => {
            let right = "Add the origin of the page that waits for the message to the client's web_origins, or leave \
                         response_mode=web_message out.";
            Advice::new(sentence, right, spec::RESPONSE_TYPES)
        }
        (sent, _) if client.redirect_uris.iter().any(|known| known == sent) => Advice::new(
            sentence,
            "Send a request that has every parameter once.",
            spec::AUTHORIZATION_REQUEST,
        ),
        (sent, _) => Advice {
            comparisons: uri::compare(sent, &client.redirect_uris),
            ..Advice::new(
                format!("The redirect_uri is not one of those registered for {}.", client.name),
                "Send a registered one, character by character, or register the one that was sent.",
                spec::EXACT_MATCH,
            )
        },
    }
}

fn password(outcome: PasswordOutcome, wait: u64) -> Option<Advice> {
    let later = format!("Try again in {}, or raise the limit of this tenant.", time::seconds(wait));
    let (why, right) = match outcome {
        PasswordOutcome::Right => return None,
        PasswordOutcome::Wrong => {
            ("The customer exists, and the password is wrong.", "Type it again.".to_owned())
        }
        PasswordOutcome::UnknownCustomer => (
            "No customer has this e-mail address. The page does not say so, because a stranger could ask it who has an \
             account.",
            "Use one of the tenant's customers, or add this one.".to_owned(),
        ),
        PasswordOutcome::SomebodyElse => (
            "The password is right, and id_token_hint asks for another customer than this one.",
            "Log in as the customer whom the ID token names, or leave id_token_hint out where somebody else may come."
                .to_owned(),
        ),
        PasswordOutcome::Incomplete => {
            ("The e-mail address or the password is missing.", "Send both.".to_owned())
        }
        PasswordOutcome::TooMany => {
            ("There were too many wrong passwords for this e-mail address; none was looked at.", later)
        }
        PasswordOutcome::TooManyOfPeer => (
            "There were too many wrong passwords from this address of the network; none was looked at.",
            later,
        ),
    };
    Some(Advice::new(why, right, None))
}

fn log_out(request: &[Parameter], uri: &str, registered: &Registered) -> Advice {
    let Some(client) = parameters::value(request, "client_id").and_then(|id| registered.client(id)) else {
        return Advice::new(
            "It is not certain which client asks, so there is nothing to compare the address with.",
            "Send the client_id of a registered client, or an id_token_hint that this tenant signed.",
            spec::LOG_OUT,
        );
    };
    let known = &client.post_logout_redirect_uris;
    let right = if known.is_empty() {
        "Register the address among the client's post_logout_redirect_uris: there is none."
    } else {
        "Send a registered one, character by character, or register the one that was sent."
    };
    Advice {
        comparisons: uri::compare(uri, known),
        ..Advice::new(
            format!("The address is not one of the post_logout_redirect_uris of {}.", client.name),
            right,
            spec::LOG_OUT,
        )
    }
}
