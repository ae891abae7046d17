//! Dynamic linking: a token that was confirmed for one transfer cannot make another.

use bank::{Database, DynamicLinking};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::issuer::{FIRST, TestIssuer};
use crate::test_bank::{ADA, BEN, ENERGY, OPENING, TestBank, TestResponse, config, order_of};

/// What the token of an order names: the order's own amount, payee and reference, and that id.
fn details(id: Uuid, order: &Value) -> Value {
    let minor = order["amount"]["amount"].as_i64().unwrap();
    let mut details = json!([{
        "type": "payment_initiation",
        "identifier": id.to_string(),
        "instructedAmount": {
            "currency": order["amount"]["currency"],
            "amount": format!("{}.{:02}", minor / 100, minor % 100),
        },
        "creditorAccount": { "iban": order["payee"] },
        "remittanceInformationUnstructured": order["reference"],
    }]);
    if let Some(name) = order.get("payee_name") {
        details[0]["creditorName"] = name.clone();
        details[0]["creditorNameCheck"] = order["name_check"].clone();
    }
    details
}

/// An order whose payee's name was checked.
fn named(name: &str, check: &str) -> Value {
    let mut order = order_of(1_250);
    order["payee_name"] = json!(name);
    order["name_check"] = json!(check);
    order
}

/// A good token for a transfer, with that claim.
fn token(test_bank: &TestBank, details: &Value) -> String {
    let mut claims = test_bank.claims("view:balance transfer:funds");
    claims["authorization_details"] = details.clone();
    FIRST.token(&claims)
}

