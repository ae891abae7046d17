//! Opening accounts, and wrong configuration.

use std::sync::Arc;

use bank::{Bank, BankOpenError, Config, Database, ManualClock, OpeningAccount};

use crate::database;
use crate::issuer::TestIssuer;
use crate::test_bank::{ADA, BEN, ENERGY, NOW, OPENING, TestBank, config, order_of};

async fn open(config: Config) -> Result<Bank, BankOpenError> {
    Bank::open(config, Arc::new(ManualClock::at(NOW))).await
}

async fn refused(change: impl FnOnce(&mut Config)) -> String {
    let mut config = config(&TestIssuer::start().await, database::temporary().await);
    change(&mut config);
    match open(config).await {
        Ok(_) => panic!("the bank opened"),
        Err(error) => error.to_string(),
    }
}

fn ada(config: &mut Config) -> &mut OpeningAccount {
    &mut config.opening_accounts[0]
}

#[tokio::test]
async fn open_rejects_wrong_configuration() {
    let message = refused(|c| c.jwks_uri = "jwks.json".into()).await;
    assert_eq!(message, "jwks_uri is `jwks.json`, but must be an absolute http or https URL");
    assert!(refused(|c| c.jwks_uri = "file:///etc/passwd".into()).await.starts_with("jwks_uri is `file:"));
    for origin in ["*", "localhost:3000", "http://localhost:3000/", "http://localhost:80", "null", ""] {
        let message = refused(|c| c.allowed_origins.push(origin.into())).await;
        let expected = "must be scheme, host and port only, as in `http://localhost:3000`";
        assert_eq!(message, format!("allowed origin `{origin}` {expected}"));
    }
    let message = refused(|c| ada(c).iban = "DE00370400440532013000".into()).await;
    assert_eq!(message, "opening account `DE00370400440532013000`: the check digits of the IBAN do not fit");
    for balance in [-1, i64::MIN, 9_007_199_254_740_992, i64::MAX] {
        let message = refused(|c| ada(c).balance_minor = balance).await;
        let expected = "the opening balance must be from 0 to 9007199254740991 minor units";
        assert_eq!(message, format!("opening account {ADA}: {expected}"));
    }
    let message = refused(|c| ada(c).currency = "eur".into()).await;
    let expected = "the currency must be three capital letters, as in `EUR`";
    assert_eq!(message, format!("opening account {ADA}: {expected}"));
    let message = refused(|c| c.opening_accounts[1].subject = Some("auth0|1001".into())).await;
    assert_eq!(message, format!("opening account {BEN}: its customer already has another account here"));
    let message = refused(|c| {
        let again = OpeningAccount { currency: "CHF".into(), ..ada(c).clone() };
        c.opening_accounts.push(again);
    });
    assert_eq!(message.await, format!("opening account {ADA}: the account exists in another currency"));
}

#[tokio::test]
async fn open_rejects_too_large_sum_of_balances() {
    let message = refused(|c| ada(c).balance_minor = 9_007_199_254_740_991).await;
    let expected = "all opening balances together must be at most 9007199254740991 minor units";
    assert_eq!(message, format!("opening account {BEN}: {expected}"));
}

#[tokio::test]
async fn reopening_does_not_change_existing_account() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    assert_eq!(test_bank.order(&order_of(100)).await.status, 201);
    test_bank.bank.close().await;

    let mut config = config(&test_bank.issuer, database::in_folder(&folder).await);
    ada(&mut config).balance_minor = 1;
    ada(&mut config).holder = "Mallory".into();
    let bank = open(config).await.unwrap();
    assert_eq!(bank.ledger().balance(ADA).await.unwrap(), Some(OPENING - 100));
    assert_eq!(bank.ledger().balance(ENERGY).await.unwrap(), Some(0));
    assert_eq!(bank.ledger().balance("DE00").await.unwrap(), None);
    assert_eq!(bank.ledger().postings_sum().await.unwrap(), 0);
    bank.close().await;
}

#[tokio::test]
async fn same_subject_of_other_issuer_has_no_access() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    test_bank.bank.close().await;
    let other = TestIssuer::start().await;
    let config =
        Config { opening_accounts: Vec::new(), ..config(&other, database::in_folder(&folder).await) };
    let bank = open(config).await.unwrap();
    let mut claims = test_bank.claims("view:balance");
    claims["iss"] = other.url.clone().into();
    let request = crate::test_bank::get("/balance", &crate::issuer::FIRST.token(&claims));
    let response = tower::ServiceExt::oneshot(bank.router(), request).await.unwrap();
    assert_eq!(response.status(), 404);
    bank.close().await;
}

#[tokio::test]
async fn open_reports_folder_that_cannot_be_created() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("file");
    std::fs::write(&occupied, "").unwrap();
    let path = occupied.join("bank.sqlite");
    let message = refused(|c| c.database = Database::File(path)).await;
    assert_eq!(message, format!("{}, for the database, cannot be made or opened", occupied.display()));
}
