//! Rate limits, timeouts of bodies, and customers that flood the bank.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use bank::{Config, Database};
use http_server::Limits;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use uuid::Uuid;

use crate::issuer::TestIssuer;
use crate::test_bank::{OPENING, TestBank, TestResponse, config, order_of, post};

/// A bank that lets each customer send so many orders in a minute.
pub(crate) async fn test_bank(transfers_per_minute: u32) -> TestBank {
    let config = |issuer: &TestIssuer| Config { transfers_per_minute, ..config(issuer, Database::Memory) };
    TestBank::configured(TestIssuer::start().await, config).await
}

/// A bank that lets each customer read so often in a minute.
pub(crate) async fn test_bank_with_read_limit(reads_per_minute: u32) -> TestBank {
    let config = |issuer: &TestIssuer| Config { reads_per_minute, ..config(issuer, Database::Memory) };
    TestBank::configured(TestIssuer::start().await, config).await
}

fn retry_after(answer: &TestResponse) -> u64 {
    assert_eq!((answer.status.as_u16(), answer.problem()), (429, "too-many-requests"));
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

/// Proves: order-rate-limit
#[tokio::test]
async fn excess_order_is_refused_until_retry_after() {
    let test_bank = test_bank(3).await;
    for _ in 0..3 {
        assert_eq!(test_bank.order(&order_of(1)).await.status, 201);
    }
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    let refused = test_bank.post(&token, id, &order_of(1)).await;
    assert_eq!(retry_after(&refused), 20);
    assert_eq!(test_bank.balance().await, OPENING - 3);
    assert_eq!(
        test_bank.bank.ledger().spent_token_count().await.unwrap(),
        3,
        "the token is as good as before"
    );
    test_bank.clock.advance(19);
    assert_eq!(retry_after(&test_bank.post(&token, id, &order_of(1)).await), 1);
    test_bank.clock.advance(1);
    assert_eq!(test_bank.post(&token, id, &order_of(1)).await.status, 201);
    assert_eq!(test_bank.balance().await, OPENING - 4);
}

/// Proves: order-rate-limit
#[tokio::test]
async fn limit_is_per_customer_and_kind() {
    let test_bank = test_bank(1).await;
    test_bank.order(&order_of(1)).await;
    retry_after(&test_bank.order(&order_of(1)).await);
    let ben = test_bank.token_of("auth0|1002", "transfer:funds");
    // Ben pays himself, which another rule refuses.
    assert_eq!(test_bank.post(&ben, Uuid::new_v4(), &order_of(1)).await.problem(), "payee-is-payer");
    for address in ["/balance", "/transfers"] {
        assert_eq!(test_bank.get(address, &test_bank.token("view:balance")).await.status, 200);
    }
}

/// Proves: read-rate-limit
#[tokio::test]
async fn reads_are_limited_per_customer() {
    let test_bank = test_bank_with_read_limit(4).await;
    let ada = test_bank.strong_token_of("auth0|1001", "view:balance");
    let absent = format!("/transfers/{}", Uuid::new_v4());
    for address in ["/balance", "/transfers", &absent, "/statements"] {
        assert!(test_bank.get(address, &ada).await.status.as_u16() < 429, "{address}");
    }
    for address in ["/balance", "/transfers", &absent, "/statements"] {
        assert_eq!(retry_after(&test_bank.get(address, &ada).await), 15, "{address}");
    }
    let ben = test_bank.strong_token_of("auth0|1002", "view:balance");
    assert_eq!(test_bank.get("/statements", &ben).await.status, 200);
    assert_eq!(test_bank.order(&order_of(1)).await.status, 201, "an order is counted by itself");
    test_bank.clock.advance(15);
    assert_eq!(test_bank.get("/balance", &ada).await.status, 200);
}

/// Proves: order-rate-limit
#[tokio::test]
async fn repeated_order_counts_against_limit() {
    let test_bank = test_bank(2).await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    assert_eq!(test_bank.post(&token, id, &order_of(1)).await.status, 201);
    assert!(test_bank.post(&token, id, &order_of(1)).await.is_replay());
    let refused = test_bank.post(&token, id, &order_of(1)).await;
    assert!(!refused.is_replay());
    test_bank.clock.advance(retry_after(&refused));
    assert!(test_bank.post(&token, id, &order_of(1)).await.is_replay());
    assert_eq!(test_bank.balance().await, OPENING - 1);
}

/// Proves: order-rate-limit
#[tokio::test]
async fn unauthorized_requests_are_not_counted() {
    let test_bank = test_bank(1).await;
    for _ in 0..10 {
        let view = test_bank.token("view:balance");
        assert_eq!(test_bank.post(&view, Uuid::new_v4(), &order_of(1)).await.status, 403);
        assert_eq!(test_bank.post("not.a.token", Uuid::new_v4(), &order_of(1)).await.status, 401);
    }
    assert_eq!(test_bank.order(&order_of(1)).await.status, 201);
}

/// An order of which only the head arrives. With the clock paused, the test waits for nothing else when the issuer's keys are
/// known.
pub(crate) fn without_its_body(token: &str, id: Uuid) -> Request<Body> {
    with_endless_body(post(token, id, &Value::Null))
}

/// With a body that does not come to its end.
pub(crate) fn with_endless_body(mut request: Request<Body>) -> Request<Body> {
    *request.body_mut() = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    request
}

/// Proves: connection-timeouts
#[tokio::test]
async fn incomplete_body_times_out() {
    let test_bank = test_bank(0).await;
    let (token, id) = (test_bank.transfer_token(), Uuid::new_v4());
    assert_eq!(test_bank.get("/balance", &test_bank.token("view:balance")).await.status, 200);
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let answer = test_bank.send(without_its_body(&token, id)).await;
    assert_eq!((answer.status.as_u16(), answer.problem()), (408, "request-timeout"));
    assert_eq!(began.elapsed().as_secs(), 10);
    tokio::time::resume();
    assert_eq!(
        test_bank.post(&token, id, &order_of(1)).await.status,
        201,
        "the same token and id still work"
    );
}

/// The whole of 127.0.0.0/8 is this machine, on Linux.
/// Proves: connections-per-peer
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn flooding_customer_does_not_block_others() {
    let test_bank = test_bank(5).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Limits { connections_per_peer: 40, ..Limits::default() };
    let router = test_bank.bank.router();
    let server =
        tokio::spawn(http_server::serve(listener, router, limits, std::future::pending(), Duration::ZERO));
    let connect = move || async move {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        socket.connect(address).await
    };

    let mut held = Vec::new();
    for _ in 0..20 {
        let mut half = connect().await.unwrap();
        half.write_all(b"POST /transfer HTTP/1.1\r\nHost: loc").await.unwrap();
        held.push(half);
    }
    // Endless orders of Ben's, malformed tokens, bodies that never arrive, and idle connections.
    let ben = test_bank.token_of("auth0|1002", "transfer:funds");
    let order = order_of(1).to_string();
    let attacks = [
        transfer(&ben, &order),
        transfer("not.a.token", &order),
        transfer(&ben, &order).replace(&order, ""),
        String::from("GET / HTTP"),
    ];
    let flood = (0..40).map(|number| {
        let attack = attacks[number % attacks.len()].clone();
        tokio::spawn(async move {
            loop {
                let Ok(mut stream) = connect().await else { continue };
                if stream.write_all(attack.as_bytes()).await.is_ok() {
                    let _ = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut [0; 512])).await;
                }
            }
        })
    });
    let flood: Vec<_> = flood.collect();

    for _ in 0..5 {
        let honest = transfer(&test_bank.transfer_token(), &order);
        let paid = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(honest.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let answer = tokio::time::timeout(Duration::from_secs(10), paid).await.expect("it is kept waiting");
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    }
    for attack in flood {
        attack.abort();
    }
    server.abort();
    assert_eq!(test_bank.balance().await, OPENING - 5);
}

#[cfg(target_os = "linux")]
fn transfer(token: &str, order: &str) -> String {
    let (id, length) = (Uuid::new_v4(), order.len());
    format!(
        "POST /transfer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: {id}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{order}"
    )
}
