//! The tenant's control API, as far as it is needed here.

use reqwest::Method;
use serde_json::{Value, json};

use crate::cases::{Flow, RequestStyle};

/// More than any client tries within the time that it has.
const LASTING: u64 = 1_000;

/// Calls the control API of a tenant.
pub(crate) struct Control {
    http: reqwest::Client,
    base: String,
    token: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("the tenant's control API does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("the tenant's control API refuses {path}: {status} {text}")]
    Refused { path: String, status: u16, text: String },
}

impl Control {
    pub(crate) fn new(issuer: &str, token: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap_or_default();
        Self { http, base: format!("{issuer}control/"), token }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Result<Value, ControlError> {
        let request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        let response = request.json(&body).send().await?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            return Err(ControlError::Refused { path: path.to_owned(), status: status.as_u16(), text });
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) async fn reset(&self) -> Result<(), ControlError> {
        self.call(Method::POST, "reset", Value::Null).await.map(drop)
    }

    pub(crate) async fn give_phone(&self, sub: &str, email: &str, name: &str) -> Result<(), ControlError> {
        let path = format!("customers/{}", sub.replace('|', "%7C"));
        let body = json!({ "email": email, "name": name, "phone": true });
        self.call(Method::PUT, &path, body).await.map(drop)
    }

    /// From now on, each time that it can.
    pub(crate) async fn inject_fault(&self, fault: &str) -> Result<(), ControlError> {
        let body = json!({ "fault": fault, "times": LASTING });
        self.call(Method::POST, "faults", body).await.map(drop)
    }

    /// How often the only fault has happened.
    pub(crate) async fn happened(&self) -> Result<u64, ControlError> {
        let told = self.call(Method::GET, "faults", Value::Null).await?;
        // One that has happened as often as was asked for is not listed any more.
        Ok(LASTING - told["faults"][0]["times"].as_u64().unwrap_or_default())
    }

    /// Answers the first push that waits; false where none does.
    pub(crate) async fn answer_push(&self, answer: &str) -> Result<bool, ControlError> {
        let told = self.call(Method::GET, "pushes", Value::Null).await?;
        let Some(id) = told["pushes"][0]["id"].as_str() else { return Ok(false) };
        self.call(Method::POST, &format!("pushes/{id}/{answer}"), Value::Null).await?;
        Ok(true)
    }

    async fn requests(&self) -> Result<Vec<Value>, ControlError> {
        let mut told = self.call(Method::GET, "requests", Value::Null).await?;
        Ok(told["requests"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    /// What came, one line for each.
    pub(crate) async fn access_log(&self) -> Vec<String> {
        let line = |request: &Value| {
            let part = |name: &str| request[name].as_str().unwrap_or_default();
            format!("{} {} {}", part("method"), part("path"), request["status"])
        };
        self.requests().await.unwrap_or_default().iter().map(line).collect()
    }

    /// How the client has asked for its log-in.
    pub(crate) async fn request_style(&self) -> Result<Option<RequestStyle>, ControlError> {
        let requests = self.requests().await?;
        let found = |request: &Value, name: &str| {
            let all = request["parameters"].as_array()?;
            all.iter().find(|parameter| parameter["name"] == name).cloned()
        };
        let parameter =
            |request: &Value, name: &str| found(request, name)?["value"].as_str().map(str::to_owned);
        let aloud = requests.iter().find(|request| {
            request["path"] == "/authorize" && parameter(request, "prompt").as_deref() != Some("none")
        });
        Ok(aloud.map(|request| RequestStyle {
            flow: match parameter(request, "response_type").as_deref() {
                Some("code") => Flow::Code,
                _ => Flow::Implicit,
            },
            // Of these the tenant tells that they were there, and not their values.
            sends_nonce: found(request, "nonce").is_some(),
            sends_state: found(request, "state").is_some(),
        }))
    }
}
