//! What scripts are told, in Auth0's words.

use actions::{
    Authentication, Authorization, Client, Connection, EnrolledFactor, Event, Method, ResourceServer,
    Session, SessionClient, SessionCookie, Stats, Tenant, Transaction, User,
};
use jiff::Timestamp;

use crate::domain::{
    AuthorizationRequest, Customer, Factor, MULTI_FACTOR, Prompt, RequestContext, ResponseType, origin_of,
};
use crate::state::AppState;

/// How the customer has authenticated, at the time that the scripts run.
pub(crate) struct AuthenticationState {
    /// The session's `sid`, when there was one before.
    pub(crate) sid: Option<String>,
    pub(crate) auth_time: u64,
    /// When a second factor was given, in this session or just now, and which one.
    pub(crate) second_factor: Option<(u64, Factor)>,
}

pub(super) fn event(
    state: &AppState,
    request: &AuthorizationRequest,
    customer: &Customer,
    authenticated: &AuthenticationState,
) -> Event {
    let RequestContext { query, confidential, user_agent, language, host, address, .. } = &request.context;
    let store = state.store();
    let (app_metadata, user_metadata) = store.customers.metadata(customer);
    let enrolled = store.enrolled(&customer.sub, state.now());
    let logins_count = store.customers.log_ins(&customer.sub);
    let (created_at, updated_at) = store.customers.times(&customer.sub, state.now());
    drop(store);
    let profile = &customer.profile;
    Event {
        user: User {
            user_id: customer.sub.clone(),
            email: customer.email.clone(),
            email_verified: true,
            name: customer.name.clone(),
            nickname: profile.nickname.clone().unwrap_or_else(|| nickname(&customer.email)),
            picture: profile.picture.clone().unwrap_or_else(|| state.url("assets/icon-192.png")),
            given_name: profile.given_name.clone(),
            family_name: profile.family_name.clone(),
            username: profile.username.clone(),
            phone_number: profile.phone_number.clone(),
            phone_verified: profile.phone_number.is_some().then_some(true),
            created_at: time(created_at),
            updated_at: time(updated_at),
            app_metadata,
            user_metadata,
            multifactor: enrolled.iter().filter_map(provider).map(str::to_owned).collect(),
            enrolled_factors: enrolled
                .iter()
                .map(|factor| EnrolledFactor { factor: factor.name().to_owned() })
                .collect(),
        },
        client: Client {
            client_id: request.client.id.clone(),
            name: request.client.name.clone(),
            metadata: request.client.metadata.clone(),
        },
        request: actions::Request {
            method: "GET".to_owned(),
            query: query.clone(),
            ip: address.clone(),
            user_agent: user_agent.clone(),
            hostname: host.clone(),
            language: language.clone(),
            ..actions::Request::default()
        },
        transaction: transaction(request),
        authentication: Authentication { methods: methods(authenticated) },
        authorization: Authorization { roles: customer.roles.clone() },
        connection: Connection {
            id: "con_customers".to_owned(),
            name: "Username-Password-Authentication".to_owned(),
            strategy: "auth0".to_owned(),
            ..Connection::default()
        },
        resource_server: request
            .api
            .as_ref()
            .map(|api| ResourceServer { identifier: api.identifier.clone() }),
        session: authenticated.sid.clone().map(|id| session(request, customer, id, authenticated.auth_time)),
        stats: Stats { logins_count },
        tenant: Tenant { id: tenant(&state.issuer) },
        confidential: confidential.clone(),
    }
}

fn transaction(request: &AuthorizationRequest) -> Transaction {
    let context = &request.context;
    let words = |name: &str| -> Vec<String> {
        context
            .get(name)
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let ui_locales = words("ui_locales");
    let mut acr_values = words("acr_values");
    if acr_values.is_empty() && request.multi_factor {
        acr_values.push(MULTI_FACTOR.to_owned());
    }
    let protocol = match request.response_type {
        ResponseType::Code { .. } => "oidc-basic-profile",
        ResponseType::IdToken | ResponseType::Token | ResponseType::IdTokenToken => "oidc-implicit-profile",
    };
    Transaction {
        id: context.id.clone(),
        correlation_id: context
            .get("correlation_id")
            .or_else(|| context.get("ext-correlation_id"))
            .map(str::to_owned),
        acr_values,
        locale: ui_locales.first().cloned().unwrap_or_else(|| "en".to_owned()),
        login_hint: request.login_hint.clone(),
        prompt: match request.prompt {
            Prompt::Unsaid => None,
            Prompt::None => Some(vec!["none".to_owned()]),
            Prompt::LogIn => Some(vec!["login".to_owned()]),
        },
        protocol: protocol.to_owned(),
        redirect_uri: request.target.redirect_uri.clone(),
        requested_authorization_details: request
            .payment
            .as_ref()
            .and_then(|payment| serde_json::to_value([payment]).ok()),
        requested_scopes: request.scopes.clone(),
        response_mode: context.get("response_mode").map(str::to_owned),
        response_type: words("response_type"),
        state: request.target.state.clone(),
        ui_locales,
    }
}

/// As `user.multifactor` names it; recovery codes are no provider.
const fn provider(factor: Factor) -> Option<&'static str> {
    match factor {
        Factor::Push => Some("guardian"),
        Factor::Otp => Some("google-authenticator"),
        Factor::RecoveryCode => None,
    }
}

fn methods(authenticated: &AuthenticationState) -> Vec<Method> {
    let password = Method { name: "pwd".to_owned(), timestamp: time(authenticated.auth_time), factor: None };
    let second = authenticated.second_factor.map(|(when, factor)| Method {
        name: "mfa".to_owned(),
        timestamp: time(when),
        factor: Some(factor.name().to_owned()),
    });
    [password].into_iter().chain(second).collect()
}

fn session(request: &AuthorizationRequest, customer: &Customer, id: String, auth_time: u64) -> Session {
    Session {
        id,
        authenticated_at: time(auth_time),
        user_id: customer.sub.clone(),
        clients: vec![SessionClient { client_id: request.client.id.clone() }],
        cookie: SessionCookie { mode: "non-persistent".to_owned() },
        ..Session::default()
    }
}

/// As Auth0 makes one.
fn nickname(email: &str) -> String {
    email.rsplit_once('@').map_or(email, |(nickname, _)| nickname).to_owned()
}

fn time(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// `localhost` of `http://localhost:8090/`.
fn tenant(issuer: &str) -> String {
    let origin = origin_of(issuer).unwrap_or_default();
    let host = origin.split("//").nth(1).unwrap_or_default();
    host.split([':', '.']).next().unwrap_or_default().to_owned()
}
