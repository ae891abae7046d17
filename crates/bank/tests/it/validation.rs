//! References, IBANs, and amounts of currencies with any minor unit.

use bank::ledger::Iban;
use bank::{Bank, ManualClock, OpeningAccount};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

use crate::database;
use crate::issuer::{FIRST, TestIssuer};
use crate::test_bank::{ADA, BEN, NOW, TestBank, config};

fn cases(table: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(table).unwrap();
    table["cases"].as_array().unwrap().clone()
}

/// Proves: reference-characters
#[tokio::test]
async fn reference_follows_table() {
    let test_bank = TestBank::new().await;
    let cases = cases(include_str!("../../../../tests/tables/references.json"));
    assert!(cases.len() > 60);
    for case in cases {
        let text = &case["text"];
        let order = json!({ "payee": BEN, "amount": { "amount": 1, "currency": "EUR" }, "reference": text });
        let answer = test_bank.order(&order).await;
        if case["sent"] == *text {
            assert_eq!(answer.status, 201, "{case}");
            assert_eq!(answer.body["reference"], *text, "{case}");
        } else {
            assert_eq!(answer.problem(), "invalid-reference", "{case}");
        }
    }
}

/// Proves: iban
#[test]
fn iban_follows_table() {
    for case in cases(include_str!("../../../../tests/tables/ibans.json")) {
        let read = Iban::parse(case["text"].as_str().unwrap());
        assert_eq!(read.ok().as_ref().map(Iban::as_str), case["iban"].as_str(), "{case}");
    }
}

/// Opens two accounts in a currency, and pays from one into the other with a token that names the payment in that currency.
async fn pays_in(currency: &str, minor: i64, amount: &str) {
    let database = database::temporary().await;
    let test_bank = TestBank::configured(TestIssuer::start().await, |issuer| {
        let mut config = config(issuer, database);
        for account in &mut config.opening_accounts[..2] {
            currency.clone_into(&mut account.currency);
        }
        config
    })
    .await;
    let id = Uuid::now_v7();
    let order =
        json!({ "payee": BEN, "amount": { "amount": minor, "currency": currency }, "reference": "Lunch" });
    let token = |amount: &str| {
        let mut claims = test_bank.claims("view:balance transfer:funds");
        claims["authorization_details"] = json!([{
            "type": "payment_initiation",
            "identifier": id.to_string(),
            "instructedAmount": { "currency": currency, "amount": amount },
            "creditorAccount": { "iban": BEN },
            "remittanceInformationUnstructured": "Lunch",
        }]);
        FIRST.token(&claims)
    };
    for other in [format!("{amount}0"), format!("0{amount}"), format!("{}.{:02}", minor / 100, minor % 100)] {
        if other != amount {
            let answer = test_bank.post(&token(&other), id, &order).await;
            assert_eq!(answer.problem(), "authorization-details-mismatch", "{other} {currency}");
        }
    }
    let answer = test_bank.post(&token(amount), id, &order).await;
    assert_eq!(answer.status, 201, "{amount} {currency}: {}", answer.body);
    assert_eq!(answer.body["amount"], json!({ "amount": minor, "currency": currency }));
    assert_eq!(test_bank.balance().await, crate::test_bank::OPENING - minor);
}

/// Proves: minor-units
#[tokio::test]
async fn transfer_uses_minor_units_of_currency() {
    pays_in("EUR", 1250, "12.50").await;
    pays_in("HUF", 1250, "12.50").await;
    pays_in("JPY", 1250, "1250").await;
    pays_in("KWD", 1250, "1.250").await;
    pays_in("CLF", 1250, "0.1250").await;
}

/// Proves: currencies
#[tokio::test]
async fn account_currency_needs_minor_unit() {
    let issuer = TestIssuer::start().await;
    let mut config = config(&issuer, database::temporary().await);
    config.opening_accounts = vec![OpeningAccount {
        iban: ADA.into(),
        holder: "Ada Example".into(),
        subject: None,
        balance_minor: 1,
        currency: "XAU".into(),
    }];
    let error = Bank::open(config, Arc::new(ManualClock::at(NOW))).await.err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|error| error.contains("no minor unit")), "{error:?}");
}
