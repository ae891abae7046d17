//! The ledger: it balances whatever is ordered, and refuses changes from outside.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::database::Tool;
use crate::issuer::FIRST;
use crate::test_bank::{ADA, BEN, ENERGY, NOBODY, OPENING, TestBank, order_of};

#[derive(Debug, Clone)]
struct RandomOrder {
    payer: usize,
    payee: &'static str,
    amount: i64,
    /// Few ids and few tokens, so that both are used again.
    id: u128,
    jti: u8,
}

const PAYERS: [(&str, &str); 2] = [("auth0|1001", ADA), ("auth0|1002", BEN)];

fn step() -> impl Strategy<Value = RandomOrder> {
    let payee = prop::sample::select(vec![ADA, BEN, ENERGY, NOBODY]);
    let amount = prop_oneof![1 => -2..=0_i64, 8 => 1..200_000_i64, 1 => Just(i64::MAX)];
    (0..2_usize, payee, amount, 1..30_u128, 1..30_u8)
        .prop_map(|(payer, payee, amount, id, jti)| RandomOrder { payer, payee, amount, id, jti })
}

/// A small bank, which the real one is compared with.
#[derive(Default)]
struct Model {
    balances: HashMap<&'static str, i64>,
    decided: HashMap<u128, (RandomOrder, u16)>,
    spent: Vec<u8>,
}

impl Model {
    fn answer(&mut self, step: &RandomOrder) -> u16 {
        if let Some((first, status)) = self.decided.get(&step.id) {
            let same = (first.payer, first.payee, first.amount) == (step.payer, step.payee, step.amount);
            return if same { *status } else { 422 };
        }
        if self.spent.contains(&step.jti) {
            return 401;
        }
        let payer = PAYERS[step.payer].1;
        let possible = step.amount > 0
            && step.amount <= self.balances[payer]
            && step.payee != payer
            && self.balances.contains_key(step.payee);
        if possible {
            *self.balances.get_mut(payer).unwrap() -= step.amount;
            *self.balances.get_mut(step.payee).unwrap() += step.amount;
        }
        let status = if possible { 201 } else { 422 };
        self.decided.insert(step.id, (step.clone(), status));
        self.spent.push(step.jti);
        status
    }
}

async fn compare_with_model(steps: Vec<RandomOrder>) {
    let test_bank = TestBank::new().await;
    let mut model =
        Model { balances: HashMap::from([(ADA, OPENING), (BEN, 31_075), (ENERGY, 0)]), ..Model::default() };
    for step in steps {
        let mut claims = test_bank.claims("transfer:funds");
        claims["sub"] = json!(PAYERS[step.payer].0);
        claims["jti"] = json!(step.jti.to_string());
        let order = json!({ "payee": step.payee, "amount": { "amount": step.amount, "currency": "EUR" } });
        let answer = test_bank.post(&FIRST.token(&claims), Uuid::from_u128(step.id), &order).await;
        assert_eq!(answer.status.as_u16(), model.answer(&step), "{step:?}: {}", answer.body);
        test_bank.bank.ledger().audit().await.unwrap();
        assert_eq!(test_bank.bank.ledger().postings_sum().await.unwrap(), 0);
        for (iban, balance) in &model.balances {
            assert_eq!(test_bank.bank.ledger().balance(iban).await.unwrap(), Some(*balance), "{iban}");
        }
    }
}

