//! Refuses a configuration that could not work or would not be safe, and says which value and what it should be.

use std::collections::HashSet;

use axum::http::Uri;

use super::{Action, Api, Client, Config, Customer, web_origin_of};
use crate::factors::recovery;
use crate::factors::totp::Secret;

/// In seconds. A question that stays open longer is one that somebody else may answer.
const LONGEST_PUSH: u64 = 600;

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The issuer is not an origin followed by `/`.
    #[error(
        "issuer is {0:?}; it must be an http or https origin followed by '/', such as http://localhost:8090/"
    )]
    Issuer(String),
    /// A redirect URI that could not be compared or would leak tokens.
    #[error(
        "client {client:?} has the address {uri:?}; it must be an absolute http or https URL without '#'"
    )]
    RedirectUri {
        /// `client_id`.
        client: String,
        /// What the configuration holds.
        uri: String,
    },
    /// A web origin that no browser would write like that.
    #[error(
        "client {client:?} has the web origin {origin:?}; it must be an origin as browsers write it, such as http://localhost:3000"
    )]
    WebOrigin {
        /// `client_id`.
        client: String,
        /// What the configuration holds.
        origin: String,
    },
    /// A client that may get tokens in no way.
    #[error(
        "client {0:?} has empty grant_types; leave them out, or name implicit, authorization_code or both"
    )]
    NoGrantType(String),
    /// A client that cannot be answered.
    #[error("client {0:?} has no redirect_uris; it needs at least one")]
    NoRedirectUri(String),
    /// Two clients, APIs, customers or actions with the same name.
    #[error("{what} {value:?} stands twice; it must be unique")]
    Twice {
        /// Which kind of value.
        what: &'static str,
        /// What the configuration holds.
        value: String,
    },
    /// A scope that cannot be written in a `scope` parameter (RFC 6749, 3.3), or that belongs to OpenID Connect.
    #[error(
        "API {api:?} has the scope {scope:?}; a scope is printable ASCII without blanks, '\"' or '\\', and not one of openid, profile, email"
    )]
    Scope {
        /// The API's identifier.
        api: String,
        /// What the configuration holds.
        scope: String,
    },
    /// A step-up scope that the API does not have.
    #[error("API {api:?} asks for step-up on {scope:?}, which is not one of its scopes")]
    StepUpScope {
        /// The API's identifier.
        api: String,
        /// What the configuration holds.
        scope: String,
    },
    /// A subject identifier that no client accepts (OIDC Core 2).
    #[error("customer {0:?} must have a sub of 1 to 255 ASCII characters")]
    Subject(String),
    /// An e-mail address that nobody could type.
    #[error("customer {0:?} must have an email with an '@' and no blanks")]
    Email(String),
    /// A script without a name or a text, or with two texts.
    #[error("action {0:?} needs a name, and either a file or code")]
    Action(String),
    /// The secret of an authenticator app that is none. It is not quoted.
    #[error(
        "customer {0:?} has a totp_secret that is not base32 of at least 16 bytes (26 letters and digits of A-Z and 2-7)"
    )]
    TotpSecret(String),
    /// A recovery code that is too easy to guess. It is not quoted.
    #[error("customer {0:?} has a recovery code with less than 8 letters and digits")]
    RecoveryCode(String),
    /// A push that could be approved for too long.
    #[error("lifetimes.push is {0}; it must be at most 600, ten minutes")]
    LongPush(u64),
    /// A lifetime or limit of zero.
    #[error("{0} is 0; it must be at least 1")]
    Zero(&'static str),
}

pub(crate) fn check(config: &Config) -> Result<(), ConfigError> {
    let origin = config
        .issuer
        .strip_suffix('/')
        .filter(|origin| origin_of(&config.issuer).as_deref() == Some(*origin));
    if origin.is_none() {
        return Err(ConfigError::Issuer(config.issuer.clone()));
    }
    unique("client", config.clients.iter().map(|client| client.id.as_str()))?;
    unique("API", config.apis.iter().map(|api| api.identifier.as_str()))?;
    unique("customer with sub", config.customers.iter().map(|customer| customer.sub.as_str()))?;
    let emails: Vec<String> = config.customers.iter().map(|customer| customer.email.to_lowercase()).collect();
    unique("customer with email", emails.iter().map(String::as_str))?;
    config.clients.iter().try_for_each(client)?;
    config.apis.iter().try_for_each(api)?;
    config.customers.iter().try_for_each(customer)?;
    unique("action", config.actions.iter().map(|action| action.name.as_str()))?;
    config.actions.iter().try_for_each(action)?;
    positive(config)
}

