//! The security headers of the client's page. Its inline scripts and its style are named by their hashes, which change with
//! every build, so the headers are made from the page itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::origin;
use crate::raw_text::{RawText, raw_texts};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Keys of the configuration whose addresses the client fetches from.
const FETCHED: [&str; 5] = ["api", "issuer", "jwks_uri", "token_endpoint", "userinfo_endpoint"];

/// Keys of the configuration whose addresses the log-out form is sent to.
const SUBMITTED: [&str; 2] = ["issuer", "end_session_endpoint"];

/// What a bank's page has no use for, as far as browsers know the name: an unknown one is a warning on each load.
const PERMISSIONS: [&str; 13] = [
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
];

/// Names and values for every file of the client. `config` is the one that the page holds when it is served.
pub fn security_headers(page: &str, config: &Value) -> Vec<(&'static str, String)> {
    let permissions: Vec<String> = PERMISSIONS.iter().map(|name| format!("{name}=()")).collect();
    vec![
        ("content-security-policy", content_security_policy(page, config)),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("cross-origin-opener-policy", "same-origin".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
        ("permissions-policy", permissions.join(", ")),
    ]
}

fn content_security_policy(page: &str, config: &Value) -> String {
    let scripts = hashes(raw_texts(page).filter(RawText::is_inline_code));
    let styles = hashes(raw_texts(page).filter(RawText::is_style));
    let connect = sources(config, &FETCHED);
    let images = sources(&config["brand"], &["logo"]);
    // The page itself, too: browsers look at where the provider sends the form's answer.
    let form_action = sources(config, &SUBMITTED);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'{styles}; \
         img-src {images}; font-src 'self'; connect-src {connect}; base-uri 'none'; form-action {form_action}; \
         frame-ancestors 'none'; object-src 'none'; manifest-src 'self' blob:"
    )
}

/// A source for each of these elements, with a blank before it.
fn hashes<'p>(elements: impl Iterator<Item = RawText<'p>>) -> String {
    elements.fold(String::new(), |sources, element| {
        sources + " 'sha256-" + &STANDARD.encode(Sha256::digest(element.text)) + "'"
    })
}

/// The page's own origin, and those of the addresses under these keys of the configuration.
fn sources(config: &Value, keys: &[&str]) -> String {
    let mut sources = vec!["'self'"];
    for address in keys.iter().filter_map(|key| config[*key].as_str()).filter_map(origin) {
        if !sources.contains(&address) {
            sources.push(address);
        }
    }
    sources.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inline_code_is_allowed_by_its_hash_and_data_is_not() {
        // The example of CSP level 3, section 8.3: the hash of `alert('Hello, world.');`.
        let page = "<script>alert('Hello, world.');</script><script type=\"application/json\">{}</script>";
        let policy = content_security_policy(page, &json!({}));
        assert!(policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
        assert_eq!(policy.matches("sha256").count(), 1);
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn inline_style_is_allowed_by_its_hash() {
        let policy = content_security_policy("<style>alert('Hello, world.');</style>", &json!({}));
        let hash = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert!(policy.contains(&format!("; style-src 'self' {hash};")), "{policy}");
        assert_eq!(policy.matches("sha256").count(), 1, "{policy}");
    }

    /// Proves: brand-shown
    #[test]
    fn logo_may_come_from_its_origin_alone() {
        let policy = |logo: &str| content_security_policy("", &json!({ "brand": { "logo": logo } }));
        let elsewhere = policy("https://cdn.example/logo.svg");
        assert!(elsewhere.contains("img-src 'self' https://cdn.example;"), "{elsewhere}");
        assert!(policy("/logo.svg").contains("img-src 'self';"));
    }

    #[test]
    fn the_client_may_talk_to_its_api_and_its_issuer_alone() {
        let config = json!({"api": "https://api.example/v1", "issuer": "https://id.example/", "client_id": "https://x.example"});
        let policy = content_security_policy("", &config);
        assert!(policy.contains("connect-src 'self' https://api.example https://id.example;"), "{policy}");
        assert!(policy.contains("form-action 'self' https://id.example;"), "{policy}");
        assert!(policy.contains("img-src 'self';"), "{policy}");
        let same_origin =
            content_security_policy("", &json!({"api": "", "issuer": "http://localhost:8090/"}));
        assert!(same_origin.contains("connect-src 'self' http://localhost:8090;"), "{same_origin}");
    }
}
