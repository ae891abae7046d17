//! What scripts are told about a log-in: the `event` of post-login Actions, with Auth0's names. Rules see the same as
//! `user` and `context`. Times are RFC 3339 texts, as there.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// `event`. `event.secrets` and `event.configuration` are added for each script.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Event {
    /// Who logs in.
    pub user: User,
    /// The application that asks.
    pub client: Client,
    /// The HTTP request that started it.
    pub request: Request,
    /// What the application asks for.
    pub transaction: Transaction,
    /// How the user has authenticated so far.
    pub authentication: Authentication,
    /// What the user may do.
    pub authorization: Authorization,
    /// Where the user is kept.
    pub connection: Connection,
    /// The API that an access token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_server: Option<ResourceServer>,
    /// The session at the tenant, when there was one before this log-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Counts.
    pub stats: Stats,
    /// The tenant itself.
    pub tenant: Tenant,
    /// Values in it, by name, that nobody may read in what scripts write: they are hidden as scripts' secrets are.
    #[serde(skip)]
    pub confidential: Vec<(String, String)>,
}

impl Event {
    /// The user, as scripts see them: with the one identity that they have here, at the connection.
    pub(crate) fn person(&self) -> Value {
        let Self { user, connection, .. } = self;
        // `1001` of `auth0|1001`.
        let id = user.user_id.split_once('|').map_or(user.user_id.as_str(), |(_, id)| id);
        let mut person = json!(user);
        person["identities"] = json!([{
            "connection": connection.name, "provider": connection.strategy, "user_id": id, "isSocial": false,
        }]);
        person
    }
}

/// `event.user`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct User {
    /// The subject identifier.
    pub user_id: String,
    /// The e-mail address.
    pub email: String,
    /// Whether it was verified.
    pub email_verified: bool,
    /// The full name.
    pub name: String,
    /// What others call the user.
    pub nickname: String,
    /// Where a picture of the user is.
    pub picture: String,
    /// A part of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// A part of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// A name to log in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether it was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_verified: Option<bool>,
    /// Since when the tenant knows the user.
    pub created_at: String,
    /// When something of this was changed, or the user logged in.
    pub updated_at: String,
    /// What applications know about the user.
    pub app_metadata: Map<String, Value>,
    /// What the user says about themselves.
    pub user_metadata: Map<String, Value>,
    /// Providers of second factors that the user has, such as `guardian`.
    pub multifactor: Vec<String>,
    /// Second factors that the user has.
    #[serde(rename = "enrolledFactors")]
    pub enrolled_factors: Vec<EnrolledFactor>,
}

/// One of `event.user.enrolledFactors`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct EnrolledFactor {
    /// `push-notification`, `otp`, `recovery-code`, …
    #[serde(rename = "type")]
    pub factor: String,
}

/// `event.client`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Client {
    /// `client_id`.
    pub client_id: String,
    /// The name that people read.
    pub name: String,
    /// What the registration says besides.
    pub metadata: Map<String, Value>,
}

/// `event.request`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// The parameters of the request, as they came.
    pub query: Map<String, Value>,
    /// The fields of its body.
    pub body: Map<String, Value>,
    /// The address that it came from, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// What the browser says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The tenant's host, as the request names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// `Accept-Language`, its first choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the address is in the world: nobody knows, but scripts look into it.
    pub geoip: Map<String, Value>,
}

/// `event.transaction`. `metadata` is added for each script.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Transaction {
    /// Names this request, and no other.
    pub id: String,
    /// `correlation_id`, with which the application finds it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// `acr_values`.
    pub acr_values: Vec<String>,
    /// The user's language.
    pub locale: String,
    /// `login_hint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// `prompt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Vec<String>>,
    /// `oidc-basic-profile` (code) or `oidc-implicit-profile`.
    pub protocol: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// `authorization_details` (RFC 9396), as asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_authorization_details: Option<Value>,
    /// `scope`, in its order, unknown ones included.
    pub requested_scopes: Vec<String>,
    /// `response_mode`, when the request says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_mode: Option<String>,
    /// `response_type`.
    pub response_type: Vec<String>,
    /// `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `ui_locales`.
    pub ui_locales: Vec<String>,
}

/// `event.authentication`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Authentication {
    /// In the order in which they were given.
    pub methods: Vec<Method>,
}

/// One of `event.authentication.methods`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Method {
    /// `pwd` or `mfa`.
    pub name: String,
    /// When.
    pub timestamp: String,
    /// Of `mfa`: the factor, as in [`EnrolledFactor`].
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub factor: Option<String>,
}

/// `event.authorization`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Authorization {
    /// Names of roles.
    pub roles: Vec<String>,
}

/// `event.connection`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Connection {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `auth0`: a database of e-mail addresses and passwords.
    pub strategy: String,
    /// There is nothing in it, but scripts look into it.
    pub metadata: Map<String, Value>,
}

/// `event.resource_server`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ResourceServer {
    /// The API's identifier.
    pub identifier: String,
}

/// `event.session`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Session {
    /// `sid` of ID tokens.
    pub id: String,
    /// When the user last logged in in it.
    pub authenticated_at: String,
    /// Whose it is.
    pub user_id: String,
    /// The applications that ask in it.
    pub clients: Vec<SessionClient>,
    /// How long the browser keeps it.
    pub cookie: SessionCookie,
    /// There is nothing in it, but scripts look into it.
    pub metadata: Map<String, Value>,
}

/// One of `event.session.clients`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SessionClient {
    /// `client_id`.
    pub client_id: String,
}

/// `event.session.cookie`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SessionCookie {
    /// `non-persistent`: until the browser is closed.
    pub mode: String,
}

/// `event.stats`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Stats {
    /// Log-ins of this user, this one included.
    pub logins_count: u64,
}

/// `event.tenant`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Tenant {
    /// Its name.
    pub id: String,
}
