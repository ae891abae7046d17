//! Orders that are refused: for good by a rule, or because they are malformed.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_bank::{ADA, BEN, NOBODY, OPENING, TestBank, order_of, post};

fn order(payee: &str, amount: impl Into<Value>, currency: &str, reference: &str) -> Value {
    json!({ "payee": payee, "amount": { "amount": amount.into(), "currency": currency }, "reference": reference })
}

#[tokio::test]
async fn each_rule_has_its_code_and_moves_nothing() {
    let test_bank = TestBank::new().await;
    let long = "x".repeat(141);
    let cases = [
        ("insufficient-funds", order(BEN, OPENING + 1, "EUR", "")),
        ("insufficient-funds", order(BEN, 9_007_199_254_740_991_i64, "EUR", "")),
        ("unknown-payee", order(NOBODY, 1, "EUR", "")),
        ("payee-is-payer", order(ADA, 1, "EUR", "")),
        ("payee-is-payer", order("de89 3704 0044 0532 0130 00", 1, "EUR", "")),
        ("wrong-currency", order(BEN, 1, "USD", "")),
        ("wrong-currency", order(BEN, 1, "eur", "")),
        ("wrong-currency", order(BEN, 1, "", "")),
        ("wrong-currency", order("CH9300762011623852957", 1, "EUR", "")),
        ("invalid-amount", order(BEN, 0, "EUR", "")),
        ("invalid-amount", order(BEN, -1, "EUR", "")),
        ("invalid-amount", order(BEN, i64::MIN, "EUR", "")),
        ("invalid-amount", order(BEN, i64::MAX, "EUR", "")),
        ("invalid-amount", order(BEN, 9_007_199_254_740_992_i64, "EUR", "")),
        ("invalid-iban", order("DE88370400440532013000", 1, "EUR", "")),
        ("invalid-iban", order("DE8937040044053201300", 1, "EUR", "")),
        ("invalid-iban", order("", 1, "EUR", "")),
        ("invalid-iban", order("'; DROP TABLE postings; --", 1, "EUR", "")),
        ("invalid-reference", order(BEN, 1, "EUR", &long)),
        ("invalid-reference", order(BEN, 1, "EUR", "two\nlines")),
        ("invalid-reference", order(BEN, 1, "EUR", "\u{202e}sdrawkcab")),
        // PostgreSQL has no text with this character in it.
        ("invalid-reference", order(BEN, 1, "EUR", "\0")),
        ("wrong-currency", order(BEN, 1, "EUR\0", "")),
        ("invalid-iban", order("\0", 1, "EUR", "")),
    ];
    let count = cases.len();
    for (code, order) in cases {
        let answer = test_bank.order(&order).await;
        assert_eq!((answer.problem(), answer.status.as_u16()), (code, 422), "{order}");
    }
    assert_eq!(test_bank.balance().await, OPENING);
    assert_eq!(test_bank.bank.ledger().transfer_count().await.unwrap(), 0);
    // A refusal is a decision too.
    assert_eq!(test_bank.bank.ledger().spent_token_count().await.unwrap(), i64::try_from(count).unwrap());
}

#[tokio::test]
async fn detail_says_what_would_be_right() {
    let test_bank = TestBank::new().await;
    let poor = test_bank.order(&order(BEN, OPENING + 1, "EUR", "")).await;
    assert_eq!(poor.body["balance"], json!({ "amount": OPENING, "currency": "EUR" }));
    let foreign = test_bank.order(&order(BEN, 1, "USD", "")).await;
    assert_eq!(foreign.body["expected"], "EUR");
    let short = test_bank.order(&order("DE8937040044053201300", 1, "EUR", "")).await;
    assert_eq!(short.body["detail"], "an IBAN of DE has 22 characters, not 21");
}

