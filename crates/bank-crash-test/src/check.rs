//! The rules that must hold after a run. Each is a function of what was recorded, and reports violations.
//!
//! - `responses`: the responses, compared with each other.
//! - `absent`: ids that were reported absent.
//! - `sums`: the ledger, by itself.
//! - `booked`: requests and responses, compared with the ledger.

mod absent;
mod booked;
mod responses;
mod sums;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::database::LedgerRows;
use crate::history::{OrderAttempts, StatusQuery, StatusResult, TransferAttempt, TransferResult};

/// What was found, and how much there was to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Sentences, one for each rule broken by an order, a token or an account.
    pub violations: Vec<String>,
    /// Requests for transfers.
    pub attempts: usize,
    /// Orders that were tried.
    pub orders: usize,
    /// Orders that were answered with 201 at least once.
    pub acknowledged: usize,
    /// Orders that the bank refused for good.
    pub refused: usize,
    /// Orders that may have arrived and were never answered.
    pub unknown: usize,
    /// Questions that were answered with "no such transfer".
    pub absent: usize,
    /// Transfers in the books.
    pub booked: usize,
}

/// Checks what was recorded.
pub fn check(attempts: &[TransferAttempt], queries: &[StatusQuery], books: &LedgerRows) -> Findings {
    let mut by_id: HashMap<&str, OrderAttempts> = HashMap::new();
    for attempt in attempts {
        let result = TransferResult::of(attempt.response.as_ref());
        by_id.entry(&attempt.order.id).or_default().push((attempt, result));
    }
    let mut found = Findings {
        attempts: attempts.len(),
        orders: by_id.len(),
        absent: queries
            .iter()
            .filter(|it| StatusResult::of(it.response.as_ref()) == StatusResult::Absent)
            .count(),
        booked: books.transfers.len(),
        ..Findings::default()
    };
    for attempts in by_id.values() {
        let has = |wanted: fn(&TransferResult) -> bool| attempts.iter().any(|(_, result)| wanted(result));
        if has(|result| matches!(result, TransferResult::Acknowledged(_))) {
            found.acknowledged += 1;
        } else if has(|result| matches!(result, TransferResult::Refused(_))) {
            found.refused += 1;
        } else if has(|result| *result == TransferResult::Unknown) {
            found.unknown += 1;
        }
    }
    responses::check(&by_id, queries, &mut found.violations);
    absent::check(&by_id, queries, books, &mut found.violations);
    sums::check(books, &mut found.violations);
    booked::check(&by_id, books, &mut found.violations);
    found.violations.sort();
    found
}
