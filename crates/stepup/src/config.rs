//! What a deployment sets: one JSON block in the page, parsed and checked before anything else happens.

mod brand;

use alloc::{borrow::ToOwned, string::String, string::ToString, vec, vec::Vec};

use crate::{
    domain::{ParseUrl, Problem, Scopes, WebUrl},
    json::{Json, Object},
};

/// A deployment's settings, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The provider's issuer identifier, compared exactly (OIDC Core 3.1.3.7, 2).
    pub issuer: String,
    /// This client's id at the provider.
    pub client_id: String,
    /// The API's identifier: its `audience`, or its `resource` where there is none.
    pub audience: String,
    /// What names the API in a request for tokens.
    pub api_parameters: ApiParameters,
    /// The API's base URL.
    pub api: WebUrl,
    /// Where the provider sends the browser back.
    pub redirect_uri: WebUrl,
    /// How the provider answers.
    pub flow: Flow,
    /// This page's own address, where a log-out ends.
    pub home: WebUrl,
    /// What reading the balance needs.
    pub balance_scope: Scopes,
    /// What a transfer needs, when the API does not say.
    pub transfer_scope: Scopes,
    /// Does the API have statements? Otherwise nothing leads to them.
    pub statements: bool,
    /// Does the API take `Idempotency-Key` from this page? It is found out when this is `None`.
    pub idempotency_key: Option<bool>,
    /// How old the authentication of a step-up may be at most, in seconds (`max_age`, OIDC Core 3.1.2.1); not asked for
    /// when it is `None`.
    pub step_up_max_age: Option<i64>,
    /// Who else an ID token may be for.
    pub trusted_audiences: Vec<String>,
    /// How far the clocks of this device and of the provider may be apart, in seconds.
    pub clock_leeway: i64,
    /// For how long the page may be left alone, in seconds; `None`: for ever.
    pub idle_seconds: Option<i64>,
    /// How the provider is asked to end its session.
    pub log_out: LogOut,
    /// Where the issuer's metadata is (OpenID Connect Discovery 1.0, 4.1).
    pub metadata: WebUrl,
    /// What needs no discovery.
    pub pins: PinnedMetadata,
}

/// How the provider's answer brings the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// In the answer itself (`response_type=id_token token`, OIDC Core 3.2).
    Implicit,
    /// From the token endpoint, for a code that is good for this tab only (`response_type=code` with PKCE, RFC 7636).
    Code,
}

/// What names the API in a request for tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiParameters {
    /// `audience`, Auth0's own parameter.
    pub audience: Option<String>,
    /// `resource` (RFC 8707).
    pub resource: Option<String>,
}

impl ApiParameters {
    /// With their names, as they are sent.
    pub(crate) fn named(&self) -> Vec<(&'static str, &str)> {
        let all = [("audience", &self.audience), ("resource", &self.resource)];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }
}

/// How the provider is asked to end its session (OIDC RP-Initiated Logout 1.0, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogOut {
    /// By a form, with `id_token_hint`.
    Post,
    /// By an address, without the hint: a token has no business there.
    Get,
}

/// What the provider's metadata would say, as far as the deployment pins it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PinnedMetadata {
    /// `authorization_endpoint`
    pub authorization_endpoint: Option<WebUrl>,
    /// `token_endpoint`
    pub token_endpoint: Option<WebUrl>,
    /// `jwks_uri`
    pub jwks_uri: Option<WebUrl>,
    /// `end_session_endpoint`
    pub end_session_endpoint: Option<WebUrl>,
    /// `userinfo_endpoint`
    pub userinfo_endpoint: Option<WebUrl>,
    /// Does the provider take `authorization_details` of the type `payment_initiation` (RFC 9396)? When this is not set,
    /// its metadata decide; with a pinned `authorization_endpoint`, for which no metadata are read, it does not.
    pub authorization_details: Option<bool>,
}

