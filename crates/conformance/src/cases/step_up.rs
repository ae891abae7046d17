//! What can be wrong with the answer to a step-up, when the customer is logged in.

use super::{Case, Phase, Rule};

const fn case(name: &'static str, fault: &'static str, rule: Rule, words: [&'static str; 3]) -> Case {
    let [specification, gain, remedy] = words;
    Case { name, fault, phase: Phase::StepUp, rule, specification, gain, remedy }
}

pub(super) const CASES: &[Case] = &[
    case(
        "step-up-other-customer",
        "other-sub",
        Rule::Refuse,
        [
            "OpenID Connect Core 5.7",
            "What one customer ordered is confirmed by another, and done with the other's account.",
            "Compare `sub` with that of the log-in, and drop the order where it differs.",
        ],
    ),
    case(
        "step-up-invalid-state",
        "invalid-state",
        Rule::RefuseWithState,
        [
            "RFC 6749, 10.12",
            "An attacker's page can answer the step-up in the provider's place.",
            "Compare `state` with the one of this very request, and use it once.",
        ],
    ),
    case(
        "step-up-nonce-invalid",
        "nonce-invalid",
        Rule::RefuseWithNonce,
        [
            "OpenID Connect Core 3.1.3.7, 11",
            "A confirmation that was given for something else can be used for this.",
            "Compare `nonce` with the one of this very request.",
        ],
    ),
    case(
        "step-up-invalid-iss",
        "invalid-iss",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.7, 2",
            "Another provider can confirm in this one's place.",
            "Check the ID token of a step-up as that of a log-in.",
        ],
    ),
    case(
        "step-up-expired",
        "expired",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.7, 9",
            "An old confirmation can be used again.",
            "Check the ID token of a step-up as that of a log-in.",
        ],
    ),
    case(
        "step-up-invalid-sig-rs256",
        "invalid-sig-rs256",
        Rule::RefuseFromBrowser,
        [
            "OpenID Connect Core 3.1.3.7, 6",
            "Anybody can write a confirmation.",
            "Check the ID token of a step-up as that of a log-in.",
        ],
    ),
    case(
        "step-up-missing-id-token",
        "missing-id-token",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.3",
            "Nobody has said who confirmed.",
            "Where you asked for `openid`, refuse an answer without an ID token.",
        ],
    ),
    case(
        "step-up-no-second-factor",
        "no-second-factor",
        Rule::MayAccept(
            "The API has the last word: it checks the access token. A client that asks with acr_values should check acr.",
        ),
        [
            "OpenID Connect Core 3.1.3.7, 12",
            "Without a check at the API, a password is enough for what takes a second factor.",
            "Check `acr` or `amr` where you asked for one, and let the API refuse tokens without it.",
        ],
    ),
    case(
        "step-up-less-scope",
        "less-scope",
        Rule::MayAccept("The API has the last word: it refuses a token without the scope."),
        [
            "RFC 6749, 5.1",
            "Nothing, where the API checks the scope. The customer is told that something is done which is not.",
            "Compare the granted `scope` with what you need, and say what is missing.",
        ],
    ),
    case(
        "step-up-other-payment",
        "other-details",
        Rule::Refuse,
        [
            "RFC 9396, 7 and 9.1",
            "The customer confirms one payment, and the token is good for another.",
            "Let the API compare each payment with `authorization_details` of the token, and show what it says.",
        ],
    ),
];
