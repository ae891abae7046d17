//! Refuses a configuration that could not work or would not be safe: where, what is wrong, and what would be right. All
//! that is wrong is told at once.

use std::collections::HashSet;
use std::fmt;

use super::action::Action;
use super::settings::{Config, ControlToken, ScriptSettings, WebPushSettings};
use crate::credentials::totp::Secret;
use crate::credentials::{passwords, recovery_codes};
use crate::domain::{
    Api, Brand, Client, Color, Customer, GrantType, NEEDED_CONTRAST, OFFLINE_ACCESS, OIDC_SCOPES,
    RefreshTokenPolicy, app_scheme_of, is_on_this_machine, origin_of, web_origin_of,
};
use crate::language::{self, Language};

/// In seconds. A question that stays open longer is one that somebody else may answer.
const MAX_PUSH_LIFETIME: (u64, &str) = (600, "ten minutes");

/// For all scripts of one log-in, as at Auth0.
const MAX_SCRIPT_SECONDS: u64 = 20;
/// In seconds, as at Auth0: how long a refresh token that is used up may come again.
const MAX_LEEWAY: u64 = 60;
/// Characters of the token for `/control`, so that nobody guesses it.
const MIN_CONTROL_TOKEN: usize = 16;
/// Of everything else that is timed or counted. Sums of such numbers and of the time have to stay numbers.
const MAX_NUMBER: (u64, &str) = (100 * 365 * 86_400, "a hundred years in seconds");

/// One value that cannot stay as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Which value: `clients[0].redirect_uris[1]`, counted from 0.
    pub at: String,
    pub what: String,
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

struct ConfigProblems<'p> {
    /// The part, with its dot: `clients[0].`; nothing for the whole.
    part: String,
    found: &'p mut Vec<ConfigError>,
}

impl ConfigProblems<'_> {
    fn of_part(&mut self, part: String) -> ConfigProblems<'_> {
        ConfigProblems { part, found: self.found }
    }

    fn add(&mut self, name: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let at = format!("{}{name}", self.part);
        self.found.push(ConfigError { at, what: what.into(), remedy: remedy.into() });
    }

    /// A number has to be 1 at least, and this at most.
    fn number(&mut self, name: &str, value: u64, (most, called): (u64, &str)) {
        if value == 0 {
            self.add(name, "it is 0", "it must be at least 1");
        } else if value > most {
            self.add(name, format!("it is {value}"), format!("it must be at most {most}, {called}"));
        }
    }

    /// In each element of this list, `name` has to hold something else.
    fn unique<T>(&mut self, list: &str, all: &[T], name: &str, what: &str, value: impl Fn(&T) -> String) {
        let mut seen = HashSet::new();
        for (n, value) in all.iter().map(value).enumerate() {
            if !seen.insert(value.clone()) {
                let what = format!("{what} {value:?} stands twice");
                self.add(&format!("{list}[{n}].{name}"), what, "it must be unique");
            }
        }
    }

    fn each<T>(&mut self, list: &str, all: &[T], check: impl Fn(&T, &mut ConfigProblems<'_>)) {
        for (n, one) in all.iter().enumerate() {
            check(one, &mut self.of_part(format!("{list}[{n}].")));
        }
    }
}

pub(crate) fn check(config: &Config) -> Result<(), ConfigErrors> {
    let mut errors = Vec::new();
    let found = &mut ConfigProblems { part: String::new(), found: &mut errors };
    let Config { issuer, clients, apis, customers, actions, .. } = config;
    let origin = issuer.strip_suffix('/');
    if origin.is_none() || origin_of(issuer).as_deref() != origin {
        found.add(
            "issuer",
            format!("the issuer is {issuer:?}"),
            "it must be an http or https origin followed by '/', such as http://localhost:8090/",
        );
    }
    found.unique("clients", clients, "id", "the client", |it| it.id.clone());
    found.unique("apis", apis, "identifier", "the API", |it| it.identifier.clone());
    found.unique("customers", customers, "sub", "a customer with the sub", |it| it.sub.clone());
    let email = |it: &Customer| passwords::normalize_email(&it.email);
    found.unique("customers", customers, "email", "a customer with the email", email);
    found.unique("actions", actions, "name", "the action", |it| it.name.clone());
    found.each("clients", clients, client);
    found.each("apis", apis, api);
    found.each("customers", customers, customer);
    found.each("actions", actions, action);
    brand(&config.brand, &mut found.of_part("brand.".to_owned()));
    scripts(&config.scripts, &mut found.of_part("scripts.".to_owned()));
    web_push(&config.web_push, &mut found.of_part("web_push.".to_owned()));
    numbers(config, found);
    control(config, found);
    if errors.is_empty() { Ok(()) } else { Err(ConfigErrors(errors)) }
}

