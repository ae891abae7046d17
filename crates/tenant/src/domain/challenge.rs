//! What a customer is asked to confirm with a second factor.

use super::factor::Factors;
use super::payment::Payment;

#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) prompt: ConfirmationPrompt,
    pub(crate) scopes: Vec<String>,
    pub(crate) allowed: Factors,
}

/// What the customer reads, the same on both devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfirmationPrompt {
    pub(crate) client: String,
    /// "Riser asks to transfer funds from your account."
    pub(crate) sentences: Vec<String>,
    pub(crate) payment: Option<Payment>,
}
