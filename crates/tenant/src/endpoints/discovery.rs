//! `/.well-known/openid-configuration` (OpenID Connect Discovery 3), which is `/.well-known/oauth-authorization-server`
//! (RFC 8414) too.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::control::happens;
use crate::control::{ANOTHER_ISSUER, Fault};
use crate::domain::{MULTI_FACTOR, OFFLINE_ACCESS, OIDC_SCOPES, payment};
use crate::http;
use crate::language;
use crate::state::Shared;

pub(super) async fn get(State(state): Shared) -> Response {
    let mut document = json!({
        "issuer": state.issuer,
        "authorization_endpoint": state.url("authorize"),
        "token_endpoint": state.url("oauth/token"),
        "revocation_endpoint": state.url("oauth/revoke"),
        "jwks_uri": state.url(".well-known/jwks.json"),
        "userinfo_endpoint": state.url("userinfo"),
        "end_session_endpoint": state.url("oidc/logout"),
        "response_types_supported": ["code", "id_token token", "id_token", "token"],
        "response_modes_supported": ["query", "fragment", "form_post", "web_message"],
        "grant_types_supported": ["authorization_code", "implicit", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        // Clients are applications in a browser, where no secret is one.
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": OIDC_SCOPES.into_iter().chain([OFFLINE_ACCESS]).collect::<Vec<_>>(),
        "claims_supported": [
            "iss", "sub", "aud", "iat", "exp", "nonce", "at_hash", "auth_time", "sid", "acr", "amr",
            "name", "email", "email_verified"
        ],
        "acr_values_supported": [MULTI_FACTOR],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "display_values_supported": ["page"],
        "ui_locales_supported": language::tags(),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        // Absent means true (Discovery 3).
        "request_uri_parameter_supported": false,
    });
    if state.authorization_details {
        document["authorization_details_types_supported"] = json!([payment::TYPE]);
    }
    if happens(&state, Fault::DiscoveryIssuerMismatch) {
        document["issuer"] = json!(ANOTHER_ISSUER);
    }
    (http::public(), Json(document)).into_response()
}
