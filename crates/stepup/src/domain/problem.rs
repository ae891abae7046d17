//! A failure as people meet it: the sentence a customer reads, the code and the cause a developer looks for.

use alloc::borrow::Cow;
use alloc::string::String;

/// What went wrong, for the page.
///
/// The customer reads `headline` and `sentence`: what happened, what did *not* happen, what to do now. The developer
/// finds `code` and `cause` in the details below. None of the four ever holds a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A few words: "Your bank refused this transfer".
    pub headline: &'static str,
    /// One or two sentences.
    pub sentence: &'static str,
    /// A stable code that support can search for: `callback.state_unknown`.
    pub code: Cow<'static, str>,
    /// The technical cause, in English.
    pub cause: String,
}

impl Problem {
    /// A problem from its four parts.
    // One function for some forty places: it would be inlined into each of them.
    #[inline(never)]
    #[must_use]
    pub fn new(code: &'static str, headline: &'static str, sentence: &'static str, cause: String) -> Self {
        Self { headline, sentence, code: code.into(), cause }
    }

    /// The same while a transfer has no answer: then nobody may say that no money was moved.
    #[must_use]
    pub(crate) fn with_unanswered_transfer(self) -> Self {
        if !self.sentence.to_ascii_lowercase().contains("no money was moved") {
            return self;
        }
        let sentence = "This did not work. A transfer that you sent before has no answer yet: look into your account before you send it again.";
        Self { sentence, ..self }
    }
}
