//! The tenant that misbehaves: one in this process, with the client registered, and its control API.

mod control;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http_server::Listener;
use serde_json::Map;
use tenant::{
    Action, Api, ApiScope, Brand, Client, Config, ControlToken, Customer, Database, EnrolledFactors,
    GrantType, KeyStore, Lifetimes, Limits, LogAccess, OpenError, Password, Profile, SystemClock, Tenant,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use control::{Control, ControlError};

/// The customer who logs in.
pub(crate) const EMAIL: &str = "conformance@example.com";
pub(crate) const PASSWORD: &str = "a customer who tries clients";
const NAME: &str = "Connie Formance";
const TOKEN_BYTES: usize = 32;

/// What the tenant is told about the client.
#[derive(Debug, Clone)]
pub struct Registration {
    pub client_id: String,
    pub callback: String,
    /// Where a browser may come back to after a log-out.
    pub start: String,
    /// The identifier of the API that the client asks for.
    pub audience: String,
    pub scopes: Vec<String>,
    /// The scopes that take a second factor.
    pub step_up_scopes: Vec<String>,
    /// The `sub` of the customer who logs in: an API may know it.
    pub customer: String,
}

/// An address that is taken, so that a client can be configured with it before the tenant is there.
#[derive(Debug)]
pub struct ReservedProvider {
    listener: Listener,
    issuer: String,
}

impl ReservedProvider {
    /// Port 0 is one of the system's choice.
    pub async fn at(port: u16) -> io::Result<Self> {
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let issuer = format!("http://localhost:{}/", listener.port()?);
        Ok(Self { listener, issuer })
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Serves a tenant there: that of the file, or one with one API.
    pub(crate) async fn serve(
        self,
        base: Option<Config>,
        registration: &Registration,
    ) -> Result<Provider, ProviderError> {
        let token = random_token()?;
        let config = config(base, &self.issuer, registration, &token);
        let tenant = Tenant::open(config, Arc::new(SystemClock)).await?;
        let (stop, mut stopped) = watch::channel(false);
        let (router, closing) = (tenant.router(), tenant);
        let task = tokio::spawn(async move {
            let stop = async move {
                // An error means that nobody is there to stop it any more.
                let _ = stopped.wait_for(|stop| *stop).await;
                closing.close();
            };
            let limits = http_server::Limits::default();
            http_server::serve(self.listener, router, limits, stop, http_server::GRACE).await
        });
        let control = Control::new(&self.issuer, token);
        let customer = registration.customer.clone();
        Ok(Provider { issuer: self.issuer, control, customer, stop, task })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("the system has no random numbers")]
    Random(#[from] Unspecified),
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A running tenant. Ends when it is dropped.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) control: Control,
    customer: String,
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

impl Provider {
    /// As after a first start, and the customer has a phone.
    pub(crate) async fn reset(&self) -> Result<(), ControlError> {
        self.control.reset().await?;
        self.control.give_phone(&self.customer, EMAIL, NAME).await
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.task.abort();
    }
}

fn random_token() -> Result<String, Unspecified> {
    let mut bytes = [0; TOKEN_BYTES];
    rand::fill(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn config(base: Option<Config>, issuer: &str, registration: &Registration, token: &str) -> Config {
    let mut config = base.unwrap_or_else(|| with_one_api(registration));
    issuer.clone_into(&mut config.issuer);
    (config.keys, config.database) = (KeyStore::Memory, Database::Memory);
    config.clients.retain(|client| client.id != registration.client_id);
    config.clients.push(client(registration));
    config.customers.retain(|customer| customer.sub != registration.customer);
    config.customers.push(customer(&registration.customer));
    config.control = Some(ControlToken(token.to_owned()));
    config
}

fn with_one_api(registration: &Registration) -> Config {
    let step_up = registration.step_up_scopes.iter();
    let scopes = registration.scopes.iter().chain(step_up).map(|name| ApiScope {
        name: name.clone(),
        asks_to: format!("use {name}"),
        asks_to_in: std::collections::BTreeMap::new(),
    });
    let api = Api {
        identifier: registration.audience.clone(),
        name: "API".to_owned(),
        scopes: scopes.collect(),
        step_up_scopes: registration.step_up_scopes.clone(),
        token_lifetime: None,
        allow_offline_access: false,
    };
    Config {
        name: Some("Conformance".to_owned()),
        brand: Brand::default(),
        issuer: String::new(),
        keys: KeyStore::Memory,
        database: Database::Memory,
        clients: Vec::new(),
        apis: vec![api],
        authorization_details: true,
        ask_before_log_out: true,
        customers: Vec::new(),
        actions: vec![Action::step_up()],
        scripts: tenant::ScriptSettings::default(),
        lifetimes: Lifetimes::default(),
        limits: Limits::default(),
        log: LogAccess::default(),
        web_push: tenant::WebPushSettings::default(),
        control: None,
    }
}

fn client(registration: &Registration) -> Client {
    Client {
        id: registration.client_id.clone(),
        name: registration.client_id.clone(),
        redirect_uris: vec![registration.callback.clone()],
        post_logout_redirect_uris: vec![registration.start.clone()],
        grant_types: GrantType::interactive(),
        ..Client::default()
    }
}

fn customer(sub: &str) -> Customer {
    Customer {
        sub: sub.to_owned(),
        email: EMAIL.to_owned(),
        name: NAME.to_owned(),
        password: Password::Plain(PASSWORD.to_owned()),
        permissions: None,
        roles: Vec::new(),
        app_metadata: Map::new(),
        user_metadata: Map::new(),
        factors: EnrolledFactors::default(),
        profile: Profile::default(),
    }
}
