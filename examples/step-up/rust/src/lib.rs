//! A step-up from the log-in to the receipt, in a browser, with the tenant's control API (`docs/control.md`) in the place of the
//! customer's phone.

use std::error::Error;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

const EMAIL: &str = "customer@example.com";
const PASSWORD: &str = "correct horse battery";
const WAIT_TIMEOUT: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);

/// The tenant's control API.
#[derive(Debug)]
pub struct Control {
    /// Such as `http://localhost:8090/`.
    pub tenant: String,
    /// That of `[control]` in `tenant.toml`.
    pub token: String,
}

impl Control {
    /// One call; gives what the tenant answers.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        let url = format!("{}/control/{path}", self.tenant.trim_end_matches('/'));
        let request = reqwest::Client::new().request(method, url).bearer_auth(&self.token).json(body);
        let text = request.send().await?.error_for_status()?.text().await?;
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    /// Approves the first push, when it comes; gives the payment that it is about.
    pub async fn approve(&self) -> Result<Value, Box<dyn Error>> {
        let waiting = format!("pushes?wait={}", WAIT_TIMEOUT.as_secs());
        let pushes = self.call(Method::GET, &waiting, &Value::Null).await?;
        let push = pushes["pushes"].get(0).ok_or("no push came in time")?;
        let path = format!("pushes/{}/approve", push["id"].as_str().unwrap_or_default());
        self.call(Method::POST, &path, &Value::Null).await?;
        Ok(push["payment"].clone())
    }
}

/// Logs in at the application, pays 12.50 euros, and confirms it. Gives what the page says then, and what was confirmed.
pub async fn step_up(
    browser: &WebDriver,
    app: &str,
    control: &Control,
) -> Result<(String, Value), Box<dyn Error>> {
    control.call(Method::POST, "reset", &Value::Null).await?;
    let customer = json!({ "email": EMAIL, "name": "Ada Example", "phone": true });
    control.call(Method::PUT, "customers/auth0%7C1001", &customer).await?;

    browser.goto(app).await?;
    press(browser, "//button[starts-with(normalize-space(), 'Log in')]").await?;
    fill(browser, "Email", EMAIL).await?;
    fill(browser, "Password", PASSWORD).await?;
    press(browser, "//button[normalize-space() = 'Continue']").await?;
    press(browser, "//a[normalize-space() = 'Pay']").await?;
    fill(browser, "Payee name", "Ben Example").await?;
    fill(browser, "Pay to (IBAN)", "GB82 WEST 1234 5698 7654 32").await?;
    fill(browser, "Amount", "12.50").await?;
    press(browser, "//button[normalize-space() = 'Transfer']").await?;
    press(browser, "//button[starts-with(normalize-space(), 'Confirm transfer')]").await?;
    let payment = control.approve().await?;
    let said = By::XPath("//*[@role = 'status'][contains(., 'Transfer sent')]");
    Ok((browser.query(said).wait(WAIT_TIMEOUT, PAUSE).first().await?.text().await?, payment))
}

/// Presses what can be pressed. A page that has just changed may take the element away meanwhile: then it is looked for again.
async fn press(browser: &WebDriver, path: &str) -> WebDriverResult<()> {
    loop {
        let found = browser.query(By::XPath(path)).wait(WAIT_TIMEOUT, PAUSE).and_clickable().first().await?;
        match found.click().await.map_err(WebDriverError::into_inner) {
            Err(WebDriverErrorInner::StaleElementReference(_)) => {}
            pressed => return pressed.map_err(Into::into),
        }
    }
}

async fn fill(browser: &WebDriver, label: &str, text: &str) -> WebDriverResult<()> {
    let path = format!("//input[@id = //label[starts-with(normalize-space(), '{label}')]/@for]");
    let found = browser.query(By::XPath(path)).wait(WAIT_TIMEOUT, PAUSE).and_displayed().first().await?;
    found.clear().await?;
    found.send_keys(text).await
}
