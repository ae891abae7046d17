//! What scripts send: to the hosts that the configuration allows, and nowhere else.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, Uri, header};
use axum::response::IntoResponse as _;
use serde_json::json;
use tenant::{Config, ScriptSettings};

use super::{Log, action, decided_by, id_token};
use crate::harness::World;
use crate::log::traces;

/// A server on this machine that keeps what it was asked for, and sends the browser on where `/to/` says.
async fn server() -> (u16, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    let router = Router::new().fallback(move |uri: Uri, headers: axum::http::HeaderMap| {
        let kept = Arc::clone(&kept);
        async move {
            let key = headers.get("authorization").map(|it| it.to_str().unwrap().to_owned());
            kept.lock().unwrap().push(format!("{uri} {}", key.unwrap_or_default()));
            match uri.path().strip_prefix("/to/") {
                Some(address) => {
                    (StatusCode::FOUND, [(header::LOCATION, format!("http://{address}"))]).into_response()
                }
                None => axum::Json(json!({ "score": 7 })).into_response(),
            }
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (port, asked)
}

fn allowing(hosts: &[String], body: &str) -> Config {
    let mut asking = action(body);
    asking.secrets.insert("KEY".to_owned(), "swordfish-and-chips".to_owned());
    let scripts = ScriptSettings { allowed_hosts: hosts.to_vec(), ..ScriptSettings::default() };
    Config { scripts, ..decided_by([asking]) }
}

/// What the script puts into the token.
async fn told(config: Config) -> serde_json::Value {
    id_token(&World::with(config).await).await["told"].clone()
}

/// Proves: script-network
#[tokio::test]
async fn allowed_host_is_reached_and_recorded() {
    let (port, asked) = server().await;
    let body = format!(
        "const r = await fetch('http://127.0.0.1:{port}/score?key=' + event.secrets.KEY, {{ headers: {{ authorization: 'Bearer ' + event.secrets.KEY }} }});
         api.idToken.setCustomClaim('told', [r.status, (await r.json()).score]);"
    );
    let (terminal, _guard) = Log::listen();
    let world = World::with(allowing(&[format!("127.0.0.1:{port}")], &body)).await;
    assert_eq!(id_token(&world).await["told"], json!([200, 7]));
    assert_eq!(*asked.lock().unwrap(), ["/score?key=swordfish-and-chips Bearer swordfish-and-chips"]);
    let log = json!(traces(&world).await).to_string();
    assert!(log.contains(&format!("http://127.0.0.1:{port}/score?key=")), "{log}");
    assert!(log.contains("\"status\":200") && !log.contains("swordfish"), "{log}");
    assert!(log.contains("ID token, custom claims: told"), "{log}");
    let terminal = terminal.text();
    assert!(terminal.contains("request sent") && !terminal.contains("swordfish"), "{terminal}");
}

/// Proves: script-network
#[tokio::test]
async fn other_hosts_are_not_reached() {
    let (port, asked) = server().await;
    let (other, other_asked) = server().await;
    let hosts = [format!("127.0.0.1:{port}")];
    for (address, refusal) in [
        (format!("http://127.0.0.1:{other}/"), format!("127.0.0.1:{other} is not allowed")),
        (format!("http://localhost:{port}/"), format!("localhost:{port} is not allowed")),
        (format!("http://[::ffff:127.0.0.1]:{port}/"), "is not allowed".to_owned()),
        (
            format!("http://127.0.0.1:{port}/to/127.0.0.1:{other}/"),
            format!("127.0.0.1:{other} is not allowed"),
        ),
        (
            format!("http://127.0.0.1:{port}/to/localhost:{other}/"),
            format!("localhost:{other} is not allowed"),
        ),
        ("file:///etc/passwd".to_owned(), "file: addresses are not allowed".to_owned()),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "169.254.169.254 is not allowed".to_owned()),
    ] {
        let body = format!(
            "api.idToken.setCustomClaim('told', await fetch('{address}').then(() => 'reached', (e) => e.message));"
        );
        let found = told(allowing(&hosts, &body)).await;
        assert!(found.as_str().unwrap().contains(&refusal), "{address}: {found}");
    }
    assert_eq!(asked.lock().unwrap().len(), 2, "the two that it sends on");
    assert!(other_asked.lock().unwrap().is_empty());
}

/// What is shown to one server is not for another, even where that is allowed.
/// Proves: script-network
#[tokio::test]
async fn redirect_takes_no_authorization_along() {
    let (port, asked) = server().await;
    let (other, other_asked) = server().await;
    let body = format!(
        "const r = await fetch('http://127.0.0.1:{port}/to/127.0.0.1:{other}/end', {{ headers: {{ authorization: 'Bearer k' }} }});
         api.idToken.setCustomClaim('told', [r.redirected, r.url]);"
    );
    let found = told(allowing(&[format!("127.0.0.1:{port}"), format!("127.0.0.1:{other}")], &body)).await;
    assert_eq!(found, json!([true, format!("http://127.0.0.1:{other}/end")]));
    assert!(asked.lock().unwrap()[0].ends_with("Bearer k"));
    assert_eq!(*other_asked.lock().unwrap(), ["/end "]);
}

/// The facts about a log-in that no tenant on one machine can know stand in the file.
#[tokio::test]
async fn event_has_what_the_file_says() {
    let object = |value: serde_json::Value| value.as_object().unwrap().clone();
    let scripts = ScriptSettings {
        geoip: object(json!({ "countryCode": "DE" })),
        organization: object(json!({ "id": "org_1", "name": "bank" })),
        risk_assessment: object(json!({ "confidence": "low" })),
        ..ScriptSettings::default()
    };
    let look = action(
        "api.idToken.setCustomClaim('told', [event.request.geoip.countryCode, event.organization.id, event.authentication.riskAssessment.confidence]);",
    );
    assert_eq!(told(Config { scripts, ..decided_by([look]) }).await, json!(["DE", "org_1", "low"]));
    let look = action(
        "api.idToken.setCustomClaim('told', ['organization' in event, 'riskAssessment' in event.authentication]);",
    );
    assert_eq!(told(decided_by([look])).await, json!([false, false]));
}
