//! A whole transfer, with each of its disk calls failing in turn, in every way: nothing that was acknowledged is lost, no
//! response is wrong, and the bank serves again without a restart.

use std::ops::Range;

use faulty_disk::{Disk, Fault};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::database;
use crate::issuer::TestIssuer;
use crate::program::{Program, client, token};
use crate::test_bank::order_of;

/// More calls than one transfer and its status query make.
const POINTS: u64 = 60;
/// So many requests may fail after the disk is healed, because they find broken connections.
const LATE_FAILURES: usize = 2;

/// A bank on a disk of its own.
struct Bank {
    issuer: TestIssuer,
    folder: TempDir,
    disk: Disk,
    program: Program,
    client: Client,
}

/// The status and, where there is one, the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reply {
    status: u16,
    problem: String,
    body: String,
}

/// An order, and the token for it.
struct Order {
    id: Uuid,
    token: String,
}

impl Bank {
    async fn start() -> Self {
        let (issuer, folder, disk) =
            (TestIssuer::start().await, tempfile::tempdir().unwrap(), Disk::new().unwrap());
        let database = database::flag(&folder).await;
        let program = Program::start_with(&issuer.url, &database, "bank=info", disk.envs());
        Self { issuer, folder, disk, program, client: client() }
    }

    /// Kills the bank without a power cut of the disk, and opens the same database.
    async fn restart(&mut self) {
        self.program.kill();
        self.disk.heal().unwrap();
        let database = database::flag(&self.folder).await;
        self.program = Program::start_with(&self.issuer.url, &database, "bank=info", self.disk.envs());
    }

    fn order(&self) -> Order {
        let scope = "view:balance transfer:funds";
        Order { id: Uuid::new_v4(), token: token(&self.issuer, "auth0|1001", scope) }
    }

    async fn send(&self, order: &Order) -> Reply {
        let request = self.client.post(format!("{}/transfer", self.program.address));
        let request = request.header("idempotency-key", order.id.to_string());
        let request = request.header("content-type", "application/json").body(order_of(1).to_string());
        send_request(request.bearer_auth(&order.token)).await
    }

    async fn ask(&self, order: &Order) -> Reply {
        self.get(&format!("/transfers/{}", order.id), &order.token).await
    }

    async fn get(&self, path: &str, token: &str) -> Reply {
        send_request(self.client.get(format!("{}{path}", self.program.address)).bearer_auth(token)).await
    }

    async fn is_ready(&self) -> bool {
        self.get("/readyz", "").await.status == 200
    }

    /// With a sound disk, a new order is made.
    async fn serves_again(&self) {
        let mut failures = 0;
        while self.send(&self.order()).await.status != 201 {
            failures += 1;
            assert!(failures <= LATE_FAILURES, "it does not serve again");
        }
        assert!(self.is_ready().await, "it serves, and says that it does not");
    }
}

async fn send_request(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let waits = response.headers().contains_key("retry-after");
    let body = response.text().await.unwrap();
    let json: Value = serde_json::from_str(&body).unwrap();
    let problem =
        json["type"].as_str().unwrap_or_default().trim_start_matches("urn:riser:problem:").to_owned();
    assert!(status != 500, "it is no mistake of the bank: {body}");
    assert!(status != 503 || waits, "nobody knows when to come back: {body}");
    Reply { status, problem, body }
}

/// Earlier responses stay true.
fn judge(before: &Reply, after: &Reply) {
    match (before.status, after.status) {
        (201, 201) => assert_eq!(before.body, after.body),
        (503, 201) => {}
        _ => panic!("{before:?}, and later {after:?}"),
    }
}

