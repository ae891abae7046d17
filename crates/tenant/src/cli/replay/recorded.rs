//! What a log has recorded about runs of scripts, read from its JSON (docs/log.md).

use std::time::Instant;

use actions::{Network, Reply, Request, Response};
use parking_lot::Mutex;
use serde_json::Value;

use crate::log;
use crate::log::{Event, ScriptDecision, ScriptRequest};

/// One run of all scripts that were to run.
pub(super) struct RecordedRun {
    pub(super) trace: String,
    pub(super) started: String,
    /// Who asked for what.
    pub(super) about: String,
    pub(super) decision: ScriptDecision,
    pub(super) requests: Vec<ScriptRequest>,
}

/// The runs in `/log.json`, or in `/log/{id}.json`, oldest first.
pub(super) fn runs(document: &Value, wanted: Option<&str>) -> Result<Vec<RecordedRun>, String> {
    let traces = document.get("traces").and_then(Value::as_array).ok_or("it is no log of a tenant")?;
    let mut runs = Vec::new();
    for trace in traces.iter().rev() {
        let text =
            |pointer: &str| trace.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = text("/id");
        if wanted.is_some_and(|wanted| wanted != id) {
            continue;
        }
        let mut requests = Vec::new();
        for event in trace.get("events").and_then(Value::as_array).into_iter().flatten() {
            // Other events, and those of later versions, are nothing to this.
            match serde_json::from_value::<Event>(event.clone()) {
                Ok(Event::ScriptRun { requests: sent, .. }) => requests.extend(sent),
                Ok(Event::ScriptDecision(decision)) => runs.push(RecordedRun {
                    trace: id.clone(),
                    started: text("/started"),
                    about: format!("{}, {}", text("/customer/name"), text("/asked")),
                    decision: *decision,
                    requests: std::mem::take(&mut requests),
                }),
                _ => {}
            }
        }
    }
    Ok(runs)
}

/// Answers as it was answered then: each recorded answer once, to the first request of that method and address.
#[derive(Debug)]
pub(super) struct RecordedNetwork {
    recorded: Mutex<Vec<ScriptRequest>>,
    /// What was hidden in the recorded addresses, by name.
    secrets: Vec<(String, String)>,
}

impl RecordedNetwork {
    pub(super) fn new(requests: &[ScriptRequest], secrets: &[(String, String)]) -> Self {
        Self { recorded: Mutex::new(requests.to_vec()), secrets: secrets.to_vec() }
    }
}

impl Network for RecordedNetwork {
    fn send(&self, request: Request, _: Instant, reply: Reply) {
        let mut recorded = self.recorded.lock();
        let address = log::clean_address(&request.url, &self.secrets);
        let same = |it: &ScriptRequest| it.method == request.method && it.url == address;
        let Some(position) = recorded.iter().position(same) else {
            reply(Err(format!("no answer to {} {} was recorded", request.method, address)));
            return;
        };
        let ScriptRequest { url, status, headers, body, failure, .. } = recorded.remove(position);
        drop(recorded);
        reply(match (status, failure) {
            (Some(status), _) => Ok(Response {
                url,
                status,
                headers,
                body: body.unwrap_or_default().into_bytes(),
                ..Response::default()
            }),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err("the answer was not waited for, and so it is not recorded".to_owned()),
        });
    }
}
