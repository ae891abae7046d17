//! An API that answers exactly like the sample of Auth0's documentation: Express with `express-jwt`,
//! `express-jwt-authz` and `cors`, nothing else. Two endpoints that answer with a sentence; no idempotency, no
//! problem details, no list of transfers.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::any,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind, jwk::JwkSet};
use serde::Deserialize;
use std::sync::Arc;

/// What the sample's script sets.
#[derive(Debug, Clone)]
pub struct Express {
    /// `issuer`, with its slash.
    pub issuer: String,
    /// `jwksUri`.
    pub jwks_uri: String,
    /// `audience`.
    pub audience: String,
    /// `app.use(cors())`: needed where the client lives on another origin; the sample itself has none.
    pub cors: bool,
}

#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(default)]
    scope: Option<String>,
}

impl Express {
    /// The server of the sample, on an origin of its own.
    pub fn router(self) -> Router {
        let cors = self.cors;
        let router = Router::new().fallback(answer).with_state(Arc::new(self));
        if cors { router.layer(middleware::from_fn(default_cors)) } else { router }
    }

    /// Its two endpoints alone, to stand beside the client's files.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/balance", any(answer))
            .route("/transfer", any(answer))
            .with_state(Arc::new(self))
    }
}

async fn answer(State(express): State<Arc<Express>>, request: Request) -> Response {
    let (scope, sentence) = match (request.method().as_str(), request.uri().path()) {
        ("GET", "/balance") => ("view:balance", "This is the GET /balance endpoint"),
        ("POST", "/transfer") => ("transfer:funds", "This is the POST /transfer endpoint"),
        (method, _) => {
            return error_page(StatusCode::NOT_FOUND, &format!("Cannot {method} {}", request.uri()));
        }
    };
    match check_jwt(&express, request.headers()).await {
        Err(message) => error_page(StatusCode::UNAUTHORIZED, &format!("UnauthorizedError: {message}")),
        Ok(claims) => match claims.scope {
            Some(held) if held.split(' ').any(|one| one == scope) => {
                let body = serde_json::json!({ "message": sentence }).to_string();
                send(StatusCode::CREATED, "application/json; charset=utf-8", body)
            }
            _ => insufficient_scope(scope),
        },
    }
}

/// `express-jwt` with `jwks-rsa`.
async fn check_jwt(express: &Express, headers: &HeaderMap) -> Result<Claims, String> {
    let Some(header) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return Err("No authorization token was found".to_owned());
    };
    let mut parts = header.split(' ');
    let token = match (parts.next(), parts.next(), parts.next()) {
        (Some(scheme), Some(token), None) if scheme.eq_ignore_ascii_case("bearer") => token,
        _ => return Err("Format is Authorization: Bearer [token]".to_owned()),
    };
    let header = jsonwebtoken::decode_header(token).map_err(|_| "jwt malformed".to_owned())?;
    let keys: JwkSet = fetch(&express.jwks_uri).await.map_err(|error| error.without_url().to_string())?;
    let kid = header.kid.unwrap_or_default();
    let key = keys
        .find(&kid)
        .and_then(|jwk| DecodingKey::from_jwk(jwk).ok())
        .ok_or_else(|| format!("Unable to find a signing key that matches '{kid}'"))?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_required_spec_claims(&["exp", "iss", "aud"]);
    rules.set_audience(&[&express.audience]);
    rules.set_issuer(&[&express.issuer]);
    rules.leeway = 0;
    match jsonwebtoken::decode::<Claims>(token, &key, &rules) {
        Ok(data) => Ok(data.claims),
        Err(error) => Err(match error.kind() {
            ErrorKind::ExpiredSignature => "jwt expired".to_owned(),
            ErrorKind::InvalidAudience => format!("jwt audience invalid. expected: {}", express.audience),
            ErrorKind::InvalidIssuer => format!("jwt issuer invalid. expected: {}", express.issuer),
            ErrorKind::InvalidSignature => "invalid signature".to_owned(),
            _ => "invalid token".to_owned(),
        }),
    }
}

async fn fetch(uri: &str) -> Result<JwkSet, reqwest::Error> {
    reqwest::get(uri).await?.error_for_status()?.json().await
}

/// `express-jwt-authz`: its own spelling of the error, its own order, and a body of two words.
fn insufficient_scope(scope: &str) -> Response {
    let mut response =
        send(StatusCode::FORBIDDEN, "text/html; charset=utf-8", "Insufficient scope".to_owned());
    let challenge = format!("Bearer scope=\"{scope}\", error=\"Insufficient scope\"");
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// `finalhandler`: Express's answer to an error that nobody handled.
fn error_page(status: StatusCode, message: &str) -> Response {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n\
         <body>\n<pre>{message}</pre>\n</body>\n</html>\n"
    );
    let mut response = send(status, "text/html; charset=utf-8", page);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn send(status: StatusCode, kind: &'static str, body: String) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, kind), (header::HeaderName::from_static("x-powered-by"), "Express")],
        body,
    )
        .into_response()
}

/// `cors()` without options: every origin, whatever headers are asked for, and none exposed.
async fn default_cors(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE"),
        );
        if let Some(asked) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        *response.body_mut() = Body::empty();
        response
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
