//! What can be wrong with the answer to a log-in.

use super::{Case, Phase, Rule};

const fn case(name: &'static str, fault: &'static str, rule: Rule, words: [&'static str; 3]) -> Case {
    let [specification, gain, remedy] = words;
    Case { name, fault, phase: Phase::LogIn, rule, specification, gain, remedy }
}

const ANOTHER_KEY: &str = "Anybody can make tokens for any customer.";
const VERIFY: &str = "Verify the signature with the keys that the provider publishes, and with RS256 alone, whatever the \
                      header says.";

pub(super) const CASES: &[Case] = &[
    case(
        "oidcc-client-test-invalid-iss",
        "invalid-iss",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.7, 2",
            "Another provider that knows the same client_id can log anybody in.",
            "Compare `iss` with the configured issuer, character by character.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-iss",
        "missing-iss",
        Rule::Refuse,
        [
            "OpenID Connect Core 2",
            "A token of any provider can be used: it does not say whose it is.",
            "Refuse an ID token without `iss`.",
        ],
    ),
    case(
        "oidcc-client-test-invalid-aud",
        "invalid-aud",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.7, 3",
            "Another application can use the tokens of its customers to be these customers here.",
            "Require your client_id in `aud`.",
        ],
    ),
    case(
        "oidcc-client-test-missing-aud",
        "missing-aud",
        Rule::Refuse,
        [
            "OpenID Connect Core 2",
            "A token that was made for another purpose can be used to log in.",
            "Refuse an ID token without `aud`.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-secondary-aud",
        "secondary-aud",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.7, 3",
            "The other audience has the same token, and can be the customer here.",
            "Refuse a token with an audience that you do not trust.",
        ],
    ),
    case(
        "invalid-azp",
        "invalid-azp",
        Rule::MayAccept("The check is recommended, not required (SHOULD)."),
        [
            "OpenID Connect Core 3.1.3.7, 5",
            "A token that was made for another application can be used here.",
            "Where there is an `azp`, compare it with your client_id.",
        ],
    ),
    case(
        "oidcc-client-test-missing-sub",
        "missing-sub",
        Rule::Refuse,
        [
            "OpenID Connect Core 2",
            "The token names nobody: customers without a name share what is kept for one.",
            "Refuse an ID token without `sub`.",
        ],
    ),
    case(
        "oidcc-client-test-missing-iat",
        "missing-iat",
        Rule::Refuse,
        [
            "OpenID Connect Core 2",
            "The age of the token cannot be told: an old one looks like a new one.",
            "Refuse an ID token without `iat`.",
        ],
    ),
    case(
        "iat-in-future",
        "iat-in-future",
        Rule::MayAccept("No specification sets a limit; clocks differ."),
        [
            "OpenID Connect Core 3.1.3.7, 10",
            "A token that was made in advance outlives the check of its age.",
            "Refuse an `iat` that is more than a minute or so ahead.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-exp",
        "missing-exp",
        Rule::Refuse,
        [
            "OpenID Connect Core 2",
            "A token that was found in a log or a backup can be used for ever.",
            "Refuse an ID token without `exp`.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-expired-exp",
        "expired",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.7, 9",
            "A token that was found in a log or a backup can be used again.",
            "Refuse a token whose `exp` is past, with a minute or so of leeway.",
        ],
    ),
    case(
        "oidcc-client-test-nonce-invalid",
        "nonce-invalid",
        Rule::RefuseWithNonce,
        [
            "OpenID Connect Core 3.1.3.7, 11",
            "A stolen token can be put into another browser, and an attacker's own into a customer's.",
            "Compare `nonce` with the one of this very request, which you keep in this browser.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-missing-nonce",
        "missing-nonce",
        Rule::RefuseWithNonce,
        [
            "OpenID Connect Core 3.1.3.7, 11",
            "A stolen token can be put into another browser, and an attacker's own into a customer's.",
            "Refuse an ID token without `nonce` where the request had one.",
        ],
    ),
    case(
        "oidcc-client-test-invalid-athash",
        "invalid-at-hash",
        Rule::RefuseFromBrowser,
        [
            "OpenID Connect Core 3.2.2.9",
            "An attacker's access token can stand beside a good ID token: what the customer does happens in the attacker's name.",
            "Compare `at_hash` with the left half of the access token's hash.",
        ],
    ),
    case(
        "oidcc-client-test-missing-athash",
        "missing-at-hash",
        Rule::RefuseFromBrowser,
        [
            "OpenID Connect Core 3.2.2.10",
            "An attacker's access token can stand beside a good ID token.",
            "Require `at_hash` where both tokens come through the browser.",
        ],
    ),
    case(
        "oidcc-client-test-invalid-sig-rs256",
        "invalid-sig-rs256",
        Rule::RefuseFromBrowser,
        ["OpenID Connect Core 3.1.3.7, 6", "Anybody can write another customer into a token.", VERIFY],
    ),
    case(
        "oidcc-client-test-invalid-sig-hs256",
        "invalid-sig-hs256",
        Rule::RefuseFromBrowser,
        ["OpenID Connect Core 3.1.3.7, 7", ANOTHER_KEY, VERIFY],
    ),
    case(
        "oidcc-client-test-invalid-sig-es256",
        "invalid-sig-es256",
        Rule::RefuseFromBrowser,
        ["OpenID Connect Core 3.1.3.7, 7", ANOTHER_KEY, VERIFY],
    ),
    case(
        "hs256-with-public-key",
        "hs256-with-public-key",
        Rule::RefuseFromBrowser,
        [
            "RFC 8725, 3.1",
            "Anybody can make tokens for any customer: the secret is the published key.",
            VERIFY,
        ],
    ),
    case(
        "foreign-key",
        "foreign-key",
        Rule::RefuseFromBrowser,
        ["OpenID Connect Core 3.1.3.7, 6", ANOTHER_KEY, VERIFY],
    ),
    case(
        "unknown-key",
        "unknown-key",
        Rule::RefuseFromBrowser,
        ["OpenID Connect Core 10.1", ANOTHER_KEY, VERIFY],
    ),
    case(
        "header-jwk",
        "header-jwk",
        Rule::RefuseFromBrowser,
        [
            "RFC 8725, 3.10",
            "Anybody can make tokens for any customer: the token brings the key that it is checked with.",
            "Never take a key from the token: `jwk`, `jku`, `x5u` and `x5c` of its header are not looked at.",
        ],
    ),
    case(
        "oidcc-client-test-idtoken-sig-none",
        "id-token-sig-none",
        Rule::RefuseFromBrowser,
        ["OpenID Connect Core 2", ANOTHER_KEY, "Refuse `alg` `none`, which you have not registered for."],
    ),
    case(
        "oidcc-client-test-kid-absent-single-jwks",
        "kid-absent",
        Rule::Accept,
        [
            "OpenID Connect Core 10.1",
            "Nothing.",
            "Where a token names no key and one key is published, verify with that one.",
        ],
    ),
    case(
        "missing-id-token",
        "missing-id-token",
        Rule::Refuse,
        [
            "OpenID Connect Core 3.1.3.3",
            "Nobody has said who logged in: an access token alone may be anybody's.",
            "Where you asked for `openid`, refuse an answer without an ID token.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
        "invalid-state",
        Rule::RefuseWithState,
        [
            "RFC 6749, 10.12",
            "An attacker's page can log the customer in as the attacker, whose account then gets what the customer types.",
            "Compare `state` with the one of this very request, and use it once.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
        "missing-state",
        Rule::RefuseWithState,
        [
            "RFC 6749, 10.12",
            "An attacker's page can log the customer in as the attacker.",
            "Refuse a response without `state` where the request had one.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
        "invalid-response-iss",
        Rule::MayAccept("A client that knows one provider alone cannot mix up two (RFC 9700, 4.4)."),
        [
            "RFC 9207, 2.4",
            "Where the client knows two providers, one can get the codes of the other.",
            "Compare `iss` of the response with the issuer that you sent the customer to.",
        ],
    ),
    case(
        "fapi2-security-profile-final-client-test-remove-authorization-response-iss",
        "missing-response-iss",
        Rule::MayAccept("A client that knows one provider alone cannot mix up two (RFC 9700, 4.4)."),
        [
            "RFC 9207, 2.4",
            "Where the client knows two providers, one can get the codes of the other.",
            "Require `iss` where the metadata say `authorization_response_iss_parameter_supported`.",
        ],
    ),
    case(
        "oidcc-client-test-userinfo-invalid-sub",
        "userinfo-invalid-sub",
        Rule::Refuse,
        [
            "OpenID Connect Core 5.3.2",
            "The page shows, and perhaps keeps, the data of another customer.",
            "Compare `sub` of the userinfo response with that of the ID token.",
        ],
    ),
    case(
        "oidcc-client-test-discovery-issuer-mismatch",
        "discovery-issuer-mismatch",
        Rule::Refuse,
        [
            "OpenID Connect Discovery 4.3",
            "Who can write these metadata names the endpoints and the keys that the client trusts.",
            "Compare `issuer` of the metadata with the issuer that they were fetched for.",
        ],
    ),
];
