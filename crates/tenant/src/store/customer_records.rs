//! What is written down about customers while the tenant runs: metadata that scripts set, log-ins, second factors.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::{Customer, Factor};
use crate::persistence::{DurableError, Journal, Loaded, Record, Table};

/// Sessions whose last second factor is remembered. More than that, and the oldest are forgotten: a script then asks once
/// more.
const MAX_SESSIONS: usize = 10_000;

type Metadata = (Map<String, Value>, Map<String, Value>);

#[derive(Clone, Default, Serialize, Deserialize)]
struct MetadataRecord {
    app_metadata: Map<String, Value>,
    user_metadata: Map<String, Value>,
}

impl Record for MetadataRecord {
    const KIND: &'static str = "metadata";
}

/// Since when a customer is known, and when something about them was changed, or they logged in.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Timestamps {
    created_at: u64,
    updated_at: u64,
}

impl Record for Timestamps {
    const KIND: &'static str = "known";
}

#[derive(Default)]
pub(crate) struct CustomerRecords {
    /// By `sub`. This and the next survive a restart; the rest does not.
    metadata: Table<MetadataRecord>,
    known: Table<Timestamps>,
    log_ins: HashMap<String, u64>,
    /// By `sid`: when the last second factor was given, and which one.
    second_factors: HashMap<String, (u64, Factor)>,
}

impl CustomerRecords {
    pub(crate) fn load(loaded: &mut Loaded, journal: &Journal) -> Result<Self, DurableError> {
        let (metadata, known) = (Table::load(loaded, journal)?, Table::load(loaded, journal)?);
        Ok(Self { metadata, known, ..Self::default() })
    }

    pub(crate) fn metadata(&self, customer: &Customer) -> Metadata {
        let configured = || (customer.app_metadata.clone(), customer.user_metadata.clone());
        let changed = self.metadata.get(&customer.sub).cloned();
        changed.map_or_else(configured, |it| (it.app_metadata, it.user_metadata))
    }

    /// Makes these changes: `null` removes a member, anything else replaces it.
    pub(crate) fn change(
        &mut self,
        customer: &Customer,
        app: &Map<String, Value>,
        user: &Map<String, Value>,
        now: u64,
    ) {
        let (mut app_now, mut user_now) = self.metadata(customer);
        actions::patch(&mut app_now, app);
        actions::patch(&mut user_now, user);
        let changed = MetadataRecord { app_metadata: app_now, user_metadata: user_now };
        self.metadata.insert(customer.sub.clone(), changed);
        self.update(&customer.sub, now);
    }

    /// What scripts have set is forgotten: the customer's own metadata counts again.
    pub(crate) fn forget_metadata(&mut self, sub: &str) {
        self.metadata.remove(sub);
    }

    pub(crate) fn clear(&mut self) {
        self.metadata.retain(|_, _| false);
        self.known.retain(|_, _| false);
        self.log_ins.clear();
        self.second_factors.clear();
    }

    pub(crate) fn record_log_in(&mut self, sub: &str, now: u64) {
        *self.log_ins.entry(sub.to_owned()).or_default() += 1;
        self.update(sub, now);
    }

    fn update(&mut self, sub: &str, now: u64) {
        let created_at = self.known.get(sub).map_or(now, |known| known.created_at);
        self.known.insert(sub.to_owned(), Timestamps { created_at, updated_at: now });
    }

    /// When the customer logged in for the first time, and when something about them was changed, or they logged in. A session
    /// may be from before this was written down.
    pub(crate) fn times(&self, sub: &str, now: u64) -> (u64, u64) {
        self.known.get(sub).map_or((now, now), |known| (known.created_at, known.updated_at))
    }

    pub(crate) fn log_ins(&self, sub: &str) -> u64 {
        self.log_ins.get(sub).copied().unwrap_or_default()
    }

    pub(crate) fn record_second_factor(&mut self, sid: &str, given: (u64, Factor)) {
        if self.second_factors.len() >= MAX_SESSIONS {
            let mut times: Vec<u64> = self.second_factors.values().map(|(time, _)| *time).collect();
            times.sort_unstable();
            let middle = times.get(MAX_SESSIONS / 2).copied().unwrap_or_default();
            self.second_factors.retain(|_, (time, _)| *time > middle);
        }
        self.second_factors.insert(sid.to_owned(), given);
    }

    pub(crate) fn second_factor(&self, sid: &str) -> Option<(u64, Factor)> {
        self.second_factors.get(sid).copied()
    }
}
