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
    /// The customer's `sub`.
    pub customer: String,
    /// The paying account, which is the customer's.
    pub payer: String,
    /// The IBAN of the payee.
    pub payee: String,
    /// Minor units.
    pub amount: i64,
    /// Free text.
    pub reference: String,
}

impl Order {
    /// As it is sent.
    #[must_use]
    pub fn body(&self) -> String {
        json!({
            "payee": self.payee, "amount": { "amount": self.amount, "currency": CURRENCY },
            "reference": self.reference,
        })
        .to_string()
    }
}

/// The currency of all accounts.
pub const CURRENCY: &str = "EUR";

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerToken {
    /// Its id.
    pub jti: String,
    /// Whether it allows transfers.
    pub may_transfer: bool,
    /// The token itself.
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

/// One request for a transfer.
#[derive(Debug, Clone)]
pub struct TransferAttempt {
    /// What was ordered.
    pub order: Arc<Order>,
    /// With which token.
    pub token: Arc<CustomerToken>,
    /// When.
    pub span: RequestSpan,
    /// `None` is unknown.
    pub response: Option<HttpResponse>,
}

/// One status query for a transfer, by its customer.
#[derive(Debug, Clone)]
pub struct StatusQuery {
    /// Which transfer.
    pub id: String,
    /// The `sub` of the customer.
    pub customer: String,
    /// When.
    pub span: RequestSpan,
    /// `None` is unknown.
    pub response: Option<HttpResponse>,
}

/// All that happened.
#[derive(Debug, Default)]
pub struct History {
    clock: AtomicU64,
    attempts: Mutex<Vec<TransferAttempt>>,
    queries: Mutex<Vec<StatusQuery>>,
}

impl History {
    /// A moment: later ones are larger.
    pub fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Writes an attempt down.
    pub fn record_attempt(&self, attempt: TransferAttempt) {
        self.attempts.lock().push(attempt);
    }

    /// Writes a query down.
    pub fn record_query(&self, query: StatusQuery) {
        self.queries.lock().push(query);
    }

    /// All attempts so far.
    pub fn attempts(&self) -> Vec<TransferAttempt> {
        self.attempts.lock().clone()
    }

    /// All queries so far.
    pub fn queries(&self) -> Vec<StatusQuery> {
        self.queries.lock().clone()
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

/// The problems that are decisions about an order; the other ones are about a request.
const DECISIONS: [&str; 3] = ["insufficient-funds", "unknown-payee", "payee-is-payer"];
const RETIRED: &str = "idempotency-key-retired";
const NOT_FOUND: &str = "transfer-not-found";

fn problem(body: &Value) -> Option<&str> {
    body["type"].as_str()?.strip_prefix("urn:riser:problem:")
}

impl TransferResult {
    /// Reads a response.
    #[must_use]
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

/// What a response to `GET /transfers/{id}` means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusResult {
    /// 200: there is such a transfer.
    Made(Value),
    /// There is none, and never will be.
    Absent,
    /// An error of the query.
    Other(u16),
    /// No response, or one without a statement (5xx).
    Unknown,
}

impl StatusResult {
    /// Reads a response.
    #[must_use]
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
