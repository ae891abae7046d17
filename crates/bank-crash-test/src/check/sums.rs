//! The ledger must balance. This is independent of the bank's audit.

use std::collections::{HashMap, HashSet};

use crate::database::LedgerRows;

pub(super) fn check(books: &LedgerRows, violations: &mut Vec<String>) {
    let sum: i128 = books.postings.iter().map(|posting| i128::from(posting.amount)).sum();
    if sum != 0 {
        violations.push(format!("the sum over all postings is {sum}"));
    }
    check_postings(books, violations);
    check_balances(books, violations);
    check_transfers(books, violations);
}

/// Every booking has its two postings, and every posting its booking.
fn check_postings(books: &LedgerRows, violations: &mut Vec<String>) {
    let mut sides: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
    for posting in &books.postings {
        sides.entry(posting.booking_id).or_default().push((posting.account_id, posting.amount));
    }
    for booking in &books.bookings {
        let mut expected = [(booking.from_account, -booking.amount), (booking.to_account, booking.amount)];
        let mut found = sides.remove(&booking.id).unwrap_or_default();
        expected.sort_unstable();
        found.sort_unstable();
        if found != expected {
            violations.push(format!("booking {} has the postings {found:?}, not {expected:?}", booking.id));
        }
    }
    for booking in sides.into_keys() {
        violations.push(format!("there are postings of a booking {booking} that is not there"));
    }
}

/// Every balance is the one before and the amount, and no customer's is below zero.
fn check_balances(books: &LedgerRows, violations: &mut Vec<String>) {
    let mut balances: HashMap<i64, i64> = HashMap::new();
    for posting in &books.postings {
        let balance = balances.entry(posting.account_id).or_default();
        *balance += posting.amount;
        if *balance != posting.balance_after {
            let (booking, account) = (posting.booking_id, posting.account_id);
            violations.push(format!("account {account} has a wrong balance after booking {booking}"));
        }
        if *balance < 0 && books.accounts.contains_key(&posting.account_id) {
            violations.push(format!("account {} was below zero: {balance}", posting.account_id));
        }
    }
}

/// Every booking of a transfer is one transfer's, and every transfer's booking is there.
fn check_transfers(books: &LedgerRows, violations: &mut Vec<String>) {
    let bookings: HashSet<i64> = books
        .bookings
        .iter()
        .filter(|booking| booking.kind == "transfer")
        .map(|booking| booking.id)
        .collect();
    let of_transfers: HashSet<i64> = books.transfers.iter().map(|(_, booking, _)| *booking).collect();
    if bookings != of_transfers || of_transfers.len() != books.transfers.len() {
        violations.push(format!(
            "there are {} bookings of transfers, and {} transfers with {} bookings",
            bookings.len(),
            books.transfers.len(),
            of_transfers.len()
        ));
    }
}
