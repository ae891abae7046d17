//! One trace, event by event.

use askama::Template;

use super::event::Item;
use super::labels::{Moment, client, customer, outcome, title};
use crate::log::{Log, Record, time};

#[derive(Template)]
#[template(path = "log/timeline.html")]
pub(crate) struct TimelinePage {
    id: String,
    version: usize,
    title: String,
    class: &'static str,
    outcome: &'static str,
    error: Option<String>,
    why: String,
    client: String,
    customer: String,
    sub: String,
    scopes: String,
    started: Moment,
    lasted: String,
    items: Vec<Item>,
    left_out: usize,
}

pub(crate) fn timeline(log: &Log, record: &Record) -> TimelinePage {
    let (class, outcome) = outcome(record.outcome(log.now()));
    TimelinePage {
        id: record.id.clone(),
        version: record.version(),
        title: title(record).to_owned(),
        class,
        outcome,
        error: record.error(),
        why: record.why().unwrap_or_default().to_owned(),
        client: client(record),
        customer: customer(record).to_owned(),
        sub: record.customer.as_ref().map(|customer| customer.sub.clone()).unwrap_or_default(),
        scopes: record.scopes.join(" "),
        started: Moment::at(record.started),
        lasted: time::lasted(record.duration()),
        items: record.events.iter().enumerate().map(|(at, entry)| Item::of(at, entry, record, log)).collect(),
        left_out: record.left_out,
    }
}
