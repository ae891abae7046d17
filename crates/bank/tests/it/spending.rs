//! A token decides one order, also with concurrent orders and after restarts.

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::issuer::FIRST;
use crate::test_bank::{OPENING, TestBank, order_of};

#[tokio::test]
async fn spent_token_is_refused() {
    let test_bank = TestBank::new().await;
    let token = test_bank.transfer_token();
    assert_eq!(test_bank.post(&token, Uuid::new_v4(), &order_of(1)).await.status, 201);
    let again = test_bank.post(&token, Uuid::new_v4(), &order_of(1)).await;
    assert_eq!((again.status.as_u16(), again.problem()), (401, "token-spent"));
    assert!(again.challenge().contains(r#"error="invalid_token""#));
    // The id is spent, not the text: another token with the same id is spent too.
    let mut claims = test_bank.claims("transfer:funds");
    for exp in [7200, 7201] {
        claims["exp"] = json!(crate::test_bank::NOW + exp);
        let answer = test_bank.post(&FIRST.token(&claims), Uuid::new_v4(), &order_of(1)).await;
        assert_eq!(answer.status.as_u16(), if exp == 7200 { 201 } else { 401 });
    }
    assert_eq!(test_bank.balance().await, OPENING - 2);
    // Reading does not need an unspent token.
    assert_eq!(test_bank.get("/balance", &token).await.status, 200);
}

/// Proves: threat-token-reuse
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_orders_with_one_token_transfer_once() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let (token, order) = (test_bank.transfer_token(), order_of(100));
    let answers = join_all((0..100).map(|_| test_bank.post(&token, Uuid::new_v4(), &order))).await;
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((accepted.len(), refused.len()), (1, 99));
    assert!(refused.iter().all(|answer| answer.problem() == "token-spent"));
    assert_eq!(test_bank.balance().await, OPENING - 100);
}

/// Proves: threat-token-reuse
#[tokio::test]
async fn token_stays_spent_after_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut test_bank = TestBank::in_folder(&folder).await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    let first = test_bank.post(&token, id, &order_of(100)).await;
    for _ in 0..2 {
        test_bank = test_bank.reopen(&folder).await;
        assert_eq!(test_bank.post(&token, Uuid::new_v4(), &order_of(100)).await.problem(), "token-spent");
        let again = test_bank.post(&token, id, &order_of(100)).await;
        assert_eq!((again.is_replay(), &again.body), (true, &first.body));
        assert_eq!(test_bank.balance().await, OPENING - 100, "opening balances are not paid in again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_debits_never_overdraw_account() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    // Enough for ten of them.
    let order = order_of(OPENING / 10);
    let orders = (0..40).map(|_| test_bank.order(&order));
    let answers = join_all(orders).await;
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(accepted.len(), 10);
    assert!(refused.iter().all(|answer| answer.problem() == "insufficient-funds"));
    let mut left: Vec<_> =
        accepted.iter().map(|a| a.body["balance_after"]["amount"].as_i64().unwrap()).collect();
    left.sort_unstable();
    assert_eq!(left, (0..10).map(|n| n * OPENING / 10).collect::<Vec<_>>());
    assert_eq!(test_bank.balance().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_banks_share_one_database() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let other = crate::test_bank::config(&test_bank.issuer, crate::database::in_folder(&folder).await);
    let other = bank::Bank::open(other, test_bank.clock.clone()).await.unwrap();
    let (token, order) = (test_bank.transfer_token(), order_of(100));
    let through_other = async |id| {
        let request = crate::test_bank::post(&token, id, &order);
        tower::ServiceExt::oneshot(other.router(), request).await.unwrap().status().as_u16()
    };
    let here = join_all(
        (0..20).map(|_| async { test_bank.post(&token, Uuid::new_v4(), &order).await.status.as_u16() }),
    );
    let there = join_all((0..20).map(|_| through_other(Uuid::new_v4())));
    let (here, there) = tokio::join!(here, there);
    let mut statuses = [here, there].concat();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[401; 39][..]));
    assert_eq!(test_bank.balance().await, OPENING - 100);
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_debits_at_two_banks_wait_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let other = crate::test_bank::config(&test_bank.issuer, crate::database::in_folder(&folder).await);
    let other = bank::Bank::open(other, test_bank.clock.clone()).await.unwrap();
    let order = order_of(100);
    let request = || crate::test_bank::post(&test_bank.transfer_token(), Uuid::new_v4(), &order);
    let through = async |bank: &bank::Bank| {
        tower::ServiceExt::oneshot(bank.router(), request()).await.unwrap().status().as_u16()
    };
    let (here, there) = tokio::join!(
        join_all((0..20).map(|_| through(&test_bank.bank))),
        join_all((0..20).map(|_| through(&other)))
    );
    assert_eq!([here, there].concat(), [201; 40]);
    assert_eq!(test_bank.balance().await, OPENING - 40 * 100);
    other.close().await;
}
