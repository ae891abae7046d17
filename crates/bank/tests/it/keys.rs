//! The issuer's keys: rotation, outages, floods.

use axum::http::StatusCode;
use futures_util::StreamExt;
use serde_json::json;
use uuid::Uuid;

use crate::issuer::{FIRST, KeySetResponse, SECOND, TestIssuer, encode};
use crate::test_bank::{OPENING, TestBank, order_of};

async fn status(test_bank: &TestBank, token: &str) -> u16 {
    test_bank.get("/balance", token).await.status.as_u16()
}

fn signed_by_second(test_bank: &TestBank) -> String {
    SECOND.token(&test_bank.claims("view:balance"))
}

/// Names a key that does not exist.
fn unknown_key(good: &str) -> String {
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": Uuid::new_v4().to_string() });
    let (_, rest) = good.split_once('.').unwrap();
    format!("{}.{rest}", encode(header.to_string()))
}

#[tokio::test]
async fn keys_are_cached() {
    let test_bank = TestBank::new().await;
    for _ in 0..50 {
        assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    }
    assert_eq!(test_bank.issuer.fetches(), 1);
}

#[tokio::test]
async fn unknown_key_id_triggers_fetch() {
    let test_bank = TestBank::new().await;
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 401);
    test_bank.issuer.publishes(&[&FIRST, &SECOND]);
    assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 200);
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    assert_eq!(test_bank.issuer.fetches(), 3);
}

#[tokio::test]
async fn withdrawn_key_expires_after_ten_minutes() {
    let test_bank = TestBank::new().await;
    let token = test_bank.token("view:balance");
    assert_eq!(status(&test_bank, &token).await, 200);
    test_bank.issuer.publishes(&[&SECOND]);
    test_bank.clock.advance(599);
    assert_eq!(status(&test_bank, &token).await, 200);
    test_bank.clock.advance(1);
    assert_eq!(status(&test_bank, &token).await, 401);
    assert_eq!(test_bank.issuer.fetches(), 2);
}

#[tokio::test]
async fn outage_does_not_affect_known_keys() {
    let mut test_bank = TestBank::new().await;
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    test_bank.issuer.shut_down().await;
    // Long after the keys are due to be looked up again.
    for _ in 0..100 {
        test_bank.clock.advance(60);
        assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    }
    let answer = test_bank.get("/balance", &signed_by_second(&test_bank)).await;
    assert_eq!(answer.problem(), "keys-unavailable");
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn failed_fetch_is_repeated_after_a_minute() {
    let test_bank = TestBank::new().await;
    let token = test_bank.token("view:balance");
    assert_eq!(status(&test_bank, &token).await, 200);
    test_bank.issuer.respond_with(KeySetResponse::Status(StatusCode::BAD_GATEWAY));
    for (seconds, fetches) in [(600, 2), (59, 2), (1, 3)] {
        test_bank.clock.advance(seconds);
        assert_eq!(status(&test_bank, &token).await, 200);
        assert_eq!(test_bank.issuer.fetches(), fetches, "{seconds}");
    }
}

#[tokio::test]
async fn key_set_has_at_most_256_kib() {
    for (length, expected) in [(256 * 1024, 200), (256 * 1024 + 1, 503)] {
        let test_bank = TestBank::new().await;
        let keys = json!({ "keys": [FIRST.jwk()] }).to_string();
        let padding = " ".repeat(length - keys.len());
        test_bank.issuer.respond_with(KeySetResponse::Text(keys + &padding));
        assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, expected, "{length}");
    }
}

#[tokio::test]
async fn retry_after_says_when_next_fetch_is_allowed() {
    let test_bank = TestBank::new().await;
    let good = test_bank.token("view:balance");
    assert_eq!(status(&test_bank, &good).await, 200);
    for _ in 0..5 {
        assert_eq!(status(&test_bank, &unknown_key(&good)).await, 401);
    }
    test_bank.clock.advance(5);
    let answer = test_bank.get("/balance", &unknown_key(&good)).await;
    assert_eq!(answer.problem(), "keys-unavailable");
    assert_eq!(answer.headers["retry-after"], "7");
}

