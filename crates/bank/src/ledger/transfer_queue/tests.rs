//! Batches of orders, on both databases.

use std::time::Instant;

use postgres_for_tests::{Durability, Server};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::*;
use crate::ledger::account::Customer;
use crate::ledger::handle::Ledger;
use crate::ledger::open::OpeningAccount;
use crate::ledger::order::{Order, TokenId};
use crate::ledger::status::TransferStatus;
use crate::ledger::store::{POSTGRES_WRITERS, Transaction};
use crate::ledger::tests::stalled_postgres::StalledPostgres;
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
    let mut tx = ledger.store.writer.begin().await.unwrap();
    tx.execute(rule, &[]).await.unwrap();
    tx.commit().await.unwrap();
    ledger
}

fn request(reference: &str) -> TransferRequest {
    let order = Order {
        id: Uuid::new_v4(),
        customer: Customer { issuer: "issuer".into(), subject: "ada".into() },
        payee: BEN.into(),
        amount: 10,
        currency: "EUR".into(),
        reference: reference.into(),
        payee_name: None,
    };
    TransferRequest {
        order,
        token: TokenId { issuer: "issuer".into(), jti: Uuid::new_v4().to_string() },
        now: 0,
    }
}

async fn failing_order_does_not_affect_others(ledger: Ledger) {
    let again = request("twice");
    let requests = [request("one"), request("fail"), again.clone(), again, request("two")];
    let writer = TransferWriter { pool: ledger.store.writer.clone(), health: ledger.health.clone() };
    let answers = writer.handle(&requests, &|_| true).await;
    assert!(matches!(answers[0], Ok(TransferDecision::New(Ok(_)))));
    assert!(matches!(answers[1], Err(LedgerError::Database(_))));
    assert!(matches!(answers[2], Ok(TransferDecision::New(Ok(_)))));
    assert!(matches!(answers[3], Ok(TransferDecision::Replayed(Ok(_)))));
    assert!(matches!(answers[4], Ok(TransferDecision::New(Ok(_)))));
    assert_eq!(ledger.balance(ADA).await.unwrap(), Some(100_000 - 30));
    assert_eq!(ledger.spent_token_count().await.unwrap(), 3, "nothing of the one that failed is there");
    ledger.audit().await.unwrap();

    // Whoever waits when the books are closed is answered, and nobody after that.
    let last_request = request("last");
    let (last, ()) = tokio::join!(biased; ledger.decide(last_request.clone()), ledger.close());
    assert!(matches!(last, Ok(TransferDecision::New(Ok(_)))));
    assert!(matches!(ledger.decide(last_request).await, Err(LedgerError::Closed)));
}

#[tokio::test]
async fn failing_order_does_not_affect_others_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::File(folder.path().join("bank.sqlite"));
    let rule = "CREATE TRIGGER t BEFORE INSERT ON transfers WHEN NEW.reference = 'fail'
                BEGIN SELECT RAISE(ABORT, 'refused'); END";
    failing_order_does_not_affect_others(ledger(&database, rule).await).await;
}

#[tokio::test]
async fn failing_order_does_not_affect_others_in_postgresql() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let rule = "ALTER TABLE transfers ADD CHECK (reference <> 'fail')";
    failing_order_does_not_affect_others(ledger(&server.url("books").parse().unwrap(), rule).await).await;
}

/// Each of them alone would wait as long again.
#[tokio::test]
async fn orders_of_a_batch_share_failure_of_unavailable_database() {
    let ledger = ledger(&Database::Memory, "SELECT 1").await;
    let writer = TransferWriter { pool: ledger.store.writer.clone(), health: ledger.health.clone() };
    let _only_connection = ledger.store.writer.acquire().await.unwrap();
    tokio::time::pause();
    let replies = writer.handle(&[request("one"), request("two")], &|_| true).await;
    assert!(matches!(&replies[..], [Err(LedgerError::Batch(_)), Err(LedgerError::Batch(_))]), "{replies:?}");
    let replies = writer.handle(&[request("alone")], &|_| true).await;
    let is_its_own = matches!(&replies[..], [Err(LedgerError::Database(sqlx::Error::PoolTimedOut))]);
    assert!(is_its_own, "{replies:?}");
}

