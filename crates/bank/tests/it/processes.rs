//! Two banks, two processes, one database.

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::database;
use crate::issuer::TestIssuer;
use crate::program::{Program, token};
use crate::test_bank::{ADA, BEN, order_of};

struct Banks {
    issuer: TestIssuer,
    both: [Program; 2],
    _folder: tempfile::TempDir,
}

impl Banks {
    /// Both start at the same moment, on a new database.
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuer = TestIssuer::start().await;
        let database = database::flag(&folder).await;
        let both = open_at_once(&issuer, &database).await;
        Self { issuer, both, _folder: folder }
    }

    fn token(&self, subject: &str) -> String {
        token(&self.issuer, subject, "view:balance transfer:funds")
    }

    async fn balance(&self, subject: &str) -> i64 {
        let answer = self.both[0].get("/balance", &self.token(subject)).await;
        let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        body["balance"]["amount"].as_i64().unwrap()
    }

    /// A bank audits the ledger when it opens.
    fn stop(self) {
        for bank in self.both {
            let (code, log) = bank.stop();
            assert_eq!(code, Some(0));
            assert!(!log.contains("ERROR"), "{log}");
        }
    }
}

async fn open_at_once<const BANKS: usize>(issuer: &TestIssuer, database: &str) -> [Program; BANKS] {
    let opening = [(); BANKS].map(|()| {
        let (issuer, database) = (issuer.url.clone(), database.to_owned());
        tokio::task::spawn_blocking(move || Program::start(&issuer, &database, "warn,bank=info"))
    });
    let banks: Vec<_> = join_all(opening).await.into_iter().map(Result::unwrap).collect();
    banks.try_into().unwrap_or_else(|_| unreachable!("as many as were opened"))
}

const ADAS: &str = "auth0|1001";
const BENS: &str = "auth0|1002";

/// Proves: threat-concurrent-banks
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_opening_of_new_file_waits() {
    let issuer = TestIssuer::start().await;
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let database = database::flag(&folder).await;
        let banks: [_; 6] = open_at_once(&issuer, &database).await;
        for bank in banks {
            assert_eq!(bank.stop().0, Some(0));
        }
    }
}

/// Proves: threat-token-reuse
#[tokio::test(flavor = "multi_thread")]
async fn token_is_spent_once_across_banks() {
    let banks = Banks::start().await;
    let (token, order) = (banks.token(ADAS), order_of(100));
    let uses = (0..100).map(|n| banks.both[n % 2].send(&token, Uuid::new_v4(), &order));
    let mut statuses = join_all(uses).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[401; 99][..]));
    assert_eq!(banks.balance(ADAS).await, 250_000 - 100);
    banks.stop();
}

/// Proves: threat-concurrent-banks
#[tokio::test(flavor = "multi_thread")]
async fn identical_orders_at_two_banks_debit_once() {
    let banks = Banks::start().await;
    let (token, id, order) = (banks.token(ADAS), Uuid::new_v4(), order_of(100));
    let statuses = join_all((0..50).map(|n| banks.both[n % 2].send(&token, id, &order))).await;
    assert_eq!(statuses, [201; 50]);
    assert_eq!(banks.balance(ADAS).await, 250_000 - 100);
    banks.stop();
}

/// Proves: threat-concurrent-banks
#[tokio::test(flavor = "multi_thread")]
async fn two_banks_never_overdraw_account() {
    let banks = Banks::start().await;
    // Enough for ten of them.
    let (tokens, order): (Vec<_>, _) = ((0..40).map(|_| banks.token(ADAS)).collect(), order_of(25_000));
    let debits =
        tokens.iter().enumerate().map(|(n, token)| banks.both[n % 2].send(token, Uuid::new_v4(), &order));
    let mut statuses = join_all(debits).await;
    statuses.sort_unstable();
    assert_eq!((&statuses[..10], &statuses[10..]), (&[201; 10][..], &[422; 30][..]));
    assert_eq!((banks.balance(ADAS).await, banks.balance(BENS).await), (0, 250_000));
    banks.stop();
}

/// Proves: threat-concurrent-banks
#[tokio::test(flavor = "multi_thread")]
async fn mutual_payments_at_two_banks_do_not_deadlock() {
    let banks = Banks::start().await;
    let order = |payee: &str| json!({ "payee": payee, "amount": { "amount": 10, "currency": "EUR" } });
    // Ben has nothing before Ada has paid.
    assert_eq!(banks.both[0].send(&banks.token(ADAS), Uuid::new_v4(), &order_of(1_000)).await, 201);
    let (to_ben, to_ada) = (order(BEN), order(ADA));
    let orders: Vec<_> = (0..120)
        .map(|n| if n / 2 % 2 == 0 { (banks.token(ADAS), &to_ben) } else { (banks.token(BENS), &to_ada) })
        .collect();
    let orders = orders.iter().enumerate();
    let sent = orders.map(|(n, (token, order))| banks.both[n % 2].send(token, Uuid::new_v4(), order));
    assert_eq!(join_all(sent).await, [201; 120]);
    assert_eq!((banks.balance(ADAS).await, banks.balance(BENS).await), (249_000, 1_000));
    banks.stop();
}

/// Proves: threat-token-reuse
#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_transfers_survive_kill() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = TestIssuer::start().await;
    let database = database::flag(&folder).await;
    let mut bank = Program::start(&issuer.url, &database, "info");
    let (token, id) = (token(&issuer, ADAS, "view:balance transfer:funds"), Uuid::new_v4());
    assert_eq!(bank.send(&token, id, &order_of(100)).await, 201);
    bank.kill();
    let bank = Program::start(&issuer.url, &database, "info");
    assert_eq!(bank.send(&token, id, &order_of(100)).await, 201, "the stored answer");
    assert_eq!(bank.send(&token, Uuid::new_v4(), &order_of(100)).await, 401, "the token stays spent");
    bank.stop();
}