/// A key of the configuration that cannot be used: what it held and what it should hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The block is no JSON object.
    #[error("the block `riser-config` is not a JSON object: {0}")]
    NotJson(String),
    /// A key is missing.
    #[error("`{key}` is missing: it should be {expected}")]
    Missing {
        /// Which.
        key: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// A key holds the wrong thing.
    #[error("`{key}` is {found}: it should be {expected}")]
    Wrong {
        /// Which.
        key: String,
        /// What it holds, as JSON.
        found: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// The bank's colour cannot be read.
    #[error(
        "`brand.accent` is \"{found}\", which has a contrast of {contrast}:1 on the page: text needs 4.50:1 (WCAG 2.2), \
         so choose a darker one"
    )]
    Contrast {
        /// The colour.
        found: String,
        /// Its contrast, with two decimals.
        contrast: String,
    },
    /// A key that no version of Riser knows: most likely a slip of the pen, which would otherwise go unnoticed.
    #[error("`{0}` is not a key of the configuration; known are {known}", known = KEYS.join(", "))]
    Unknown(String),
}

const KEYS: [&str; 22] = [
    "issuer",
    "client_id",
    "audience",
    "resource",
    "api",
    "redirect_uri",
    "flow",
    "scopes",
    "statements",
    "idempotency_key",
    "step_up_max_age",
    "trusted_audiences",
    "clock_leeway",
    "idle_seconds",
    "log_out",
    "authorization_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "authorization_details",
    "brand",
];

/// How long an answer of the provider is accepted, in seconds: as long as a push may wait for the customer.
pub const AUTHORIZATION_REQUEST_LIFETIME: i64 = 10 * 60;

/// How far two clocks may be apart when the deployment does not say, in seconds. A security invariant: it lengthens the life
/// of every token.
pub const DEFAULT_CLOCK_LEEWAY: i64 = 60;

/// The largest leeway that can be set: as long as an answer of the provider is accepted.
const MAX_CLOCK_LEEWAY: i64 = AUTHORIZATION_REQUEST_LIFETIME;

const MAX_STEP_UP_MAX_AGE: i64 = 24 * 60 * 60;

/// How long the page may be left alone when the deployment does not say, in seconds (Delegated Regulation (EU) 2018/389,
/// Article 4(3)(d)).
const DEFAULT_IDLE_SECONDS: i64 = 5 * 60;

const MAX_IDLE_SECONDS: i64 = 60 * 60;

/// OpenID Connect Discovery 1.0, 4.
const METADATA: &str = ".well-known/openid-configuration";

const API: &str = "the API's identifier, a non-empty string";

const SECURE_URL: &str = "an absolute https URL without fragment (http is accepted for localhost only), as in \"https://bank.example/\"";

