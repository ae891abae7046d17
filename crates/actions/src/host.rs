//! The calls that scripts make, checked and written down. Nothing that comes from a script is believed to have the right
//! shape; a call that makes no sense is answered with a sentence, which the script gets as a `TypeError`.

use serde_json::{Map, Value};
use url::Url;

use crate::claims;
use crate::console::Console;
use crate::outcome::{Decisions, Level, Multifactor, Refusal, RefusalCode};
use crate::script::Limits;

/// What an `api` has here, for those who call something else.
const OFFERED: &str = "access.deny, accessToken.setCustomClaim, accessToken.addScope, accessToken.removeScope, \
                       authentication.challengeWith, authentication.challengeWithAny, authentication.enrollWith, \
                       authentication.enrollWithAny, cache.get, cache.set, cache.delete, \
                       idToken.setCustomClaim, multifactor.enable, redirect.sendUserTo, rules.wasExecuted, \
                       transaction.setMetadata, user.setAppMetadata and user.setUserMetadata";

/// The reason of who gives none.
const DENIED: &str = "Access denied.";
/// Longer reasons are cut: they travel in an address.
const MAX_REASON_LENGTH: usize = 500;

/// Of an address that a browser is sent to.
const MAX_ADDRESS_LENGTH: usize = 8_192;

/// What one script has said so far.
pub(crate) struct Host {
    pub(crate) decisions: Decisions,
    pub(crate) console: Console,
    pub(crate) refusal: Option<Refusal>,
    /// The script asked for a factor that has to be given before the next script runs.
    pub(crate) challenges: bool,
    /// Where the script sends the browser before it goes on.
    pub(crate) redirect: Option<String>,
    limits: Limits,
}

impl Host {
    pub(crate) fn new(decisions: Decisions, console: Console, limits: Limits) -> Self {
        Self { decisions, console, refusal: None, challenges: false, redirect: None, limits }
    }

    /// One call of the script: its name, such as `access.deny`, and its arguments as a JSON array.
    pub(crate) fn call(&mut self, name: &str, arguments: &str) -> Result<(), String> {
        // Nothing longer would be kept. It is not even parsed: as values it has many times the size of its text, and the
        // script's memory is not where they are.
        let most = self.limits.claims.max(self.limits.metadata);
        if arguments.len() > most {
            // Whatever is wrong with a "no", it is one.
            if name == "access.deny" {
                self.refuse(RefusalCode::AccessDenied, DENIED);
                return Ok(());
            }
            let size = arguments.len();
            return Err(format!("api.{name} was given {size} bytes of JSON, and may be given {most}"));
        }
        let arguments: Vec<Value> = serde_json::from_str(arguments)
            .map_err(|error| format!("api.{name} was given a value that has no plain JSON form: {error}"))?;
        let first = || match arguments.first() {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.as_str()),
            _ => Err(format!("api.{name} needs a text as its first argument")),
        };
        let second = arguments.get(1);
        match name {
            "access.deny" => {
                let reason = arguments.first().and_then(Value::as_str).unwrap_or(DENIED);
                self.refuse(RefusalCode::AccessDenied, reason);
                Ok(())
            }
            "idToken.setCustomClaim" | "accessToken.setCustomClaim" => {
                self.claim(name, first()?, second.cloned())
            }
            "accessToken.addScope" => self.scope(first()?, true),
            "accessToken.removeScope" => self.scope(first()?, false),
            "user.setAppMetadata" | "user.setUserMetadata" => {
                self.metadata(name, first()?, second.cloned().unwrap_or(Value::Null))
            }
            "transaction.setMetadata" => self.transaction(first()?, second.cloned().unwrap_or(Value::Null)),
            "redirect.sendUserTo" => self.send_user_to(first()?, second),
            "multifactor.enable" => {
                let factor = provider(first()?)?;
                let remember = second.is_some_and(allows_remembering);
                self.decisions.multifactor = factor.then(|| remembering(remember));
                // What is taken back stops nothing: nobody would be asked, and the next scripts would wait for ever.
                self.challenges &= factor;
                Ok(())
            }
            "authentication.challengeWith" | "authentication.enrollWith" => {
                let additional = second.and_then(|options| options.get("additionalFactors"));
                let more = additional.and_then(Value::as_array).into_iter().flatten();
                self.factors(name, arguments.first().into_iter().chain(more))
            }
            "authentication.challengeWithAny" | "authentication.enrollWithAny" => {
                let factors = arguments.first().and_then(Value::as_array);
                self.factors(name, factors.into_iter().flatten())
            }
            "authentication.recordMethod" => {
                Err("api.authentication.recordMethod is not supported by this tenant, whose tokens name the factors that it has \
                     seen itself; api.idToken.setCustomClaim tells the application"
                    .to_owned())
            }
            _ if name.starts_with("samlResponse.") => {
                // So it is at Auth0, where a log-in has another protocol.
                let told = format!("api.{name} has no effect: this log-in is not SAML.");
                self.console.print(Level::Warn, &told);
                Ok(())
            }
            _ => Err(format!(
                "api.{name} is not supported by this tenant, which has {OFFERED}. {}",
                instead(name)
            )),
        }
    }

    pub(crate) fn refuse(&mut self, code: RefusalCode, reason: &str) {
        let reason = self.console.secrets.hide_and_cut(reason, MAX_REASON_LENGTH);
        self.refusal.get_or_insert(Refusal { code, reason });
    }

    /// Claims that a script may not set are left out, and the developer is told: so it is at Auth0.
    pub(crate) fn claim(&mut self, call: &str, name: &str, value: Option<Value>) -> Result<(), String> {
        if !claims::may_be_set(name) {
            let told = format!("{call}: the claim \"{name}\" is reserved and was left out.");
            self.console.print(Level::Warn, &told);
            return Ok(());
        }
        let claims = match call {
            "idToken.setCustomClaim" => &mut self.decisions.id_token,
            _ => &mut self.decisions.access_token,
        };
        set(claims, name, value, self.limits.claims).map_err(|size| {
            format!(
                "the custom claims of one token may have {} bytes, and would have {size}",
                self.limits.claims
            )
        })
    }

    fn scope(&mut self, scope: &str, add: bool) -> Result<(), String> {
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if !scope.bytes().all(printable) || scope.len() > 255 {
            return Err("a scope is printable ASCII without blanks, '\"' or '\\' (RFC 6749, 3.3)".to_owned());
        }
        let Decisions { scopes_added: added, scopes_removed: removed, .. } = &mut self.decisions;
        let (to, from) = if add { (added, removed) } else { (removed, added) };
        from.retain(|other| other != scope);
        if to.len() >= 100 {
            return Err("a script may change 100 scopes".to_owned());
        }
        if !to.iter().any(|other| other == scope) {
            to.push(scope.to_owned());
        }
        Ok(())
    }

    fn metadata(&mut self, call: &str, key: &str, value: Value) -> Result<(), String> {
        let patch = match call {
            "user.setAppMetadata" => &mut self.decisions.app_metadata,
            _ => &mut self.decisions.user_metadata,
        };
        set(patch, key, Some(value), self.limits.metadata)
            .map_err(|size| format!("metadata may change by {} bytes, not {size}", self.limits.metadata))
    }

    /// For the Actions after this one.
    fn transaction(&mut self, key: &str, value: Value) -> Result<(), String> {
        if value.is_array() || value.is_object() {
            return Err(
                "api.transaction.setMetadata takes a text, a number, true or false, and null to remove it; \
                        JSON.stringify makes a text of anything else"
                    .to_owned(),
            );
        }
        let value = Some(value).filter(|value| !value.is_null());
        set(&mut self.decisions.transaction_metadata, key, value, self.limits.metadata).map_err(|size| {
            format!("the transaction's metadata may have {} bytes, not {size}", self.limits.metadata)
        })
    }

    /// An address of the web, with what is to be added to its query.
    pub(crate) fn send_user_to(&mut self, address: &str, options: Option<&Value>) -> Result<(), String> {
        let mut url =
            Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(
                || format!("a browser can be sent to an http or https address, and not to {address:?}"),
            )?;
        let query = options.and_then(|options| options.get("query")).and_then(Value::as_object);
        for (name, value) in query.into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            url.query_pairs_mut().append_pair(name, &text);
        }
        if url.as_str().len() > MAX_ADDRESS_LENGTH {
            return Err(format!("an address may have {MAX_ADDRESS_LENGTH} characters"));
        }
        self.redirect = Some(url.into());
        Ok(())
    }

    fn factors<'a>(&mut self, name: &str, given: impl Iterator<Item = &'a Value>) -> Result<(), String> {
        let kind = |factor: &Value| {
            let name = factor.get("type")?.as_str()?;
            // The shorter name of the same.
            Some(if name == "push" { "push-notification" } else { name }.to_owned())
        };
        let factors: Option<Vec<String>> = given.map(kind).collect();
        let Some(factors) = factors.filter(|factors| !factors.is_empty()) else {
            return Err(format!("api.{name} needs factors such as {{ type: 'push-notification' }}"));
        };
        self.challenges = true;
        let enrol = name.starts_with("authentication.enroll");
        self.decisions.multifactor = Some(Multifactor { factors, enrol, allow_remember_browser: false });
        Ok(())
    }
}

