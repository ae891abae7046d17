//! The same tests on PostgreSQL, and failures of a server while the bank runs.

use std::process::Command;
use std::sync::Arc;

use bank::{Bank, Database, ManualClock};
use postgres_for_tests::{Durability, Pooler, Server};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::database::{SERVER, server};
use crate::issuer::TestIssuer;
use crate::test_bank::{ADA, NOW, OPENING, TestBank, config, order_of};

fn start(durability: Durability) -> Server {
    Server::start(durability).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs this test program again with a PostgreSQL server, so that no test can be forgotten.
/// Proves: threat-concurrent-banks
#[test]
fn all_tests_pass_on_postgres() {
    if server().is_some() {
        return;
    }
    let postgres = start(Durability::None);
    let tests = Command::new(std::env::current_exe().unwrap())
        .args(["--skip", "postgres::"])
        .env(SERVER, postgres.url(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tests.stdout);
    assert!(tests.status.success(), "{said}{}", String::from_utf8_lossy(&tests.stderr));
    assert!(said.contains("test spending::token_stays_spent_after_restart ... ok"), "{said}");
}

/// Proves: threat-database-away
#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_transfers_survive_server_crash() {
    let postgres = start(Durability::Full);
    postgres.create("books").unwrap();
    let database = postgres.url("books").parse().unwrap();
    let test_bank = TestBank::with(TestIssuer::start().await, database).await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    let first = test_bank.post(&token, id, &order_of(100)).await;
    assert_eq!(first.status, 201);

    postgres.crash().unwrap();
    let again = test_bank.post(&token, id, &order_of(100)).await;
    assert_eq!((again.is_replay(), &again.body), (true, &first.body));
    assert_eq!(test_bank.post(&token, Uuid::new_v4(), &order_of(100)).await.problem(), "token-spent");
    assert_eq!(test_bank.order(&order_of(1)).await.status, 201);
    assert_eq!(test_bank.balance().await, OPENING - 101);
}

/// Proves: threat-concurrent-banks
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_opening_migrates_once() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let issuer = TestIssuer::start().await;
    let open = || async {
        let config = config(&issuer, postgres.url("books").parse().unwrap());
        Bank::open(config, Arc::new(ManualClock::at(NOW))).await.unwrap()
    };
    let banks = futures_util::future::join_all((0..8).map(|_| open())).await;
    assert_eq!(banks[0].ledger().balance(ADA).await.unwrap(), Some(OPENING));
    for bank in banks {
        bank.close().await;
    }
}

/// Proves: threat-database-away
#[tokio::test(flavor = "multi_thread")]
async fn unreachable_server_is_database_unavailable() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let test_bank = TestBank::with(TestIssuer::start().await, postgres.url("books").parse().unwrap()).await;
    drop(postgres);
    let (token, order) = (test_bank.token("view:balance"), order_of(100));
    let (balance, order) = tokio::join!(test_bank.get("/balance", &token), test_bank.order(&order));
    for answer in [balance, order] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.problem(), "database-unavailable");
        assert_eq!(answer.headers["retry-after"], "5");
    }
}

/// Proves: threat-database-away
#[tokio::test(flavor = "multi_thread")]
async fn locked_account_is_database_unavailable() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let url = postgres.url("books");
    let test_bank = TestBank::with(TestIssuer::start().await, url.parse().unwrap()).await;
    let mut tool = PgConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN").execute(&mut tool).await.unwrap();
    sqlx::query("SELECT id FROM accounts FOR UPDATE").execute(&mut tool).await.unwrap();
    let answer = test_bank.order(&order_of(100)).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.problem(), "database-unavailable");
    sqlx::query("ROLLBACK").execute(&mut tool).await.unwrap();
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
}