impl Config {
    /// Reads the block. `origin` is the page's own, as in `https://bank.example`; `parse` reads the URLs.
    ///
    /// All errors are collected, so that one visit to the page is enough to mend them.
    pub fn parse(text: &str, origin: &str, parse: ParseUrl) -> Result<Self, Vec<ConfigError>> {
        let keys = Object::parse(text).map_err(|cause| vec![ConfigError::NotJson(cause)])?;
        let mut reader = Reader { keys: &keys, errors: Vec::new(), parse };
        for (key, _) in keys.members().iter().filter(|(key, _)| !KEYS.contains(&key.as_str())) {
            reader.errors.push(ConfigError::Unknown(key.clone()));
        }
        if let Some(value) = keys.get("brand") {
            reader.errors.extend(brand::check(value, origin, parse));
        }
        let home = WebUrl::parse(origin, parse);
        let issuer = reader.required_text("issuer", SECURE_URL);
        let metadata = match (&issuer, keys.get("issuer")) {
            (Some(text), Some(value)) => {
                reader.check_url("issuer", value, text).map(|url| url.below(METADATA))
            }
            _ => None,
        };
        let client_id =
            reader.required_text("client_id", "the client's id at the provider, a non-empty string");
        let resource = reader.keys.get("resource").and_then(|_| reader.required_text("resource", API));
        let audience = match &resource {
            Some(_) => reader.keys.get("audience").and_then(|_| reader.required_text("audience", API)),
            None => reader.required_text("audience", API),
        };
        let api_parameters = ApiParameters { audience: audience.clone(), resource: resource.clone() };
        let audience = audience.or(resource);
        let api = reader.optional_url("api", true).or_else(|| home.clone());
        let redirect_uri =
            reader.optional_url("redirect_uri", false).or_else(|| Some(home.as_ref()?.below("callback")));
        let flow = reader.flow();
        let statements = reader.boolean("statements").unwrap_or(true);
        let idempotency_key = reader.boolean("idempotency_key");
        let step_up_max_age =
            reader.seconds("step_up_max_age", MAX_STEP_UP_MAX_AGE, "a number of seconds, 0 to 86400");
        let clock_leeway = reader.seconds("clock_leeway", MAX_CLOCK_LEEWAY, "a number of seconds, 0 to 600");
        let idle_seconds =
            reader.seconds("idle_seconds", MAX_IDLE_SECONDS, "a number of seconds, 0 (never) to 3600");
        let trusted_audiences = reader.texts("trusted_audiences");
        let log_out = reader.log_out();
        let (balance_scope, transfer_scope) = reader.scopes();
        let pins = PinnedMetadata {
            authorization_endpoint: reader.optional_url("authorization_endpoint", false),
            token_endpoint: reader.optional_url("token_endpoint", false),
            jwks_uri: reader.optional_url("jwks_uri", false),
            end_session_endpoint: reader.optional_url("end_session_endpoint", false),
            userinfo_endpoint: reader.optional_url("userinfo_endpoint", false),
            authorization_details: reader.boolean("authorization_details"),
        };
        match (reader.errors.is_empty(), issuer, metadata, client_id, audience, api, redirect_uri, home) {
            (
                true,
                Some(issuer),
                Some(metadata),
                Some(client_id),
                Some(audience),
                Some(api),
                Some(redirect_uri),
                Some(home),
            ) => Ok(Self {
                issuer,
                client_id,
                audience,
                api_parameters,
                api,
                redirect_uri,
                flow,
                home,
                balance_scope,
                transfer_scope,
                statements,
                idempotency_key,
                step_up_max_age,
                trusted_audiences,
                clock_leeway: clock_leeway.unwrap_or(DEFAULT_CLOCK_LEEWAY),
                idle_seconds: Some(idle_seconds.unwrap_or(DEFAULT_IDLE_SECONDS))
                    .filter(|seconds| *seconds > 0),
                log_out,
                metadata,
                pins,
            }),
            _ => Err(reader.errors),
        }
    }
}

struct Reader<'a> {
    keys: &'a Object,
    errors: Vec<ConfigError>,
    parse: ParseUrl,
}

