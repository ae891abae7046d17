//! The OpenID Foundation's tests for providers, as far as they can be made from outside: each is named as in the
//! conformance suite, and asks what that module asks.

mod config;
mod customer;
mod implicit;
mod keys;
mod log_out;
mod refusals;
mod userinfo;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::Value;

use crate::harness::{ADA, Answer, Browser, PASSWORD, World, authorize_with};

/// The scopes of the suite's requests where a module names no others.
const SCOPE: &str = "openid";

/// One way in which the plans run each of their modules.
#[derive(Debug, Clone, Copy)]
struct Variant {
    response_type: &'static str,
    /// Nothing is the default of the response type.
    response_mode: &'static str,
}

/// `oidcc-implicit-certification-test-plan`, and `oidcc-formpost-implicit-certification-test-plan`.
const VARIANTS: [Variant; 4] = [
    Variant { response_type: "id_token", response_mode: "" },
    Variant { response_type: "id_token token", response_mode: "" },
    Variant { response_type: "id_token", response_mode: "form_post" },
    Variant { response_type: "id_token token", response_mode: "form_post" },
];

impl Variant {
    /// A request as the suite makes it, with what a module changes.
    fn request(self, changes: &[(&str, &str)]) -> String {
        let own = [
            ("response_type", self.response_type),
            ("response_mode", self.response_mode),
            ("scope", SCOPE),
            ("audience", ""),
        ];
        let is_changed = |name: &str| changes.iter().any(|(key, _)| *key == name);
        let all: Vec<_> =
            own.into_iter().filter(|(name, _)| !is_changed(name)).chain(changes.iter().copied()).collect();
        authorize_with(&all)
    }

    /// What the client gets.
    fn read(self, answer: &Answer) -> BTreeMap<String, String> {
        let parameters = if self.response_mode == "form_post" { answer.form().1 } else { answer.fragment() };
        assert_eq!(parameters["state"], "state-1");
        parameters
    }

    /// What the client gets when the customer logs in on the way.
    async fn logs_in(self, browser: &mut Browser, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let page = browser.follow(&self.request(changes)).await;
        self.read(&browser.log_in(&page, ADA, PASSWORD).await)
    }

    /// What the client gets when no page is shown.
    async fn passes(self, browser: &mut Browser, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        self.read(&browser.get(&self.request(changes)).await)
    }

    /// The error that the client gets.
    async fn fails(self, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
        let parameters = self.passes(browser, changes).await;
        let allowed = ["error", "error_description", "iss", "state"];
        assert!(parameters.keys().all(|name| allowed.contains(&name.as_str())), "{parameters:?}");
        parameters["error"].clone()
    }
}

/// The claims of the ID token, whose signature is right.
async fn claims(world: &World, parameters: &BTreeMap<String, String>) -> Value {
    world.verified(&parameters["id_token"], "riser").await
}

/// The log-in page, and not an answer.
#[track_caller]
fn is_log_in_page(page: &Answer) {
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert!(page.body.contains("<h1>Log in</h1>"), "{page:?}");
}