fn control(config: &Config, found: &mut ConfigProblems<'_>) {
    let Some(ControlToken(token)) = &config.control else { return };
    let length = token.chars().count();
    if length < MIN_CONTROL_TOKEN {
        let what = format!("the token has {length} characters");
        found.add(
            "control.token",
            what,
            format!("it must have {MIN_CONTROL_TOKEN} at least, drawn at random"),
        );
    }
    if !is_on_this_machine(&config.issuer) {
        found.add(
            "control",
            format!("the tenant can be driven from outside, and the issuer is {:?}", config.issuer),
            "the issuer must be an address of this very machine, such as http://localhost:8090/; otherwise leave [control] out",
        );
    }
}

fn scripts(settings: &ScriptSettings, found: &mut ConfigProblems<'_>) {
    for (list, hosts) in
        [("allowed_hosts", &settings.allowed_hosts), ("private_hosts", &settings.private_hosts)]
    {
        for (n, host) in hosts.iter().enumerate() {
            let address = format!("http://{}/", host.strip_prefix("*.").unwrap_or(host));
            if address.contains('*')
                || origin_of(&address).map(|origin| format!("{origin}/")).as_deref() != Some(address.as_str())
            {
                found.add(
                    &format!("{list}[{n}]"),
                    format!("{host:?} names no host"),
                    "it must be a host, perhaps with a port, such as \"api.example.com\", \"*.example.com\" or \"localhost:9000\"",
                );
            }
        }
    }
    if settings.seconds.is_some_and(|seconds| !(1..=MAX_SCRIPT_SECONDS).contains(&seconds)) {
        let remedy = format!("it must be from 1 to {MAX_SCRIPT_SECONDS}: nobody waits longer for a log-in");
        found.add("seconds", "scripts cannot have this time", remedy);
    }
}

fn client(client: &Client, found: &mut ConfigProblems<'_>) {
    let id = &client.id;
    if id.is_empty() {
        found.add("id", "it is empty", "it must be what the client sends as client_id");
    }
    if client.redirect_uris.is_empty() {
        found.add("redirect_uris", format!("client {id:?} has no redirect_uris"), "it needs at least one");
    }
    let uris = [
        ("redirect_uris", &client.redirect_uris),
        ("post_logout_redirect_uris", &client.post_logout_redirect_uris),
    ];
    for (name, uris) in uris {
        for (n, uri) in uris.iter().enumerate() {
            if uri.contains('#') || (origin_of(uri).is_none() && app_scheme_of(uri).is_none()) {
                found.add(
                    &format!("{name}[{n}]"),
                    format!("client {id:?} has the address {uri:?}"),
                    "it must be an absolute http or https URL without '#', or one with the scheme of a native app, such as \
                     com.example.app:/callback",
                );
            }
        }
    }
    for (n, origin) in client.web_origins.iter().flatten().enumerate() {
        if web_origin_of(origin).as_deref() != Some(origin) {
            let what = format!("client {id:?} has the web origin {origin:?}");
            let remedy = "it must be an origin as browsers write it, such as http://localhost:3000";
            found.add(&format!("web_origins[{n}]"), what, remedy);
        }
    }
    if client.grant_types.is_empty() {
        let remedy = "leave them out, or name some of implicit, authorization_code and refresh_token";
        found.add("grant_types", format!("client {id:?} has empty grant_types"), remedy);
    }
    refresh_token(client, found);
}