/// Fewer on PostgreSQL, where each query goes to another process.
fn cases() -> u32 {
    if crate::database::server().is_some() { 6 } else { 24 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_orders_match_model(steps in prop::collection::vec(step(), 1..40)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(compare_with_model(steps));
    }
}

/// Proves: no-such-transfer-final
#[tokio::test]
async fn database_refuses_inconsistent_writes() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    let mut tool = Tool::connect(&folder).await;
    tool.run("INSERT INTO audits VALUES (1)").await.unwrap();
    tool.run("INSERT INTO retired_keys VALUES ('retired', 'issuer', 'ada', 1)").await.unwrap();
    for (statement, refusal) in [
        ("UPDATE postings SET amount = 1", "postings are not changed"),
        ("DELETE FROM postings", "postings are not deleted"),
        ("UPDATE bookings SET amount = 1", "bookings are not changed"),
        ("DELETE FROM bookings", "bookings are not deleted"),
        ("UPDATE transfers SET reference = 'x'", "transfers are not changed"),
        ("DELETE FROM transfers", "transfers are not deleted"),
        ("UPDATE orders SET content = 'x'", "orders are not changed"),
        ("DELETE FROM orders", "orders are not deleted"),
        ("UPDATE spent_tokens SET jti = 'x'", "spent tokens are not changed"),
        ("DELETE FROM spent_tokens", "spent tokens are not deleted"),
        ("UPDATE audits SET booking_id = 1", "audits are not changed"),
        ("DELETE FROM audits", "audits are not deleted"),
        ("UPDATE retired_keys SET id = 'x'", "retired keys are not changed"),
        ("DELETE FROM retired_keys", "retired keys are not deleted"),
        (
            "INSERT INTO retired_keys SELECT id, issuer, subject, 1 FROM orders",
            "an id that has an order is not retired",
        ),
        (
            "INSERT INTO orders SELECT id, issuer, subject, '', NULL, 1 FROM retired_keys",
            "an id that is retired has no order",
        ),
        ("UPDATE accounts SET holder = 'x'", "accounts are not changed"),
        ("DELETE FROM accounts", "accounts are not deleted"),
        ("INSERT INTO postings VALUES (1, 3, 5, 5)", "a posting is one of the two sides of its booking"),
        (
            "INSERT INTO postings SELECT * FROM postings LIMIT 1",
            "a posting comes after those that its account has",
        ),
        (
            "INSERT INTO bookings SELECT NULL, kind, from_account, to_account, 900000, currency, 0
             FROM bookings WHERE kind = 'transfer'",
            "a customer account is never below zero",
        ),
        (
            "INSERT INTO bookings SELECT NULL, kind, from_account, to_account, 1, 'USD', 0
             FROM bookings WHERE kind = 'transfer'",
            "a booking is in the one currency of both its accounts",
        ),
        (
            "INSERT INTO bookings SELECT NULL, kind, from_account, from_account, 1, currency, 0 FROM bookings",
            "a booking is in the one currency of both its accounts",
        ),
    ] {
        let error = tool.run(statement).await.expect_err(statement);
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    // The messages of these two differ between the databases.
    for (statement, on_sqlite, on_postgres) in [
        (
            "INSERT INTO bookings SELECT NULL, kind, from_account, to_account, -1, currency, 0 FROM bookings",
            "CHECK constraint failed",
            "violates check constraint",
        ),
        (
            "INSERT INTO transfers (id, booking_id, reference) VALUES ('x', 999, '')",
            "FOREIGN KEY constraint failed",
            "violates foreign key",
        ),
        (
            "INSERT INTO spent_tokens SELECT issuer, jti, order_id FROM spent_tokens",
            "UNIQUE constraint failed",
            "violates unique constraint",
        ),
        (
            "INSERT INTO orders SELECT id, 'x', 'x', 'x', NULL, 0 FROM orders",
            "UNIQUE constraint failed",
            "violates unique constraint",
        ),
    ] {
        let error = tool.run(statement).await.expect_err(statement);
        let refusal = if matches!(tool, Tool::Sqlite(_)) { on_sqlite } else { on_postgres };
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    // These exist in one database only: SQLite stores fractions, PostgreSQL has TRUNCATE.
    let own: &[_] = match tool {
        Tool::Sqlite(_) => &[(
            "INSERT INTO bookings SELECT NULL, kind, from_account, to_account, 1.5, currency, 0 FROM bookings",
            "cannot store REAL value in INTEGER column",
        )],
        Tool::Postgres(_) => &[
            ("TRUNCATE postings", "postings are not deleted"),
            ("TRUNCATE accounts CASCADE", "are not deleted"),
            ("TRUNCATE spent_tokens", "spent tokens are not deleted"),
        ],
    };
    for (statement, refusal) in own {
        let error = tool.run(statement).await.expect_err(statement);
        assert!(error.contains(refusal), "{statement}: {error}");
    }
    assert_eq!(test_bank.balance().await, OPENING - 100);
}

#[tokio::test]
async fn manual_posting_continues_balance_and_audit_finds_half_booking() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    let mut tool = Tool::connect(&folder).await;
    let trigger = "bookings_make_their_postings";
    tool.drop_trigger(trigger, &format!("{trigger} ON bookings")).await;
    let booking = "INSERT INTO bookings SELECT NULL, kind, from_account, to_account, 7, currency, 0
         FROM bookings WHERE kind = 'transfer'";
    tool.run(booking).await.unwrap();
    let half = "INSERT INTO postings SELECT id, from_account, -7, ";
    for (balance, possible) in [(OPENING - 106, false), (OPENING - 108, false), (OPENING - 107, true)] {
        let statement = format!("{half} {balance} FROM bookings ORDER BY id DESC LIMIT 1");
        assert_eq!(tool.run(&statement).await.is_ok(), possible, "{balance}");
    }
    let found = test_bank.bank.ledger().audit().await.unwrap_err().to_string();
    assert_eq!(found, "the books do not balance: the balances of a currency do not sum to zero (1 found)");
}

/// The token could be spent again.
/// Proves: audit-spent-tokens
#[tokio::test]
async fn audit_finds_deleted_spent_token() {
    for amount in [100, 1_000_000] {
        let folder = tempfile::tempdir().unwrap();
        let test_bank = TestBank::in_folder(&folder).await;
        // One is carried out, and one refused.
        test_bank.order(&order_of(amount)).await;
        let mut tool = Tool::connect(&folder).await;
        tool.drop_trigger("spent_tokens_are_not_deleted", "spent_tokens_are_kept ON spent_tokens").await;
        tool.run("DELETE FROM spent_tokens").await.unwrap();
        tool.close().await;
        let found = test_bank.bank.ledger().audit().await.unwrap_err().to_string();
        assert!(
            found.ends_with("an order has been decided and has not spent exactly one token (1 found)"),
            "{found}"
        );
    }
}

#[tokio::test]
async fn open_refuses_tampered_books() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    test_bank.bank.close().await;
    let mut tool = Tool::connect(&folder).await;
    tool.drop_trigger("postings_are_not_changed", "postings_are_kept ON postings").await;
    tool.run("UPDATE postings SET amount = amount + 1, balance_after = balance_after + 1 WHERE amount = 100")
        .await
        .unwrap();
    tool.close().await;
    let config = crate::test_bank::config(&test_bank.issuer, crate::database::in_folder(&folder).await);
    let Err(error) = bank::Bank::open(config, test_bank.clock.clone()).await else {
        panic!("the bank opened")
    };
    let expected = "the books do not balance: a booking does not have exactly its two postings (1 found)";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn open_audits_new_bookings_and_audit_checks_all() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    let test_bank = test_bank.reopen(&folder).await;
    let mut tool = Tool::connect(&folder).await;
    tool.drop_trigger("postings_are_not_changed", "postings_are_kept ON postings").await;
    tool.run("UPDATE postings SET amount = amount + 1 WHERE amount = 100").await.unwrap();
    tool.close().await;
    let test_bank = test_bank.reopen(&folder).await;
    assert_eq!(test_bank.order(&order_of(1)).await.status, 201);
    let ledger = test_bank.bank.ledger();
    assert_eq!(ledger.postings_sum().await.unwrap(), 1);
    let found = ledger.audit().await.unwrap_err().to_string();
    assert_eq!(found, "the books do not balance: a booking does not have exactly its two postings (1 found)");
}
