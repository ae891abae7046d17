//! Idempotency keys: repeated, reused and retired.

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::test_bank::{BEN, ENERGY, OPENING, TestBank, order_of};

/// Proves: threat-lost-response
#[tokio::test]
async fn same_key_same_content_returns_stored_response() {
    let test_bank = TestBank::new().await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    let first = test_bank.post(&token, id, &order_of(100)).await;
    assert_eq!((first.status.as_u16(), first.is_replay()), (201, false));

    // The balance has changed and time has passed: the stored response is the same.
    test_bank.clock.advance(60);
    assert_eq!(test_bank.order(&order_of(7)).await.status, 201);
    for token in [&token, &test_bank.transfer_token()] {
        let again = test_bank.post(token, id, &order_of(100)).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert!(again.is_replay());
    }
    assert_eq!(test_bank.balance().await, OPENING - 107);
    assert_eq!(test_bank.bank.ledger().spent_token_count().await.unwrap(), 2, "a replay spends nothing");
}

#[tokio::test]
async fn same_key_returns_stored_refusal() {
    let test_bank = TestBank::new().await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    let first = test_bank.post(&token, id, &order_of(OPENING + 1)).await;
    assert_eq!(first.problem(), "insufficient-funds");

    // There is enough money now, but the order was refused.
    let back = json!({ "payee": crate::test_bank::ADA, "amount": { "amount": 1000, "currency": "EUR" } });
    let bens = test_bank.token_of("auth0|1002", "transfer:funds");
    assert_eq!(test_bank.post(&bens, Uuid::new_v4(), &back).await.status, 201);
    let again = test_bank.post(&token, id, &order_of(OPENING + 1)).await;
    assert_eq!((again.status, &again.body, again.is_replay()), (first.status, &first.body, true));
    assert_eq!(again.body["balance"]["amount"], OPENING);

    // The refused token is spent like any other.
    assert_eq!(test_bank.post(&token, Uuid::new_v4(), &order_of(1)).await.problem(), "token-spent");
}

#[tokio::test]
async fn same_key_other_content_is_refused() {
    let test_bank = TestBank::new().await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    assert_eq!(test_bank.post(&token, id, &order_of(100)).await.status, 201);

    let mut others = vec![order_of(101); 4];
    others[1] =
        json!({ "payee": ENERGY, "amount": { "amount": 100, "currency": "EUR" }, "reference": "Lunch" });
    others[2] = json!({ "payee": BEN, "amount": { "amount": 100, "currency": "USD" }, "reference": "Lunch" });
    others[3] = json!({ "payee": BEN, "amount": { "amount": 100, "currency": "EUR" }, "reference": "lunch" });
    let unspent = test_bank.transfer_token();
    for other in &others {
        for token in [&token, &unspent] {
            assert_eq!(test_bank.post(token, id, other).await.problem(), "idempotency-key-reused", "{other}");
        }
    }
    // Another customer's id, even with the same content, shows nothing of that transfer.
    let bens = test_bank.token_of("auth0|1002", "transfer:funds");
    let foreign = test_bank.post(&bens, id, &order_of(100)).await;
    assert_eq!(foreign.problem(), "idempotency-key-reused");
    assert_eq!(foreign.body.as_object().unwrap().len(), 4);

    assert_eq!(test_bank.balance().await, OPENING - 100);
    assert_eq!(
        test_bank.post(&unspent, Uuid::new_v4(), &order_of(1)).await.status,
        201,
        "it decided nothing before"
    );
}

/// Proves: threat-repeated-navigation
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_identical_orders_debit_once() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let (token, id, order) = (test_bank.transfer_token(), Uuid::new_v4(), order_of(100));
    let answers = join_all((0..50).map(|_| test_bank.post(&token, id, &order))).await;
    assert_eq!(answers.iter().filter(|answer| !answer.is_replay()).count(), 1);
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (201, &answers[0].body));
    }
    assert_eq!(test_bank.balance().await, OPENING - 100);
    assert_eq!(test_bank.bank.ledger().transfer_count().await.unwrap(), 1);
}

