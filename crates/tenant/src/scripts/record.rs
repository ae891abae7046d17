//! What the developer gets to see of a run.

use actions::{End, Exchange, Level, Outcome, ScriptRun};

use crate::domain::{Customer, ScriptInput};
use crate::log;
use crate::store::Authorization;

/// Writes down what scripts printed, how long they took, and what went wrong. THE ONE PLACE to which runs are reported: the
/// tenant's log, and whatever else shows them.
pub(super) fn record_runs(
    authorization: &Authorization,
    customer: &Customer,
    input: ScriptInput,
    outcome: &Outcome,
) {
    let (client_id, sub) = (&authorization.request.client.id, &customer.sub);
    let mut runs = outcome.runs.iter().peekable();
    while let Some(run) = runs.next() {
        let ScriptRun { script, kind, duration, console, exchanges, end } = run;
        for line in console {
            // They print what the request holds for its client alone, such as `state`. Quoted, so that no script can write
            // lines into this log that look like others.
            let text = log::redacted(&line.text);
            match line.level {
                Level::Debug => tracing::debug!(script, ?text, "console"),
                Level::Log | Level::Info => tracing::info!(script, ?text, "console"),
                Level::Warn => tracing::warn!(script, ?text, "console"),
                Level::Error => tracing::error!(script, ?text, "console"),
            }
        }
        for Exchange { request, shown_address, response } in exchanges {
            let (method, url) = (&request.method, log::redacted(shown_address));
            match response {
                Some(Ok(response)) => {
                    tracing::info!(script, method, url, status = response.status, "request sent");
                }
                Some(Err(told)) => tracing::warn!(script, method, url, told, "request failed"),
                None => tracing::info!(script, method, url, "request sent, and not waited for"),
            }
        }
        let is_last = runs.peek().is_none();
        authorization.trace.record(log::script(run, is_last.then_some(&outcome.decisions)));
        let took = duration.as_millis();
        match end {
            End::Completed => tracing::info!(client_id, sub, script, ?kind, took, "script completed"),
            End::Denied(refusal) => {
                let reason = log::redacted(&refusal.reason);
                tracing::info!(client_id, sub, script, ?kind, took, ?reason, "script denied access");
            }
            End::Failed(error) => {
                tracing::error!(client_id, sub, script, ?kind, took, cause = ?error.cause, "script failed");
                let trace = log::redacted(&error.to_string());
                tracing::error!("{trace}");
            }
        }
    }
    authorization.trace.record(log::script_decision(input, outcome));
}
