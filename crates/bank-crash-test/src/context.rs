//! What all customers of a run share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

use crate::history::{
    CustomerToken, History, Order, RequestSpan, StatusQuery, StatusResult, TransferAttempt, TransferResult,
};
use bank_for_tests::customers::{iban, subject, uuid};
use bank_for_tests::http_client::{self, HttpResponse};
use bank_for_tests::issuer::{TRANSFER, TestIssuer};

/// What every account starts with, in minor units: little, so that it runs out.
pub const OPENING_BALANCE: i64 = 10_000;
/// A valid IBAN without an account.
pub const NOBODY: &str = "AT611904300234573201";
pub const REQUEST_TIMEOUT: Duration = Duration::from_millis(1500);

#[derive(Debug)]
pub struct RunContext {
    pub issuer: TestIssuer,
    pub customers: usize,
    pub history: History,
}

impl RunContext {
    /// An order of a customer's that was never sent.
    pub fn order(&self, rng: &mut Rng, customer: usize) -> Arc<Order> {
        let id = uuid(rng);
        let to = match rng.u8(..100) {
            0..2 => NOBODY.to_owned(),
            2..4 => iban(customer),
            // Not oneself.
            _ => iban((customer + rng.usize(1..self.customers)) % self.customers),
        };
        let amount = match rng.u8(..100) {
            // More than all the money there is.
            0..6 => {
                OPENING_BALANCE * i64::try_from(self.customers).unwrap_or(i64::MAX / OPENING_BALANCE)
                    + rng.i64(1..1_000_000)
            }
            6..20 => rng.i64(OPENING_BALANCE / 2..OPENING_BALANCE * 2),
            _ => rng.i64(1..OPENING_BALANCE / 4),
        };
        let reference = format!("order {id}");
        let (from, customer) = (iban(customer), subject(customer));
        Arc::new(Order { id, customer, payer: from, payee: to, amount, reference })
    }

    /// A token that was never used.
    pub fn token(&self, rng: &mut Rng, customer: &str, scope: &str) -> Arc<CustomerToken> {
        let jti = uuid(rng);
        let text = self.issuer.token(customer, scope, &jti);
        Arc::new(CustomerToken { jti, may_transfer: scope == TRANSFER, text })
    }

    pub async fn transfer(
        &self,
        address: SocketAddr,
        order: &Arc<Order>,
        token: &Arc<CustomerToken>,
    ) -> TransferResult {
        let request = http_client::post_transfer(&token.text, &order.id, &order.body());
        let (response, span) = self.send(address, &request).await;
        let result = TransferResult::of(response.as_ref());
        let (order, token) = (Arc::clone(order), Arc::clone(token));
        self.history.attempts.lock().push(TransferAttempt { order, token, span, response });
        result
    }

    /// Queries the status of a transfer, with a token of its customer, and records the result.
    pub async fn query_status(
        &self,
        address: SocketAddr,
        order: &Order,
        viewing: &CustomerToken,
    ) -> StatusResult {
        let path = format!("/transfers/{}", order.id);
        let (response, span) = self.send(address, &http_client::get(&path, &viewing.text)).await;
        let found = StatusResult::of(response.as_ref());
        let (id, customer) = (order.id.clone(), order.customer.clone());
        self.history.queries.lock().push(StatusQuery { id, customer, span, response });
        found
    }

    async fn send(&self, address: SocketAddr, request: &[u8]) -> (Option<HttpResponse>, RequestSpan) {
        let began = self.history.now();
        let response = http_client::send(address, request, REQUEST_TIMEOUT).await;
        (response, RequestSpan { began, ended: self.history.now() })
    }
}
