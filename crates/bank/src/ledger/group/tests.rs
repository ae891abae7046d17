//! A group of decisions, on both databases.

use std::time::Instant;

use postgres_for_tests::{Durability, Server};
use uuid::Uuid;

use super::super::sql::Tx;
use super::super::{Customer, Ledger, Order, SingleUse, TransferStatus, silence};
use super::*;
use crate::config::OpeningAccount;
use database_setup::Database;

const ADA: &str = "DE89370400440532013000";
const BEN: &str = "GB82WEST12345698765432";

/// Books with two accounts, and a rule that makes the database refuse a reference.
async fn ledger(database: &Database, rule: &'static str) -> Ledger {
    let ledger = Ledger::open(database).await.unwrap();
    for (iban, subject) in [(ADA, "ada"), (BEN, "ben")] {
        let account = OpeningAccount {
            iban: iban.into(),
            holder: subject.into(),
            subject: Some(subject.into()),
            balance_minor: 100_000,
            currency: "EUR".into(),
        };
        ledger.ensure_account(&account, "issuer", 0).await.unwrap();
    }
    let mut tx = Tx::begin(&ledger.writer).await.unwrap();
    tx.run(rule, &[]).await.unwrap();
    tx.commit().await.unwrap();
    ledger
}

fn job(reference: &str) -> Job {
    let order = Order {
        id: Uuid::new_v4(),
        customer: Customer { issuer: "issuer".into(), subject: "ada".into() },
        payee: BEN.into(),
        amount: 10,
        currency: "EUR".into(),
        reference: reference.into(),
    };
    Job { order, token: SingleUse { issuer: "issuer".into(), jti: Uuid::new_v4().to_string() }, now: 0 }
}

async fn a_failing_decision_takes_no_other_with_it(ledger: Ledger) {
    let again = job("twice");
    let jobs = [job("one"), job("fail"), again.clone(), again, job("two")];
    let books = Books { pool: ledger.writer.clone(), health: ledger.health.clone() };
    let answers = decide_all(&books, &jobs, &|_| true).await;
    assert!(matches!(answers[0], Ok(Decision::New(Ok(_)))));
    assert!(matches!(answers[1], Err(LedgerError::Database(_))));
    assert!(matches!(answers[2], Ok(Decision::New(Ok(_)))));
    assert!(matches!(answers[3], Ok(Decision::Replayed(Ok(_)))));
    assert!(matches!(answers[4], Ok(Decision::New(Ok(_)))));
    assert_eq!(ledger.balance(ADA).await.unwrap(), Some(100_000 - 30));
    assert_eq!(ledger.spent_token_count().await.unwrap(), 3, "nothing of the one that failed is there");
    ledger.audit().await.unwrap();

    // Whoever waits when the books are closed is answered, and nobody after that.
    let (order, token) = (job("last").order, job("last").token);
    let (last, ()) = tokio::join!(biased; ledger.decide(&order, &token, 0), ledger.close());
    assert!(matches!(last, Ok(Decision::New(Ok(_)))));
    assert!(matches!(ledger.decide(&order, &token, 0).await, Err(LedgerError::Closed)));
}

#[tokio::test]
async fn a_failing_decision_takes_no_other_with_it_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("bank.sqlite"));
    let rule = "CREATE TRIGGER t BEFORE INSERT ON transfers WHEN NEW.reference = 'fail'
                BEGIN SELECT RAISE(ABORT, 'refused'); END";
    a_failing_decision_takes_no_other_with_it(ledger(&database, rule).await).await;
}

#[tokio::test]
async fn a_failing_decision_takes_no_other_with_it_in_postgresql() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let rule = "ALTER TABLE transfers ADD CHECK (reference <> 'fail')";
    a_failing_decision_takes_no_other_with_it(ledger(&server.url("books").parse().unwrap(), rule).await)
        .await;
}