#[tokio::test]
async fn no_keys_at_all_is_service_unavailable() {
    let answers = [
        KeySetResponse::Status(StatusCode::INTERNAL_SERVER_ERROR),
        KeySetResponse::Status(StatusCode::NO_CONTENT),
        KeySetResponse::Text("<html>Sign in to the Wi-Fi</html>".into()),
        KeySetResponse::Text(format!(r#"{{"keys":[], "more":"{}"}}"#, "x".repeat(300_000))),
        KeySetResponse::Keys(json!({ "error": "keys are out" })),
    ];
    for response in answers {
        let test_bank = TestBank::new().await;
        test_bank.issuer.respond_with(response);
        let answer = test_bank.post(&test_bank.transfer_token(), Uuid::new_v4(), &order_of(1)).await;
        assert_eq!(answer.problem(), "keys-unavailable");
        assert_eq!(answer.headers["retry-after"], "12");
        assert_eq!(test_bank.balance().await, OPENING);
        // And it works as soon as the issuer does.
        test_bank.issuer.publishes(&[&FIRST]);
        assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (test_bank, evil) = (TestBank::new().await, TestIssuer::start().await);
    evil.publishes(&[&SECOND]);
    test_bank.issuer.respond_with(KeySetResponse::Redirect(evil.jwks_uri()));
    assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 503);
    assert_eq!(evil.fetches(), 0);
}

/// Proves: forged-many-kids
#[tokio::test]
async fn unknown_key_ids_are_rate_limited() {
    let test_bank = TestBank::new().await;
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    let good = test_bank.token("view:balance");
    let forged: Vec<String> = (0..10_000).map(|_| unknown_key(&good)).collect();
    let (first, rest) = forged.split_at(5_000);
    let flood = async |tokens: &[String]| {
        let answers = futures_util::stream::iter(tokens)
            .map(|token| test_bank.get("/balance", token))
            .buffer_unordered(64);
        answers.for_each(async |answer| assert!([401, 503].contains(&answer.status.as_u16()))).await;
    };
    flood(first).await;
    // The first one found the keys, and five found nothing new.
    assert_eq!(test_bank.issuer.fetches(), 6);
    let answer = test_bank.get("/balance", &unknown_key(&good)).await;
    assert_eq!(
        (answer.problem(), &answer.headers["retry-after"]),
        ("keys-unavailable", &"12".parse().unwrap())
    );

    // Customers are not affected.
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);

    // A rotation meanwhile is found by the next fetch.
    test_bank.issuer.publishes(&[&FIRST, &SECOND]);
    assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 503);
    test_bank.clock.advance(11);
    flood(&rest[..100]).await;
    assert_eq!(test_bank.issuer.fetches(), 6);
    test_bank.clock.advance(1);
    flood(&rest[..100]).await;
    assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 200);
    // It found a new key, so one more may find nothing.
    flood(rest).await;
    assert_eq!(test_bank.issuer.fetches(), 8);
    assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 200);
}

#[tokio::test]
async fn concurrent_callers_share_one_fetch() {
    let test_bank = TestBank::new().await;
    test_bank.issuer.hold();
    let tokens: Vec<String> = (0..50).map(|_| test_bank.token("view:balance")).collect();
    let answers = futures_util::future::join_all(tokens.iter().map(|token| test_bank.get("/balance", token)));
    let release = async {
        // Every caller is polled before the issuer's task gets its turn to count.
        while test_bank.issuer.fetches() == 0 {
            tokio::task::yield_now().await;
        }
        test_bank.issuer.release_one();
    };
    let (answers, ()) = tokio::join!(answers, release);
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(test_bank.issuer.fetches(), 1);
}

#[tokio::test]
async fn concurrent_callers_with_unknown_keys_share_one_fetch() {
    let test_bank = TestBank::new().await;
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    test_bank.issuer.hold();
    let tokens: Vec<String> = (0..3).map(|_| unknown_key(&test_bank.token("view:balance"))).collect();
    let answers = futures_util::future::join_all(tokens.iter().map(|token| status(&test_bank, token)));
    let release = async {
        while test_bank.issuer.fetches() < 2 {
            tokio::task::yield_now().await;
        }
        for _ in &tokens {
            test_bank.issuer.release_one();
        }
    };
    let (answers, ()) = tokio::join!(answers, release);
    assert_eq!(answers, [401; 3]);
    assert_eq!(test_bank.issuer.fetches(), 2);
}

#[tokio::test]
async fn cancelled_caller_does_not_cancel_fetch() {
    let test_bank = TestBank::new().await;
    test_bank.issuer.hold();
    {
        let token = test_bank.token("view:balance");
        let caller = test_bank.get("/balance", &token);
        let until_asked = async {
            while test_bank.issuer.fetches() == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = caller => panic!("answered without keys"),
            () = until_asked => {}
        }
    }
    test_bank.issuer.release_one();
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    assert_eq!(test_bank.issuer.fetches(), 1);
}

/// Its keys are those from before the rotation.
#[tokio::test]
async fn fetch_begun_before_request_does_not_answer_it() {
    let test_bank = TestBank::new().await;
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    test_bank.issuer.hold();
    let (made_up, good) = (unknown_key(&test_bank.token("view:balance")), signed_by_second(&test_bank));
    let rotates = tokio::sync::Notify::new();
    let fetches = async |count: usize| {
        while test_bank.issuer.fetches() < count {
            tokio::task::yield_now().await;
        }
    };
    let asked = async {
        rotates.notified().await;
        status(&test_bank, &good).await
    };
    let issuer = async {
        fetches(2).await;
        rotates.notify_one();
        // All tasks are polled between two of these, and the caller looks at the cache.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        test_bank.issuer.release_one();
        fetches(3).await;
        test_bank.issuer.publishes(&[&FIRST, &SECOND]);
        test_bank.issuer.release_one();
    };
    let (first, second, ()) = tokio::join!(status(&test_bank, &made_up), asked, issuer);
    assert_eq!((first, second), (401, 200));
}

/// Each of its tokens is accepted at once, and unknown key ids still cause no more fetches.
/// Proves: jwks-frequent-rotation
#[tokio::test]
async fn frequent_rotation_does_not_exhaust_budget() {
    let test_bank = TestBank::new().await;
    assert_eq!(status(&test_bank, &test_bank.token("view:balance")).await, 200);
    for _ in 0..6 {
        test_bank.issuer.publishes(&[&SECOND]);
        assert_eq!(status(&test_bank, &signed_by_second(&test_bank)).await, 200);
        test_bank.issuer.publishes(&[&FIRST]);
        // The other key is withdrawn.
        assert_eq!(status(&test_bank, &unknown_key(&test_bank.token("view:balance"))).await, 401);
        test_bank.clock.advance(12);
    }
    assert_eq!(test_bank.issuer.fetches(), 13);
}