fn refresh_token(client: &Client, found: &mut ConfigProblems<'_>) {
    let RefreshTokenPolicy { rotation, leeway, lifetime, idle_lifetime } = client.refresh_token;
    found.number("refresh_token.lifetime", lifetime, MAX_NUMBER);
    found.number("refresh_token.idle_lifetime", idle_lifetime, MAX_NUMBER);
    if leeway > MAX_LEEWAY {
        let what = format!("it is {leeway}");
        found.add("refresh_token.leeway", what, format!("it must be at most {MAX_LEEWAY}, in seconds"));
    }
    let has = |grant_type| client.may_use(grant_type);
    if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
        let what = format!("client {:?} may use refresh_token and has no way to get one", client.id);
        found.add("grant_types", what, "name authorization_code too");
    }
    if !rotation {
        let what = format!("refresh tokens of client {:?} stay the same, and it has no secret", client.id);
        found.add("refresh_token.rotation", what, "leave it out, or make it true (RFC 9700, 2.2.2)");
    }
}

fn api(Api { identifier, scopes, step_up_scopes, token_lifetime, .. }: &Api, found: &mut ConfigProblems<'_>) {
    if identifier.is_empty() {
        found.add(
            "identifier",
            "it is empty",
            "it must be what clients send as audience, such as https://my-api",
        );
    }
    found.unique("scopes", scopes, "name", "the scope", |scope| scope.name.clone());
    for (n, scope) in scopes.iter().enumerate() {
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        let reserved = OIDC_SCOPES.contains(&scope.name.as_str()) || scope.name == OFFLINE_ACCESS;
        if scope.name.is_empty() || reserved || !scope.name.bytes().all(printable) {
            found.add(
                &format!("scopes[{n}].name"),
                format!("API {identifier:?} has the scope {:?}", scope.name),
                "a scope is printable ASCII without blanks, '\"' or '\\', and not one of openid, profile, email, offline_access",
            );
        }
        for tag in scope.asks_to_in.keys().filter(|tag| Language::by_tag(tag).is_none()) {
            let what = format!("{tag:?} is no language of the pages");
            let remedy = format!("it must be one of {}", language::tags().join(", "));
            found.add(&format!("scopes[{n}].asks_to_in.{tag}"), what, remedy);
        }
    }
    for (n, name) in step_up_scopes.iter().enumerate() {
        if !scopes.iter().any(|scope| scope.name == *name) {
            let what =
                format!("API {identifier:?} asks for step-up on {name:?}, which is not one of its scopes");
            found.add(
                &format!("step_up_scopes[{n}]"),
                what,
                "name one of its scopes, or add this one to them",
            );
        }
    }
    if let Some(lifetime) = *token_lifetime {
        found.number("token_lifetime", lifetime, MAX_NUMBER);
    }
}

fn customer(Customer { sub, email, password, factors, .. }: &Customer, found: &mut ConfigProblems<'_>) {
    if !(1..=255).contains(&sub.len()) || !sub.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let remedy = "it must be 1 to 255 printable ASCII characters, such as auth0|1001";
        found.add("sub", format!("the sub is {sub:?}"), remedy);
    }
    if !email.contains('@') || email.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        let what = format!("the email of customer {sub:?} is {email:?}");
        found.add("email", what, "it must have an '@' and no blanks");
    }
    if let Err(error) = passwords::check_form(password) {
        let what = format!("the password of customer {sub:?} cannot be used");
        found.add("password", what, error.to_string());
    }
    if factors.totp_secret.as_deref().is_some_and(|secret| Secret::parse(secret).is_none()) {
        found.add(
            "factors.totp_secret",
            format!("the secret of the authenticator app of customer {sub:?} cannot be used"),
            "it must be base32 of at least 16 bytes: 26 letters and digits of A-Z and 2-7",
        );
    }
    let mut seen = HashSet::new();
    for (n, code) in factors.recovery_codes.iter().map(|code| recovery_codes::normalize(code)).enumerate() {
        let at = format!("factors.recovery_codes[{n}]");
        if code.len() < recovery_codes::MIN_LENGTH {
            let what = format!("the recovery code of customer {sub:?} is too easy to guess");
            let least = recovery_codes::MIN_LENGTH;
            found.add(&at, what, format!("it must have at least {least} letters and digits"));
        }
        if !seen.insert(code) {
            let what = format!("the recovery code of customer {sub:?} stands twice");
            found.add(&at, what, "each is good for one use");
        }
    }
}

