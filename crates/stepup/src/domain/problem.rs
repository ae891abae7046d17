//! A failure as people meet it: what a customer reads, and the code and the cause that a developer looks for.

use alloc::borrow::Cow;
use alloc::string::String;

/// What went wrong, for the page.
///
/// The customer reads the headline and the sentence: what happened, what did *not* happen, what to do now. The developer
/// finds `code` and `cause` in the details below. None of the four ever holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The message that has a few words: "We refused this transfer".
    pub headline: &'static str,
    /// The message that has one or two sentences.
    pub sentence: &'static str,
    /// A stable code that support can search for: `callback.state_unknown`.
    pub code: Cow<'static, str>,
    /// The technical cause, in English.
    pub cause: String,
    /// After how many minutes it makes sense to try again, where somebody has said so: `{minutes}` of the sentence.
    pub minutes: Option<u32>,
}

/// Messages of problems whose sentence does not say that no money was moved.
const DENIES_NOTHING: [&str; 18] = [
    "api.busy",
    "api.down",
    "api.forbidden",
    "api.not_found",
    "api.unreachable",
    "api.unreadable",
    "callback.state_unknown",
    "payees.failed",
    "payments.missing",
    "statements.more",
    "statements.refused",
    "statements.someone_else",
    "statements.unconfirmed",
    "transfer.cannot_ask",
    "transfer.not_told",
    "transfer.offline_again",
    "transfer.token-spent",
    "transfer.unclear",
];

impl Problem {
    /// A problem whose message is called as its code.
    // One function for some forty places: it would be inlined into each of them.
    #[inline(never)]
    #[must_use]
    pub fn new(code: &'static str, cause: String) -> Self {
        Self { headline: code, sentence: code, code: code.into(), cause, minutes: None }
    }

    /// The same in the words of another message.
    #[must_use]
    pub(crate) fn with_text(self, text: &'static str) -> Self {
        Self { headline: text, sentence: text, ..self }
    }

    /// The same while a transfer has no answer: then nobody may say that no money was moved.
    #[must_use]
    pub(crate) fn with_unanswered_transfer(self) -> Self {
        if DENIES_NOTHING.contains(&self.sentence) {
            return self;
        }
        Self { sentence: "problem.unanswered_transfer", ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_a_transfer_has_no_answer_only_denials_are_replaced() {
        let catalogue = include_str!("../../../../messages/en.json");
        let catalogue: serde_json::Map<String, serde_json::Value> = serde_json::from_str(catalogue).unwrap();
        for (id, entry) in catalogue {
            let Some(sentence) = entry["sentence"].as_str() else { continue };
            // Steps are no problems, and the last is what comes instead.
            if id.starts_with("step.") || id == "problem.unanswered_transfer" {
                continue;
            }
            let id: &'static str = id.leak();
            let problem = Problem::new(id, String::new()).with_unanswered_transfer();
            assert_eq!(
                problem.sentence != id,
                sentence.to_lowercase().contains("no money was moved"),
                "{id}"
            );
        }
    }
}