/// What does instead of a call that is not here.
fn instead(name: &str) -> &'static str {
    match name.split('.').next().unwrap_or_default() {
        "session" => {
            "How long sessions last stands in tenant.toml, under [lifetimes]; api.access.deny refuses a log-in"
        }
        "refreshToken" => {
            "Refresh tokens here are what tenant.toml says of the client; api.access.deny refuses an exchange"
        }
        "roles" => "The names of the user's roles are in event.authorization.roles",
        "groups" => "There are no groups here; roles are in event.authorization.roles",
        "prompt" => "There are no forms here; ask in the application, and keep the answer in user_metadata",
        "validation" => "api.access.deny refuses a log-in with a sentence",
        "authentication" => "Each customer here has one identity, which event.user names",
        _ => "Leave the call out here",
    }
}

/// Whether Auth0's name of a provider asks for a factor of this tenant. `none` takes back what an earlier script asked for.
pub(crate) fn provider(name: &str) -> Result<bool, String> {
    match name {
        "any" | "guardian" | "google-authenticator" => Ok(true),
        "none" => Ok(false),
        _ => Err(format!(
            "the provider must be 'any', 'guardian' or 'google-authenticator', which all mean the factors of this tenant; it is \
             '{name}'"
        )),
    }
}

pub(crate) fn allows_remembering(options: &Value) -> bool {
    options.get("allowRememberBrowser").and_then(Value::as_bool).unwrap_or(false)
}

pub(crate) fn remembering(allow_remember_browser: bool) -> Multifactor {
    Multifactor { allow_remember_browser, ..Multifactor::default() }
}

/// Sets or removes a member, as long as the whole stays within `limit` bytes of JSON. The error is the size it would have.
fn set(map: &mut Map<String, Value>, name: &str, value: Option<Value>, limit: usize) -> Result<(), usize> {
    let before = match value {
        Some(value) => map.insert(name.to_owned(), value),
        None => map.remove(name),
    };
    let size = serde_json::to_string(map).map_or(0, |text| text.len());
    if size > limit {
        match before {
            Some(before) => map.insert(name.to_owned(), before),
            None => map.remove(name),
        };
        return Err(size);
    }
    Ok(())
}
