//! Statements: they need a recent second factor (RFC 9470), and their sums are right.

use serde_json::{Value, json};

use crate::issuer::FIRST;
use crate::test_bank::{ADA, BEN, NOW, OPENING, TestBank, order_of};

const CHALLENGE: &str = r#"Bearer realm="bank", error="insufficient_user_authentication", error_description="this takes a second factor, given at most 900 seconds ago", acr_values="http://schemas.openid.net/pape/policies/2007/06/multi-factor", max_age="900""#;

/// A good token of Ada's for the balance, with these claims about her authentication.
fn token(test_bank: &TestBank, amr: Value, auth_time: Value) -> String {
    let mut claims = test_bank.claims("view:balance");
    claims["amr"] = amr;
    claims["auth_time"] = auth_time;
    FIRST.token(&claims)
}

fn now(test_bank: &TestBank) -> u64 {
    bank::Clock::now(&*test_bank.clock)
}

async fn statements(test_bank: &TestBank) -> Vec<Value> {
    let answer = test_bank.get("/statements", &token(test_bank, json!(["mfa"]), json!(now(test_bank)))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["statements"].as_array().unwrap().clone()
}

/// Proves: bank-statements-need-mfa
#[tokio::test]
async fn requires_second_factor() {
    let test_bank = TestBank::new().await;
    for (amr, auth_time) in [
        (json!(null), json!(null)),
        (json!(null), json!(NOW)),
        (json!([]), json!(NOW)),
        (json!(["pwd"]), json!(NOW)),
        (json!(["MFA"]), json!(NOW)),
        (json!("mfa"), json!(NOW)),
        (json!({"0": "mfa"}), json!(NOW)),
        (json!([["mfa"]]), json!(NOW)),
        (json!(["mfa"]), json!(null)),
        (json!(["mfa"]), json!("1750000000")),
        (json!(["mfa"]), json!(-1)),
        (json!(["mfa"]), json!(1.5)),
        (json!(["mfa"]), json!(NOW - 901)),
        (json!(["mfa"]), json!(0)),
    ] {
        let answer = test_bank.get("/statements", &token(&test_bank, amr.clone(), auth_time.clone())).await;
        assert_eq!(answer.problem(), "insufficient-user-authentication", "{amr} {auth_time}");
        assert_eq!((answer.status.as_u16(), answer.challenge()), (401, CHALLENGE));
        // It is for the balance.
        assert_eq!(test_bank.get("/balance", &token(&test_bank, amr, auth_time)).await.status, 200);
    }
}

/// Proves: bank-statements-need-mfa
#[tokio::test]
async fn second_factor_expires_after_fifteen_minutes() {
    let test_bank = TestBank::new().await;
    for (amr, auth_time) in [
        (json!(["mfa"]), json!(NOW - 900)),
        (json!(["pwd", "mfa"]), json!(NOW)),
        (json!(["mfa"]), json!(NOW + 30)),
    ] {
        assert_eq!(test_bank.get("/statements", &token(&test_bank, amr, auth_time)).await.status, 200);
    }
}

/// Proves: bank-statements-need-mfa
#[tokio::test]
async fn second_factor_does_not_replace_scope() {
    let test_bank = TestBank::new().await;
    let mut claims = test_bank.claims("transfer:funds");
    claims["amr"] = json!(["mfa"]);
    claims["auth_time"] = json!(NOW);
    assert_eq!(test_bank.get("/statements", &FIRST.token(&claims)).await.problem(), "insufficient-scope");
    claims["exp"] = json!(NOW - 61);
    assert_eq!(test_bank.get("/statements", &FIRST.token(&claims)).await.problem(), "invalid-token");
}

#[tokio::test]
async fn month_opens_with_closing_balance_of_previous() {
    let test_bank = TestBank::new().await;
    test_bank.order(&order_of(1_250)).await;
    test_bank.order(&order_of(99)).await;
    test_bank.clock.advance(61 * 24 * 3600);
    let mut claims = test_bank.claims("view:balance transfer:funds");
    claims["exp"] = json!(now(&test_bank) + 7200);
    let later = test_bank.post(&FIRST.token(&claims), uuid::Uuid::new_v4(), &order_of(1)).await;
    assert_eq!(later.status, 201, "{}", later.body);

    let mut claims = test_bank.claims("view:balance");
    claims["exp"] = json!(now(&test_bank) + 7200);
    claims["amr"] = json!(["mfa"]);
    claims["auth_time"] = json!(now(&test_bank));
    let answer = test_bank.get("/statements", &FIRST.token(&claims)).await;
    assert_eq!(answer.body["account"]["iban"], ADA);
    let statements = answer.body["statements"].as_array().unwrap();
    let months: Vec<_> = statements.iter().map(|month| month["id"].as_str().unwrap()).collect();
    assert_eq!(months, ["2025-08", "2025-06"], "a month without a posting is left out");
    assert_eq!((&statements[1]["from"], &statements[1]["to"]), (&json!("2025-06-01"), &json!("2025-06-30")));
    let mut balance = 0;
    for month in statements.iter().rev() {
        assert_eq!(month["opening"]["amount"], balance);
        for entry in month["entries"].as_array().unwrap() {
            let amount = entry["amount"]["amount"].as_i64().unwrap();
            balance += if entry["direction"] == "in" { amount } else { -amount };
            assert_eq!(entry["balance"]["amount"], balance);
        }
        assert_eq!(month["closing"]["amount"], balance);
    }
    assert_eq!(balance, OPENING - 1_350);
    assert_eq!(balance, test_bank.balance().await);
}

#[tokio::test]
async fn includes_account_opening_and_current_month() {
    let test_bank = TestBank::new().await;
    let june = statements(&test_bank).await;
    assert_eq!(june.len(), 1);
    let opening = &june[0]["entries"][0];
    assert_eq!((&opening["direction"], &opening["amount"]["amount"]), (&json!("in"), &json!(OPENING)));
    assert!(opening["counterparty"].get("iban").is_none(), "the bank has none");
    assert_eq!((&june[0]["opening"]["amount"], &june[0]["closing"]["amount"]), (&json!(0), &json!(OPENING)));
}

/// A customer of a bank whose clock stands at this moment.
fn strong_token(test_bank: &TestBank, subject: &str) -> String {
    let mut claims = test_bank.claims("view:balance");
    claims["sub"] = json!(subject);
    claims["exp"] = json!(now(test_bank) + 7200);
    claims["amr"] = json!(["mfa"]);
    claims["auth_time"] = json!(now(test_bank));
    FIRST.token(&claims)
}

async fn pay(test_bank: &TestBank, amount: i64) {
    let mut claims = test_bank.claims("view:balance transfer:funds");
    claims["exp"] = json!(now(test_bank) + 7200);
    let paid = test_bank.post(&FIRST.token(&claims), uuid::Uuid::new_v4(), &order_of(amount)).await;
    assert_eq!(paid.status, 201, "{}", paid.body);
}

#[tokio::test]
async fn shows_only_own_account() {
    let test_bank = TestBank::new().await;
    pay(&test_bank, 100).await;
    let ben = test_bank.get("/statements", &strong_token(&test_bank, "auth0|1002")).await;
    assert_eq!(ben.body["account"]["iban"], BEN);
    assert!(ben.body["statements"][0]["entries"][0]["direction"] == "in");
    let nobody = test_bank.get("/statements", &strong_token(&test_bank, "auth0|9999")).await;
    assert_eq!(nobody.problem(), "account-not-found");
}

/// Entries, newest first, and the page that they come from is as large as it may be.
async fn page(test_bank: &TestBank, limit: usize, next: Option<&str>) -> (Vec<Value>, Option<String>) {
    let before = next.map(|next| format!("&before={next}")).unwrap_or_default();
    let address = format!("/statements?limit={limit}{before}");
    let answer = test_bank.get(&address, &strong_token(test_bank, "auth0|1001")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let months = answer.body["statements"].as_array().unwrap().clone();
    (months, answer.body["next"].as_str().map(str::to_owned))
}

/// Proves: statement-pages
#[tokio::test]
async fn pages_are_complete_and_sums_continue() {
    let test_bank = TestBank::new().await;
    for n in 0..14 {
        // Three months have one entry, the others two.
        if n % 2 == 0 {
            test_bank.clock.advance(31 * 24 * 3600);
        }
        pay(&test_bank, 100 + n).await;
    }
    let (all, none) = page(&test_bank, 500, None).await;
    assert_eq!(none, None);
    let entries = |months: &[Value]| -> Vec<Value> {
        let entries =
            |month: &Value| month["entries"].as_array().unwrap().iter().rev().cloned().collect::<Vec<_>>();
        months.iter().flat_map(entries).collect()
    };
    assert_eq!(entries(&all).len(), 15);
    for limit in 1..=16 {
        let (mut found, mut months, mut balance) = (Vec::new(), Vec::new(), test_bank.balance().await);
        let mut next = None;
        loop {
            let (page, following) = page(&test_bank, limit, next.as_deref()).await;
            let shown = entries(&page);
            assert!(shown.len() <= limit && (following.is_none() || shown.len() == limit), "{limit}");
            for month in &page {
                assert_eq!(month["closing"]["amount"], balance, "{limit}");
                balance = month["opening"]["amount"].as_i64().unwrap();
                months.push(month["id"].as_str().unwrap().to_owned());
            }
            found.extend(shown);
            if following.is_none() {
                break;
            }
            next = following;
        }
        assert_eq!((found, balance), (entries(&all), 0), "{limit}");
        assert!(months.is_sorted_by(|newer, older| newer >= older), "{months:?}");
    }
}

/// Proves: statement-pages
#[tokio::test]
async fn rejects_invalid_cursor() {
    let test_bank = TestBank::new().await;
    let token = strong_token(&test_bank, "auth0|1001");
    for wrong in [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=x",
        "before=",
        "before=5",
        "before=0.2026-06",
        "before=-1.2026-06",
        "before=x.2026-06",
        "before=5.2026",
        "before=5.2026-13",
        "before=5.2026-06-01",
        "before=99999999999999999999.2026-06",
    ] {
        let answer = test_bank.get(&format!("/statements?{wrong}"), &token).await;
        assert_eq!((answer.status.as_u16(), answer.problem()), (400, "malformed-request"), "{wrong}");
    }
}