/// The program's output when the bank does not open.
async fn refusal(database: &str) -> String {
    let config = config(&TestIssuer::start().await, database.parse().unwrap());
    let error = Bank::open(config, Arc::new(ManualClock::at(NOW))).await.err().unwrap();
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

/// Proves: pooler-mode
#[tokio::test(flavor = "multi_thread")]
async fn rejects_pooler_in_statement_mode() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let pooler = Pooler::start(&postgres, "statement").unwrap_or_else(|error| panic!("{error}"));
    let said = refusal(&pooler.url("books")).await;
    assert!(said.contains("a pooler in statement mode, as of PgBouncer"), "{said}");
}

/// Each transaction has another session of the server, which other clients use before and after it.
/// Proves: pooler-transaction-mode
#[tokio::test(flavor = "multi_thread")]
async fn supports_pooler_in_transaction_mode() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let pooler = Pooler::start(&postgres, "transaction").unwrap_or_else(|error| panic!("{error}"));
    let url = pooler.url("books");
    let database = || url.parse::<Database>().unwrap();
    // Two create the same tables at the same time, and one finds them.
    let (first, second) = tokio::join!(
        TestBank::with(TestIssuer::start().await, database()),
        TestBank::with(TestIssuer::start().await, database())
    );
    let third = TestBank::with(TestIssuer::start().await, database()).await;
    let worlds = [first, second, third];
    let order = order_of(1);
    let orders =
        worlds.iter().flat_map(|test_bank| std::iter::repeat_with(|| test_bank.order(&order)).take(20));
    for answer in futures_util::future::join_all(orders).await {
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let mut settings = PgConnection::connect(&postgres.url("books")).await.unwrap();
    sqlx::query("ALTER DATABASE books SET synchronous_commit = off").execute(&mut settings).await.unwrap();
    for test_bank in &worlds {
        let view = test_bank.token("view:balance");
        for address in ["/balance", "/transfers", "/readyz"] {
            assert_eq!(test_bank.get(address, &view).await.status, 200, "{address}");
        }
        let absent = format!("/transfers/{}", uuid::Uuid::new_v4());
        assert_eq!(test_bank.get(&absent, &view).await.problem(), "transfer-not-found");
        assert_eq!(test_bank.balance().await, OPENING - 60);
    }
    // Settings end with their transaction: the sessions have the server's.
    let options: PgConnectOptions = url.parse().unwrap();
    let mut lent = PgConnection::connect_with(&options.extra_float_digits(None)).await.unwrap();
    let row = sqlx::raw_sql("SELECT current_setting('lock_timeout')").fetch_one(&mut lent).await.unwrap();
    assert_eq!(sqlx::Row::get::<String, _>(&row, 0), "0");
}

/// Proves: pooler-mode
#[tokio::test(flavor = "multi_thread")]
async fn supports_pooler_in_session_mode() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let pooler = Pooler::start(&postgres, "session").unwrap_or_else(|error| panic!("{error}"));
    let url = pooler.url("books");
    let test_bank = TestBank::with(TestIssuer::start().await, url.parse().unwrap()).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    assert_eq!(test_bank.balance().await, OPENING - 100);
    // A parameter that the pooler does not pass on is named.
    let said = refusal(&format!("{url}&options=-c%20search_path%3Dpublic")).await;
    assert!(said.contains("which does not take a parameter of it (options"), "{said}");
}

/// Proves: database-address
#[tokio::test(flavor = "multi_thread")]
async fn accepts_url_of_hosting_providers() {
    let postgres = start(Durability::None);
    postgres.create("books").unwrap();
    let more = "?channel_binding=prefer&application_name=books&connect_timeout=10&target_session_attrs=read-write&sslmode=disable";
    let url = format!("{}{more}", postgres.url("books"));
    let test_bank = TestBank::with(TestIssuer::start().await, url.parse().unwrap()).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    let mut tool = PgConnection::connect(&postgres.url("books")).await.unwrap();
    let named = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'books'";
    let (named,): (i64,) = sqlx::query_as(named).fetch_one(&mut tool).await.unwrap();
    assert!(named > 0, "the server lists the connections under the name of the address");
}