/// One transfer, whose calls in this range fail. Returns whether any did.
async fn transfer_with_fault(bank: &mut Bank, calls: Range<u64>, fault: Fault, dies: bool) -> bool {
    let (order, failed) = (bank.order(), bank.disk.failed().unwrap());
    let lasts = calls.end == u64::MAX;
    bank.disk.fail(calls, fault).unwrap();
    let sent = bank.send(&order).await;
    let asked = bank.ask(&order).await;
    match (sent.status, asked.status) {
        (201 | 503, 200 | 503) => {}
        (503, 404) => assert_eq!(asked.problem, "transfer-not-found"),
        _ => panic!("{fault:?}: {sent:?}, {asked:?}"),
    }
    let was_hit = bank.disk.failed().unwrap() > failed;
    // During the fault, a bank that is ready takes an order.
    if lasts && sent.status == 503 && bank.is_ready().await {
        assert_eq!(bank.send(&bank.order()).await.status, 201, "{fault:?}");
    }
    if dies {
        bank.restart().await;
    } else {
        bank.disk.heal().unwrap();
        bank.serves_again().await;
    }
    let (again, found) = (bank.send(&order).await, bank.ask(&order).await);
    if asked.status == 404 {
        assert_eq!(
            (again.status, found.status),
            (422, 404),
            "it was said not to be made: {again:?} {found:?}"
        );
    } else {
        judge(&sent, &again);
        assert_eq!(again.status, 201, "nothing kept it from being made: {again:?}");
        assert_eq!(found.status, 200, "{found:?}");
    }
    was_hit
}

/// Proves: disk-faults
#[tokio::test(flavor = "multi_thread")]
async fn transfer_survives_failure_of_every_system_call() {
    if database::server().is_some() {
        return;
    }
    let mut bank = Bank::start().await;
    bank.serves_again().await;
    let mut points = 0;
    for fault in Fault::ALL {
        let mut of_this = 0;
        for first in 0..POINTS {
            let mut hit = false;
            for calls in [first..first + 1, first..u64::MAX] {
                hit |= transfer_with_fault(&mut bank, calls.clone(), fault, false).await;
            }
            if first % 4 == 0 {
                hit |= transfer_with_fault(&mut bank, first..u64::MAX, fault, true).await;
            }
            if !hit && first > 20 {
                break;
            }
            of_this += u64::from(hit);
        }
        println!("{fault:?}: {of_this} fault points");
        points += of_this;
    }
    println!("{points} fault points, no violation, no restart needed");
    assert!(points > 30, "{points}");
    let (code, log) = bank.program.stop();
    assert_eq!(code, Some(0), "{log}");
    // With the audit of the whole books.
    Program::start(&bank.issuer.url, &database::flag(&bank.folder).await, "bank=info").stop();
}

/// The commit is in the file and not on the disk. It is reported unknown at first, and then made.
/// Proves: commit-unknown
#[tokio::test(flavor = "multi_thread")]
async fn failed_commit_is_unknown_until_settled() {
    if database::server().is_some() {
        return;
    }
    let mut bank = Bank::start().await;
    bank.serves_again().await;
    let (first, second) = (bank.order(), bank.order());
    bank.disk.fail(0.., Fault::Sync).unwrap();
    for order in [&first, &second] {
        assert_eq!(bank.send(order).await.problem, "database-unavailable");
        // No status that a crash could change.
        assert_eq!(bank.ask(order).await.problem, "database-unavailable");
    }
    assert!(!bank.is_ready().await);
    assert_eq!(bank.get("/balance", &first.token).await.status, 200, "what is there can be read");
    assert_eq!(bank.get("/livez", "").await.status, 200);

    bank.restart().await;
    assert_eq!(bank.ask(&first).await.status, 200, "it was in the file, and the file is all that is left");
    assert_eq!(bank.send(&first).await.status, 201);
    // Nothing is written after what may not be on the disk.
    assert_eq!(bank.ask(&second).await.problem, "transfer-not-found");
    assert_eq!(bank.send(&second).await.problem, "idempotency-key-retired");
    assert_eq!(bank.program.stop().0, Some(0));
}
