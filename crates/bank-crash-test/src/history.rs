//! The requests of customers and their responses, recorded during the run and checked afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::{Value, json};

use bank_for_tests::http_client::HttpResponse;

/// A transfer as a customer means it. The reference holds the id, so that money that moves for it can be found whatever
/// the bank calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    /// The UUID in `Idempotency-Key`.
    pub id: String,
    pub customer: String,
    /// The paying account, which is the customer's.
    pub payer: String,
    pub payee: String,
    /// Minor units.
    pub amount: i64,
    pub reference: String,
}

impl Order {
    pub fn body(&self) -> String {
        json!({
            "payee": self.payee, "amount": { "amount": self.amount, "currency": CURRENCY },
            "reference": self.reference,
        })
        .to_string()
    }
}

pub const CURRENCY: &str = "EUR";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerToken {
    pub jti: String,
    pub may_transfer: bool,
    pub text: String,
}

/// Two moments of the run's own clock, which counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestSpan {
    /// Before the request was sent.
    pub began: u64,
    /// After the response, or the timeout.
    pub ended: u64,
}

#[derive(Debug, Clone)]
pub struct TransferAttempt {
    pub order: Arc<Order>,
    pub token: Arc<CustomerToken>,
    pub span: RequestSpan,
    /// `None` is unknown.
    pub response: Option<HttpResponse>,
}

#[derive(Debug, Clone)]
pub struct StatusQuery {
    pub id: String,
    pub customer: String,
    pub span: RequestSpan,
    /// `None` is unknown.
    pub response: Option<HttpResponse>,
}

#[derive(Debug, Default)]
pub struct History {
    clock: AtomicU64,
    pub attempts: Mutex<Vec<TransferAttempt>>,
    pub queries: Mutex<Vec<StatusQuery>>,
}

impl History {
    /// A moment: later ones are larger.
    pub fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }
}

/// What a response to `POST /transfer` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferResult {
    /// 201: the money was moved.
    Acknowledged(Value),
    /// A refusal that the bank has decided, and stored, for this order.
    Refused(Value),
    /// The id is retired: its customer was told that there is no such transfer.
    Retired,
    /// The bank did nothing for this request; the order may be decided by another one.
    NotDone(String),
    /// No response, or one without a statement (5xx).
    Unknown,
}

/// The attempts at one order, with what each response means.
pub type OrderAttempts<'a> = Vec<(&'a TransferAttempt, TransferResult)>;

/// The problems that are decisions about an order; the other ones are about a request.
const DECISIONS: [&str; 3] = ["insufficient-funds", "unknown-payee", "payee-is-payer"];
const RETIRED: &str = "idempotency-key-retired";
const NOT_FOUND: &str = "transfer-not-found";

fn problem(body: &Value) -> Option<&str> {
    body["type"].as_str()?.strip_prefix("urn:riser:problem:")
}

impl TransferResult {
    pub fn of(response: Option<&HttpResponse>) -> Self {
        let Some(response) = response.filter(|response| response.status < 500) else { return Self::Unknown };
        let Ok(body) = serde_json::from_str::<Value>(&response.body) else {
            return Self::NotDone(format!("{} without JSON", response.status));
        };
        if response.status == 201 {
            return Self::Acknowledged(body);
        }
        match problem(&body) {
            Some(RETIRED) => Self::Retired,
            Some(problem) if DECISIONS.contains(&problem) => Self::Refused(body),
            Some(problem) => Self::NotDone(problem.to_owned()),
            None => Self::NotDone(response.status.to_string()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusResult {
    /// 200: there is such a transfer.
    Made(Value),
    /// There is none, and never will be.
    Absent,
    Other(u16),
    /// No response, or one without a statement (5xx).
    Unknown,
}

impl StatusResult {
    pub fn of(response: Option<&HttpResponse>) -> Self {
        let Some(response) = response.filter(|response| response.status < 500) else { return Self::Unknown };
        let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
        match response.status {
            200 => Self::Made(body),
            404 if problem(&body) == Some(NOT_FOUND) => Self::Absent,
            status => Self::Other(status),
        }
    }
}
