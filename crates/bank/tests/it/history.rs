//! What new books begin with.

use bank::{Bank, Config, Database, History, PastPayment, SavedPayee};
use serde_json::json;

use crate::issuer::TestIssuer;
use crate::test_bank::{ADA, BEN, ENERGY, NOW, OPENING, TestBank, config};
use crate::{database, test_bank};

const DAY: i64 = 86_400;

fn payment(
    days_ago: i64,
    subject: &str,
    payee_iban: &str,
    payee_name: &str,
    amount_minor: i64,
) -> PastPayment {
    PastPayment {
        subject: subject.into(),
        payee_iban: payee_iban.into(),
        payee_name: payee_name.into(),
        amount_minor,
        currency: "EUR".into(),
        reference: format!("{days_ago} days ago"),
        at: i64::try_from(NOW).unwrap() - days_ago * DAY,
    }
}

fn history() -> History {
    let payees =
        vec![SavedPayee { subject: "auth0|1001".into(), iban: ENERGY.into(), name: "City Energy".into() }];
    let payments = vec![
        payment(70, "auth0|1001", ENERGY, "City Energy", 4_000),
        payment(40, "auth0|1001", BEN, "Ben Example", 1_000),
        payment(3, "auth0|1002", ADA, "Ada Example", 2_000),
    ];
    History { payments, payees }
}

async fn test_bank_with(history: History) -> TestBank {
    let issuer = TestIssuer::start().await;
    let database = database::temporary().await;
    TestBank::configured(issuer, |issuer| Config { history, ..config(issuer, database) }).await
}

#[tokio::test]
async fn is_in_lists_statements_and_audited_books() {
    let test_bank = test_bank_with(history()).await;
    assert_eq!(test_bank.balance().await, OPENING - 4_000 - 1_000 + 2_000);
    let token = test_bank.strong_token_of("auth0|1001", "view:balance");
    let list = test_bank.get("/transfers", &token).await.body;
    let references: Vec<_> =
        list["transfers"].as_array().unwrap().iter().map(|it| &it["reference"]).collect();
    assert_eq!(references, ["3 days ago", "40 days ago", "70 days ago"]);
    assert_eq!(list["transfers"][1]["name_check"], "match");
    let statements = test_bank.get("/statements", &token).await.body;
    let months = statements["statements"].as_array().unwrap();
    assert!(months.len() >= 3, "{statements}");
    assert_eq!(months.last().unwrap()["entries"][0]["counterparty"], json!({ "holder": "Opening balances" }));
    let payees = test_bank.get("/payees", &token).await.body;
    assert_eq!(payees, json!({ "payees": [{ "iban": ENERGY, "name": "City Energy" }] }));
}

#[tokio::test]
async fn is_written_into_new_books_alone() {
    let folder = tempfile::tempdir().unwrap();
    let bank = TestBank::in_folder(&folder).await;
    bank.bank.close().await;
    let database = database::in_folder(&folder).await;
    let with_history = Config { history: history(), ..config(&bank.issuer, database) };
    for _ in 0..2 {
        let opened = Bank::open(with_history.clone(), bank.clock.clone()).await.unwrap();
        assert_eq!(opened.ledger().balance(ADA).await.unwrap(), Some(OPENING));
        opened.close().await;
    }
}

#[tokio::test]
async fn that_is_refused_leaves_no_payment() {
    let issuer = TestIssuer::start().await;
    let mut impossible = history();
    impossible.payments.push(payment(1, "auth0|1001", BEN, "Somebody Else", 1));
    let config = Config { history: impossible, ..test_bank::config(&issuer, Database::Memory) };
    let clock = std::sync::Arc::new(bank::ManualClock::at(NOW));
    let refused = Bank::open(config, clock).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("payment 3") && refused.contains("NameCheckChanged"), "{refused}");
}
