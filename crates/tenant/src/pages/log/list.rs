//! The list of traces, newest first, and the filter above it.

use std::collections::BTreeMap;

use askama::Template;

use super::labels::{Summary, name_of};
use crate::log::filter::OUTCOMES;
use crate::log::{Filter, Log};

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "log/list.html")]
pub(crate) struct ListPage {
    version: String,
    rows: Vec<Summary>,
    /// How many the filter lets through, on this page and others.
    total: usize,
    kept: usize,
    filter: Filter,
    clients: Vec<Choice>,
    customers: Vec<Choice>,
    outcomes: Vec<Choice>,
    /// Of the same list as JSON.
    export: String,
    older: Option<String>,
    /// This is not the first page, so nothing new appears on it.
    is_later: bool,
}

struct Choice {
    value: String,
    name: String,
    chosen: bool,
}

/// The page with the traces that the filter lets through; `before` is the last trace of the page before it.
pub(crate) fn list(log: &Log, filter: &Filter, before: Option<&str>) -> ListPage {
    // Before the records, so that what comes in between is news to the page.
    let version = log.version();
    let (records, now) = (log.records(), log.now());
    let admitted: Vec<_> = records.iter().filter(|record| filter.admits(record, now)).collect();
    let start =
        before.and_then(|id| admitted.iter().position(|record| record.id == id)).map_or(0, |at| at + 1);
    let shown: Vec<_> = admitted.iter().skip(start).take(PAGE).collect();
    let rows: Vec<Summary> = shown.iter().map(|record| Summary::of(record, now)).collect();
    let more = start + rows.len() < admitted.len();
    let query = filter.query();
    let older =
        rows.last().filter(|_| more).map(|last| address("/log", &[&query, &format!("before={}", last.id)]));
    let clients = records.iter().filter_map(|record| record.client.as_ref());
    let clients = clients.map(|client| (&client.id, name_of(client)));
    let customers = records.iter().filter_map(|record| record.customer.as_ref());
    let customers = customers.map(|customer| (&customer.sub, customer.name.clone()));
    ListPage {
        version,
        total: admitted.len(),
        kept: records.len(),
        clients: choices(clients, filter.client.as_deref()),
        customers: choices(customers, filter.customer.as_deref()),
        outcomes: OUTCOMES
            .map(|(value, outcome, name)| Choice {
                value: value.to_owned(),
                name: name.to_owned(),
                chosen: filter.outcome == Some(outcome),
            })
            .into(),
        export: address("/log.json", &[&query]),
        older,
        is_later: start > 0,
        filter: filter.clone(),
        rows,
    }
}

fn address(path: &str, queries: &[&str]) -> String {
    let queries: Vec<&str> = queries.iter().copied().filter(|query| !query.is_empty()).collect();
    if queries.is_empty() { path.to_owned() } else { format!("{path}?{}", queries.join("&")) }
}

/// What can be chosen, each once, by name; what is chosen stays so although there is nothing of it.
fn choices<'a>(all: impl Iterator<Item = (&'a String, String)>, chosen: Option<&str>) -> Vec<Choice> {
    let mut by_value: BTreeMap<String, String> = all.map(|(value, name)| (value.clone(), name)).collect();
    if let Some(chosen) = chosen {
        by_value.entry(chosen.to_owned()).or_insert_with(|| chosen.to_owned());
    }
    let choice = |(value, name): (String, String)| Choice { chosen: chosen == Some(&*value), value, name };
    let mut choices: Vec<Choice> = by_value.into_iter().map(choice).collect();
    choices.sort_by(|a, b| a.name.cmp(&b.name));
    choices
}
