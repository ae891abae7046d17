//! One trace, event by event.

use askama::Template;

use super::event::Item;
use super::labels::Summary;
use crate::log::{Log, Record};

#[derive(Template)]
#[template(path = "log/timeline.html")]
pub(crate) struct TimelinePage {
    summary: Summary,
    sub: String,
    items: Vec<Item>,
    left_out: usize,
}

pub(crate) fn timeline(log: &Log, record: &Record) -> TimelinePage {
    TimelinePage {
        summary: Summary::of(record, log.now()),
        sub: record.customer.as_ref().map(|customer| customer.sub.clone()).unwrap_or_default(),
        items: record.events.iter().enumerate().map(|(at, entry)| Item::of(at, entry, record, log)).collect(),
        left_out: record.left_out,
    }
}
