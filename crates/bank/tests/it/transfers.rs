//! Transfers that are carried out, and how both ends see them.

use serde_json::json;
use uuid::Uuid;

use crate::issuer::FIRST;
use crate::test_bank::{ADA, BEN, ENERGY, NOW, OPENING, TestBank, order_of};

const VIEW: &str = "view:balance";

#[tokio::test]
async fn transfer_moves_money_and_response_is_complete() {
    let test_bank = TestBank::new().await;
    let id = Uuid::new_v4();
    let answer = test_bank.post(&test_bank.transfer_token(), id, &order_of(12_345)).await;
    assert_eq!(answer.status, 201);
    let number = answer.body["number"].clone();
    assert_eq!(
        answer.body,
        json!({
            "id": id.to_string(), "number": number, "status": "completed",
            "payer": { "iban": ADA, "holder": "Ada Example" },
            "payee": { "iban": BEN, "holder": "Ben Example" },
            "amount": { "amount": 12_345, "currency": "EUR" },
            "reference": "Lunch",
            "created_at": "2025-06-15T15:06:40Z",
            "balance_after": { "amount": OPENING - 12_345, "currency": "EUR" },
        })
    );
    assert!(!answer.is_replay());
    assert_eq!(test_bank.balance().await, OPENING - 12_345);
    assert_eq!(test_bank.bank.ledger().balance(BEN).await.unwrap(), Some(31_075 + 12_345));
    assert_eq!(test_bank.bank.ledger().transfer_count().await.unwrap(), 1);
    assert_eq!(test_bank.bank.ledger().spent_token_count().await.unwrap(), 1);

    let balance = test_bank.get("/balance", &test_bank.token(VIEW)).await;
    assert_eq!(
        balance.body,
        json!({
            "account": { "iban": ADA, "holder": "Ada Example" },
            "balance": { "amount": OPENING - 12_345, "currency": "EUR" },
            "as_of": "2025-06-15T15:06:40Z",
        })
    );
}

#[tokio::test]
async fn whole_balance_can_be_sent_and_iban_may_have_blanks() {
    let test_bank = TestBank::new().await;
    let order = json!({ "payee": "fr14 2004 1010 0505 0001 3m02 606", "amount": { "amount": OPENING, "currency": "EUR" } });
    let answer = test_bank.order(&order).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.body["payee"], json!({ "iban": ENERGY, "holder": "City Energy" }));
    assert_eq!(answer.body["reference"], "");
    assert_eq!(test_bank.balance().await, 0);
}

#[tokio::test]
async fn only_payer_and_payee_see_transfer() {
    let test_bank = TestBank::new().await;
    let id = Uuid::new_v4();
    let made = test_bank.post(&test_bank.transfer_token(), id, &order_of(500)).await;
    let address = format!("/transfers/{id}");

    assert_eq!(test_bank.get(&address, &test_bank.token(VIEW)).await.body, made.body);
    let upper = format!("/transfers/{}", id.to_string().to_uppercase());
    assert_eq!(test_bank.get(&upper, &test_bank.token(VIEW)).await.body, made.body);

    let mut for_payee = made.body.clone();
    for_payee.as_object_mut().unwrap().remove("balance_after");
    assert_eq!(test_bank.get(&address, &test_bank.token_of("auth0|1002", VIEW)).await.body, for_payee);

    let foreign = test_bank.get(&address, &test_bank.token_of("auth0|1003", VIEW)).await;
    assert_eq!(foreign.problem(), "transfer-not-found");
    for id in ["7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70", "1", "%00", "%ff", "a%2Fb"] {
        let answer = test_bank.get(&format!("/transfers/{id}"), &test_bank.token(VIEW)).await;
        assert_eq!(answer.problem(), "transfer-not-found", "{id}");
    }
}

#[tokio::test]
async fn list_is_newest_first_in_pages() {
    let test_bank = TestBank::new().await;
    for minor in 1..=7 {
        test_bank.clock.advance(1);
        assert_eq!(test_bank.order(&order_of(minor)).await.status, 201);
    }
    let back = json!({ "payee": ADA, "amount": { "amount": 8, "currency": "EUR" }, "reference": "Thanks" });
    let bens = test_bank.token_of("auth0|1002", "transfer:funds");
    assert_eq!(test_bank.post(&bens, Uuid::new_v4(), &back).await.status, 201);

    let token = test_bank.token(VIEW);
    let mut seen = Vec::new();
    let mut address = "/transfers?limit=3".to_owned();
    let mut pages = 0;
    loop {
        let page = test_bank.get(&address, &token).await.body;
        pages += 1;
        for item in page["transfers"].as_array().unwrap() {
            assert_eq!(item["counterparty"], json!({ "iban": BEN, "holder": "Ben Example" }));
            seen.push((
                item["direction"].as_str().unwrap().to_owned(),
                item["amount"]["amount"].as_i64().unwrap(),
            ));
        }
        let Some(next) = page["next"].as_str() else { break };
        address = format!("/transfers?limit=3&before={next}");
    }
    let expected: Vec<_> = [("in", 8)]
        .into_iter()
        .chain((1..=7).rev().map(|n| ("out", n)))
        .map(|(d, n)| (d.to_owned(), n))
        .collect();
    assert_eq!((seen, pages), (expected, 3));

    // A page that is just full is the last one if there is nothing more; opening balances are no transfers.
    let all = test_bank.get("/transfers?limit=8", &token).await.body;
    assert_eq!((all["transfers"].as_array().unwrap().len(), &all["next"]), (8, &json!(null)));
    assert_eq!(
        test_bank.get("/transfers", &test_bank.token_of("auth0|1003", VIEW)).await.body,
        json!({ "transfers": [], "next": null })
    );
}

