//! The people and the registrations of a test: those of the companion, with what the test changes.

use super::{
    ids::{AUDIENCE, CLIENT_ID, CONTROL_TOKEN},
    setup::Setup,
};
use crate::people::{ADA, BEN, PASSWORD, Person};
use std::collections::BTreeMap;
use tenant::{
    Action, Api, ApiScope, Brand, Client, ControlToken, Customer, Database, EnrolledFactors, GrantType,
    KeyStore, Lifetimes, Limits, LogAccess, Password,
};

pub(crate) fn tenant(issuer: &str, app: &str, setup: &Setup) -> tenant::Config {
    let permissions =
        setup.permissions.as_ref().map(|scopes| scopes.iter().map(|&scope| scope.to_owned()).collect());
    tenant::Config {
        name: Some("Riser".to_owned()),
        brand: Brand::default(),
        issuer: issuer.to_owned(),
        keys: KeyStore::Memory,
        database: Database::Memory,
        clients: vec![Client {
            id: CLIENT_ID.to_owned(),
            name: "Riser".to_owned(),
            redirect_uris: vec![format!("{app}/callback")],
            post_logout_redirect_uris: vec![format!("{app}/")],
            grant_types: GrantType::interactive(),
            ..Client::default()
        }],
        apis: vec![Api {
            identifier: AUDIENCE.to_owned(),
            name: "Banking API".to_owned(),
            scopes: vec![
                scope("view:balance", "see your balance"),
                scope("transfer:funds", "transfer funds"),
            ],
            step_up_scopes: vec!["transfer:funds".to_owned()],
            token_lifetime: None,
            allow_offline_access: false,
        }],
        authorization_details: setup.authorization_details,
        ask_before_log_out: true,
        customers: vec![customer(ADA, permissions), customer(BEN, None)],
        actions: vec![Action::step_up()],
        scripts: tenant::ScriptSettings::default(),
        lifetimes: Lifetimes { access_token: setup.access_token_seconds, ..Lifetimes::default() },
        limits: Limits::default(),
        log: LogAccess::default(),
        web_push: tenant::WebPushSettings::default(),
        control: setup.control.then(|| ControlToken(CONTROL_TOKEN.to_owned())),
    }
}

fn scope(name: &str, asks_to: &str) -> ApiScope {
    ApiScope { name: name.to_owned(), asks_to: asks_to.to_owned(), asks_to_in: BTreeMap::new() }
}

fn customer(person: Person, permissions: Option<Vec<String>>) -> Customer {
    Customer {
        sub: person.sub.to_owned(),
        email: person.email.to_owned(),
        name: person.name.to_owned(),
        password: Password::Plain(PASSWORD.to_owned()),
        permissions,
        roles: Vec::new(),
        app_metadata: serde_json::Map::new(),
        user_metadata: serde_json::Map::new(),
        factors: EnrolledFactors::default(),
        profile: tenant::Profile::default(),
    }
}

pub(crate) fn bank(issuer: &str, jwks_uri: &str, app: &str, setup: &Setup) -> bank::Config {
    bank::Config {
        issuer: issuer.to_owned(),
        issuer_authority: None,
        jwks_uri: jwks_uri.to_owned(),
        audience: AUDIENCE.to_owned(),
        dynamic_linking: bank::DynamicLinking::default(),
        allowed_origins: vec![app.to_owned()],
        database: bank::Database::Memory,
        opening_accounts: [ADA, BEN].map(|person| account(person, setup.currency)).into(),
        history: bank::History::default(),
        transfers_per_minute: setup.transfers_per_minute,
        reads_per_minute: bank::DEFAULT_READS_PER_MINUTE,
    }
}

fn account(person: Person, currency: &str) -> bank::OpeningAccount {
    bank::OpeningAccount {
        iban: person.iban.to_owned(),
        holder: person.name.to_owned(),
        subject: Some(person.sub.to_owned()),
        balance_minor: person.opening,
        currency: currency.to_owned(),
    }
}
