//! Each rule is broken once, and the violation must be found.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::database::{Booking, Posting};
use crate::history::{CustomerToken, Order, RequestSpan};
use bank_for_tests::http_client::HttpResponse;

/// Ledger and history of one acknowledged transfer of 10 from A to B, sent twice.
fn sound() -> (Vec<TransferAttempt>, Vec<StatusQuery>, LedgerRows) {
    let order = Arc::new(Order {
        id: "1".into(),
        customer: "a".into(),
        payer: "A".into(),
        payee: "B".into(),
        amount: 10,
        reference: "order 1".into(),
    });
    let token = Arc::new(CustomerToken { jti: "t".into(), may_transfer: true, text: String::new() });
    let body = json!({
        "id": "1", "payer": { "iban": "A" }, "payee": { "iban": "B" }, "reference": "order 1",
        "amount": { "amount": 10, "currency": "EUR" }, "balance_after": { "amount": 90, "currency": "EUR" },
    });
    let response = |status, replayed| {
        Some(HttpResponse { status, replayed, has_retry_after: false, body: body.to_string() })
    };
    let attempt = |began, replayed| TransferAttempt {
        order: Arc::clone(&order),
        token: Arc::clone(&token),
        span: RequestSpan { began, ended: began + 1 },
        response: response(201, replayed),
    };
    let query = StatusQuery {
        id: "1".into(),
        customer: "a".into(),
        span: RequestSpan { began: 4, ended: 5 },
        response: response(200, false),
    };
    let booking = |id, kind: &str, from_account, to_account, amount| Booking {
        id,
        kind: kind.into(),
        from_account,
        to_account,
        amount,
        currency: "EUR".into(),
    };
    let posting = |booking_id, account_id, amount, balance_after| Posting {
        booking_id,
        account_id,
        amount,
        balance_after,
    };
    let books = LedgerRows {
        accounts: HashMap::from([(1, "A".into()), (2, "B".into())]),
        bookings: vec![booking(1, "opening", 9, 1, 100), booking(2, "transfer", 1, 2, 10)],
        postings: vec![
            posting(1, 9, -100, -100),
            posting(1, 1, 100, 100),
            posting(2, 1, -10, 90),
            posting(2, 2, 10, 10),
        ],
        transfers: vec![("1".into(), 2, "order 1".into())],
        orders: vec![("1".into(), false)],
        spent: vec![("t".into(), "1".into())],
    };
    (vec![attempt(0, false), attempt(2, true)], vec![query], books)
}

/// Breaks what is sound, and looks for the sentence that says so.
#[track_caller]
fn finds(
    sentence: &str,
    break_it: impl FnOnce(&mut Vec<TransferAttempt>, &mut Vec<StatusQuery>, &mut LedgerRows),
) {
    let (mut attempts, mut queries, mut books) = sound();
    break_it(&mut attempts, &mut queries, &mut books);
    let found = check(&attempts, &queries, &books).violations;
    assert!(found.iter().any(|violation| violation.contains(sentence)), "{sentence} is not in {found:#?}");
}

fn response(attempt: &mut TransferAttempt) -> &mut HttpResponse {
    attempt.response.as_mut().unwrap()
}

fn problem(code: &str, status: u16) -> HttpResponse {
    let body = json!({ "type": format!("urn:riser:problem:{code}"), "balance": { "amount": 5 } }).to_string();
    HttpResponse { status, replayed: false, has_retry_after: status == 503, body }
}

#[test]
fn accepts_sound_run() {
    let (attempts, queries, books) = sound();
    let found = check(&attempts, &queries, &books);
    assert_eq!(found.violations, Vec::<String>::new());
    assert_eq!((found.attempts, found.orders, found.acknowledged, found.booked), (2, 1, 1, 1));
}

#[test]
fn unanswered_order_is_booked_at_most_once() {
    let (mut attempts, _, mut books) = sound();
    for attempt in &mut attempts {
        attempt.response = None;
    }
    let found = check(&attempts, &[], &books);
    assert_eq!((found.violations, found.unknown), (vec![], 1));
    books.transfers.clear();
    books.orders.clear();
    books.spent.clear();
    books.bookings.pop();
    books.postings.truncate(2);
    assert_eq!(check(&attempts, &[], &books).violations, Vec::<String>::new());
}

