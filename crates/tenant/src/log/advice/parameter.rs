//! What each parameter of an authorization request has to be.

use super::spec::{self, Spec};
use super::value::Advice;
use crate::log::parameters::{self, Parameter};
use crate::log::registered::Registered;

/// The parameters that something can be wrong with, what would be right, and where that is written.
static RIGHT: [(&str, &str, Spec); 17] = [
    (
        "code_challenge_method",
        "Send code_challenge_method=S256. Without it a challenge would be the verifier itself (\"plain\"), which this tenant \
         does not take.",
        spec::CHALLENGE,
    ),
    (
        "code_challenge",
        "Send BASE64URL(SHA-256(code_verifier)): 43 characters, no padding, not hexadecimal.",
        spec::CHALLENGE,
    ),
    (
        "response_type",
        "Send \"code\" (with PKCE), or \"id_token token\", \"id_token\" or \"token\" for the implicit flow.",
        spec::RESPONSE_TYPES,
    ),
    (
        "response_mode",
        "Leave it out, or send \"fragment\", \"form_post\" or \"web_message\": tokens are not put into a query, because servers \
         and logs see it. A code may go there (\"query\").",
        spec::RESPONSE_TYPES,
    ),
    ("authorization_details", PAYMENT, spec::DETAILS),
    (
        "nonce",
        "Send a random value with each request, keep it, and compare it with the nonce of the ID token. The implicit flow \
         demands it.",
        spec::IMPLICIT_REQUEST,
    ),
    (
        "prompt",
        "Leave it out, or send \"none\" (never show a page), or some of \"login\" (ask for the password anyway), \"consent\" and \
         \"select_account\", separated by blanks; \"none\" stands alone.",
        spec::OPENID_REQUEST,
    ),
    ("max_age", "Send a whole number of seconds, or leave it out.", spec::OPENID_REQUEST),
    (
        "id_token_hint",
        "Send an ID token that this tenant signed for this client, as it was received; it may have expired.",
        spec::OPENID_REQUEST,
    ),
    ("request_uri", "Send the parameters themselves.", spec::REQUEST_OBJECTS),
    ("request", "Send the parameters themselves.", spec::REQUEST_OBJECTS),
    (
        "acr_values",
        "Send names of authentication contexts, separated by blanks; the metadata lists those that mean something here.",
        spec::OPENID_REQUEST,
    ),
    ("scope", "Send scopes separated by blanks, \"openid\" among them.", spec::OPENID_REQUEST),
    ("state", "Send it once.", spec::AUTHORIZATION_REQUEST),
    ("display", "Leave it out.", spec::OPENID_REQUEST),
    ("claims", "Leave it out.", spec::OPENID_REQUEST),
    ("login_hint", "Send one e-mail address, or leave it out.", spec::OPENID_REQUEST),
];

const PAYMENT: &str = "Send a list of one object with the members type (\"payment_initiation\"), identifier, instructedAmount \
                       {currency, amount}, creditorAccount {iban} and remittanceInformationUnstructured, and no others. \
                       The amount is a string such as \"12.50\".";

/// What would be right for the parameter that a description speaks of.
pub(super) fn advise(request: &[Parameter], description: &str, registered: &Registered) -> Option<Advice> {
    if let Some(twice) = twice(request) {
        let why = format!("{twice} stands more than once, and it is not certain which one is meant.");
        return Some(Advice::new(why, format!("Send {twice} once."), spec::NO_DUPLICATES));
    }
    if description.starts_with("Service not found") {
        return Some(audience(request, registered));
    }
    let (name, right, spec) = meant(description)?;
    let why = match parameters::value(request, name) {
        Some(sent) if *name != "authorization_details" => format!("{description} It was {sent:?}."),
        _ => description.to_owned(),
    };
    Some(Advice::new(why, *right, spec.clone()))
}

fn twice(request: &[Parameter]) -> Option<&str> {
    let repeated = |at: usize, name: &str| request.iter().take(at).any(|before| before.name == name);
    let mut names = request.iter().enumerate().map(|(at, it)| (at, it.name.as_str()));
    let known = |name: &str| RIGHT.iter().any(|(known, ..)| *known == name) || name == "audience";
    names.find(|(at, name)| known(name) && repeated(*at, name)).map(|(_, name)| name)
}

/// What is right for the first parameter whose name stands in the sentence as a word.
fn meant(description: &str) -> Option<&'static (&'static str, &'static str, Spec)> {
    let lower = description.to_ascii_lowercase();
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    lower.split(|letter| !is_of_name(letter)).find_map(|word| RIGHT.iter().find(|(name, ..)| *name == word))
}

fn audience(request: &[Parameter], registered: &Registered) -> Advice {
    let sent = parameters::value(request, "audience").unwrap_or_default();
    let known: Vec<String> = registered.apis.iter().map(|api| api.identifier.clone()).collect();
    let right = match (closest(sent, &known), known.is_empty()) {
        (_, true) => "Register the API; there is none.".to_owned(),
        (Some(known), _) => format!("Send {known:?}: it is compared character by character."),
        (None, _) => format!("Send the identifier of a registered API: {}.", listed(&known)),
    };
    Advice::new(format!("No API with the identifier {sent:?} is registered here."), right, None)
}

/// The ids of the registered clients, above all the one that was meant.
pub(super) fn client_ids(sent: Option<&str>, registered: &Registered) -> String {
    let known: Vec<String> = registered.clients.iter().map(|client| client.id.clone()).collect();
    match sent.and_then(|sent| closest(sent, &known)) {
        Some(known) => format!("Send {known:?}, or register the client."),
        None if known.is_empty() => "Register the client; there is none.".to_owned(),
        None => format!("Send the id of a registered client once: {}.", listed(&known)),
    }
}

/// A few of them, in quotation marks.
pub(super) fn listed(values: &[String]) -> String {
    const MAX_LISTED: usize = 8;
    let quoted: Vec<String> = values.iter().take(MAX_LISTED).map(|value| format!("{value:?}")).collect();
    let more = if values.len() > MAX_LISTED { " and others" } else { "" };
    format!("{}{more}", quoted.join(", "))
}

/// The one that differs only in what is easily mistyped: case, blanks, a slash at its end.
fn closest<'a>(sent: &str, known: &'a [String]) -> Option<&'a String> {
    let normal = |text: &str| text.trim().trim_end_matches('/').to_lowercase();
    known.iter().find(|known| normal(known) == normal(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advises_on_first_name_in_description() {
        for (description, name) in [
            ("scope must contain \"openid\" where the response_type asks for an ID token.", Some("scope")),
            ("Request objects are not supported.", Some("request")),
            ("request_uri is not supported.", Some("request_uri")),
            ("code_challenge_method must be \"S256\".", Some("code_challenge_method")),
            ("The grant_types of Riser do not name implicit.", None),
        ] {
            assert_eq!(meant(description).map(|(name, ..)| *name), name, "{description}");
        }
    }

    #[test]
    fn recognises_common_mistakes() {
        let known = ["https://api.example".to_owned(), "other".to_owned()];
        assert_eq!(closest("https://API.example/", &known), known.first());
        assert_eq!(closest("third", &known), None);
    }
}