fn unique<'a>(what: &'static str, values: impl Iterator<Item = &'a str>) -> Result<(), ConfigError> {
    let mut seen = HashSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(ConfigError::Twice { what, value: value.to_owned() });
        }
    }
    Ok(())
}

fn client(client: &Client) -> Result<(), ConfigError> {
    if client.redirect_uris.is_empty() {
        return Err(ConfigError::NoRedirectUri(client.id.clone()));
    }
    let mut uris = client.redirect_uris.iter().chain(&client.post_logout_redirect_uris);
    match uris.find(|uri| uri.contains('#') || origin_of(uri).is_none()) {
        Some(uri) => Err(ConfigError::RedirectUri { client: client.id.clone(), uri: uri.clone() }),
        None if client.grant_types.is_empty() => Err(ConfigError::NoGrantType(client.id.clone())),
        None => client.web_origins.iter().flatten().try_for_each(|origin| web_origin(client, origin)),
    }
}

fn web_origin(client: &Client, origin: &str) -> Result<(), ConfigError> {
    if web_origin_of(origin).as_deref() == Some(origin) {
        return Ok(());
    }
    Err(ConfigError::WebOrigin { client: client.id.clone(), origin: origin.to_owned() })
}

fn api(api: &Api) -> Result<(), ConfigError> {
    unique("scope", api.scopes.iter().map(|scope| scope.name.as_str()))?;
    for scope in &api.scopes {
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        let reserved = crate::scopes::OIDC_SCOPES.contains(&scope.name.as_str());
        if scope.name.is_empty() || reserved || !scope.name.bytes().all(printable) {
            return Err(ConfigError::Scope { api: api.identifier.clone(), scope: scope.name.clone() });
        }
    }
    let unknown = |name: &&String| !api.scopes.iter().any(|scope| scope.name == **name);
    match api.step_up_scopes.iter().find(unknown) {
        Some(scope) => Err(ConfigError::StepUpScope { api: api.identifier.clone(), scope: scope.clone() }),
        None => Ok(()),
    }
}

fn customer(customer: &Customer) -> Result<(), ConfigError> {
    if customer.sub.is_empty() || customer.sub.len() > 255 || !customer.sub.is_ascii() {
        return Err(ConfigError::Subject(customer.sub.clone()));
    }
    if !customer.email.contains('@') || customer.email.contains(char::is_whitespace) {
        return Err(ConfigError::Email(customer.email.clone()));
    }
    let factors = &customer.factors;
    if factors.totp_secret.as_deref().is_some_and(|secret| Secret::parse(secret).is_none()) {
        return Err(ConfigError::TotpSecret(customer.sub.clone()));
    }
    if factors.recovery_codes.iter().any(|code| recovery::normal(code).len() < recovery::LEAST) {
        return Err(ConfigError::RecoveryCode(customer.sub.clone()));
    }
    Ok(())
}

fn action(action: &Action) -> Result<(), ConfigError> {
    if action.name.is_empty() || action.file.is_some() == action.code.is_some() {
        return Err(ConfigError::Action(action.name.clone()));
    }
    Ok(())
}

fn positive(config: &Config) -> Result<(), ConfigError> {
    let lifetimes = &config.lifetimes;
    let limits = &config.limits;
    let values = [
        ("lifetimes.access_token", lifetimes.access_token),
        ("lifetimes.id_token", lifetimes.id_token),
        ("lifetimes.session", lifetimes.session),
        ("lifetimes.log_in", lifetimes.log_in),
        ("lifetimes.push", lifetimes.push),
        ("lifetimes.phone", lifetimes.phone),
        ("limits.wrong_passwords", limits.wrong_passwords as u64),
        ("limits.wrong_passwords_of_peer", limits.wrong_passwords_of_peer as u64),
        ("limits.password_window", limits.password_window),
        ("limits.unapproved_pushes", limits.unapproved_pushes as u64),
        ("limits.push_window", limits.push_window),
        ("limits.push_lock", limits.push_lock),
        ("limits.wrong_codes", limits.wrong_codes as u64),
    ];
    match values.into_iter().find(|(_, value)| *value == 0) {
        Some((name, _)) => Err(ConfigError::Zero(name)),
        None if lifetimes.push > LONGEST_PUSH => Err(ConfigError::LongPush(lifetimes.push)),
        None => Ok(()),
    }
}

/// `http://localhost:8080` of `http://localhost:8080/callback`; nothing for what is not an absolute http(s) URL.
pub(crate) fn origin_of(uri: &str) -> Option<String> {
    let parsed: Uri = uri.parse().ok()?;
    let scheme = parsed.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = parsed.authority().filter(|authority| !authority.as_str().contains('@'))?;
    Some(format!("{scheme}://{authority}"))
}