#[test]
fn finds_inconsistent_responses() {
    finds("was answered in 2 ways", |attempts, _, _| response(&mut attempts[1]).body.push(' '));
    finds("was decided 2 times", |attempts, _, _| response(&mut attempts[1]).replayed = false);
    finds("acknowledged with another content", |attempts, _, _| {
        Arc::make_mut(&mut attempts[1].order).amount = 11;
    });
    finds("left less than nothing", |attempts, _, _| {
        response(&mut attempts[1]).body = attempts[1].response.as_ref().unwrap().body.replace("90", "-1");
    });
    finds("later answered with token-spent", |attempts, _, _| {
        attempts[1].response = Some(problem("token-spent", 401));
    });
    finds("refused although there was enough", |attempts, _, _| {
        attempts.truncate(1);
        attempts[0].response = Some(problem("insufficient-funds", 422));
        Arc::make_mut(&mut attempts[0].order).amount = 5;
    });
    finds("for a token without the scope", |attempts, _, _| {
        Arc::make_mut(&mut attempts[0].token).may_transfer = false;
    });
    finds("and later answered with 404", |_, queries, _| {
        queries[0].response = Some(problem("transfer-not-found", 404));
    });
    finds("with a content that nobody ordered", |_, queries, _| {
        let response = queries[0].response.as_mut().unwrap();
        response.body = response.body.replace("10", "1000");
    });
    finds("token t decided 2 orders", |attempts, _, _| {
        let mut other = attempts[0].clone();
        Arc::make_mut(&mut other.order).id = "2".into();
        attempts.push(other);
    });
}

/// An order that nothing became of: it was sent, its customer was told that there is no such transfer, and it was refused
/// for good when it was sent again.
fn retired() -> (Vec<TransferAttempt>, Vec<StatusQuery>, LedgerRows) {
    let (mut attempts, mut queries, mut books) = sound();
    attempts[0].response = None;
    queries[0].span = RequestSpan { began: 2, ended: 3 };
    queries[0].response = Some(problem("transfer-not-found", 404));
    attempts[1].span = RequestSpan { began: 4, ended: 5 };
    attempts[1].response = Some(problem("idempotency-key-retired", 422));
    (books.transfers, books.orders, books.spent) = (vec![], vec![], vec![]);
    books.bookings.pop();
    books.postings.truncate(2);
    (attempts, queries, books)
}

#[track_caller]
fn finds_in_retired(
    sentence: &str,
    break_it: impl FnOnce(&mut Vec<TransferAttempt>, &mut Vec<StatusQuery>, &mut LedgerRows),
) {
    finds(sentence, |attempts, queries, books| {
        (*attempts, *queries, *books) = retired();
        break_it(attempts, queries, books);
    });
}

