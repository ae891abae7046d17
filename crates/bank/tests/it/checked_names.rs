//! The payee's name in an order: the bank checks it again, and keeps it with the result.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database::Tool;
use crate::payees::request;
use crate::test_bank::{BEN, NOBODY, OPENING, TestBank, order_of};

const VIEW: &str = "view:balance";

fn named(name: &str, check: &str) -> Value {
    let mut order = order_of(1_250);
    order["payee_name"] = json!(name);
    order["name_check"] = json!(check);
    order
}

/// Proves: name-check-linked
#[tokio::test]
async fn order_with_result_of_now_is_made_and_kept_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    let names = [("Ben Example", "match"), ("Ben Exmaple", "close-match"), ("Zoë Other", "no-match")];
    for (name, check) in names {
        let made = test_bank.order(&named(name, check)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!((&made.body["payee_name"], &made.body["name_check"]), (&json!(name), &json!(check)));
        assert_eq!(made.body["payee"]["holder"], "Ben Example", "and what the holder is called");
    }
    let test_bank = test_bank.reopen(&folder).await;
    let list = test_bank.get("/transfers", &test_bank.token(VIEW)).await.body;
    for ((name, check), line) in names.iter().rev().zip(list["transfers"].as_array().unwrap()) {
        assert_eq!((&line["payee_name"], &line["name_check"]), (&json!(name), &json!(check)));
        let address = format!("/transfers/{}", line["id"].as_str().unwrap());
        let one = test_bank.get(&address, &test_bank.token(VIEW)).await.body;
        assert_eq!((&one["payee_name"], &one["name_check"]), (&json!(name), &json!(check)));
        // Whom the payer took for the payee is not for the payee.
        let ben = test_bank.get(&address, &test_bank.token_of("auth0|1002", VIEW)).await.body;
        assert_eq!((ben.get("payee_name"), ben.get("name_check")), (None, None));
    }
    let ben = test_bank.get("/transfers", &test_bank.token_of("auth0|1002", VIEW)).await.body;
    assert_eq!(ben["transfers"][0].get("payee_name"), None);
    let found = test_bank.get("/transfers?query=zo%C3%AB", &test_bank.token(VIEW)).await.body;
    assert_eq!(found["transfers"].as_array().unwrap().len(), 1);
    let statements = test_bank.get("/statements", &test_bank.strong_token_of("auth0|1001", VIEW)).await.body;
    assert_eq!(statements["statements"][0]["entries"][1]["payee_name"], "Ben Example");
}

/// Proves: name-check-linked
#[tokio::test]
async fn order_with_another_result_moves_nothing_for_good() {
    let test_bank = TestBank::new().await;
    for (name, check, now) in [
        ("Zoë Other", "match", "no-match"),
        ("Zoë Other", "close-match", "no-match"),
        ("Ben Exmaple", "match", "close-match"),
        ("Ben Example", "not-possible", "match"),
        ("Ben Example", "no-match", "match"),
    ] {
        let (id, token, order) = (Uuid::new_v4(), test_bank.transfer_token(), named(name, check));
        let refused = test_bank.post(&token, id, &order).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (422, "name-check-changed"), "{order}");
        assert_eq!(refused.body["name_check"], now);
        let again = test_bank.post(&token, id, &order).await;
        assert!(again.is_replay() && again.body == refused.body);
        let right = test_bank.post(&test_bank.transfer_token(), id, &named(name, now)).await;
        assert_eq!(right.problem(), "idempotency-key-reused", "the result is part of what was decided");
    }
    assert_eq!(test_bank.balance().await, OPENING);
    let mut elsewhere = named("Zoë Other", "not-possible");
    elsewhere["payee"] = json!(NOBODY);
    assert_eq!(test_bank.order(&elsewhere).await.problem(), "unknown-payee");
}

#[tokio::test]
async fn same_id_with_another_name_is_another_order() {
    let test_bank = TestBank::new().await;
    let (id, token) = (Uuid::new_v4(), test_bank.transfer_token());
    assert_eq!(test_bank.post(&token, id, &named("Ben Example", "match")).await.status, 201);
    for other in [named("ben example", "match"), named("Ben Example", "close-match"), order_of(1_250)] {
        let answer = test_bank.post(&token, id, &other).await;
        assert_eq!(answer.problem(), "idempotency-key-reused", "{other}");
    }
    assert_eq!(test_bank.balance().await, OPENING - 1_250);
}

#[tokio::test]
async fn half_a_check_or_no_name_is_refused() {
    let test_bank = TestBank::new().await;
    for (member, value) in [("name_check", Value::Null), ("payee_name", Value::Null)] {
        let mut order = named("Ben Example", "match");
        order[member] = value;
        let answer = test_bank.order(&order).await;
        assert_eq!(answer.problem(), "malformed-request", "{order}");
        assert!(answer.body["detail"].as_str().unwrap().contains("together"), "{}", answer.body);
    }
    assert_eq!(test_bank.order(&named("Ben Example", "perhaps")).await.problem(), "malformed-request");
    for name in ["", " Ben Example", "Ben\nExample", "\u{202e}neB", &"x".repeat(71)] {
        assert_eq!(test_bank.order(&named(name, "no-match")).await.problem(), "invalid-name", "{name:?}");
    }
    assert_eq!(test_bank.balance().await, OPENING);
}

/// The result that is confirmed is the one that the check has given.
#[tokio::test]
async fn result_of_name_check_is_accepted_with_the_order() {
    let test_bank = TestBank::new().await;
    for name in ["ben example", "B. Example", "Somebody Else"] {
        let body = json!({ "iban": BEN, "name": name });
        let request = request(Method::POST, "/payees/verify", &test_bank.token(VIEW), &body);
        let check = test_bank.send(request).await.body["result"].as_str().unwrap().to_owned();
        assert_eq!(test_bank.order(&named(name, &check)).await.status, 201, "{name}: {check}");
    }
}

#[tokio::test]
async fn database_keeps_both_or_neither() {
    let folder = tempfile::tempdir().unwrap();
    let test_bank = TestBank::in_folder(&folder).await;
    assert_eq!(test_bank.order(&order_of(1)).await.status, 201);
    let mut tool = Tool::connect(&folder).await;
    for (name, check) in [("'Ben'", "NULL"), ("NULL", "'match'"), ("'Ben'", "'maybe'")] {
        let statement = format!(
            "INSERT INTO transfers (id, booking_id, reference, payee_name, name_check)
             SELECT 'x', booking_id + 1, '', {name}, {check} FROM transfers"
        );
        let refusal = tool.run(&statement).await.expect_err(&statement);
        assert!(refusal.to_lowercase().contains("check constraint"), "{statement}: {refusal}");
    }
    tool.close().await;
}
