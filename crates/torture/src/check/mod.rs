//! What has to be true afterwards. Each rule is a function of what was seen, and says where it is broken.
//!
//! - `answers`: what the bank told its customers, against itself.
//! - `absent`: what was said not to exist.
//! - `sums`: the books, against themselves.
//! - `booked`: what customers did and were told, against the books.

mod absent;
mod answers;
mod booked;
mod sums;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::books::Books;
use crate::history::{Attempt, Found, Meaning, Question};

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

/// The attempts at one order, with what each answer means.
type Attempts<'a> = Vec<(&'a Attempt, Meaning)>;

/// Judges what was seen.
#[must_use]
pub fn check(attempts: &[Attempt], questions: &[Question], books: &Books) -> Findings {
    let mut by_id: HashMap<&str, Attempts> = HashMap::new();
    for attempt in attempts {
        let meaning = Meaning::of(attempt.answer.as_ref());
        by_id.entry(&attempt.order.id).or_default().push((attempt, meaning));
    }
    let mut found = Findings {
        attempts: attempts.len(),
        orders: by_id.len(),
        absent: questions.iter().filter(|it| Found::of(it.answer.as_ref()) == Found::Absent).count(),
        booked: books.transfers.len(),
        ..Findings::default()
    };
    for attempts in by_id.values() {
        let has = |wanted: fn(&Meaning) -> bool| attempts.iter().any(|(_, meaning)| wanted(meaning));
        if has(|meaning| matches!(meaning, Meaning::Acknowledged(_))) {
            found.acknowledged += 1;
        } else if has(|meaning| matches!(meaning, Meaning::Refused(_))) {
            found.refused += 1;
        } else if has(|meaning| *meaning == Meaning::Unknown) {
            found.unknown += 1;
        }
    }
    answers::check(&by_id, questions, &mut found.violations);
    absent::check(&by_id, questions, books, &mut found.violations);
    sums::check(books, &mut found.violations);
    booked::check(&by_id, books, &mut found.violations);
    found.violations.sort();
    found
}