fn is_refused(answer: &TestResponse) -> bool {
    answer.status == 403
        && answer.problem() == "authorization-details-mismatch"
        && answer.challenge().contains(r#"error="insufficient_scope""#)
        && answer.challenge().contains(r#"scope="transfer:funds""#)
}

async fn nothing_happened(test_bank: &TestBank) -> bool {
    test_bank.balance().await == OPENING && test_bank.bank.ledger().spent_token_count().await.unwrap() == 0
}

#[tokio::test]
async fn transfer_named_in_token_is_made_and_replayed() {
    let test_bank = TestBank::new().await;
    let (id, order) = (Uuid::now_v7(), order_of(1_250));
    let token = token(&test_bank, &details(id, &order));
    assert_eq!(test_bank.post(&token, id, &order).await.status, 201);
    let again = test_bank.post(&token, id, &order).await;
    assert!(again.status == 201 && again.is_replay());
    assert_eq!(test_bank.balance().await, OPENING - 1_250);
    // The balance needs no transfer.
    assert_eq!(test_bank.get("/balance", &token).await.status, 200);
}

#[tokio::test]
async fn equivalent_notation_matches() {
    let test_bank = TestBank::new().await;
    let (id, order) = (Uuid::now_v7(), order_of(1));
    let token = token(&test_bank, &details(id, &order));
    let mut spaced = order.clone();
    spaced["payee"] = json!("gb82 west 1234 5698 7654 32");
    assert_eq!(test_bank.post(&token, id, &spaced).await.status, 201);
}

#[tokio::test]
async fn other_transfer_is_refused_without_spending_token() {
    let test_bank = TestBank::new().await;
    let (id, order) = (Uuid::now_v7(), order_of(1_250));
    let token = token(&test_bank, &details(id, &order));
    let changed = |pointer: &str, value: Value| {
        let mut order = order.clone();
        *order.pointer_mut(pointer).unwrap() = value;
        order
    };
    for other in [
        changed("/amount/amount", json!(1_251)),
        changed("/amount/amount", json!(125)),
        changed("/amount/amount", json!(-1_250)),
        changed("/amount/currency", json!("USD")),
        changed("/payee", json!(ENERGY)),
        changed("/payee", json!("GB83WEST12345698765432")),
        changed("/payee", json!("")),
        changed("/reference", json!("lunch")),
        changed("/reference", json!("")),
    ] {
        assert!(is_refused(&test_bank.post(&token, id, &other).await), "{other}");
    }
    assert!(is_refused(&test_bank.post(&token, Uuid::now_v7(), &order).await), "another id");
    assert!(nothing_happened(&test_bank).await);
    assert_eq!(test_bank.post(&token, id, &order).await.status, 201);
}

/// Proves: name-check-linked
#[tokio::test]
async fn other_name_or_result_is_refused_without_spending_token() {
    let test_bank = TestBank::new().await;
    let (id, order) = (Uuid::now_v7(), named("Ben Exmaple", "close-match"));
    let token = token(&test_bank, &details(id, &order));
    for other in [
        named("Ben Example", "close-match"),
        named("Ben Exmaple", "match"),
        named("", "match"),
        order_of(1_250),
    ] {
        assert!(is_refused(&test_bank.post(&token, id, &other).await), "{other}");
    }
    let unnamed = self::token(&test_bank, &details(id, &order_of(1_250)));
    assert!(is_refused(&test_bank.post(&unnamed, id, &order).await), "a name that the token does not have");
    let mut half = details(id, &order);
    half[0].as_object_mut().unwrap().remove("creditorNameCheck");
    assert!(is_refused(&test_bank.post(&self::token(&test_bank, &half), id, &order).await), "half of it");
    assert!(nothing_happened(&test_bank).await);
    assert_eq!(test_bank.post(&token, id, &order).await.status, 201);
}

#[tokio::test]
async fn claim_other_than_one_payment_is_refused() {
    let test_bank = TestBank::new().await;
    let (id, order) = (Uuid::now_v7(), order_of(1_250));
    let good = details(id, &order);
    let with = |change: fn(&mut Value)| {
        let mut details = good.clone();
        change(&mut details);
        details
    };
    for bad in [
        Value::Null,
        json!([]),
        json!({}),
        json!("payment_initiation"),
        good[0].clone(),
        json!([good[0], good[0]]),
        with(|it| it[0]["type"] = json!("account_information")),
        with(|it| it[0]["frequency"] = json!("monthly")),
        with(|it| it[0]["instructedAmount"]["amount"] = json!(12.5)),
        with(|it| it[0]["instructedAmount"]["amount"] = json!("12.5")),
        with(|it| it[0]["instructedAmount"] = json!(["EUR", "12.50"])),
        with(|it| it[0]["creditorAccount"] = json!({})),
        with(|it| it[0]["identifier"] = json!(1)),
    ] {
        let answer = test_bank.post(&token(&test_bank, &bad), id, &order).await;
        assert!(is_refused(&answer), "{bad}: {}", answer.body);
    }
    assert!(nothing_happened(&test_bank).await);
}

#[tokio::test]
async fn missing_claim_is_refused_when_required() {
    let issuer = TestIssuer::start().await;
    let mut required = config(&issuer, Database::Memory);
    required.dynamic_linking = DynamicLinking::Required;
    let test_bank = TestBank::configured(issuer, |_| required).await;
    let (id, order) = (Uuid::now_v7(), order_of(1));
    let plain = test_bank.transfer_token();
    assert!(is_refused(&test_bank.post(&plain, id, &order).await));
    assert!(nothing_happened(&test_bank).await);
    assert_eq!(test_bank.post(&token(&test_bank, &details(id, &order)), id, &order).await.status, 201);
}

#[tokio::test]
async fn scope_is_checked_before_details() {
    let test_bank = TestBank::new().await;
    let (id, order) = (Uuid::now_v7(), order_of(1));
    let mut claims = test_bank.claims("view:balance");
    claims["authorization_details"] = details(Uuid::now_v7(), &order);
    let answer = test_bank.post(&FIRST.token(&claims), id, &order).await;
    assert_eq!(answer.problem(), "insufficient-scope", "so that a client steps up");
}

/// A text of a payment, and one that differs in one character: changed, removed or inserted.
fn one_change() -> impl Strategy<Value = (usize, usize, u8, char)> {
    (
        0..7_usize,
        any::<usize>(),
        0..3_u8,
        prop_oneof![Just('0'), Just('9'), Just('A'), Just(' '), any::<char>()],
    )
}

fn edited(text: &str, at: usize, how: u8, letter: char) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = at % (letters.len() + 1);
    match how {
        0 if at < letters.len() => letters[at] = letter,
        1 if at < letters.len() => drop(letters.remove(at)),
        _ => letters.insert(at, letter),
    }
    letters.into_iter().collect()
}

/// A changed character of id, amount, currency, payee, reference, name or result is refused, and the unchanged order is accepted.
/// Proves: threat-other-transfer
#[test]
fn any_changed_character_is_refused() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let test_bank = runtime.block_on(TestBank::new());
    let order_and_change = (1_i64..800, "[a-zA-Z0-9 ]{0,20}", any::<u128>(), one_change());
    let runs = Runs { cases: 300, failure_persistence: None, ..Runs::default() };
    let outcome = TestRunner::new(runs).run(&order_and_change, |(minor, reference, id, change)| {
        let id = Uuid::from_u128(id);
        let order = json!({
            "payee": BEN, "amount": { "amount": minor, "currency": "EUR" }, "reference": reference,
            "payee_name": "Ben Exmaple", "name_check": "close-match",
        });
        let right = details(id, &order);
        let (field, at, how, letter) = change;
        let pointer = [
            "/0/identifier",
            "/0/instructedAmount/amount",
            "/0/instructedAmount/currency",
            "/0/creditorAccount/iban",
            "/0/remittanceInformationUnstructured",
            "/0/creditorName",
            "/0/creditorNameCheck",
        ][field];
        let mut wrong = right.clone();
        let text = wrong.pointer_mut(pointer).unwrap();
        let before = text.as_str().unwrap().to_owned();
        let after = edited(&before, at, how, letter);
        // Small and capital letters name the same id.
        prop_assume!(if field == 0 { !before.eq_ignore_ascii_case(&after) } else { before != after });
        *text = json!(after);
        let (refused, accepted, before, after) = runtime.block_on(async {
            let before = test_bank.balance().await;
            let refused = test_bank.post(&token(&test_bank, &wrong), id, &order).await;
            let after = test_bank.balance().await;
            let accepted = test_bank.post(&token(&test_bank, &right), id, &order).await;
            (refused, accepted, before, after)
        });
        prop_assert!(is_refused(&refused), "{wrong}: {}", refused.body);
        prop_assert_eq!(before, after);
        prop_assert_eq!(accepted.status.as_u16(), 201);
        Ok(())
    });
    outcome.unwrap();
    assert!(runtime.block_on(test_bank.bank.ledger().balance(ADA)).unwrap().unwrap() < OPENING);
}
