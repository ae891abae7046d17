//! Where a browser takes messages, and with which keys: its `PushSubscription` (Push API, 8).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, encrypt};

/// Those of Chrome and Edge, Firefox, Safari, and Edge on Windows; with a dot, all hosts below it.
const SERVICES: [&str; 4] =
    ["fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"];

/// No browser's address is longer.
const MAX_LENGTH: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    endpoint: String,
    /// An uncompressed point of P-256, and 16 bytes; as base64url.
    p256dh: String,
    auth: String,
    /// In which language the phone's page was (BCP 47).
    pub(crate) language: String,
}

/// Which hosts the tenant sends messages to. A browser says where its service is, so that without such a list a phone could
/// have the tenant send requests to any machine that the tenant reaches.
#[derive(Debug, Clone)]
pub(crate) struct PushServices {
    /// Origins, besides those of the browsers.
    more: Vec<String>,
}

impl PushServices {
    pub(crate) fn new(more: Vec<String>) -> Self {
        Self { more }
    }

    fn has(&self, url: &Url) -> bool {
        if self.more.contains(&url.origin().ascii_serialization()) {
            return true;
        }
        let host = url.host_str().unwrap_or_default();
        let is_known = |known: &str| host == known || (known.starts_with('.') && host.ends_with(known));
        url.scheme() == "https" && url.port().is_none() && SERVICES.iter().any(|known| is_known(known))
    }

    /// A subscription as a page sends it; an error is for the developer of that page.
    pub(crate) fn read(
        &self,
        endpoint: &str,
        p256dh: &str,
        auth: &str,
        language: &str,
    ) -> Result<Subscription, &'static str> {
        let url =
            Url::parse(endpoint).ok().filter(|url| endpoint.len() <= MAX_LENGTH && url.username().is_empty());
        if !url.is_some_and(|url| self.has(&url)) {
            return Err("The endpoint is not of a push service that this tenant knows (web_push.services).");
        }
        let (endpoint, p256dh) = (endpoint.to_owned(), p256dh.to_owned());
        let subscription =
            Subscription { endpoint, p256dh, auth: auth.to_owned(), language: language.to_owned() };
        let keys = subscription.keys().map(|_| ());
        keys.map(|()| subscription).ok_or("p256dh is a point of P-256 and auth 16 bytes, both as base64url.")
    }
}

impl Subscription {
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The origin of the push service, for whom a signature is (RFC 8292, 2).
    pub(crate) fn service(&self) -> String {
        Url::parse(&self.endpoint).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }

    fn keys(&self) -> Option<(PublicKey, Auth)> {
        let point = URL_SAFE_NO_PAD.decode(&self.p256dh).ok()?;
        let auth: [u8; 16] = URL_SAFE_NO_PAD.decode(&self.auth).ok()?.try_into().ok()?;
        Some((PublicKey::from_sec1_bytes(&point).ok()?, auth.into()))
    }

    pub(super) fn encrypt(&self, message: Vec<u8>) -> Option<Vec<u8>> {
        let (key, auth) = self.keys()?;
        encrypt(message, &key, &auth).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8291, 5
    const POINT: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn services() -> PushServices {
        PushServices::new(vec!["http://127.0.0.1:9000".to_owned()])
    }

    #[test]
    fn only_known_services_are_written_to() {
        for (endpoint, known) in [
            ("https://fcm.googleapis.com/fcm/send/abc", true),
            ("https://updates.push.services.mozilla.com/wpush/v2/abc", true),
            ("https://web.push.apple.com/abc", true),
            ("https://wns2-db5p.notify.windows.com/w/?token=abc", true),
            ("http://127.0.0.1:9000/abc", true),
            ("http://127.0.0.1:9001/abc", false),
            ("http://fcm.googleapis.com/abc", false),
            ("https://fcm.googleapis.com:8443/abc", false),
            ("https://fcm.googleapis.com.example/abc", false),
            ("https://xfcm.googleapis.com/abc", false),
            ("https://push.services.mozilla.com.evil.example/abc", false),
            ("https://user@fcm.googleapis.com/abc", false),
            ("https://169.254.169.254/latest", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(services().read(endpoint, POINT, AUTH, "en").is_ok(), known, "{endpoint}");
        }
        let long = format!("https://fcm.googleapis.com/{}", "a".repeat(1_000));
        assert!(services().read(&long, POINT, AUTH, "en").is_err());
    }

    #[test]
    fn keys_have_to_be_keys() {
        let endpoint = "https://fcm.googleapis.com/a";
        let not_on_the_curve = POINT.replace("Aiw4", "Aiw8");
        for (p256dh, auth) in [
            ("", AUTH),
            (POINT, ""),
            (POINT, "AAAA"),
            ("AAAA", AUTH),
            (&*not_on_the_curve, AUTH),
            (POINT, "="),
        ] {
            assert!(services().read(endpoint, p256dh, auth, "en").is_err(), "{p256dh} {auth}");
        }
    }
}
