//! The payee's name in an order, with what the bank answered about it before the customer confirmed both: Verification of
//! Payee, Regulation (EU) 2024/886.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::name_match::{NameMatch, compare};
use super::reference;

/// As many as a payment message has place for (ISO 20022, `Max70Text`).
pub(super) const MAX_NAME_LENGTH: usize = 70;

/// The four results of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "TEXT", rename_all = "kebab-case")]
pub(crate) enum NameCheckResult {
    Match,
    CloseMatch,
    NoMatch,
    /// The account is not at this bank.
    NotPossible,
}

/// A name that was checked, as the customer confirmed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckedName {
    pub(crate) name: String,
    pub(crate) check: NameCheckResult,
}

/// The same as it is stored and shown: both or neither.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromRow)]
pub(crate) struct RecordedName {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payee_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name_check: Option<NameCheckResult>,
}

impl From<&Option<CheckedName>> for RecordedName {
    fn from(named: &Option<CheckedName>) -> Self {
        let (payee_name, name_check) = named.clone().map(|CheckedName { name, check }| (name, check)).unzip();
        Self { payee_name, name_check }
    }
}

impl NameCheckResult {
    /// What the bank answers about a name. `holder`: of the account with the IBAN, if it is at this bank.
    pub(super) fn of(name: &str, holder: Option<&str>) -> Self {
        match holder.map(|holder| compare(name, holder)) {
            Some(NameMatch::Match) => Self::Match,
            Some(NameMatch::CloseMatch) => Self::CloseMatch,
            Some(NameMatch::NoMatch) => Self::NoMatch,
            None => Self::NotPossible,
        }
    }
}

/// Whether it is a name that looks the same to every reader.
pub(super) fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_LENGTH).contains(&text.chars().count())
        && text.trim() == text
        && reference::check(text).is_ok()
}