fn action(Action { name, file, code, .. }: &Action, found: &mut ConfigProblems<'_>) {
    if name.is_empty() {
        found.add("name", "it is empty", "it must be what people call the script");
    }
    if file.is_some() == code.is_some() {
        let what = format!("action {name:?} needs a text, and only one");
        found.add("file", what, "give it either a file or code");
    }
}

fn web_push(settings: &WebPushSettings, found: &mut ConfigProblems<'_>) {
    if let Some(contact) = &settings.contact
        && !["mailto:", "https://"]
            .iter()
            .any(|start| contact.len() > start.len() && contact.starts_with(start))
    {
        let remedy = "it must be an address such as \"mailto:operations@bank.example\" or an https URL";
        found.add("contact", format!("the contact is {contact:?}"), remedy);
    }
    for (n, service) in settings.services.iter().enumerate() {
        let is_origin = web_origin_of(service).as_deref() == Some(service);
        if !is_origin || !(service.starts_with("https://") || is_on_this_machine(service)) {
            let remedy = "it must be an https origin, such as \"https://push.example\"";
            found.add(&format!("services[{n}]"), format!("the push service is {service:?}"), remedy);
        }
    }
}

fn brand(brand: &Brand, found: &mut ConfigProblems<'_>) {
    if brand.name.trim().is_empty() {
        found.add("name", "it is empty", "it must be what customers call the bank");
    }
    if let Some(text) = &brand.accent {
        match Color::parse(text) {
            None => found.add(
                "accent",
                format!("the accent is {text:?}"),
                "it must be a colour such as \"#0a5f66\"",
            ),
            Some(color) if color.contrast_on_page() < NEEDED_CONTRAST => {
                let (measured, better) = (color.contrast_on_page(), color.on_light_page());
                let what = format!("the accent {text} has a contrast of {measured:.2}:1 on the page");
                let remedy = format!("text needs {NEEDED_CONTRAST}:1 (WCAG 2.2); \"{better}\" has it");
                found.add("accent", what, remedy);
            }
            Some(_) => {}
        }
    }
    if let Some(path) = &brand.logo {
        let remedy = "it must be an SVG, PNG or WebP file; the path begins at the folder of this file";
        if brand.logo_type().is_none() || !path.is_file() {
            found.add("logo", format!("there is no logo {}", path.display()), remedy);
        }
    }
    let is_contact = |text: &str| origin_of(text).is_some() || text.starts_with('+') || text.contains('@');
    if let Some(contact) = brand.contact.as_deref().filter(|text| !is_contact(text)) {
        let remedy =
            "it must be an e-mail address, a telephone number with '+' in front, or the address of a page";
        found.add("contact", format!("the contact is {contact:?}"), remedy);
    }
    for (name, address) in [("terms", &brand.terms), ("privacy", &brand.privacy)] {
        if let Some(address) = address.as_deref().filter(|text| origin_of(text).is_none()) {
            let remedy = "it must be the address of a page, with http or https";
            found.add(name, format!("{name} is {address:?}"), remedy);
        }
    }
}

fn numbers(Config { lifetimes, limits, .. }: &Config, found: &mut ConfigProblems<'_>) {
    found.number("lifetimes.push", lifetimes.push, MAX_PUSH_LIFETIME);
    let others = [
        ("lifetimes.access_token", lifetimes.access_token),
        ("lifetimes.id_token", lifetimes.id_token),
        ("lifetimes.code", lifetimes.code),
        ("lifetimes.session", lifetimes.session),
        ("lifetimes.log_in", lifetimes.log_in),
        ("lifetimes.phone", lifetimes.phone),
        ("limits.wrong_passwords", limits.wrong_passwords as u64),
        ("limits.wrong_passwords_of_peer", limits.wrong_passwords_of_peer as u64),
        ("limits.password_window", limits.password_window),
        ("limits.unapproved_pushes", limits.unapproved_pushes as u64),
        ("limits.push_window", limits.push_window),
        ("limits.push_lock", limits.push_lock),
        ("limits.wrong_codes", limits.wrong_codes as u64),
    ];
    for (name, value) in others {
        found.number(name, value, MAX_NUMBER);
    }
}