/// Who asks about an order in the middle of its decision is not told that there is no such transfer; and an order whose
/// asker left before a writer took it is not made behind their back.
#[tokio::test]
async fn undecided_is_not_absent_and_withdrawn_is_not_decided() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(&Database::File(folder.path().join("bank.sqlite")), "SELECT 1").await;
    let (first, second) = (request("first"), request("second"));
    let account = ledger.account_of(&first.order.customer).await.unwrap().unwrap().id;
    let customer = first.order.customer.clone();
    let status = async |id| ledger.final_status(id, &customer, account, 0).await.unwrap();

    // As long as this has the one connection that writes, nothing is decided.
    let lock = ledger.store.writer.begin().await.unwrap();
    let (books, request) = (ledger.clone(), first.clone());
    let deciding = tokio::spawn(async move { books.decide(request).await });
    while ledger.queue.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(status(first.order.id).await, TransferStatus::Undecided));
    {
        let waiting = std::pin::pin!(ledger.decide(second.clone()));
        tokio::select! {
            biased;
            _ = waiting => panic!("it was decided"),
            () = std::future::ready(()) => {}
        }
        assert!(matches!(status(second.order.id).await, TransferStatus::Undecided));
    }
    lock.commit().await.unwrap();
    assert!(matches!(status(second.order.id).await, TransferStatus::NotMade), "nobody waits for it any more");
    assert!(matches!(deciding.await.unwrap(), Ok(TransferDecision::New(Ok(_)))));
    assert!(matches!(status(first.order.id).await, TransferStatus::Made(_)));
    ledger.close().await;
    assert_eq!(ledger.queue.counts().0, 0);
    let ledger = Ledger::open(&Database::File(folder.path().join("bank.sqlite"))).await.unwrap();
    assert_eq!(ledger.transfer_count().await.unwrap(), 1, "the second was never made");
}

/// With all writers waiting for a server that says nothing, nobody would be answered any more.
#[tokio::test]
async fn stalled_server_frees_writers() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let ledger = ledger(&server.url("books").parse().unwrap(), "SELECT 1").await;
    let mut server = StalledPostgres::new(&server.url("books")).await;
    server.stall().await;
    let began = Instant::now();
    let mut lost = Vec::new();
    for writer in 0..POSTGRES_WRITERS {
        let books = ledger.clone();
        lost.push(tokio::spawn(async move { books.decide(request("lost")).await }));
        // Each has a batch of its own.
        while ledger.queue.counts().1 == writer as usize {
            tokio::task::yield_now().await;
        }
    }
    for answer in lost {
        assert!(matches!(answer.await.unwrap(), Err(LedgerError::Database(sqlx::Error::Io(_)))));
    }
    assert!(began.elapsed() >= QUERY_TIMEOUT, "{:?}", began.elapsed());

    server.resume().await;
    for _ in 0..10 {
        assert!(matches!(ledger.decide(request("made")).await, Ok(TransferDecision::New(Ok(_)))));
    }
    assert_eq!(ledger.transfer_count().await.unwrap(), 10);
    ledger.audit().await.unwrap();
}

