//! The demo: two customers, a company to pay, and what bank and tenant have to be told so that they know each other.

mod history;

use bank::{Database, History, OpeningAccount};
use tenant::{
    Action, Api, ApiScope, Brand, Client, Customer, EnrolledFactors, GrantType, KeyStore, Lifetimes, Limits,
    LogAccess, Password,
};

pub const CLIENT_ID: &str = "riser";
/// The identifier of the bank's API.
pub const AUDIENCE: &str = "https://my-banking-api";
pub const VIEW_BALANCE: &str = "view:balance";
/// The scope that sends money, and costs a second factor.
pub const TRANSFER_FUNDS: &str = "transfer:funds";
pub const PASSWORD: &str = "correct horse battery";
/// Where `trunk serve` serves the client to those who work on it.
pub const TRUNK_SERVE: [&str; 2] = ["http://localhost:3000", "http://127.0.0.1:3000"];

/// Somebody with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub name: &'static str,
    pub iban: &'static str,
    /// What it opens with, in cents of a euro.
    pub opening: i64,
    /// How they log in; `None` for an account without a customer.
    pub login: Option<Login>,
    /// The `sub` under which an account without a customer has paid before the demo began.
    payer: Option<&'static str>,
}

/// What the demo begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Demo {
    /// Three months of payments, and payees that are saved.
    #[default]
    Full,
    /// Accounts with money on them, and nothing else.
    Empty,
}

impl Holder {
    fn subject(&self) -> Option<&'static str> {
        self.login.map(|login| login.sub).or(self.payer)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    pub sub: &'static str,
    /// What they type in.
    pub email: &'static str,
}

pub const ADA: Holder = Holder {
    name: "Ada Example",
    iban: "DE89370400440532013000",
    opening: 250_000,
    login: Some(Login { sub: "auth0|1001", email: "customer@example.com" }),
    payer: None,
};

pub const BEN: Holder = Holder {
    name: "Ben Example",
    iban: "GB82WEST12345698765432",
    opening: 31_075,
    login: Some(Login { sub: "auth0|1002", email: "second@example.com" }),
    payer: None,
};

/// Somebody to pay, whom nobody logs in as.
pub const CITY_ENERGY: Holder =
    Holder { name: "City Energy", iban: "FR1420041010050500013M02606", opening: 0, login: None, payer: None };

pub const HOLDERS: [Holder; 3] = [ADA, BEN, CITY_ENERGY];

/// What the bank has to be told.
///
/// `now`, in Unix seconds: the history that new books begin with ends then.
pub fn bank(
    issuer: &str,
    allowed_origins: Vec<String>,
    database: Database,
    demo: Demo,
    now: i64,
) -> bank::Config {
    let history = match demo {
        Demo::Full => history::history(now),
        Demo::Empty => History::default(),
    };
    bank::Config {
        issuer: issuer.to_owned(),
        jwks_uri: format!("{issuer}.well-known/jwks.json"),
        issuer_authority: None,
        audience: AUDIENCE.to_owned(),
        // The tenant below names each transfer in the token: one that names none was asked for by other code than the client.
        dynamic_linking: bank::DynamicLinking::Required,
        allowed_origins,
        database,
        opening_accounts: accounts(demo, &history),
        history,
        transfers_per_minute: bank::DEFAULT_TRANSFERS_PER_MINUTE,
        reads_per_minute: bank::DEFAULT_READS_PER_MINUTE,
    }
}

/// What the tenant has to be told. `origins` are those that the client is served from.
pub fn tenant(issuer: &str, origins: &[String], keys: KeyStore, database: Database) -> tenant::Config {
    tenant::Config {
        name: Some("Riser".to_owned()),
        brand: Brand::default(),
        issuer: issuer.to_owned(),
        keys,
        database,
        clients: vec![Client {
            id: CLIENT_ID.to_owned(),
            name: "Riser".to_owned(),
            redirect_uris: origins.iter().map(|origin| format!("{origin}/callback")).collect(),
            post_logout_redirect_uris: origins.iter().map(|origin| format!("{origin}/")).collect(),
            grant_types: GrantType::interactive(),
            ..Client::default()
        }],
        apis: vec![Api {
            identifier: AUDIENCE.to_owned(),
            name: "Banking API".to_owned(),
            scopes: vec![
                scope(
                    VIEW_BALANCE,
                    "see your balance",
                    ["Ihren Kontostand sehen", "voir votre solde", "الاطلاع على رصيدك"],
                ),
                scope(
                    TRANSFER_FUNDS,
                    "transfer funds",
                    ["Geld überweisen", "effectuer un virement", "تحويل الأموال"],
                ),
            ],
            step_up_scopes: vec![TRANSFER_FUNDS.to_owned()],
            token_lifetime: None,
            allow_offline_access: false,
        }],
        authorization_details: true,
        ask_before_log_out: true,
        customers: HOLDERS.iter().filter_map(customer).collect(),
        actions: vec![Action::step_up()],
        scripts: tenant::ScriptSettings::default(),
        lifetimes: Lifetimes::default(),
        limits: Limits::default(),
        log: LogAccess::default(),
        web_push: tenant::WebPushSettings::default(),
        control: None,
    }
}

/// Each has what the holder is said to have, once the history has happened.
fn accounts(demo: Demo, history: &History) -> Vec<OpeningAccount> {
    let others = if demo == Demo::Full { &history::OTHERS[..] } else { &[] };
    let opening = |holder: &Holder| holder.login.map_or(0, |_| history::net(history, holder));
    HOLDERS.iter().chain(others).map(|holder| account(holder, holder.opening - opening(holder))).collect()
}

fn account(holder: &Holder, balance_minor: i64) -> OpeningAccount {
    OpeningAccount {
        iban: holder.iban.to_owned(),
        holder: holder.name.to_owned(),
        subject: holder.subject().map(str::to_owned),
        balance_minor,
        currency: "EUR".to_owned(),
    }
}

fn customer(holder: &Holder) -> Option<Customer> {
    let Login { sub, email } = holder.login?;
    Some(Customer {
        sub: sub.to_owned(),
        email: email.to_owned(),
        name: holder.name.to_owned(),
        password: Password::Plain(PASSWORD.to_owned()),
        permissions: None,
        roles: Vec::new(),
        app_metadata: serde_json::Map::new(),
        user_metadata: serde_json::Map::new(),
        factors: EnrolledFactors::default(),
        profile: tenant::Profile::default(),
    })
}

/// `others`: the same in German, French and Arabic.
fn scope(name: &str, asks_to: &str, others: [&str; 3]) -> ApiScope {
    let others = ["de", "fr", "ar"].into_iter().zip(others);
    let asks_to_in = others.map(|(tag, text)| (tag.to_owned(), text.to_owned())).collect();
    ApiScope { name: name.to_owned(), asks_to: asks_to.to_owned(), asks_to_in }
}
