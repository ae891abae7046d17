//! What everybody may read: metadata, keys, userinfo; the log-out; and what somebody else would like to be read.

use super::{Fault, Misbehaving, Shared, authorize, broken, certificate, code, form, keys::pem, readable};
use crate::people::{ADA, BEN};
use axum::{
    Json,
    extract::{RawForm, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Value, json};

pub(super) const METADATA: &str = "/.well-known/openid-configuration";
/// The keys for ID tokens.
pub(super) const KEYS: &str = "/keys";
/// The keys for access tokens. They are the same keys; but no fault may keep the bank from accepting a token that the
/// client should have refused.
pub(super) const API_KEYS: &str = "/.well-known/jwks.json";
pub(super) const USERINFO: &str = "/userinfo";
pub(super) const LOG_OUT: &str = "/oidc/logout";
/// Where `jku` leads.
pub(super) const FOREIGN_KEYS: &str = "/foreign/keys";
/// Where `x5u` leads.
pub(super) const FOREIGN_CERTIFICATE: &str = "/foreign/certificate.pem";

/// OpenID Connect Discovery 3.
pub(super) async fn metadata(State(provider): Shared) -> Response {
    let issuer = if provider.does(Fault::DiscoveryIssuerMismatch) {
        "https://another-issuer.example/"
    } else {
        &provider.registration().issuer
    };
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": provider.at(authorize::PATH),
        "token_endpoint": provider.at(code::PATH),
        "jwks_uri": provider.at(KEYS),
        "userinfo_endpoint": provider.at(USERINFO),
        "end_session_endpoint": provider.at(LOG_OUT),
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
    let person = if provider.does(Fault::UserinfoInvalidSub) { BEN } else { ADA };
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

fn way_back(provider: &Misbehaving, query: &str) -> Result<String, String> {
    let mut parameters = form::decoded(query)?;
    let home = format!("{}/", provider.registration().app);
    if parameters.get("post_logout_redirect_uri") != Some(&home) {
        return Err("`post_logout_redirect_uri` is not registered".to_owned());
    }
    if !parameters.get("id_token_hint").is_some_and(|hint| hint.split('.').count() == 3) {
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
            let query = form::encoded(&[("state", &state)]).map_err(|miss| miss.to_string())?;
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
        Err(miss) => broken(&miss),
    }
}