/// Who asks about an order in the middle of its decision is not told that there is no such transfer; and an order whose
/// asker left before a writer took it is not made behind their back.
#[tokio::test]
async fn what_is_being_decided_is_not_called_absent_and_who_left_early_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(&Database::File(folder.path().join("bank.sqlite")), "SELECT 1").await;
    let (first, second) = (job("first"), job("second"));
    let account = ledger.account_of(&first.order.customer).await.unwrap().unwrap().id;
    let customer = first.order.customer.clone();
    let status = async |id| ledger.final_status(id, &customer, account, 0).await.unwrap();

    // As long as this has the one connection that writes, nothing is decided.
    let lock = Tx::begin(&ledger.writer).await.unwrap();
    let (books, order, token) = (ledger.clone(), first.order.clone(), first.token.clone());
    let deciding = tokio::spawn(async move { books.decide(&order, &token, 0).await });
    while ledger.counter.queue.waiting().taken.is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(status(first.order.id).await, TransferStatus::Undecided));
    {
        let waiting = std::pin::pin!(ledger.decide(&second.order, &second.token, 0));
        tokio::select! {
            biased;
            _ = waiting => panic!("it was decided"),
            () = std::future::ready(()) => {}
        }
        assert!(matches!(status(second.order.id).await, TransferStatus::Undecided));
    }
    lock.commit().await.unwrap();
    assert!(matches!(status(second.order.id).await, TransferStatus::NotMade), "nobody waits for it any more");
    assert!(matches!(deciding.await.unwrap(), Ok(Decision::New(Ok(_)))));
    assert!(matches!(status(first.order.id).await, TransferStatus::Made(_)));
    ledger.close().await;
    assert_eq!(ledger.counter.queue.waiting().jobs.len(), 0);
    let ledger = Ledger::open(&Database::File(folder.path().join("bank.sqlite"))).await.unwrap();
    assert_eq!(ledger.transfer_count().await.unwrap(), 1, "the second was never made");
}

/// With all writers waiting for a server that says nothing, nobody would be answered any more.
#[tokio::test]
async fn a_server_that_falls_silent_keeps_no_writer() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let ledger = ledger(&server.url("books").parse().unwrap(), "SELECT 1").await;
    let mut server = silence::Server::of(&server.url("books")).await;
    server.falls_silent().await;
    let began = Instant::now();
    let mut lost = Vec::new();
    for writer in 0..postgres::WRITERS {
        let (books, Job { order, token, .. }) = (ledger.clone(), job("lost"));
        lost.push(tokio::spawn(async move { books.decide(&order, &token, 0).await }));
        // Each has a group of its own.
        while ledger.counter.queue.waiting().taken.len() == writer {
            tokio::task::yield_now().await;
        }
    }
    for answer in lost {
        assert!(matches!(answer.await.unwrap(), Err(LedgerError::Database(sqlx::Error::Io(_)))));
    }
    assert!(began.elapsed() >= PATIENCE, "{:?}", began.elapsed());

    server.speaks_again().await;
    for _ in 0..10 {
        let Job { order, token, .. } = job("made");
        assert!(matches!(ledger.decide(&order, &token, 0).await, Ok(Decision::New(Ok(_)))));
    }
    assert_eq!(ledger.transfer_count().await.unwrap(), 10);
    ledger.audit().await.unwrap();
}

/// Another bank can have told them that there is no such transfer, because nothing was locked for it.
#[tokio::test]
async fn who_left_before_the_locks_were_there_is_not_served() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let database: Database = server.url("books").parse().unwrap();
    let (ledger, other) = (ledger(&database, "SELECT 1").await, Ledger::open(&database).await.unwrap());
    let mut lock = Tx::begin(&other.writer).await.unwrap();
    lock.run("SELECT id FROM accounts FOR UPDATE", &[]).await.unwrap();

    let (left, stays) = (job("left"), job("stays"));
    let customer = left.order.customer.clone();
    let status = async |id| ledger.final_status(id, &customer, 1, 0).await.unwrap();
    let mut deciding = Vec::new();
    for Job { order, token, .. } in [left.clone(), stays.clone()] {
        let books = ledger.clone();
        deciding.push(tokio::spawn(async move { books.decide(&order, &token, 0).await }));
    }
    while ledger.counter.queue.waiting().taken.len() < 2 {
        tokio::task::yield_now().await;
    }
    let leaves = deciding.remove(0);
    leaves.abort();
    assert!(leaves.await.unwrap_err().is_cancelled());
    lock.commit().await.unwrap();
    assert!(matches!(deciding.remove(0).await.unwrap(), Ok(Decision::New(Ok(_)))));
    ledger.counter.close().await;
    assert!(matches!(status(left.order.id).await, TransferStatus::NotMade));
    assert!(matches!(status(stays.order.id).await, TransferStatus::Made(_)));
    assert_eq!(ledger.spent_token_count().await.unwrap(), 1);
}
