//! What every endpoint can reach.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::watch;

use crate::config::{Api, Client, Config, Lifetimes, Limits};
use crate::durable::{Journal, Loaded};
use crate::factors::totp::Secret;
use crate::keys::KeyRing;
use crate::log::Log;
use crate::passwords::Directory;
use crate::scripts::Scripts;
use crate::{Clock, OpenError, store::Store};

/// How long a waiting page holds its request before it asks again; below the 30 s after which proxies lose patience.
const HOLD: Duration = Duration::from_secs(25);
/// What takes longer than a held request is given up: a form that does not arrive, above all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct State {
    /// What people call this tenant.
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) clients: HashMap<String, Arc<Client>>,
    pub(crate) apis: HashMap<String, Arc<Api>>,
    pub(crate) authorization_details: bool,
    pub(crate) ask_before_log_out: bool,
    pub(crate) directory: Directory,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) limits: Limits,
    pub(crate) key: KeyRing,
    pub(crate) scripts: Scripts,
    /// Where changes of the store go that survive a restart.
    pub(crate) journal: Journal,
    /// What happened, for the developer.
    pub(crate) log: Arc<Log>,
    clock: Arc<dyn Clock>,
    store: Mutex<Store>,
    /// Tells waiting pages that a push was sent, answered or withdrawn, or something logged; `true` when the tenant closes.
    changes: watch::Sender<bool>,
}

/// `localhost:8090` of `http://localhost:8090/`.
fn host_of(issuer: &str) -> String {
    issuer.split_once("//").map_or(issuer, |(_, host)| host).trim_end_matches('/').to_owned()
}

impl State {
    pub(crate) fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        (loaded, journal): (Loaded, Journal),
    ) -> Result<Self, OpenError> {
        let mut store = Store::load(loaded, &journal)?;
        for customer in &config.customers {
            let factors = &customer.factors;
            let secret = factors.totp_secret.as_deref().and_then(Secret::parse);
            store.enrolments.seed(&customer.sub, secret, &factors.recovery_codes);
        }
        let changes = watch::Sender::new(false);
        let log = Arc::new(Log::open(&config, Arc::clone(&clock), changes.clone()));
        let key = KeyRing::open(&config.keys, Arc::clone(&clock), Arc::clone(&log))?;
        let directory = Directory::open(config.customers)?;
        Ok(Self {
            name: config.name.unwrap_or_else(|| host_of(&config.issuer)),
            issuer: config.issuer,
            clients: config.clients.into_iter().map(|client| (client.id.clone(), Arc::new(client))).collect(),
            apis: config.apis.into_iter().map(|api| (api.identifier.clone(), Arc::new(api))).collect(),
            authorization_details: config.authorization_details,
            ask_before_log_out: config.ask_before_log_out,
            directory,
            lifetimes: config.lifetimes,
            limits: config.limits,
            key,
            scripts: Scripts::open(config.actions, &log),
            log,
            clock,
            store: Mutex::new(store),
            journal,
            changes,
        })
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// `https://…/userinfo` of `userinfo`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// Cookies are for encrypted connections only, where there is one.
    pub(crate) fn is_https(&self) -> bool {
        self.issuer.starts_with("https:")
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        // Every change to the store is complete before the next call that could panic.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the pages that wait.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|_| {});
    }

    pub(crate) fn close(&self) {
        self.changes.send_replace(true);
    }

    /// Waits until `happened` is true (200). The time for it (204) or the tenant (503) may come to an end first.
    pub(crate) async fn wait_until(&self, happened: impl Fn(&Self) -> bool) -> StatusCode {
        let mut changes = self.changes.subscribe();
        let waiting = async {
            loop {
                let closing = *changes.borrow_and_update();
                if happened(self) || closing || changes.changed().await.is_err() {
                    return;
                }
            }
        };
        // Either way the answer is what is true now.
        let _elapsed = tokio::time::timeout(HOLD, waiting).await;
        if happened(self) {
            StatusCode::OK
        } else if *self.changes.borrow() {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::NO_CONTENT
        }
    }
}
