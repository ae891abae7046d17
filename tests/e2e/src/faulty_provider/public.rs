//! What everybody may read: metadata, keys, userinfo; the log-out; and what somebody else would like to be read.

use super::{
    certificate,
    fault::Fault,
    form,
    keys::pem,
    paths,
    provider::{FaultyProvider, Shared},
    responses::{broken, readable},
};
use crate::people::{ADA, BEN};
use axum::{
    Json,
    extract::{RawForm, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Value, json};

/// OpenID Connect Discovery 3.
pub(super) async fn metadata(State(provider): Shared) -> Response {
    let issuer = if provider.has_fault(Fault::DiscoveryIssuerMismatch) {
        "https://another-issuer.example/"
    } else {
        &provider.registration().issuer
    };
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": provider.at(paths::AUTHORIZE),
        "token_endpoint": provider.at(paths::TOKEN),
        "jwks_uri": provider.at(paths::KEYS),
        "userinfo_endpoint": provider.at(paths::USERINFO),
        "end_session_endpoint": provider.at(paths::LOG_OUT),
        "response_types_supported": ["id_token token", "code"],
        "response_modes_supported": ["fragment", "query"],
        "grant_types_supported": ["implicit", "authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_response_iss_parameter_supported": true,
        "authorization_details_types_supported": ["payment_initiation"],
    });
    readable(Json(metadata))
}

/// RFC 7517. A browser may keep them for an hour: a client that lets it is caught by the next new key.
pub(super) async fn keys(State(provider): Shared) -> Response {
    let (key, retired) = (provider.key(), provider.retired_key());
    let keys = match provider.fault() {
        Some(Fault::KidAbsentSingleJwks) => vec![key.jwk_without_name()],
        Some(Fault::KidAbsentMultipleJwks) => vec![retired.jwk_without_name(), key.jwk_without_name()],
        _ => vec![key.jwk(), retired.jwk()],
    };
    readable(([(header::CACHE_CONTROL, "public, max-age=3600")], key_set(&keys)))
}

pub(super) async fn api_keys(State(provider): Shared) -> Json<Value> {
    key_set(&[provider.key().jwk(), provider.retired_key().jwk()])
}

fn key_set(keys: &[Value]) -> Json<Value> {
    Json(json!({ "keys": keys }))
}

/// OIDC Core 5.3. Whoever comes is told, with any token: nobody should come.
pub(super) async fn userinfo(State(provider): Shared) -> Response {
    let person = if provider.has_fault(Fault::UserinfoInvalidSub) { BEN } else { ADA };
    readable(Json(json!({ "sub": person.sub, "name": person.name, "email": person.email })))
}

/// OpenID Connect RP-Initiated Logout 1.0, by an address or a form. There is no session to be ended.
pub(super) async fn log_out(State(provider): Shared, RawForm(request): RawForm) -> Response {
    match way_back(&provider, &String::from_utf8_lossy(&request)) {
        Ok(address) => Redirect::to(&address).into_response(),
        Err(what) => {
            let sentence = format!("This request of the client is not as it should be: {what}");
            (StatusCode::BAD_REQUEST, sentence).into_response()
        }
    }
}

fn way_back(provider: &FaultyProvider, query: &str) -> Result<String, String> {
    let mut parameters = form::decoded(query)?;
    let home = format!("{}/", provider.registration().app);
    if parameters.get("post_logout_redirect_uri") != Some(&home) {
        return Err("`post_logout_redirect_uri` is not registered".to_owned());
    }
    if parameters.get("id_token_hint").is_none_or(|hint| hint.split('.').count() != 3) {
        return Err("`id_token_hint` is not an ID token".to_owned());
    }
    if parameters.get("client_id") != Some(&provider.registration().client_id) {
        return Err("`client_id` is not that of a client".to_owned());
    }
    let state = match provider.fault() {
        Some(Fault::RpInitLogoutNoState) => None,
        Some(Fault::RpInitLogoutOtherState) => Some("not-a-state-that-was-sent".to_owned()),
        _ => parameters.remove("state"),
    };
    match state {
        None => Ok(home),
        Some(state) => {
            let query = form::encoded(&[("state", &state)]).map_err(|error| error.to_string())?;
            Ok(format!("{home}?{query}"))
        }
    }
}

/// The foreign key, under the name of the one that is trusted.
pub(super) async fn foreign_keys(State(provider): Shared) -> Response {
    readable(key_set(&[provider.foreign_key().jwk_named(provider.key().kid())]))
}

pub(super) async fn foreign_certificate(State(provider): Shared) -> Response {
    match certificate::self_signed(provider.foreign_key(), &provider.registration().issuer) {
        Ok(der) => readable(pem("CERTIFICATE", &der)),
        Err(error) => broken(&error),
    }
}