impl Reader<'_> {
    fn wrong(&mut self, key: &str, found: &Json, expected: &'static str) {
        self.errors.push(ConfigError::Wrong { key: key.to_owned(), found: found.to_string(), expected });
    }

    fn required_text(&mut self, key: &'static str, expected: &'static str) -> Option<String> {
        let Some(value) = self.keys.get(key) else {
            self.errors.push(ConfigError::Missing { key, expected });
            return None;
        };
        let text = value.to_text().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.wrong(key, value, expected);
        }
        text
    }

    fn optional_url(&mut self, key: &'static str, may_be_empty: bool) -> Option<WebUrl> {
        let value = self.keys.get(key)?;
        match value.as_text() {
            Some("") if may_be_empty => None,
            found => self.check_url(key, value, found.unwrap_or_default()),
        }
    }

    fn check_url(&mut self, key: &str, value: &Json, text: &str) -> Option<WebUrl> {
        let url = WebUrl::trustworthy(text, self.parse);
        if url.is_none() {
            self.wrong(key, value, SECURE_URL);
        }
        url
    }

    fn flow(&mut self) -> Flow {
        let Some(value) = self.keys.get("flow") else { return Flow::Implicit };
        match value.as_text() {
            Some("implicit") => return Flow::Implicit,
            Some("code") => {}
            _ => self.wrong("flow", value, "\"implicit\" or \"code\""),
        }
        Flow::Code
    }

    fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.keys.get(key)?;
        if !matches!(value, Json::Bool(_)) {
            self.wrong(key, value, "true or false");
        }
        Some(*value == Json::Bool(true))
    }

    fn seconds(&mut self, key: &'static str, longest: i64, expected: &'static str) -> Option<i64> {
        let value = self.keys.get(key)?;
        let seconds = value.as_integer().filter(|seconds| (0..=longest).contains(seconds));
        if seconds.is_none() {
            self.wrong(key, value, expected);
        }
        seconds
    }

    fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.keys.get(key) else { return Vec::new() };
        value.to_texts().unwrap_or_else(|| {
            self.wrong(key, value, "a list of audiences, each a string");
            Vec::new()
        })
    }

    fn log_out(&mut self) -> LogOut {
        let Some(value) = self.keys.get("log_out") else { return LogOut::Post };
        match value.as_text() {
            Some("post") => return LogOut::Post,
            Some("get") => {}
            _ => self.wrong("log_out", value, "\"post\" or \"get\""),
        }
        LogOut::Get
    }

    fn scopes(&mut self) -> (Scopes, Scopes) {
        const EXPECTED: &str = r#"{"balance": "view:balance", "transfer": "transfer:funds"}, each a scope or several with blanks between"#;
        let (mut balance, mut transfer) = (Scopes::parse("view:balance"), Scopes::parse("transfer:funds"));
        let Some(value) = self.keys.get("scopes") else { return (balance, transfer) };
        let mut understood = value.as_object().is_some();
        for (name, scopes) in value.as_object().map(Object::members).unwrap_or_default() {
            let scopes = scopes.as_text().map(Scopes::parse).filter(|scopes| !scopes.is_empty());
            match (name.as_str(), scopes) {
                ("balance", Some(scopes)) => balance = scopes,
                ("transfer", Some(scopes)) => transfer = scopes,
                _ => understood = false,
            }
        }
        if !understood {
            self.wrong("scopes", value, EXPECTED);
        }
        (balance, transfer)
    }
}