#[tokio::test]
async fn list_rejects_wrong_page_query() {
    let test_bank = TestBank::new().await;
    let bens = test_bank.token_of("auth0|1002", "transfer:funds");
    let order = json!({ "payee": ENERGY, "amount": { "amount": 8, "currency": "EUR" } });
    let foreign = test_bank.post(&bens, Uuid::new_v4(), &order).await.body["id"].as_str().unwrap().to_owned();
    let token = test_bank.token(VIEW);
    for query in [
        "limit=0".to_owned(),
        "limit=101".into(),
        "limit=-1".into(),
        "limit=ten".into(),
        "limit=1&limit=2".into(),
        "before=1".into(),
        "before=".into(),
        "before=7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70".into(),
        format!("before={foreign}"),
    ] {
        assert_eq!(
            test_bank.get(&format!("/transfers?{query}"), &token).await.problem(),
            "malformed-request",
            "{query}"
        );
    }
    assert_eq!(test_bank.get("/transfers?limit=100&utm=x", &token).await.status, 200);
}

/// A token that is good for some days.
fn lasting_token(test_bank: &TestBank, subject: &str) -> String {
    let mut claims = test_bank.claims("view:balance transfer:funds");
    claims["sub"] = json!(subject);
    claims["exp"] = json!(NOW + 4 * 86_400);
    FIRST.token(&claims)
}

/// The amounts of the transfers that a search finds, newest first.
async fn found(test_bank: &TestBank, query: &str) -> Vec<i64> {
    let answer = test_bank.get(&format!("/transfers?{query}"), &lasting_token(test_bank, "auth0|1001")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let items = answer.body["transfers"].as_array().unwrap();
    items.iter().map(|item| item["amount"]["amount"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn list_is_searched_and_filtered() {
    let test_bank = TestBank::new().await;
    let day = 86_400;
    let send = async |payee: &str, minor: i64, reference: &str| {
        let order = json!({ "payee": payee, "amount": { "amount": minor, "currency": "EUR" }, "reference": reference });
        let token = lasting_token(&test_bank, "auth0|1001");
        assert_eq!(test_bank.post(&token, Uuid::new_v4(), &order).await.status, 201);
    };
    send(BEN, 1250, "Lunch in MÜNCHEN").await;
    test_bank.clock.advance(day);
    send(ENERGY, 4200, "June").await;
    let back =
        json!({ "payee": ADA, "amount": { "amount": 1250, "currency": "EUR" }, "reference": "lunch back" });
    let bens = lasting_token(&test_bank, "auth0|1002");
    assert_eq!(test_bank.post(&bens, Uuid::new_v4(), &back).await.status, 201);
    test_bank.clock.advance(day);
    send(BEN, 99, "").await;

    for (query, expected) in [
        ("", [99, 1250, 4200, 1250].as_slice()),
        ("query=", &[99, 1250, 4200, 1250]),
        ("query=lunch", &[1250, 1250]),
        ("query=m%C3%BCnchen+BEN", &[1250]),
        ("query=12,50", &[1250, 1250]),
        ("query=42", &[4200]),
        ("query=fr14+2004", &[4200]),
        ("query=nothing", &[]),
        ("direction=in", &[1250]),
        ("direction=out&query=lunch", &[1250]),
        ("from=2025-06-16&to=2025-06-16", &[1250, 4200]),
        ("from=2025-06-17", &[99]),
        ("to=2025-06-15", &[1250]),
        ("to=9999-12-31&from=-009999-01-02", &[99, 1250, 4200, 1250]),
        ("from=9999-12-31", &[]),
        ("to=-009999-01-01", &[]),
        ("from=2025-06-17&to=2025-06-15", &[]),
    ] {
        assert_eq!(found(&test_bank, query).await, expected, "{query}");
    }
    assert!(found(&test_bank, &format!("query={}", "d".repeat(140))).await.is_empty());
    let long = format!("query={}", "d".repeat(141));
    for query in ["direction=up", "from=2025-06-31", "to=today", "from=1750000000", "direction=", &long] {
        let answer =
            test_bank.get(&format!("/transfers?{query}"), &lasting_token(&test_bank, "auth0|1001")).await;
        assert_eq!(answer.problem(), "malformed-request", "{query}");
    }
    let newest =
        &test_bank.get("/transfers", &lasting_token(&test_bank, "auth0|1001")).await.body["transfers"][0];
    assert_eq!(newest["balance"]["amount"], test_bank.balance().await);
}

#[tokio::test]
async fn search_goes_through_all_pages() {
    let test_bank = TestBank::new().await;
    for minor in 1..=9 {
        assert_eq!(test_bank.order(&order_of(minor)).await.status, 201);
    }
    let token = test_bank.token(VIEW);
    let (mut seen, mut address) = (Vec::new(), "/transfers?query=lunch&limit=4".to_owned());
    loop {
        let page = test_bank.get(&address, &token).await.body;
        let items = page["transfers"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["amount"]["amount"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        address = format!("/transfers?query=lunch&limit=4&before={next}");
    }
    assert_eq!(seen, [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    // One page looks through more transfers than it shows, for each kind of filter.
    for (filter, found) in
        [("query=0.01", 1), ("direction=in", 0), ("to=2025-06-14", 0), ("from=2025-06-16", 0)]
    {
        let page = test_bank.get(&format!("/transfers?{filter}&limit=4"), &token).await.body;
        let items = page["transfers"].as_array().unwrap();
        assert_eq!((items.len(), &page["next"]), (found, &json!(null)), "{filter}");
    }
}
