//! Numbers for whoever runs the tenant, in Prometheus' terms. What happens to a request is counted where it is recorded
//! (the log's counters), also where nothing is kept of it. No label tells of a person: labels are outcomes, and names that the
//! configuration or this program gives.

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use serde::Serialize;
use serde_json::Value;

pub(crate) const LOG_INS: &str = "tenant_log_ins_total";
pub(crate) const SECOND_FACTORS: &str = "tenant_second_factors_total";
pub(crate) const RESPONSES: &str = "tenant_authorization_responses_total";
const TOKENS: &str = "tenant_tokens_issued_total";
pub(crate) const FAILED_SCRIPTS: &str = "tenant_scripts_failed_total";
const WRITES: &str = "tenant_database_writes_total";
const PENDING: &str = "tenant_database_changes_pending";
const NOT_KEPT: &str = "tenant_answers_not_kept_total";

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flow {
    Implicit,
    Code,
    RefreshToken,
}

pub(crate) fn describe() {
    describe_counter!(LOG_INS, "Passwords that were sent, by what became of them");
    describe_counter!(SECOND_FACTORS, "Steps of second factors, by factor and outcome");
    describe_counter!(RESPONSES, "Answers of the authorization endpoint, by error code or `granted`");
    describe_counter!(TOKENS, "Tokens that were signed, by flow and kind");
    describe_counter!(FAILED_SCRIPTS, "Runs of Actions and Rules that failed");
    describe_counter!(WRITES, "Transactions that write to the database, by outcome");
    describe_gauge!(PENDING, Unit::Count, "Changes that are not in the database yet");
    describe_counter!(NOT_KEPT, "Answers that were 503 because the database could not be written");
    gauge!(PENDING).set(0.0);
    counter!(WRITES, "outcome" => "failed").absolute(0);
    counter!(NOT_KEPT).absolute(0);
}

pub(crate) fn token_issued(flow: Flow, token: &impl Serialize) {
    counter!(TOKENS, "flow" => name(&flow), "token" => name(token)).increment(1);
}

/// A transaction of the writer has ended, and so many changes are still to be written.
pub(crate) fn written(has_succeeded: bool, pending: usize) {
    let outcome = if has_succeeded { "written" } else { "failed" };
    counter!(WRITES, "outcome" => outcome).increment(1);
    self::pending(pending);
}

pub(crate) fn pending(changes: usize) {
    gauge!(PENDING).set(u32::try_from(changes).unwrap_or(u32::MAX));
}

pub(crate) fn response_not_persisted() {
    counter!(NOT_KEPT).increment(1);
}

pub(crate) fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => "other".to_owned(),
    }
}