/// The page of a deployment that is set up wrongly.
#[must_use]
pub fn problem(errors: &[ConfigError]) -> Problem {
    let cause = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Problem::new("config.invalid", cause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::web_url::parse_with_url_crate;

    const GOOD: &str =
        r#"{"issuer":"https://id.example/","client_id":"riser","audience":"https://my-banking-api"}"#;
    const ORIGIN: &str = "https://bank.example";

    #[test]
    fn three_keys_suffice() {
        let config = Config::parse(GOOD, ORIGIN, parse_with_url_crate).unwrap();
        assert_eq!(config.api.as_str(), "https://bank.example/");
        assert_eq!(config.redirect_uri.as_str(), "https://bank.example/callback");
        assert_eq!(config.balance_scope.to_string(), "view:balance");
        assert_eq!(config.transfer_scope.to_string(), "transfer:funds");
    }

    /// Proves: config-pins
    #[test]
    fn uses_every_key() {
        let set = GOOD.replacen(
            '{',
            r#"{"api":"","flow":"code","statements":false,"scopes":{"balance":"read","transfer":"pay pay:now"},
                "jwks_uri":"https://keys.example/","authorization_details":false,"#,
            1,
        );
        let config = Config::parse(&set, ORIGIN, parse_with_url_crate).unwrap();
        assert_eq!(config.api.as_str(), "https://bank.example/", "empty is the page's own origin");
        assert_eq!((config.flow, config.statements), (Flow::Code, false));
        assert_eq!(config.pins.authorization_details, Some(false));
        assert_eq!(config.balance_scope.to_string(), "read");
        assert_eq!(config.transfer_scope.to_string(), "pay pay:now");
        assert_eq!(
            config.pins.jwks_uri.map(|url| url.as_str().to_owned()).as_deref(),
            Some("https://keys.example/")
        );
        let other = GOOD.replacen('{', r#"{"api":"https://api.example/v1","#, 1);
        let config = Config::parse(&other, ORIGIN, parse_with_url_crate).unwrap();
        assert_eq!(config.api.as_str(), "https://api.example/v1");
    }

    #[test]
    fn metadata_url_follows_discovery() {
        for (issuer, metadata) in [
            ("https://id.example/", "https://id.example/.well-known/openid-configuration"),
            ("https://id.example", "https://id.example/.well-known/openid-configuration"),
            ("https://id.example/t/1", "https://id.example/t/1/.well-known/openid-configuration"),
        ] {
            let text = GOOD.replace("https://id.example/", issuer);
            let config = Config::parse(&text, ORIGIN, parse_with_url_crate).unwrap();
            assert_eq!(config.metadata.as_str(), metadata);
            assert_eq!(config.issuer, issuer, "to the letter");
        }
    }

    #[test]
    fn names_each_wrong_key() {
        for (change, expected) in [
            (r#""issuer":"http://id.example/""#, "`issuer` is \"http://id.example/\""),
            (r#""issuer":7"#, "`issuer` is 7: it should be an absolute https URL"),
            (r#""client_id":"""#, "`client_id` is \"\""),
            (r#""audience":null"#, "`audience` is missing"),
            (r#""api":"bank""#, "`api` is \"bank\""),
            (r#""api":"https://user:pw@api.example""#, "`api` is"),
            (r#""redirect_uri":"""#, "`redirect_uri` is \"\""),
            (r#""redirect_uri":"javascript:alert(1)""#, "`redirect_uri` is \"javascript:alert(1)\""),
            (r#""redirect_uri":"https://bank.example/#x""#, "`redirect_uri` is"),
            (r#""statements":1"#, "`statements` is 1: it should be true or false"),
            (r#""resource":"""#, "`resource` is \"\": it should be the API's identifier"),
            (r#""step_up_max_age":-1"#, "`step_up_max_age` is -1: it should be a number of seconds"),
            (r#""clock_leeway":601"#, "`clock_leeway` is 601: it should be a number of seconds, 0 to 600"),
            (r#""clock_leeway":"60""#, "`clock_leeway` is \"60\""),
            (r#""trusted_audiences":"api""#, "`trusted_audiences` is \"api\": it should be a list"),
            (r#""log_out":"put""#, "`log_out` is \"put\": it should be \"post\" or \"get\""),
            (r#""idempotency_key":"no""#, "`idempotency_key` is \"no\": it should be true or false"),
            (
                r#""authorization_details":"yes""#,
                "`authorization_details` is \"yes\": it should be true or false",
            ),
            (r#""flow":"password""#, "`flow` is \"password\""),
            (r#""scopes":{"balance":""}"#, "`scopes` is"),
            (r#""scopes":{"transfers":"x"}"#, "`scopes` is"),
            (r#""jwks_uri":"http://10.0.0.1/keys""#, "`jwks_uri` is"),
            (r#""isuer":"https://id.example/""#, "`isuer` is not a key of the configuration"),
        ] {
            let key = change.split(':').next().unwrap();
            let mut keys: serde_json::Map<String, serde_json::Value> = serde_json::from_str(GOOD).unwrap();
            keys.extend(serde_json::from_str::<serde_json::Map<_, _>>(&format!("{{{change}}}")).unwrap());
            let text = serde_json::Value::from(keys).to_string();
            let errors = Config::parse(&text, ORIGIN, parse_with_url_crate).unwrap_err();
            assert_eq!(errors.len(), 1, "{key}: {errors:?}");
            let text = errors[0].to_string();
            assert!(text.starts_with(expected), "{text}");
        }
    }

    #[test]
    fn reports_all_errors() {
        let errors = Config::parse("{}", ORIGIN, parse_with_url_crate).unwrap_err();
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(matches!(
            Config::parse("[]", ORIGIN, parse_with_url_crate).unwrap_err()[..],
            [ConfigError::NotJson(_)]
        ));
    }
}
