//! What scripts are told, in Auth0's words.

use actions::Event;
use serde_json::{Map, Value, json};

use crate::domain::{
    AuthorizationRequest, Customer, Factor, MULTI_FACTOR, Profile, Prompt, RefreshContext, RequestContext,
    ResponseType, origin_of,
};
use crate::log;
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
    let RequestContext { query, confidential, user_agent, language, host, address, refresh, .. } =
        &request.context;
    let nothing = Map::new();
    let (query, body) = if refresh.is_some() { (&nothing, query) } else { (query, &nothing) };
    let settings = &state.script_settings;
    let some = |members: &Map<String, Value>| (!members.is_empty()).then(|| members.clone());
    let store = state.store();
    let (app_metadata, user_metadata) = store.customers.metadata(customer);
    let enrolled = store.enrolled(&customer.sub, state.now());
    let logins_count = store.customers.log_ins(&customer.sub);
    let (created_at, updated_at) = store.customers.times(&customer.sub, state.now());
    drop(store);
    let Profile { nickname, picture, given_name, family_name, username, phone_number } = &customer.profile;
    let before_at = || customer.email.rsplit_once('@').map(|(name, _)| name.to_owned());
    let AuthenticationState { sid, auth_time, second_factor } = authenticated;
    let mut methods = vec![json!({ "name": "pwd", "timestamp": time(*auth_time) })];
    methods.extend(
        second_factor
            .map(|(when, factor)| json!({ "name": "mfa", "timestamp": time(when), "type": factor.name() })),
    );
    let mut document = json!({
        "user": {
            "user_id": customer.sub,
            "email": customer.email,
            "email_verified": true,
            "name": customer.name,
            // As Auth0 makes one.
            "nickname": nickname.clone().or_else(before_at),
            "picture": picture.clone().unwrap_or_else(|| state.url("assets/icon-192.png")),
            "given_name": given_name,
            "family_name": family_name,
            "username": username,
            "phone_number": phone_number,
            "phone_verified": phone_number.as_ref().map(|_| true),
            "created_at": time(created_at),
            "updated_at": time(updated_at),
            "app_metadata": app_metadata,
            "user_metadata": user_metadata,
            "multifactor": enrolled.iter().filter_map(provider).collect::<Vec<_>>(),
            "enrolledFactors": enrolled.iter().map(|it| json!({ "type": it.name() })).collect::<Vec<_>>(),
        },
        "client": {
            "client_id": request.client.id,
            "name": request.client.name,
            "metadata": request.client.metadata,
        },
        "request": {
            "method": if refresh.is_some() { "POST" } else { "GET" },
            "query": query,
            "ip": address,
            "user_agent": user_agent,
            "hostname": host,
            "language": language,
            // There may be nothing in it, but scripts look into it.
            "body": body,
            "geoip": settings.geoip,
        },
        "transaction": transaction(request),
        "authentication": { "methods": methods, "riskAssessment": some(&settings.risk_assessment) },
        "organization": some(&settings.organization),
        "authorization": { "roles": customer.roles },
        "connection": {
            "id": "con_customers",
            "name": "Username-Password-Authentication",
            "strategy": "auth0",
            "metadata": {},
        },
        "resource_server": request.api.as_ref().map(|api| json!({ "identifier": api.identifier })),
        "session": sid.as_ref().map(|id| json!({
            "id": id,
            "authenticated_at": time(*auth_time),
            "user_id": customer.sub,
            "clients": [{ "client_id": request.client.id }],
            "cookie": { "mode": "non-persistent" },
            "metadata": {},
        })),
        "refresh_token": refresh.as_ref().map(|refresh| refresh_token(request, customer, sid.as_deref(), refresh)),
        "stats": { "logins_count": logins_count },
        "tenant": { "id": tenant(&state.issuer) },
    });
    // What is not known is absent. Metadata may have a null of their own.
    for part in ["", "/user", "/request", "/transaction", "/authentication"] {
        if let Some(Value::Object(members)) = document.pointer_mut(part) {
            members.retain(|_, value| !value.is_null());
        }
    }
    Event { document, confidential: confidential.clone(), continues: false }
}

fn transaction(request: &AuthorizationRequest) -> Value {
    let context = &request.context;
    let words = |name: &str| -> Vec<&str> {
        context.get(name).unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect()
    };
    let ui_locales = words("ui_locales");
    let mut acr_values = words("acr_values");
    if acr_values.is_empty() && request.multi_factor {
        acr_values.push(MULTI_FACTOR);
    }
    json!({
        "id": context.id,
        "correlation_id": context.get("correlation_id").or_else(|| context.get("ext-correlation_id")),
        "acr_values": acr_values,
        "locale": ui_locales.first().unwrap_or(&"en"),
        "login_hint": request.login_hint,
        "prompt": match request.prompt {
            Prompt::Unsaid => None,
            Prompt::None => Some(["none"]),
            Prompt::LogIn => Some(["login"]),
        },
        "protocol": match request.response_type {
            _ if context.refresh.is_some() => "oauth2-refresh-token",
            ResponseType::Code { .. } => "oidc-basic-profile",
            ResponseType::IdToken | ResponseType::Token | ResponseType::IdTokenToken => "oidc-implicit-profile",
        },
        "redirect_uri": request.target.redirect_uri,
        "requested_authorization_details": request.payment.as_ref().map(|payment| [payment]),
        "requested_scopes": request.scopes,
        "response_mode": context.get("response_mode"),
        "response_type": words("response_type"),
        "state": request.target.state,
        "ui_locales": ui_locales,
    })
}

/// The refresh token that is exchanged. Its identifier here is that of the log-in that it came of.
fn refresh_token(
    request: &AuthorizationRequest,
    customer: &Customer,
    sid: Option<&str>,
    &RefreshContext { created, last_used, expires, idle_expires }: &RefreshContext,
) -> Value {
    let client = &request.client;
    json!({
        "id": sid,
        "user_id": customer.sub,
        "client_id": client.id,
        "session_id": sid,
        "created_at": time(created),
        "last_exchanged_at": time(last_used),
        "expires_at": time(expires),
        "idle_expires_at": time(idle_expires),
        "rotating": client.refresh_token.rotation,
        "resource_servers": request.api.iter().map(|api| json!({
            "audience": api.identifier,
            "scopes": request.scopes.join(" "),
        })).collect::<Vec<_>>(),
    })
}

/// As `user.multifactor` names it; recovery codes are no provider.
const fn provider(factor: Factor) -> Option<&'static str> {
    match factor {
        Factor::Push => Some("guardian"),
        Factor::Otp => Some("google-authenticator"),
        Factor::RecoveryCode => None,
    }
}

fn time(seconds: u64) -> String {
    log::time::machine(1_000 * seconds)
}

/// `localhost` of `http://localhost:8090/`.
fn tenant(issuer: &str) -> String {
    let origin = origin_of(issuer).unwrap_or_default();
    let host = origin.split("//").nth(1).unwrap_or_default();
    host.split([':', '.']).next().unwrap_or_default().to_owned()
}
