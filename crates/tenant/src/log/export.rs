//! The log as JSON. Its shape is described in docs/log.md; a member may be added, none is renamed.

use serde::Serialize;
use serde_json::{Value, json};

use super::audit_log::Log;
use super::filter::Filter;
use super::record::Record;
use super::time;

/// Raised when a member goes or means something else.
const FORMAT: &str = "tenant-log/1";

pub(crate) fn export<'a>(
    log: &Log,
    filter: Option<&Filter>,
    records: impl IntoIterator<Item = &'a Record>,
) -> Value {
    let now = log.now();
    let traces: Vec<Value> = records.into_iter().map(|record| trace(record, now)).collect();
    let mut document = json!({
        "format": FORMAT,
        "issuer": log.registered().issuer,
        "exported": time::machine(now),
        "traces": traces,
    });
    if let Some(filter) = filter {
        document["filter"] = json!(filter);
    }
    document
}

fn trace(record: &Record, now: u64) -> Value {
    json!({
        "id": record.id,
        "kind": record.kind,
        "started": time::machine(record.started),
        "duration_ms": record.duration(),
        "client": record.client,
        "customer": record.customer,
        "asked": record.asked,
        "scopes": record.scopes,
        "outcome": record.outcome(now),
        "error": record.error(),
        "events": record.events.iter().map(|entry| event(record, entry)).collect::<Vec<_>>(),
        "events_left_out": record.left_out,
    })
}

fn event(record: &Record, entry: &impl Serialize) -> Value {
    let mut event = json!(entry);
    let at = event.get("at").and_then(Value::as_u64).unwrap_or_default();
    event["at"] = json!(time::machine(at));
    event["after_ms"] = json!(at.saturating_sub(record.started));
    event
}
