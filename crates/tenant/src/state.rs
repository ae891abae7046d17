//! What every endpoint can reach.

use std::collections::HashMap;
use std::ops::Deref;
use std::panic::resume_unwind;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use axum::extract::FromRef;
use axum::http::StatusCode;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::clock::{AdjustableClock, Clock};
use crate::config::{Config, ControlToken, Lifetimes, Limits, ScriptSettings};
use crate::control::Control;
use crate::credentials::passwords::{Directory, UnusablePassword};
use crate::credentials::totp::Secret;
use crate::domain::{Api, Brand, Client};
use crate::keys::KeyRing;
use crate::log::Log;
use crate::open_error::OpenError;
use crate::persistence::{Journal, Loaded};
use crate::script_runner::ScriptRunner;
use crate::store::Store;
use crate::web_push::WebPush;

/// How long a waiting page holds its request before it asks again; below the 30 s after which proxies lose patience.
const LONG_POLL_TIMEOUT: Duration = Duration::from_secs(25);
/// What takes longer than a held request is given up: a form that does not arrive, above all.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What handlers take that need more than a part of it.
pub(crate) type Shared = axum::extract::State<SharedState>;

#[derive(Clone)]
pub(crate) struct SharedState(Arc<AppState>);

impl Deref for SharedState {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

pub(crate) struct AppState {
    pub(crate) name: String,
    pub(crate) brand: Arc<Brand>,
    /// Its logo, with its content type.
    pub(crate) logo: Option<(&'static str, Vec<u8>)>,
    pub(crate) issuer: String,
    pub(crate) clients: HashMap<String, Arc<Client>>,
    pub(crate) apis: HashMap<String, Arc<Api>>,
    pub(crate) authorization_details: bool,
    pub(crate) ask_before_log_out: bool,
    pub(crate) directory: Directory,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) limits: Limits,
    pub(crate) key: Arc<KeyRing>,
    pub(crate) web_push: WebPush,
    pub(crate) scripts: ScriptRunner,
    pub(crate) script_settings: ScriptSettings,
    /// Where changes of the store go that survive a restart.
    pub(crate) journal: Journal,
    pub(crate) log: Arc<Log>,
    /// What tests set from outside, where they may.
    pub(crate) control: Option<Arc<Control>>,
    clock: Arc<dyn Clock>,
    store: Mutex<Store>,
    /// Tells waiting pages that a push was sent, answered or withdrawn, or something logged; `true` when the tenant closes.
    changes: watch::Sender<bool>,
}

impl SharedState {
    pub(crate) fn downgrade(&self) -> Weak<AppState> {
        Arc::downgrade(&self.0)
    }
}

impl FromRef<SharedState> for Arc<KeyRing> {
    fn from_ref(state: &SharedState) -> Self {
        Arc::clone(&state.key)
    }
}

impl FromRef<SharedState> for Arc<Log> {
    fn from_ref(state: &SharedState) -> Self {
        Arc::clone(&state.log)
    }
}

impl FromRef<SharedState> for Journal {
    fn from_ref(state: &SharedState) -> Self {
        state.journal.clone()
    }
}

/// `localhost:8090` of `http://localhost:8090/`.
fn host_of(issuer: &str) -> String {
    issuer.split_once("//").map_or(issuer, |(_, host)| host).trim_end_matches('/').to_owned()
}

fn logo(brand: &Brand) -> Result<Option<(&'static str, Vec<u8>)>, OpenError> {
    let Some(path) = &brand.logo else { return Ok(None) };
    let content = std::fs::read(path).map_err(|source| OpenError::Logo { path: path.clone(), source })?;
    Ok(Some((brand.logo_type().unwrap_or("application/octet-stream"), content)))
}

impl AppState {
    pub(crate) fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        loaded: Loaded,
        journal: Journal,
    ) -> Result<SharedState, OpenError> {
        let mut clock = clock;
        let control = config.control.clone().map(|ControlToken(token)| {
            let adjustable = Arc::new(AdjustableClock::new(Arc::clone(&clock)));
            clock = adjustable.clone();
            Arc::new(Control::new(token, adjustable, &config.customers))
        });
        let mut store = Store::load(loaded, &journal)?;
        for customer in &config.customers {
            let factors = &customer.factors;
            let secret = factors.totp_secret.as_deref().and_then(Secret::parse);
            store.enrollments.seed(&customer.sub, secret, &factors.recovery_codes);
        }
        let changes = watch::Sender::new(false);
        let log = Arc::new(Log::open(&config, Arc::clone(&clock), changes.clone()));
        let customers = config.customers;
        let (key, directory) = thread::scope(|scope| {
            let directory = scope.spawn(|| Directory::open(customers));
            let key = KeyRing::open(&config.keys, Arc::clone(&clock), Arc::clone(&log));
            (key, directory.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let (key, directory) = (
            key?,
            directory.map_err(|UnusablePassword { sub, source }| OpenError::Password { sub, source })?,
        );
        let web_push = WebPush::open(&config.keys, config.web_push, &config.issuer)?;
        let state = Self {
            name: config.name.unwrap_or_else(|| host_of(&config.issuer)),
            logo: logo(&config.brand)?,
            brand: Arc::new(config.brand),
            issuer: config.issuer,
            clients: config.clients.into_iter().map(|client| (client.id.clone(), Arc::new(client))).collect(),
            apis: config.apis.into_iter().map(|api| (api.identifier.clone(), Arc::new(api))).collect(),
            authorization_details: config.authorization_details,
            ask_before_log_out: config.ask_before_log_out,
            directory,
            lifetimes: config.lifetimes,
            limits: config.limits,
            key: Arc::new(key),
            web_push,
            scripts: ScriptRunner::open(config.actions, &config.scripts, &log)?,
            script_settings: config.scripts,
            log,
            control,
            clock,
            store: Mutex::new(store),
            journal,
            changes,
        };
        Ok(SharedState(Arc::new(state)))
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// `https://…/userinfo` of `userinfo`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// How long the access token is good that is good for longest, in seconds.
    pub(crate) fn longest_access_token(&self) -> u64 {
        let of_apis = self.apis.values().filter_map(|api| api.token_lifetime);
        of_apis.chain([self.lifetimes.access_token]).max().unwrap_or_default()
    }

    /// Cookies are for encrypted connections only, where there is one.
    pub(crate) fn is_https(&self) -> bool {
        self.issuer.starts_with("https:")
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock()
    }

    pub(crate) fn changed(&self) {
        self.changes.send_modify(|_| {});
    }

    /// For who follows what happens without keeping the tenant open.
    pub(crate) fn changes(&self) -> watch::Receiver<bool> {
        self.changes.subscribe()
    }

    pub(crate) fn close(&self) {
        self.changes.send_replace(true);
    }

    /// Waits until `happened` is true (200). The time for it (204) or the tenant (503) may come to an end first.
    pub(crate) async fn wait_until(&self, happened: impl Fn(&Self) -> bool) -> StatusCode {
        self.wait_at_most(LONG_POLL_TIMEOUT, &happened).await;
        if happened(self) {
            StatusCode::OK
        } else if *self.changes.borrow() {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::NO_CONTENT
        }
    }

    /// Waits until `happened` is true, the time is over, or the tenant closes. Either way the answer is what is true then.
    pub(crate) async fn wait_at_most(&self, time: Duration, happened: impl Fn(&Self) -> bool) {
        let mut changes = self.changes.subscribe();
        let waiting = async {
            loop {
                let closing = *changes.borrow_and_update();
                if happened(self) || closing || changes.changed().await.is_err() {
                    return;
                }
            }
        };
        let _elapsed = tokio::time::timeout(time, waiting).await;
    }
}
