//! Messages to a phone whose page is closed: a push service of the test's own takes them and reads them as a browser would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use tokio::sync::mpsc;
use web_push_native::p256::SecretKey;
use web_push_native::p256::elliptic_curve::sec1::ToEncodedPoint as _;

use crate::harness::{ADA, BEN, Browser, World, config};

/// A push service, and the browser whose messages it keeps.
struct Service {
    origin: String,
    answers: Arc<AtomicU16>,
    received: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
    key: SecretKey,
}

const AUTH: [u8; 16] = [7; 16];

impl Service {
    async fn start() -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let answers = Arc::new(AtomicU16::new(201));
        let take = async |State((sender, answers)): State<(mpsc::UnboundedSender<_>, Arc<AtomicU16>)>,
                          headers: HeaderMap,
                          body: Bytes| {
            sender.send((headers, body)).unwrap();
            StatusCode::from_u16(answers.load(Ordering::SeqCst)).unwrap()
        };
        let router = Router::new().route("/send/1", post(take)).with_state((sender, Arc::clone(&answers)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { origin, answers, received, key: SecretKey::from_slice(&[9; 32]).unwrap() }
    }

    async fn world(&self) -> World {
        let mut config = config();
        config.web_push.services = vec![self.origin.clone()];
        config.web_push.contact = Some("mailto:operations@bank.example".to_owned());
        World::with(config).await
    }

    /// As a browser describes it to its page.
    fn subscription(&self) -> [(&'static str, String); 3] {
        let point = self.key.public_key().to_encoded_point(false);
        [
            ("endpoint", format!("{}/send/1", self.origin)),
            ("p256dh", URL_SAFE_NO_PAD.encode(point.as_bytes())),
            ("auth", URL_SAFE_NO_PAD.encode(AUTH)),
        ]
    }

    async fn message(&mut self) -> (HeaderMap, Value) {
        let (headers, body) = self.received.recv().await.unwrap();
        let content = web_push_native::decrypt(body.to_vec(), &self.key, &AUTH.into()).unwrap();
        (headers, serde_json::from_slice(&content).unwrap())
    }
}

async fn subscribe(phone: &mut Browser, parts: &[(&str, String)]) -> StatusCode {
    let form_token = phone.get("/phone").await.input("form_token");
    let mut form = vec![("form_token", form_token.as_str())];
    form.extend(parts.iter().map(|(name, value)| (*name, value.as_str())));
    phone.post("/phone/messages", &form).await.status
}

/// Proves: web-push
#[tokio::test]
async fn closed_phone_is_told_of_a_request_in_its_language() {
    let mut service = Service::start().await;
    let world = service.world().await;
    let mut phone = world.phone(ADA).await;
    let page = phone.get("/phone").await;
    assert!(page.body.contains("data-subscribe"), "{page:?}");
    phone.headers.insert("accept-language", "de".parse().unwrap());
    assert_eq!(subscribe(&mut phone, &service.subscription()).await, StatusCode::SEE_OTHER);
    assert!(phone.get("/phone").await.body.contains("Dieses Gerät erfährt von neuen Anfragen."));

    let mut tab = world.logged_in(ADA).await;
    tab.step_up().await;
    let (headers, message) = service.message().await;
    let push = phone.get("/phone").await.input("push");
    assert_eq!(message["title"], "Riser");
    assert_eq!(message["body"], "Eine Anfrage wartet auf Ihre Antwort.");
    assert_eq!(
        (&message["tag"], &message["address"]),
        (&push.clone().into(), &format!("/phone?request={push}").into())
    );
    assert_eq!(
        (&headers["ttl"], &headers["urgency"], &headers["topic"]),
        (&"600".parse().unwrap(), &"high".parse().unwrap(), &push.parse().unwrap())
    );
    assert_eq!(headers["content-encoding"], "aes128gcm");

    // RFC 8292: signed with the key that the page gave the browser, for this service, and not for long.
    let authorization = headers["authorization"].to_str().unwrap();
    let (token, key) = authorization.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert!(page.body.contains(&format!("data-key=\"{key}\"")), "{key}");
    let point = URL_SAFE_NO_PAD.decode(key).unwrap();
    let key = DecodingKey::from_ec_components(
        &URL_SAFE_NO_PAD.encode(&point[1..33]),
        &URL_SAFE_NO_PAD.encode(&point[33..]),
    )
    .unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[&service.origin]);
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(claims["sub"], "mailto:operations@bank.example");

    // Each request once, and none of somebody else.
    world.logged_in(BEN).await.follow(&crate::harness::authorize(crate::harness::TRANSFER)).await;
    tab.step_up().await;
    let (_, second) = service.message().await;
    assert_ne!(second["tag"], message["tag"]);
    assert!(service.received.try_recv().is_err());
}

/// Proves: web-push
#[tokio::test]
async fn messages_end_with_the_customer_the_browser_or_the_pairing() {
    let mut service = Service::start().await;
    let world = service.world().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    subscribe(&mut phone, &service.subscription()).await;
    // 410: the browser has no such subscription any more.
    service.answers.store(410, Ordering::SeqCst);
    tab.step_up().await;
    service.message().await;
    loop {
        // The answer of the service is on its way back to the tenant.
        if phone.get("/phone?view=history").await.body.contains("data-subscribe") {
            break;
        }
        tokio::task::yield_now().await;
    }
    // "Stop notifying me"
    service.answers.store(201, Ordering::SeqCst);
    subscribe(&mut phone, &service.subscription()).await;
    assert_eq!(subscribe(&mut phone, &[]).await, StatusCode::SEE_OTHER);
    tab.step_up().await;
    // A phone that is paired anew is another one.
    subscribe(&mut phone, &service.subscription()).await;
    let form_token = phone.get("/phone?view=history").await.input("form_token");
    phone.post("/phone/unpair", &[("form_token", &form_token)]).await;
    let mut other = world.phone(ADA).await;
    tab.step_up().await;
    subscribe(&mut other, &service.subscription()).await;
    tab.step_up().await;
    service.message().await;
    assert!(service.received.try_recv().is_err(), "one for the phone that wants to be told");
}

/// Proves: web-push
#[tokio::test]
async fn tenant_writes_to_known_services_alone() {
    let service = Service::start().await;
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let parts = service.subscription();
    assert_eq!(subscribe(&mut phone, &parts).await, StatusCode::BAD_REQUEST, "not in web_push.services");
    let forged = [("form_token", "other"), ("endpoint", "https://fcm.googleapis.com/x")];
    assert_eq!(phone.post("/phone/messages", &forged).await.status, StatusCode::FORBIDDEN);
    let stranger = world.browser().post("/phone/messages", &forged).await;
    assert_eq!(stranger.location(), "/phone", "to be paired");
}