#[tokio::test]
async fn client_that_disconnects_can_retry() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let mut answered_before = 0;
    for moment in 0..120 {
        let (token, id, order) = (test_bank.transfer_token(), Uuid::new_v4(), order_of(1));
        let hang_up = async {
            for _ in 0..moment {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            answer = test_bank.post(&token, id, &order) => assert_eq!(answer.status, 201),
            () = hang_up => {}
        }
        let again = test_bank.post(&token, id, &order).await;
        assert_eq!(again.status, 201);
        answered_before += u32::from(again.is_replay());
    }
    assert!(
        (1..120).contains(&answered_before),
        "some hung up before the decision, some after: {answered_before}"
    );
    assert_eq!(test_bank.balance().await, OPENING - 120);
}

/// After "there is no such transfer" a client makes another one, so the first must never be made.
/// Proves: no-such-transfer-final
#[tokio::test]
async fn key_reported_absent_is_retired() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let id = Uuid::new_v4();
    let address = format!("/transfers/{id}");
    let view = test_bank.token("view:balance");
    for _ in 0..2 {
        assert_eq!(test_bank.get(&address, &view).await.problem(), "transfer-not-found");
    }
    let token = test_bank.transfer_token();
    let refused = test_bank.post(&token, id, &order_of(100)).await;
    assert_eq!((refused.status.as_u16(), refused.problem()), (422, "idempotency-key-retired"));
    assert_eq!(
        test_bank.post(&token, Uuid::new_v4(), &order_of(100)).await.status,
        201,
        "the token is not spent"
    );

    // Another bank on this database, and this one after a restart, know it too.
    let config = crate::test_bank::config(&test_bank.issuer, crate::database::in_folder(&folder).await);
    let other = bank::Bank::open(config, test_bank.clock.clone()).await.unwrap();
    let request = crate::test_bank::post(&test_bank.transfer_token(), id, &order_of(100));
    let answer = tower::ServiceExt::oneshot(other.router(), request).await.unwrap();
    assert_eq!(answer.status(), 422);
    other.close().await;
    let test_bank = test_bank.reopen(&folder).await;
    assert_eq!(
        test_bank.post(&test_bank.transfer_token(), id, &order_of(100)).await.problem(),
        "idempotency-key-retired"
    );

    // With `retire=false` nothing is retired, and retired ids are reported.
    let (pending, asked) = (Uuid::new_v4(), test_bank.token("view:balance"));
    let look = format!("/transfers/{pending}?retire=false");
    let so_far = test_bank.get(&look, &asked).await;
    assert_eq!((so_far.problem(), &so_far.body["final"]), ("transfer-not-found", &json!(false)));
    assert_eq!(test_bank.post(&test_bank.transfer_token(), pending, &order_of(100)).await.status, 201);
    assert_eq!(test_bank.get(&look, &asked).await.status, 200);
    let given_up = test_bank.get(&format!("{address}?retire=false"), &asked).await;
    assert_eq!((given_up.problem(), &given_up.body["final"]), ("transfer-not-found", &json!(true)));
    assert_eq!(test_bank.get(&format!("{address}?retire=x"), &asked).await.problem(), "malformed-request");

    // A query retires nothing of another customer's.
    let ben = test_bank.token_of("auth0|1002", "view:balance");
    let adas = Uuid::new_v4();
    assert_eq!(test_bank.get(&format!("/transfers/{adas}"), &ben).await.problem(), "transfer-not-found");
    assert_eq!(test_bank.post(&test_bank.transfer_token(), adas, &order_of(100)).await.status, 201);
    assert_eq!(test_bank.get(&format!("/transfers/{adas}"), &ben).await.status, 200, "he is the payee");

    // A refused order stays refused.
    let (refused, token) = (Uuid::new_v4(), test_bank.transfer_token());
    let first = test_bank.post(&token, refused, &order_of(OPENING + 1)).await;
    assert_eq!(first.problem(), "insufficient-funds");
    assert_eq!(test_bank.get(&format!("/transfers/{refused}"), &view).await.problem(), "transfer-not-found");
    let again = test_bank.post(&token, refused, &order_of(OPENING + 1)).await;
    assert_eq!(again.body, first.body);
    assert_eq!(test_bank.balance().await, OPENING - 300);
}
