//! Refuses a configuration that could not work or would not be safe: where, what is wrong, and what would be right. All
//! that is wrong is told at once.

use std::collections::HashSet;
use std::fmt;

use super::action::Action;
use super::settings::Config;
use crate::credentials::totp::Secret;
use crate::credentials::{passwords, recovery_codes};
use crate::domain::{Api, Client, Customer, OIDC_SCOPES, app_scheme_of, origin_of, web_origin_of};

/// In seconds. A question that stays open longer is one that somebody else may answer.
const LONGEST_PUSH: (u64, &str) = (600, "ten minutes");

/// Of everything else that is timed or counted. Sums of such numbers and of the time have to stay numbers.
const MOST: (u64, &str) = (100 * 365 * 86_400, "a hundred years in seconds");

/// One value that cannot stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Which value: `clients[0].redirect_uris[1]`, counted from 0.
    pub at: String,
    /// What is wrong with it.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// Everything that is wrong, in the order of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, ConfigError { at, what, remedy }) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{at}: {what}; {remedy}")?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct ConfigProblems(Vec<ConfigError>);

impl ConfigProblems {
    fn add(&mut self, at: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(ConfigError { at: at.into(), what: what.into(), remedy: remedy.into() });
    }

    /// A number has to be 1 at least, and this at most.
    fn number(&mut self, at: impl Into<String>, value: u64, (most, called): (u64, &str)) {
        if value == 0 {
            self.add(at, "it is 0", "it must be at least 1");
        } else if value > most {
            self.add(at, format!("it is {value}"), format!("it must be at most {most}, {called}"));
        }
    }

    /// Each of `values` is a place and what stands there.
    fn unique(&mut self, what: &str, values: impl Iterator<Item = (String, String)>) {
        let mut seen = HashSet::new();
        for (at, value) in values {
            if !seen.insert(value.clone()) {
                self.add(at, format!("{what} {value:?} stands twice"), "it must be unique");
            }
        }
    }
}

pub(crate) fn check(config: &Config) -> Result<(), ConfigErrors> {
    let mut found = ConfigProblems::default();
    let origin = config.issuer.strip_suffix('/');
    if origin.is_none() || origin_of(&config.issuer).as_deref() != origin {
        found.add(
            "issuer",
            format!("the issuer is {:?}", config.issuer),
            "it must be an http or https origin followed by '/', such as http://localhost:8090/",
        );
    }
    let clients = || config.clients.iter().enumerate();
    let apis = || config.apis.iter().enumerate();
    let customers = || config.customers.iter().enumerate();
    found.unique("the client", clients().map(|(n, it)| (format!("clients[{n}].id"), it.id.clone())));
    found.unique("the API", apis().map(|(n, it)| (format!("apis[{n}].identifier"), it.identifier.clone())));
    found.unique(
        "a customer with the sub",
        customers().map(|(n, it)| (format!("customers[{n}].sub"), it.sub.clone())),
    );
    found.unique(
        "a customer with the email",
        customers().map(|(n, it)| (format!("customers[{n}].email"), passwords::normalize_email(&it.email))),
    );
    let actions = config.actions.iter().enumerate();
    found
        .unique("the action", actions.map(|(n, action)| (format!("actions[{n}].name"), action.name.clone())));
    clients().for_each(|(n, it)| client(&format!("clients[{n}]"), it, &mut found));
    apis().for_each(|(n, it)| api(&format!("apis[{n}]"), it, &mut found));
    customers().for_each(|(n, it)| customer(&format!("customers[{n}]"), it, &mut found));
    let actions = config.actions.iter().enumerate();
    actions.for_each(|(n, it)| action(&format!("actions[{n}]"), it, &mut found));
    positive(config, &mut found);
    if found.0.is_empty() { Ok(()) } else { Err(ConfigErrors(found.0)) }
}

fn client(at: &str, client: &Client, found: &mut ConfigProblems) {
    if client.id.is_empty() {
        found.add(format!("{at}.id"), "it is empty", "it must be what the client sends as client_id");
    }
    if client.redirect_uris.is_empty() {
        found.add(
            format!("{at}.redirect_uris"),
            format!("client {:?} has no redirect_uris", client.id),
            "it needs at least one",
        );
    }
    let uris = [
        ("redirect_uris", &client.redirect_uris),
        ("post_logout_redirect_uris", &client.post_logout_redirect_uris),
    ];
    for (name, uris) in uris {
        for (n, uri) in uris.iter().enumerate() {
            if uri.contains('#') || (origin_of(uri).is_none() && app_scheme_of(uri).is_none()) {
                found.add(
                    format!("{at}.{name}[{n}]"),
                    format!("client {:?} has the address {uri:?}", client.id),
                    "it must be an absolute http or https URL without '#', or one with the scheme of a native app, such as \
                     com.example.app:/callback",
                );
            }
        }
    }
    for (n, origin) in client.web_origins.iter().flatten().enumerate() {
        if web_origin_of(origin).as_deref() != Some(origin) {
            found.add(
                format!("{at}.web_origins[{n}]"),
                format!("client {:?} has the web origin {origin:?}", client.id),
                "it must be an origin as browsers write it, such as http://localhost:3000",
            );
        }
    }
    if client.grant_types.is_empty() {
        found.add(
            format!("{at}.grant_types"),
            format!("client {:?} has empty grant_types", client.id),
            "leave them out, or name implicit, authorization_code or both",
        );
    }
}

