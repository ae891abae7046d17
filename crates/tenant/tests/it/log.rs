//! The log that teaches: what stands in it, who sees it, and what nobody finds in it.

mod access;
mod live;
mod log_ins;
mod protocol_variants;
mod refused_requests;
mod script_texts;
mod secrets;
mod step_ups;
mod tokens;

use std::net::{IpAddr, Ipv4Addr};

use axum::http::header;
use serde_json::Value;

use crate::harness::{Browser, World};

/// A browser on the tenant's machine, which comes under the issuer's name.
fn developer(world: &World) -> Browser {
    let mut browser = world.browser();
    browser.address = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    browser.headers.insert(header::HOST, "localhost:8090".parse().unwrap());
    browser
}

/// Every trace, newest first.
pub(crate) async fn traces(world: &World) -> Vec<Value> {
    let log: Value = developer(world).get("/log.json").await.json();
    log["traces"].as_array().unwrap().clone()
}

/// The kinds of a trace's events, in order.
fn kinds(trace: &Value) -> Vec<&str> {
    trace["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// What a trace says is wrong and what would be right, of its last event that says so.
fn advice(trace: &Value) -> &Value {
    let events = trace["events"].as_array().unwrap();
    events.iter().rev().find_map(|event| event.get("advice")).unwrap_or_else(|| panic!("no advice: {trace}"))
}

/// The advice says so; an empty `spec` means that no specification is named.
#[track_caller]
pub(crate) fn says(trace: &Value, why: &str, right: &str, spec: &str) {
    let advice = advice(trace);
    assert!(advice["why"].as_str().unwrap().contains(why), "{why}: {advice}");
    assert!(advice["right"].as_str().unwrap().contains(right), "{right}: {advice}");
    if spec.is_empty() {
        assert!(advice.get("spec").is_none(), "{advice}");
    } else {
        assert_eq!(advice["spec"]["name"], spec, "{advice}");
        assert!(advice["spec"]["url"].as_str().unwrap().starts_with("https://"));
    }
}