/// Another bank can have told them that there is no such transfer, because nothing was locked for it.
#[tokio::test]
async fn order_withdrawn_before_locks_is_not_decided() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let database: Database = server.url("books").parse().unwrap();
    let (ledger, other) = (ledger(&database, "SELECT 1").await, Ledger::open(&database).await.unwrap());
    let mut lock = other.store.writer.begin().await.unwrap();
    lock.execute("SELECT id FROM accounts FOR UPDATE", &[]).await.unwrap();

    let (left, stays) = (request("left"), request("stays"));
    let customer = left.order.customer.clone();
    let status = async |id| ledger.final_status(id, &customer, 1, 0).await.unwrap();
    let mut deciding = Vec::new();
    for request in [left.clone(), stays.clone()] {
        let books = ledger.clone();
        deciding.push(tokio::spawn(async move { books.decide(request).await }));
    }
    while ledger.queue.counts().1 < 2 {
        tokio::task::yield_now().await;
    }
    let leaves = deciding.remove(0);
    leaves.abort();
    assert!(leaves.await.unwrap_err().is_cancelled());
    lock.commit().await.unwrap();
    assert!(matches!(deciding.remove(0).await.unwrap(), Ok(TransferDecision::New(Ok(_)))));
    ledger.queue.close().await;
    assert!(matches!(status(left.order.id).await, TransferStatus::NotMade));
    assert!(matches!(status(stays.order.id).await, TransferStatus::Made(_)));
    assert_eq!(ledger.spent_token_count().await.unwrap(), 1);
}

#[tokio::test]
async fn conflict_with_other_transactions_is_tried_again() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    server.create("books").unwrap();
    let rule = "DO $$ BEGIN
        CREATE SEQUENCE attempts;
        CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
            IF nextval('attempts') < 3 THEN RAISE 'a conflict' USING ERRCODE = 'serialization_failure'; END IF;
            RETURN NEW;
        END $f$;
        CREATE TRIGGER conflict BEFORE INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION conflict();
    END $$";
    let ledger = ledger(&server.url("books").parse().unwrap(), rule).await;
    assert!(matches!(ledger.decide(request("made")).await, Ok(TransferDecision::New(Ok(_)))));
    let attempts = ledger.store.reader.fetch_number("SELECT last_value FROM attempts", &[]).await.unwrap();
    assert_eq!(attempts, Some(3));
}

/// Two banks on one server, and a transaction of the first that has decided this order.
async fn being_decided(server: &Server, request: &TransferRequest) -> (Ledger, Ledger, Transaction<'static>) {
    server.create("books").unwrap();
    let database: Database = server.url("books").parse().unwrap();
    let (deciding, other) = (ledger(&database, "SELECT 1").await, Ledger::open(&database).await.unwrap());
    let mut tx = deciding.store.writer.begin().await.unwrap();
    decide(&mut tx, std::slice::from_ref(request), &|_| true).await.unwrap();
    (deciding, other, tx)
}

/// Until it waits for a lock of the transaction, or is done without it.
async fn wait_for_lock<T>(ledger: &Ledger, task: &JoinHandle<T>) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while ledger.store.reader.fetch_number(waiting, &[]).await.unwrap() == Some(0) && !task.is_finished() {
        tokio::task::yield_now().await;
    }
}

/// It is not told that there is no such transfer.
/// Proves: no-such-transfer-final
#[tokio::test(flavor = "multi_thread")]
async fn status_waits_for_decision_of_another_bank() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    let request = request("made");
    let (deciding, other, tx) = being_decided(&server, &request).await;
    let (id, customer) = (request.order.id, request.order.customer);
    let account = other.account_of(&customer).await.unwrap().unwrap().id;
    let status = tokio::spawn(async move { other.final_status(id, &customer, account, 0).await });
    wait_for_lock(&deciding, &status).await;
    tx.commit().await.unwrap();
    let status = status.await.unwrap();
    assert!(matches!(status, Ok(TransferStatus::Made(_))), "{status:?}");
}

/// Or bookings would be committed later with numbers below the last one that was audited.
#[tokio::test(flavor = "multi_thread")]
async fn audit_of_new_bookings_waits_for_those_of_another_bank() {
    let server = Server::start(Durability::None).unwrap_or_else(|error| panic!("{error}"));
    let (deciding, other, tx) = being_decided(&server, &request("made")).await;
    let audit = tokio::spawn(async move { other.audit_since_last().await });
    wait_for_lock(&deciding, &audit).await;
    assert!(!audit.is_finished());
    tx.commit().await.unwrap();
    audit.await.unwrap().unwrap();
}