#[tokio::test]
async fn malformed_order_spends_nothing() {
    let test_bank = TestBank::new().await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    let bodies = [
        "",
        "null",
        "[]",
        "{",
        "\u{0}",
        r#"{"payee":"x"}"#,
        r#"{"payee":"x","amount":1}"#,
        r#"{"payee":"x","amount":{"amount":"1","currency":"EUR"}}"#,
        r#"{"payee":"x","amount":{"amount":1.5,"currency":"EUR"}}"#,
        r#"{"payee":"x","amount":{"amount":1e2,"currency":"EUR"}}"#,
        r#"{"payee":"x","amount":{"amount":9223372036854775808,"currency":"EUR"}}"#,
        r#"{"payee":"x","amount":{"amount":1}}"#,
        r#"{"payee":"x","amount":{"amount":1,"currency":"EUR","scale":3}}"#,
        r#"{"payee":"x","amount":{"amount":1,"currency":"EUR"},"referense":"a"}"#,
        r#"{"payee":"x","payee":"y","amount":{"amount":1,"currency":"EUR"}}"#,
        r#"{"payee":"x","amount":{"amount":1,"currency":"EUR"}} {}"#,
        r#"{"payee":null,"amount":{"amount":1,"currency":"EUR"}}"#,
    ];
    for body in bodies {
        let mut request = post(&token, id, &Value::Null);
        *request.body_mut() = Body::from(body);
        assert_eq!(test_bank.send(request).await.problem(), "malformed-request", "{body}");
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/problem"] {
        let mut request = post(&token, id, &order_of(1));
        request.headers_mut().insert("content-type", content_type.parse().unwrap());
        assert_eq!(test_bank.send(request).await.problem(), "unsupported-media-type");
    }
    let huge = json!({ "payee": BEN, "amount": { "amount": 1, "currency": "EUR" }, "reference": "x".repeat(20_000) });
    assert_eq!(test_bank.post(&token, id, &huge).await.problem(), "request-too-large");

    assert_eq!(test_bank.bank.ledger().spent_token_count().await.unwrap(), 0);
    assert_eq!(
        test_bank.post(&token, id, &order_of(1)).await.status,
        201,
        "the same token and id still work"
    );
}

#[tokio::test]
async fn order_as_array_is_rejected() {
    let test_bank = TestBank::new().await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    for order in [
        json!([BEN, { "amount": 1, "currency": "EUR" }, "array"]),
        json!({ "payee": BEN, "amount": [1, "EUR"] }),
        json!([BEN, [1, "EUR"], "array"]),
    ] {
        let answer = test_bank.post(&token, id, &order).await;
        assert_eq!(answer.problem(), "malformed-request", "{order}");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("invalid type: sequence, expected a JSON object"), "{order}: {detail}");
    }
    assert_eq!(test_bank.bank.ledger().spent_token_count().await.unwrap(), 0);
}

#[tokio::test]
async fn idempotency_key_must_be_hyphenated_uuid() {
    let test_bank = TestBank::new().await;
    let token = test_bank.transfer_token();
    let with_ids = |ids: &[&str]| {
        let mut request: Request<Body> = post(&token, Uuid::nil(), &order_of(1));
        request.headers_mut().remove("idempotency-key");
        for id in ids {
            request.headers_mut().append("idempotency-key", id.parse().unwrap());
        }
        request
    };
    assert_eq!(test_bank.send(with_ids(&[])).await.problem(), "missing-idempotency-key");
    let id = Uuid::new_v4();
    let simple = id.simple().to_string();
    let braced = id.braced().to_string();
    for ids in
        [vec![""], vec!["1"], vec![&simple], vec![&braced], vec!["g2c1e9a7-0b6d-4c58-9a44-3f1d2e5b6a70"]]
    {
        assert_eq!(test_bank.send(with_ids(&ids)).await.problem(), "malformed-request", "{ids:?}");
    }
    let id = id.to_string();
    assert_eq!(test_bank.send(with_ids(&[&id, &id])).await.problem(), "malformed-request");
    assert_eq!(test_bank.bank.ledger().spent_token_count().await.unwrap(), 0);
    // Small and capital letters name the same id.
    assert_eq!(test_bank.send(with_ids(&[&id.to_uppercase()])).await.status, 201);
    assert!(test_bank.send(with_ids(&[&id])).await.is_replay());
}

#[tokio::test]
async fn customer_without_account_gets_account_not_found() {
    let test_bank = TestBank::new().await;
    let stranger = |scope| test_bank.token_of("auth0|9999", scope);
    for address in ["/balance", "/transfers", "/transfers/7f2c1e9a-0b6d-4c58-9a44-3f1d2e5b6a70"] {
        assert_eq!(test_bank.get(address, &stranger("view:balance")).await.problem(), "account-not-found");
    }
    let (token, id) = (stranger("transfer:funds"), Uuid::new_v4());
    assert_eq!(test_bank.post(&token, id, &order_of(1)).await.problem(), "account-not-found");
    assert!(test_bank.post(&token, id, &order_of(1)).await.is_replay());
}
