//! What is counted of recorded events.

use metrics::counter;

use super::event::Event;
use crate::metrics::{FAILED_SCRIPTS, LOG_INS, RESPONSES, SECOND_FACTORS, name};

pub(super) fn count(event: &Event) {
    match event {
        Event::Password { outcome, .. } => counter!(LOG_INS, "outcome" => name(outcome)).increment(1),
        Event::Factor { factor, step, .. } => {
            counter!(SECOND_FACTORS, "factor" => name(factor), "outcome" => name(step)).increment(1);
        }
        Event::Redirect { error, .. } => {
            let outcome = error.as_ref().map_or("granted", |refusal| &refusal.error).to_owned();
            counter!(RESPONSES, "outcome" => outcome).increment(1);
        }
        Event::RefusedPage { .. } => counter!(RESPONSES, "outcome" => "refused_on_page").increment(1),
        Event::ScriptRun { name, error: Some(_), .. } => {
            counter!(FAILED_SCRIPTS, "script" => name.clone()).increment(1);
        }
        _ => {}
    }
}
