//! Requests of customers with their tokens, and the memory of the process that answers them.

use std::sync::Arc;

use bank_for_tests::customers::{iban, subject, uuid};
use bank_for_tests::http_client;
use bank_for_tests::issuer::{TRANSFER, TestIssuer, VIEW};
use fastrand::Rng;

pub(crate) fn balance_request(issuer: &TestIssuer, rng: &mut Rng, customer: usize) -> Vec<u8> {
    http_client::get("/balance", &issuer.token(&subject(customer), VIEW, &uuid(rng)))
}

pub(crate) fn transfer_request(issuer: &TestIssuer, rng: &mut Rng, customer: usize, payee: usize) -> Vec<u8> {
    let id = uuid(rng);
    let token = issuer.token(&subject(customer), TRANSFER, &uuid(rng));
    let payee = iban(payee);
    let body =
        format!(r#"{{"payee":"{payee}","amount":{{"amount":1,"currency":"EUR"}},"reference":"Lunch"}}"#);
    http_client::post_transfer(&token, &id, &body)
}

/// So many requests. Signing takes longer than sending, so it is done before, on all processors.
pub(crate) async fn sign_requests<F>(issuer: &Arc<TestIssuer>, count: usize, request: F) -> Vec<Vec<u8>>
where
    F: Fn(&TestIssuer, &mut Rng) -> Vec<u8> + Copy + Send + 'static,
{
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut signing = tokio::task::JoinSet::new();
    for _ in 0..workers {
        let issuer = Arc::clone(issuer);
        signing.spawn_blocking(move || {
            let mut rng = Rng::new();
            (0..count.div_ceil(workers)).map(|_| request(&issuer, &mut rng)).collect::<Vec<_>>()
        });
    }
    signing.join_all().await.concat()
}

/// `VmHWM` of Linux.
pub(crate) fn peak_memory(process: u32) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
