//! A checker that finds nothing proves nothing: each rule here is broken once, and has to be found.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::books::{Booking, Posting};
use crate::history::{Order, Span, Token};
use crate::wire::Answer;

/// Books and history of one acknowledged transfer of 10 from A to B, sent twice.
fn sound() -> (Vec<Attempt>, Vec<Question>, Books) {
    let order = Arc::new(Order {
        id: "1".into(),
        customer: "a".into(),
        payer: "A".into(),
        payee: "B".into(),
        amount: 10,
        reference: "order 1".into(),
    });
    let token = Arc::new(Token { jti: "t".into(), may_transfer: true, text: String::new() });
    let body = json!({
        "id": "1", "payer": { "iban": "A" }, "payee": { "iban": "B" }, "reference": "order 1",
        "amount": { "amount": 10, "currency": "EUR" }, "balance_after": { "amount": 90, "currency": "EUR" },
    });
    let answer =
        |status, replayed| Some(Answer { status, replayed, says_when: false, body: body.to_string() });
    let attempt = |began, replayed| Attempt {
        order: Arc::clone(&order),
        token: Arc::clone(&token),
        span: Span { began, ended: began + 1 },
        answer: answer(201, replayed),
    };
    let question = Question {
        id: "1".into(),
        customer: "a".into(),
        span: Span { began: 4, ended: 5 },
        answer: answer(200, false),
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
    let books = Books {
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
    (vec![attempt(0, false), attempt(2, true)], vec![question], books)
}

/// Breaks what is sound, and looks for the sentence that says so.
#[track_caller]
fn finds(sentence: &str, break_it: impl FnOnce(&mut Vec<Attempt>, &mut Vec<Question>, &mut Books)) {
    let (mut attempts, mut questions, mut books) = sound();
    break_it(&mut attempts, &mut questions, &mut books);
    let found = check(&attempts, &questions, &books).violations;
    assert!(found.iter().any(|violation| violation.contains(sentence)), "{sentence} is not in {found:#?}");
}

fn answer(attempt: &mut Attempt) -> &mut Answer {
    attempt.answer.as_mut().unwrap()
}

fn problem(code: &str, status: u16) -> Answer {
    let body = json!({ "type": format!("urn:riser:problem:{code}"), "balance": { "amount": 5 } }).to_string();
    Answer { status, replayed: false, says_when: status == 503, body }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let (attempts, questions, books) = sound();
    let found = check(&attempts, &questions, &books);
    assert_eq!(found.violations, Vec::<String>::new());
    assert_eq!((found.attempts, found.orders, found.acknowledged, found.booked), (2, 1, 1, 1));
}

#[test]
fn an_order_that_nobody_answered_is_in_the_books_once_or_not_at_all() {
    let (mut attempts, _, mut books) = sound();
    for attempt in &mut attempts {
        attempt.answer = None;
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
fn what_the_bank_says_is_held_against_it() {
    finds("was answered in 2 ways", |attempts, _, _| answer(&mut attempts[1]).body.push(' '));
    finds("was decided 2 times", |attempts, _, _| answer(&mut attempts[1]).replayed = false);
    finds("acknowledged with another content", |attempts, _, _| {
        Arc::make_mut(&mut attempts[1].order).amount = 11;
    });
    finds("left less than nothing", |attempts, _, _| {
        answer(&mut attempts[1]).body = attempts[1].answer.as_ref().unwrap().body.replace("90", "-1");
    });
    finds("later answered with token-spent", |attempts, _, _| {
        attempts[1].answer = Some(problem("token-spent", 401));
    });
    finds("refused although there was enough", |attempts, _, _| {
        attempts.truncate(1);
        attempts[0].answer = Some(problem("insufficient-funds", 422));
        Arc::make_mut(&mut attempts[0].order).amount = 5;
    });
    finds("for a token without the scope", |attempts, _, _| {
        Arc::make_mut(&mut attempts[0].token).may_transfer = false;
    });
    finds("and later answered with 404", |_, questions, _| {
        questions[0].answer = Some(problem("transfer-not-found", 404));
    });
    finds("with a content that nobody ordered", |_, questions, _| {
        let answer = questions[0].answer.as_mut().unwrap();
        answer.body = answer.body.replace("10", "1000");
    });
    finds("token t decided 2 orders", |attempts, _, _| {
        let mut other = attempts[0].clone();
        Arc::make_mut(&mut other.order).id = "2".into();
        attempts.push(other);
    });
}

/// An order that nothing became of: it was sent, its customer was told that there is no such transfer, and it was refused
/// for good when it was sent again.
fn given_up() -> (Vec<Attempt>, Vec<Question>, Books) {
    let (mut attempts, mut questions, mut books) = sound();
    attempts[0].answer = None;
    questions[0].span = Span { began: 2, ended: 3 };
    questions[0].answer = Some(problem("transfer-not-found", 404));
    attempts[1].span = Span { began: 4, ended: 5 };
    attempts[1].answer = Some(problem("idempotency-key-retired", 422));
    (books.transfers, books.orders, books.spent) = (vec![], vec![], vec![]);
    books.bookings.pop();
    books.postings.truncate(2);
    (attempts, questions, books)
}

#[track_caller]
fn finds_of_given_up(
    sentence: &str,
    break_it: impl FnOnce(&mut Vec<Attempt>, &mut Vec<Question>, &mut Books),
) {
    finds(sentence, |attempts, questions, books| {
        (*attempts, *questions, *books) = given_up();
        break_it(attempts, questions, books);
    });
}

fn acknowledgement() -> Option<Answer> {
    sound().0[0].answer.clone()
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn an_order_may_be_given_up() {
    let (attempts, questions, books) = given_up();
    let found = check(&attempts, &questions, &books);
    assert_eq!((found.violations, found.absent, found.unknown), (vec![], 1, 1));
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn a_refused_order_is_no_transfer_and_its_refusal_is_repeated() {
    let (mut attempts, questions, books) = given_up();
    attempts[1].answer = Some(Answer { replayed: true, ..problem("insufficient-funds", 422) });
    assert_eq!(check(&attempts, &questions, &books).violations, Vec::<String>::new());
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn what_does_not_exist_never_will() {
    finds_of_given_up("said not to exist, and acknowledged", |attempts, _, _| {
        attempts[1].answer = acknowledgement();
    });
    // Also when the answer to the first request comes last.
    finds_of_given_up("said not to exist, and acknowledged", |attempts, _, _| {
        attempts[0].span.ended = 9;
        attempts[0].answer = acknowledgement();
    });
    finds_of_given_up("said not to exist, and refused", |attempts, _, _| {
        attempts[1].answer = Some(problem("insufficient-funds", 422));
    });
    finds_of_given_up("said not to exist, and is in the books", |_, _, books| *books = sound().2);
    finds_of_given_up("said not to exist, and is shown", |_, questions, _| {
        let mut later = questions[0].clone();
        later.answer = sound().1[0].answer.clone();
        questions.push(later);
    });
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn what_was_given_up_is_given_up() {
    finds_of_given_up("was given up, and acknowledged", |attempts, questions, _| {
        questions[0].answer = None;
        attempts[0].answer = acknowledgement();
    });
    finds_of_given_up("was given up, and refused", |attempts, questions, _| {
        questions[0].answer = None;
        attempts[0].answer = Some(Answer { replayed: true, ..problem("insufficient-funds", 422) });
    });
    finds_of_given_up("was given up, and is in the books", |_, questions, books| {
        questions[0].answer = None;
        *books = sound().2;
    });
    finds_of_given_up("before anybody asked", |_, questions, _| questions.clear());
    finds_of_given_up("before anybody asked", |_, questions, _| questions[0].span.began = 6);
    // Somebody else's question gives nothing up.
    finds_of_given_up("before anybody asked", |_, questions, _| questions[0].customer = "b".into());
}

/// Proves: torture-checker-no-such-transfer
#[test]
fn what_one_customer_gave_up_may_be_anothers_transfer() {
    let (mut attempts, mut questions, mut books) = sound();
    let mut other = attempts[0].clone();
    Arc::make_mut(&mut other.order).customer = "b".into();
    Arc::make_mut(&mut other.order).payer = "B".into();
    Arc::make_mut(&mut other.token).jti = "u".into();
    other.answer = Some(problem("idempotency-key-retired", 422));
    attempts.push(other);
    let mut question = questions[0].clone();
    question.customer = "b".into();
    question.span = Span { began: 0, ended: 1 };
    question.answer = Some(problem("transfer-not-found", 404));
    questions.push(question);
    books.accounts.insert(3, "C".into());
    assert_eq!(check(&attempts, &questions, &books).violations, Vec::<String>::new());
}

/// Proves: torture-checker-status
#[test]
fn five_hundred_is_a_mistake_and_503_is_not() {
    finds("about 1 was answered with 500", |attempts, _, _| {
        attempts[1].answer = Some(problem("internal", 500));
    });
    finds("about 1 was answered with 500", |_, questions, _| {
        questions[0].answer = Some(problem("internal", 500));
    });
    finds("and not when to come back", |attempts, _, _| {
        let answer = problem("database-unavailable", 503);
        attempts[1].answer = Some(Answer { says_when: false, ..answer });
    });
    let (mut attempts, mut questions, books) = sound();
    attempts[1].answer = Some(problem("database-unavailable", 503));
    questions[0].answer = Some(problem("database-unavailable", 503));
    assert_eq!(check(&attempts, &questions, &books).violations, Vec::<String>::new());
}

#[test]
fn the_books_are_held_against_themselves() {
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
fn the_books_are_held_against_what_was_said_and_sent() {
    finds("acknowledged and is not in the books", |_, _, books| books.transfers.clear());
    finds("refused and is in the books", |attempts, _, _| {
        for attempt in attempts {
            attempt.answer = Some(problem("insufficient-funds", 422));
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
        other.answer = None;
        attempts.push(other);
        books.orders.push(("2".into(), false));
    });
    finds("was decided, and nobody sent it", |_, _, books| books.orders.push(("2".into(), true)));
}
