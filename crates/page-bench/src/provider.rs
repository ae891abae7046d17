//! An OpenID provider that knows one customer and asks nothing. Its page waits for a click, as a log-in page does.

use crate::error::BenchError;
use crate::request_log::{Asked, RequestLog};
use crate::server;
use crate::tokens::{Grant, LIFETIME, Signer};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use form_urlencoded::Serializer;
use std::collections::HashMap;
use std::sync::Arc;

const AUDIENCE: &str = "https://my-banking-api";
/// What leads back to the client; no button of a client is called so.
pub(crate) const CONTINUE: &str = "Back to your bank";

#[derive(Debug)]
pub(crate) struct Provider {
    origin: String,
    signer: Signer,
    log: RequestLog,
}

impl Provider {
    /// Another site than the clients, as in life: they are at `localhost`.
    pub(crate) async fn start(log: &RequestLog) -> Result<Arc<Self>, BenchError> {
        let (listener, origin) = server::bind("127.0.0.1").await?;
        let provider = Arc::new(Self { origin, signer: Signer::generate()?, log: log.clone() });
        let router = Router::new()
            .route("/authorize", get(authorize))
            .route("/.well-known/jwks.json", get(jwks))
            .with_state(Arc::clone(&provider));
        server::serve(listener, router);
        Ok(provider)
    }

    /// The configuration of a client. With what would otherwise take a request for metadata.
    pub(crate) fn client_config(&self) -> serde_json::Value {
        let at = |path: &str| format!("{}{path}", self.origin);
        serde_json::json!({
            "issuer": at("/"),
            "client_id": "page-bench",
            "audience": AUDIENCE,
            "api": "",
            "authorization_endpoint": at("/authorize"),
            "jwks_uri": at("/.well-known/jwks.json"),
        })
    }

    fn respond(&self, query: &str) -> Result<Html<String>, BenchError> {
        let request: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let parameter = |name: &str| request.get(name).map(AsRef::as_ref).unwrap_or_default();
        let grant = Grant {
            issuer: &format!("{}/", self.origin),
            client_id: parameter("client_id"),
            audience: AUDIENCE,
            scope: parameter("scope"),
            nonce: parameter("nonce"),
        };
        let (access_token, id_token) = self.signer.tokens(&grant)?;
        let response = Serializer::new(String::new())
            .append_pair("access_token", &access_token)
            .append_pair("id_token", &id_token)
            .append_pair("token_type", "Bearer")
            .append_pair("expires_in", &LIFETIME.to_string())
            .append_pair("scope", grant.scope)
            .append_pair("state", parameter("state"))
            .finish()
            .replace('&', "&amp;");
        let redirect_uri = parameter("redirect_uri");
        Ok(Html(format!(
            "<!doctype html><html lang=\"en\"><title>Provider</title><a href=\"{redirect_uri}#{response}\">{CONTINUE}</a>"
        )))
    }
}

async fn authorize(State(provider): State<Arc<Provider>>, RawQuery(query): RawQuery) -> Response {
    provider.log.note(Asked::Authorize);
    provider.respond(&query.unwrap_or_default()).map_or_else(
        |error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        IntoResponse::into_response,
    )
}

async fn jwks(State(provider): State<Arc<Provider>>) -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::CONTENT_TYPE, "application/json"),
    ];
    (headers, provider.signer.jwks().to_string())
}
