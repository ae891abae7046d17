//! A small identity provider: RSA keys, tokens with any header and claims, a key set over real HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Making an RSA key takes long enough to do it once for all tests.
pub(crate) static FIRST: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::new("first"));
pub(crate) static SECOND: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::new("second"));

pub(crate) struct SigningKey {
    pub(crate) kid: &'static str,
    pair: RsaKeyPair,
}

impl SigningKey {
    fn new(kid: &'static str) -> Self {
        Self { kid, pair: RsaKeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    pub(crate) fn modulus(&self) -> &[u8] {
        self.pair.public_key().modulus().big_endian_without_leading_zero()
    }

    pub(crate) fn jwk(&self) -> Value {
        let e = self.pair.public_key().exponent().big_endian_without_leading_zero();
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": encode(self.modulus()), "e": encode(e),
        })
    }

    /// A token with the usual header.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid }), &claims.to_string())
    }

    /// A signed token with any header and any text for claims.
    pub(crate) fn token_with(&self, header: &Value, claims: &str) -> String {
        let message = format!("{}.{}", encode(header.to_string()), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", encode(signature))
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the issuer responds when its keys are fetched.
#[derive(Clone)]
pub(crate) enum KeySetResponse {
    Keys(Value),
    Text(String),
    Status(StatusCode),
    Redirect(String),
}

pub(crate) struct TestIssuer {
    pub(crate) url: String,
    state: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    response: Mutex<KeySetResponse>,
    fetches: AtomicUsize,
    /// A fetch is answered when it gets a permit.
    gate: Semaphore,
}

impl TestIssuer {
    /// An issuer on a port of its own that publishes the first key.
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Shared {
            response: Mutex::new(KeySetResponse::Keys(json!({ "keys": [FIRST.jwk()] }))),
            fetches: AtomicUsize::new(0),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/.well-known/jwks.json", get(keys)).with_state(Arc::clone(&state));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state, server }
    }

    pub(crate) fn jwks_uri(&self) -> String {
        format!("{}.well-known/jwks.json", self.url)
    }

    pub(crate) fn respond_with(&self, response: KeySetResponse) {
        *self.state.response.lock().unwrap() = response;
    }

    pub(crate) fn publishes(&self, keys: &[&SigningKey]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
        self.respond_with(KeySetResponse::Keys(json!({ "keys": keys })));
    }

    /// How often the keys were asked for.
    pub(crate) fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }

    /// From now on fetches wait.
    pub(crate) fn hold(&self) {
        self.state.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Answers one of the fetches that wait.
    pub(crate) fn release_one(&self) {
        self.state.gate.add_permits(1);
    }

    /// Takes the issuer off the network.
    pub(crate) async fn shut_down(&mut self) {
        self.server.abort();
        (&mut self.server).await.unwrap_err();
    }
}

async fn keys(State(state): State<Arc<Shared>>) -> Response {
    state.fetches.fetch_add(1, Ordering::SeqCst);
    state.gate.acquire().await.unwrap().forget();
    let response = state.response.lock().unwrap().clone();
    match response {
        KeySetResponse::Keys(keys) => axum::Json(keys).into_response(),
        KeySetResponse::Text(text) => text.into_response(),
        KeySetResponse::Status(status) => status.into_response(),
        KeySetResponse::Redirect(uri) => Redirect::temporary(&uri).into_response(),
    }
}
