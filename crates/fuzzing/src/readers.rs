//! One text, read by one function of the core.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;
use stepup::{
    bank_api::Challenge,
    config::{Config, Flow},
    oidc::{Jwks, UnverifiedJws, authorization_response, discovery},
};
use url::Url;

use crate::visit::{ISSUER, ORIGIN, parse_url};

/// The provider's answer in the fragment, in both flows.
pub(crate) fn fragment(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let parameters: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
    let count = |name: &str| parameters.iter().filter(|(known, _)| known == name).count();
    let mut accepted = false;
    for flow in [Flow::Implicit, Flow::Code] {
        let brings = match flow {
            Flow::Implicit => ["access_token", "id_token"].as_slice(),
            Flow::Code => &["code"],
        };
        match authorization_response::parse(text, flow) {
            Ok(response) => {
                accepted |= response.outcome.is_ok();
                assert!(data.len() <= 16 * 1024, "longer than any answer is");
                assert!(parameters.iter().all(|(name, _)| count(name) == 1), "a parameter is there twice");
                assert_eq!(count("state"), 1, "whose answer it is is not known");
                let needed = usize::from(response.outcome.is_ok());
                assert!(brings.iter().all(|name| count(name) == needed), "neither an answer nor an error");
                assert_eq!(count("error"), 1 - needed, "both at once");
            }
            Err(error) => {
                let problem = error.problem();
                let shown = format!("{error} {problem:?}");
                let secret = |(name, value): &&(String, String)| {
                    matches!(name.as_str(), "access_token" | "id_token" | "code") && value.len() >= 12
                };
                for (name, value) in parameters.iter().filter(secret) {
                    // What stands in another parameter, too, or in a parameter's name, may be quoted from there; without
                    // control characters.
                    let holds = |text: &str| text.replace(char::is_control, "").contains(value.as_str());
                    let elsewhere = parameters.iter().any(|(n, v)| holds(n) || (n != name && holds(v)));
                    assert!(elsewhere || !shown.contains(value.as_str()), "an error quotes `{name}`");
                }
            }
        }
    }
    accepted
}

/// `WWW-Authenticate`.
pub(crate) fn challenge(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Some(challenge) = Challenge::parse(text) else { return false };
    let lower = text.to_ascii_lowercase();
    assert!(lower.contains("bearer"), "a challenge of another scheme is none");
    if let Some(scope) = &challenge.scope {
        // A quoted pair hides what stands in the header behind its backslash.
        let plain = text.replace('\\', "");
        for word in scope.to_string().split(' ') {
            assert!(plain.contains(word), "a scope that nobody named");
            assert!(word.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\'), "not a scope");
        }
    }
    if challenge.asks_to_authenticate() {
        assert!(text.replace('\\', "").contains("insufficient_user_authentication"));
    }
    let names_age = lower.contains("max_age");
    assert!(
        challenge.requirement.max_age.is_none_or(|age| age >= 0 && names_age),
        "an age that nobody named"
    );
    true
}

/// A token in compact form.
pub(crate) fn jwt(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(token) = UnverifiedJws::parse(text) else { return false };
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("{} parts", parts.len()) };
    for part in [header, payload, signature] {
        let bytes = Base64UrlUnpadded::decode_vec(part).expect("base64url without padding");
        assert_eq!(Base64UrlUnpadded::encode_string(&bytes), part, "there is one way to write it");
    }
    assert_eq!(
        token.signing_input(),
        format!("{header}.{payload}").as_bytes(),
        "what was signed is what was sent"
    );
    assert_eq!(Base64UrlUnpadded::encode_string(token.signature()), signature);
    let bytes = Base64UrlUnpadded::decode_vec(header).unwrap_or_default();
    let header: Value = serde_json::from_slice(&bytes).expect("a header in JSON");
    assert_eq!(header["alg"], "RS256", "we choose, not the token");
    assert!(header.get("crit").is_none() && header.get("b64").is_none(), "an extension that we do not know");
    assert_eq!(token.kid(), header["kid"].as_str());
    true
}

/// The issuer's keys.
pub(crate) fn jwks(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(keys) = Jwks::parse(text) else { return false };
    let all: Value = serde_json::from_str(text).expect("JSON");
    let published = all["keys"].as_array().expect("a list");
    let candidates = keys.candidates(None);
    assert!(!candidates.is_empty() && candidates.len() <= 8);
    for key in candidates {
        let modulus = Base64UrlUnpadded::decode_vec(&key.n).expect("base64url");
        assert!(modulus.len() >= 256, "shorter than RS256 allows");
        let source = published.iter().any(|jwk| {
            let is = |name: &str, value: &str| jwk.get(name).is_none_or(|found| found == value);
            jwk["n"] == key.n.as_str()
                && jwk["e"] == key.e.as_str()
                && jwk["kty"] == "RSA"
                && is("use", "sig")
                && is("alg", "RS256")
        });
        assert!(source, "a key that nobody published for signatures");
        assert!(key.kid.is_none() || !keys.candidates(key.kid.as_deref()).is_empty());
    }
    true
}

/// The provider's metadata.
pub(crate) fn discovery(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(found) = discovery::parse(text, ISSUER, parse_url) else { return false };
    let metadata: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(metadata["issuer"], ISSUER, "somebody else's metadata");
    let endpoints = [
        Some(&found.authorization_endpoint),
        Some(&found.jwks_uri),
        found.token_endpoint.as_ref(),
        found.end_session_endpoint.as_ref(),
    ];
    for url in endpoints.into_iter().flatten() {
        is_secure(url.as_str());
    }
    assert_eq!(found.sends_iss, metadata["authorization_response_iss_parameter_supported"] == true);
    let types = metadata["authorization_details_types_supported"].as_array();
    let listed = types.is_some_and(|types| types.iter().any(|it| it == "payment_initiation"));
    assert_eq!(found.authorization_details, listed);
    true
}

/// What a deployment sets.
pub(crate) fn configuration(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    match Config::parse(text, ORIGIN, parse_url) {
        Ok(config) => {
            assert!(!config.issuer.is_empty() && !config.client_id.is_empty() && !config.audience.is_empty());
            let pins = &config.pins;
            let all = [
                &pins.authorization_endpoint,
                &pins.jwks_uri,
                &pins.token_endpoint,
                &pins.end_session_endpoint,
            ];
            all.into_iter().flatten().for_each(|url| is_secure(url.as_str()));
            for url in [&config.api, &config.redirect_uri, &config.metadata] {
                is_secure(url.as_str());
            }
            let known: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(known["issuer"], config.issuer.as_str(), "the issuer is kept to the letter");
            assert_eq!(pins.authorization_details, known["authorization_details"].as_bool());
            true
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a reason");
            assert!(errors.iter().all(|error| error.to_string().len() > 10), "{errors:?}");
            false
        }
    }
}

/// Tokens travel there.
fn is_secure(text: &str) {
    let url = Url::parse(text).expect("an absolute URL");
    let here = matches!(url.host_str(), Some(host) if host == "localhost" || host.ends_with(".localhost")
        || host.starts_with("127.") || host == "[::1]");
    assert!(url.scheme() == "https" || (url.scheme() == "http" && here), "{url} is not secure");
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none(), "{url}");
}
