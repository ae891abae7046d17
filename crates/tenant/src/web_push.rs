//! Messages to phones whose page is closed: Web Push (RFC 8030), encrypted for the browser (RFC 8291), with the tenant's own key
//! as its identification at the push service (VAPID, RFC 8292). A message says that something is asked, and not what: it can
//! stand on a locked screen.

mod subscription;
mod vapid;

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, StatusCode, redirect};
use serde_json::json;

pub(crate) use subscription::{PushServices, Subscription};
use vapid::VapidKey;

use crate::config::{KeyStore, WebPushSettings};
use crate::keys::KeyError;

/// Push services answer in less than a second; what is asked is stale after minutes.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct WebPush {
    key: VapidKey,
    /// Whom the operators of a push service can write to, as a URI.
    contact: Option<String>,
    pub(crate) services: PushServices,
    client: Client,
}

/// What a phone is told.
pub(crate) struct PushMessage {
    pub(crate) title: String,
    pub(crate) body: String,
    /// Of the push that it is about: a second message about it takes the place of the first.
    pub(crate) id: String,
    /// For how many seconds it makes sense.
    pub(crate) lifetime: u64,
}

/// What a push service made of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Accepted,
    /// The browser has no such subscription any more (RFC 8030, 7.3).
    Gone,
    /// For the operator: no part of the subscription stands in it.
    Failed(String),
}

impl WebPush {
    pub(crate) fn open(keys: &KeyStore, settings: WebPushSettings, issuer: &str) -> Result<Self, KeyError> {
        let WebPushSettings { contact, services } = settings;
        // A redirect would lead the message elsewhere than the browser said.
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(TIMEOUT);
        Ok(Self {
            key: VapidKey::open(keys)?,
            contact: contact.or_else(|| issuer.starts_with("https://").then(|| issuer.to_owned())),
            services: PushServices::new(services),
            client: client.build().map_err(|_| KeyError::Generate)?,
        })
    }

    /// What a page gives to `PushManager.subscribe` as `applicationServerKey`.
    pub(crate) fn public_key(&self) -> &str {
        self.key.public()
    }

    /// `now` by the clock of this machine, for the push service compares it with its own.
    pub(crate) async fn send(&self, to: &Subscription, message: &PushMessage, now: u64) -> Delivery {
        let address = format!("/phone?request={}", message.id);
        let content = json!({
            "title": message.title, "body": message.body, "tag": message.id, "address": address,
        });
        let Some(encrypted) = to.encrypt(content.to_string().into_bytes()) else {
            return Delivery::Failed("the message could not be encrypted for this browser".to_owned());
        };
        let request = self
            .client
            .post(to.endpoint())
            .header(AUTHORIZATION, self.key.authorization(&to.service(), self.contact.as_deref(), now))
            .header("TTL", message.lifetime)
            .header("Urgency", "high")
            .header("Topic", &message.id)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .body(encrypted);
        match request.send().await.map(|response| response.status()) {
            Ok(status) if status.is_success() => Delivery::Accepted,
            Ok(StatusCode::NOT_FOUND | StatusCode::GONE) => Delivery::Gone,
            Ok(status) => Delivery::Failed(format!("{} answered {status}", to.service())),
            Err(error) => Delivery::Failed(format!("{}: {}", to.service(), error.without_url())),
        }
    }
}