fn api(at: &str, api: &Api, found: &mut ConfigProblems) {
    if api.identifier.is_empty() {
        found.add(
            format!("{at}.identifier"),
            "it is empty",
            "it must be what clients send as audience, such as https://my-api",
        );
    }
    let scopes = api.scopes.iter().enumerate();
    found
        .unique("the scope", scopes.map(|(n, scope)| (format!("{at}.scopes[{n}].name"), scope.name.clone())));
    for (n, scope) in api.scopes.iter().enumerate() {
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        let reserved = OIDC_SCOPES.contains(&scope.name.as_str());
        if scope.name.is_empty() || reserved || !scope.name.bytes().all(printable) {
            found.add(
                format!("{at}.scopes[{n}].name"),
                format!("API {:?} has the scope {:?}", api.identifier, scope.name),
                "a scope is printable ASCII without blanks, '\"' or '\\', and not one of openid, profile, email",
            );
        }
    }
    for (n, name) in api.step_up_scopes.iter().enumerate() {
        if !api.scopes.iter().any(|scope| scope.name == *name) {
            found.add(
                format!("{at}.step_up_scopes[{n}]"),
                format!(
                    "API {:?} asks for step-up on {name:?}, which is not one of its scopes",
                    api.identifier
                ),
                "name one of its scopes, or add this one to them",
            );
        }
    }
    if let Some(lifetime) = api.token_lifetime {
        found.number(format!("{at}.token_lifetime"), lifetime, MOST);
    }
}

fn customer(at: &str, customer: &Customer, found: &mut ConfigProblems) {
    if !(1..=255).contains(&customer.sub.len())
        || !customer.sub.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    {
        found.add(
            format!("{at}.sub"),
            format!("the sub is {:?}", customer.sub),
            "it must be 1 to 255 printable ASCII characters, such as auth0|1001",
        );
    }
    if !customer.email.contains('@')
        || customer.email.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    {
        found.add(
            format!("{at}.email"),
            format!("the email of customer {:?} is {:?}", customer.sub, customer.email),
            "it must have an '@' and no blanks",
        );
    }
    if let Err(error) = passwords::check_form(&customer.password) {
        found.add(
            format!("{at}.password"),
            format!("the password of customer {:?} cannot be used", customer.sub),
            error.to_string(),
        );
    }
    let factors = &customer.factors;
    if factors.totp_secret.as_deref().is_some_and(|secret| Secret::parse(secret).is_none()) {
        found.add(
            format!("{at}.factors.totp_secret"),
            format!("the secret of the authenticator app of customer {:?} cannot be used", customer.sub),
            "it must be base32 of at least 16 bytes: 26 letters and digits of A-Z and 2-7",
        );
    }
    let mut seen = HashSet::new();
    for (n, code) in factors.recovery_codes.iter().enumerate() {
        if !seen.insert(recovery_codes::normalize(code)) {
            found.add(
                format!("{at}.factors.recovery_codes[{n}]"),
                format!("the recovery code of customer {:?} stands twice", customer.sub),
                "each is good for one use",
            );
        }
        if recovery_codes::normalize(code).len() < recovery_codes::MIN_LENGTH {
            found.add(
                format!("{at}.factors.recovery_codes[{n}]"),
                format!("the recovery code of customer {:?} is too easy to guess", customer.sub),
                format!("it must have at least {} letters and digits", recovery_codes::MIN_LENGTH),
            );
        }
    }
}

fn action(at: &str, action: &Action, found: &mut ConfigProblems) {
    if action.name.is_empty() {
        found.add(format!("{at}.name"), "it is empty", "it must be what people call the script");
    }
    if action.file.is_some() == action.code.is_some() {
        found.add(
            format!("{at}.file"),
            format!("action {:?} needs a text, and only one", action.name),
            "give it either a file or code",
        );
    }
}

fn positive(config: &Config, found: &mut ConfigProblems) {
    let lifetimes = &config.lifetimes;
    let limits = &config.limits;
    let values = [
        ("lifetimes.access_token", lifetimes.access_token),
        ("lifetimes.id_token", lifetimes.id_token),
        ("lifetimes.code", lifetimes.code),
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
    for (name, value) in values {
        found.number(name, value, if name == "lifetimes.push" { LONGEST_PUSH } else { MOST });
    }
}
