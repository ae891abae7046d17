//! Why the provider says no: `access_denied` stands for a customer who cancels, denies, or is too late. The description tells
//! them apart (RFC 6749 4.1.2.1 has no code for it), in words that the tenant and this page have agreed on. It only chooses
//! between sentences: whatever it says, nothing was confirmed.

/// How a description begins, with the message for it.
const REASONS: [(&str, &str); 9] = [
    ("The customer cancelled", "provider.cancelled"),
    ("The customer denied", "provider.denied"),
    ("A wrong number was chosen", "provider.wrong_number"),
    ("The request was not approved on the phone in time", "provider.timed_out"),
    ("The request was not confirmed in time", "provider.timed_out"),
    ("Too many codes were wrong", "provider.wrong_codes"),
    ("Too many requests were sent to the phone", "provider.too_many_requests"),
    ("The customer said on the phone that this request was not theirs", "provider.not_me"),
    ("The customer said on the phone that a request was not theirs", "provider.phone_locked"),
];

/// The message for a description.
pub(super) fn reason(code: &str, description: &str) -> Option<&'static str> {
    if !matches!(code, "access_denied" | "temporarily_unavailable") {
        return None;
    }
    REASONS.iter().find(|(start, _)| description.starts_with(start)).map(|(_, message)| *message)
}

/// After how many minutes it makes sense to try again: "Try again in 15 min."
pub(super) fn minutes(description: &str) -> Option<u32> {
    description.strip_suffix(" min.")?.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{english, oidc::authorization_response::ProviderError};

    /// Proves: error-sentences
    #[test]
    fn each_reason_has_its_own_sentence() {
        let mut sentences = std::collections::BTreeSet::new();
        for (start, message) in REASONS {
            let description = alloc::format!("{start}. Try again in 15 min.");
            for code in ["access_denied", "temporarily_unavailable"] {
                let problem = ProviderError::new(code, &description).problem();
                assert_eq!((problem.sentence, problem.minutes), (message, Some(15)), "{start}");
                assert_eq!(
                    problem.code,
                    alloc::format!("provider.{code}"),
                    "what support searches for stays"
                );
            }
            assert!(english::sentence(message).contains("No money was moved."), "{message}");
            sentences.insert(english::headline(message));
        }
        assert_eq!(sentences.len(), REASONS.len() - 1, "two of them are one time-out");
    }

    #[test]
    fn other_words_and_codes_choose_nothing() {
        let text = |code: &str, description: &str| ProviderError::new(code, description).problem().sentence;
        assert_eq!(text("access_denied", "User did not authorize the request"), "provider.access_denied");
        assert_eq!(text("access_denied", ""), "provider.access_denied");
        assert_eq!(text("server_error", "The customer cancelled the request."), "provider.server_error");
        for (description, expected) in [
            ("Try again in 1 min.", Some(1)),
            ("Try again in 4294967296 min.", None),
            ("Try again in -1 min.", None),
            ("in min.", None),
            ("", None),
        ] {
            assert_eq!(minutes(description), expected, "{description}");
        }
    }
}
