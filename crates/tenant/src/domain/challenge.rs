//! What a customer is asked to confirm with a second factor.

use super::api::ApiScope;
use super::factor::Factors;
use super::payment::Payment;

#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) prompt: ConfirmationPrompt,
    pub(crate) scopes: Vec<String>,
    pub(crate) allowed: Factors,
}

/// What the customer reads, the same on both devices, each in its language.
#[derive(Debug, Clone)]
pub(crate) struct ConfirmationPrompt {
    pub(crate) client: String,
    pub(crate) sentences: Vec<PromptSentence>,
    pub(crate) payment: Option<Box<Payment>>,
}

#[derive(Debug, Clone)]
pub(crate) enum PromptSentence {
    /// "Riser asks to transfer funds from your account."
    Scope(ApiScope),
    /// Scripts may add a scope that no API describes.
    Permission(String),
    Identity,
    /// It asks for more than was just confirmed.
    More,
}

impl ConfirmationPrompt {
    /// For the log.
    pub(crate) fn in_english(&self) -> Vec<String> {
        let client = &self.client;
        let sentence = |sentence: &PromptSentence| match sentence {
            PromptSentence::Scope(scope) => format!("{client} asks to {}.", scope.asks_to),
            PromptSentence::Permission(name) => {
                format!("{client} asks for the permission \u{201c}{name}\u{201d}.")
            }
            PromptSentence::Identity => format!("{client} asks you to confirm that it is you."),
            PromptSentence::More => format!("{client} asks for more than you have just confirmed."),
        };
        self.sentences.iter().map(sentence).collect()
    }
}
