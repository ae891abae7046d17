//! One browser, driven over WebDriver (W3C): as much of it as a script needs.

mod capabilities;
mod find;
mod process;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

pub(crate) use process::{Driver, DriverError};

/// Longer than any command takes that is not stuck.
const COMMAND_TIMEOUT: Duration = Duration::from_mins(1);
/// How a command names an element (WebDriver 11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How the browser is started.
#[derive(Debug, Clone, Default)]
pub struct BrowserOptions {
    /// Whether its window is shown.
    pub headed: bool,
    /// The program, where it is not the one that the driver finds.
    pub binary: Option<String>,
}

/// A session: one browser with an empty profile. Ends with [`Browser::quit`].
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
    /// The window that it began with.
    window: String,
}

/// An element of the page that is there now.
#[derive(Debug, Clone)]
pub(crate) struct Element(String);

#[derive(Debug, thiserror::Error)]
pub(crate) enum WebDriverError {
    #[error("the driver of the browser does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    #[error("{error}: {message}")]
    Command { error: String, message: String },
    #[error("the driver of the browser answered with something else than WebDriver: {0}")]
    Malformed(String),
}

impl WebDriverError {
    /// The browser is gone, or the selector is no selector: nothing that waiting would change.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Malformed(_) => true,
            Self::Command { error, .. } => {
                matches!(error.as_str(), "invalid session id" | "invalid selector" | "invalid argument")
            }
        }
    }
}

impl Browser {
    pub(crate) async fn start(driver: &str, options: &BrowserOptions) -> Result<Self, WebDriverError> {
        let http = reqwest::Client::builder().no_proxy().timeout(COMMAND_TIMEOUT).build()?;
        let driver = driver.trim_end_matches('/');
        let body = capabilities::request(options);
        let value = send(&http, Method::POST, &format!("{driver}/session"), Some(&body)).await?;
        let id = value["sessionId"].as_str().ok_or_else(|| WebDriverError::Malformed(value.to_string()))?;
        let session = format!("{driver}/session/{id}");
        let window = send(&http, Method::GET, &format!("{session}/window"), None).await?;
        let window = window.as_str().unwrap_or_default().to_owned();
        Ok(Self { http, session, window })
    }

    async fn get(&self, path: &str) -> Result<Value, WebDriverError> {
        send(&self.http, Method::GET, &format!("{}/{path}", self.session), None).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, WebDriverError> {
        send(&self.http, Method::POST, &format!("{}/{path}", self.session), Some(&body)).await
    }

    pub(crate) async fn open(&self, address: &str) -> Result<(), WebDriverError> {
        self.post("url", json!({ "url": address })).await.map(drop)
    }

    pub(crate) async fn address(&self) -> Result<String, WebDriverError> {
        Ok(self.get("url").await?.as_str().unwrap_or_default().to_owned())
    }

    /// What a person sees.
    pub(crate) async fn text(&self) -> Result<String, WebDriverError> {
        self.run("return document.body ? document.body.innerText : ''").await
    }

    async fn run(&self, script: &str) -> Result<String, WebDriverError> {
        let value = self.post("execute/sync", json!({ "script": script, "args": [] })).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    pub(crate) async fn click(&self, Element(id): &Element) -> Result<(), WebDriverError> {
        self.post(&format!("element/{id}/click"), json!({})).await.map(drop)
    }

    /// Types in the place of what is there.
    pub(crate) async fn fill(&self, Element(id): &Element, text: &str) -> Result<(), WebDriverError> {
        self.post(&format!("element/{id}/clear"), json!({})).await?;
        self.post(&format!("element/{id}/value"), json!({ "text": text })).await.map(drop)
    }

    pub(crate) async fn windows(&self) -> Result<Vec<String>, WebDriverError> {
        let value = self.get("window/handles").await?;
        let handles = value.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(handles.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    pub(crate) async fn switch_to(&self, window: &str) -> Result<(), WebDriverError> {
        self.post("window", json!({ "handle": window })).await.map(drop)
    }

    /// Back to the window that it began with.
    pub(crate) async fn switch_back(&self) -> Result<(), WebDriverError> {
        self.switch_to(&self.window).await
    }

    /// A picture of the page, as PNG.
    pub(crate) async fn screenshot(&self) -> Result<Vec<u8>, WebDriverError> {
        let value = self.get("screenshot").await?;
        let picture = value.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
        picture.ok_or_else(|| WebDriverError::Malformed("a screenshot that is no base64".to_owned()))
    }

    /// What pages wrote to the console. Firefox' driver has no such command, and then it is empty.
    pub(crate) async fn console(&self) -> Vec<String> {
        let Ok(value) = self.post("se/log", json!({ "type": "browser" })).await else { return Vec::new() };
        let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter_map(|entry| entry["message"].as_str()).map(str::to_owned).collect()
    }

    pub(crate) async fn quit(self) -> Result<(), WebDriverError> {
        send(&self.http, Method::DELETE, &self.session, None).await.map(drop)
    }
}

/// One command; gives `value` of the response (WebDriver 6.1).
async fn send(
    http: &reqwest::Client,
    method: Method,
    address: &str,
    body: Option<&Value>,
) -> Result<Value, WebDriverError> {
    let mut request = http.request(method, address);
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = request.send().await?;
    let is_success = response.status().is_success();
    let text = response.text().await?;
    let parsed: Result<Value, _> = serde_json::from_str(&text);
    let mut parsed = parsed.map_err(|_| WebDriverError::Malformed(text.chars().take(200).collect()))?;
    let value = parsed["value"].take();
    if is_success {
        return Ok(value);
    }
    let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    // The rest is the driver's stack.
    let message = part("message").lines().next().unwrap_or_default().to_owned();
    Err(WebDriverError::Command { error: part("error"), message })
}