fn acknowledgement() -> Option<HttpResponse> {
    sound().0[0].response.clone()
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn accepts_retired_order() {
    let (attempts, queries, books) = retired();
    let found = check(&attempts, &queries, &books);
    assert_eq!((found.violations, found.absent, found.unknown), (vec![], 1, 1));
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn finds_booked_refusal() {
    let (mut attempts, queries, books) = retired();
    attempts[1].response = Some(HttpResponse { replayed: true, ..problem("insufficient-funds", 422) });
    assert_eq!(check(&attempts, &queries, &books).violations, Vec::<String>::new());
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn finds_transfer_after_absent() {
    finds_in_retired("said not to exist, and acknowledged", |attempts, _, _| {
        attempts[1].response = acknowledgement();
    });
    // Also when the response to the first request comes last.
    finds_in_retired("said not to exist, and acknowledged", |attempts, _, _| {
        attempts[0].span.ended = 9;
        attempts[0].response = acknowledgement();
    });
    finds_in_retired("said not to exist, and refused", |attempts, _, _| {
        attempts[1].response = Some(problem("insufficient-funds", 422));
    });
    finds_in_retired("said not to exist, and is in the books", |_, _, books| *books = sound().2);
    finds_in_retired("said not to exist, and is shown", |_, queries, _| {
        let mut later = queries[0].clone();
        later.response = sound().1[0].response.clone();
        queries.push(later);
    });
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn finds_retired_id_that_returns() {
    finds_in_retired("was given up, and acknowledged", |attempts, queries, _| {
        queries[0].response = None;
        attempts[0].response = acknowledgement();
    });
    finds_in_retired("was given up, and refused", |attempts, queries, _| {
        queries[0].response = None;
        attempts[0].response = Some(HttpResponse { replayed: true, ..problem("insufficient-funds", 422) });
    });
    finds_in_retired("was given up, and is in the books", |_, queries, books| {
        queries[0].response = None;
        *books = sound().2;
    });
    finds_in_retired("before anybody asked", |_, queries, _| queries.clear());
    finds_in_retired("before anybody asked", |_, queries, _| queries[0].span.began = 6);
    // Somebody else's query gives nothing up.
    finds_in_retired("before anybody asked", |_, queries, _| queries[0].customer = "b".into());
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn accepts_id_retired_by_other_customer() {
    let (mut attempts, mut queries, mut books) = sound();
    let mut other = attempts[0].clone();
    Arc::make_mut(&mut other.order).customer = "b".into();
    Arc::make_mut(&mut other.order).payer = "B".into();
    Arc::make_mut(&mut other.token).jti = "u".into();
    other.response = Some(problem("idempotency-key-retired", 422));
    attempts.push(other);
    let mut query = queries[0].clone();
    query.customer = "b".into();
    query.span = RequestSpan { began: 0, ended: 1 };
    query.response = Some(problem("transfer-not-found", 404));
    queries.push(query);
    books.accounts.insert(3, "C".into());
    assert_eq!(check(&attempts, &queries, &books).violations, Vec::<String>::new());
}

/// Proves: torture-checker-status
#[test]
fn finds_500_and_503_without_retry_after() {
    finds("about 1 was answered with 500", |attempts, _, _| {
        attempts[1].response = Some(problem("internal", 500));
    });
    finds("about 1 was answered with 500", |_, queries, _| {
        queries[0].response = Some(problem("internal", 500));
    });
    finds("and not when to come back", |attempts, _, _| {
        let response = problem("database-unavailable", 503);
        attempts[1].response = Some(HttpResponse { has_retry_after: false, ..response });
    });
    let (mut attempts, mut queries, books) = sound();
    attempts[1].response = Some(problem("database-unavailable", 503));
    queries[0].response = Some(problem("database-unavailable", 503));
    assert_eq!(check(&attempts, &queries, &books).violations, Vec::<String>::new());
}

#[test]
fn finds_unbalanced_ledger() {
    finds("sum over all postings is 1", |_, _, books| books.postings[3].amount += 1);
    finds("booking 2 has the postings", |_, _, books| books.postings.truncate(3));
    finds("of a booking 2 that is not there", |_, _, books| drop(books.bookings.pop()));
    finds("wrong balance after booking 2", |_, _, books| books.postings[2].balance_after = 91);
    finds("account 1 was below zero", |_, _, books| {
        books.postings.remove(1);
    });
    finds("2 bookings of transfers, and 1 transfers", |_, _, books| {
        books.bookings[0].kind = "transfer".into();
    });
}

#[test]
fn finds_ledger_that_contradicts_responses() {
    finds("acknowledged and is not in the books", |_, _, books| books.transfers.clear());
    finds("refused and is in the books", |attempts, _, _| {
        for attempt in attempts {
            attempt.response = Some(problem("insufficient-funds", 422));
        }
    });
    finds("in the books with another content", |_, _, books| books.bookings[1].amount = 11);
    finds("in the books with another content", |_, _, books| books.transfers[0].2 = "order 2".into());
    finds("in the books 2 times", |_, _, books| books.transfers.push(books.transfers[0].clone()));
    finds("and nobody ordered it", |attempts, _, _| attempts.clear());
    finds("was paid twice", |_, _, books| books.transfers.push(("2".into(), 3, "order 1".into())));
    finds("token t was spent 2 times", |_, _, books| books.spent.push(("t".into(), "2".into())));
    finds("has spent 0 tokens of its own", |_, _, books| books.spent.clear());
    finds("has decided 2 orders in the books", |attempts, _, books| {
        let mut other = attempts[0].clone();
        Arc::make_mut(&mut other.order).id = "2".into();
        other.response = None;
        attempts.push(other);
        books.orders.push(("2".into(), false));
    });
    finds("was decided, and nobody sent it", |_, _, books| books.orders.push(("2".into(), true)));
}
