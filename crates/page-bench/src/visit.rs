//! One visit: log in, load the page anew, send a transfer, and come back with an empty cache.

use crate::browser::{Browser, LATENCY};
use crate::client_server::ClientServer;
use crate::clients::Client;
use crate::error::BenchError;
use crate::measures::{Measures, PageTimes};
use crate::provider::CONTINUE;
use crate::request_log::{Asked, RequestLog};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How long a client may take for anything.
const TIMEOUT: Duration = Duration::from_mins(1);
/// How often the page is asked. What it is asked for has its time from the page itself.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

const PAYEE: &str = "GB82WEST12345698765432";

/// Visits `client` once in a new tab, and once more for the callback with an empty cache.
pub(crate) async fn measure(
    browser: &Browser,
    client: Client,
    server: &ClientServer,
    log: &RequestLog,
) -> Result<Measures, BenchError> {
    let visit = Visit { browser, client, server, log };
    let first_visit = visit.go_to_provider().await?;
    let callback_cached = visit.return_for_balance().await?;
    let first: PageTimes = serde_json::from_value(
        browser.run("return JSON.parse(sessionStorage.getItem('page-bench'))").await?,
    )?;
    browser.reload().await?;
    let reload = visit.drawn_balance(callback_cached.time_origin).await?;
    let step_up = visit.step_up().await?;

    visit.go_to_provider().await?;
    browser.clear_cache().await?;
    let callback_uncached = visit.return_for_balance().await?;

    let Some(first_paint) = first.first_paint else { return Err(visit.missed("the first paint").await) };
    Ok(Measures { first_visit, first_paint, callback_cached, callback_uncached, step_up, reload })
}

struct Visit<'a> {
    browser: &'a Browser,
    client: Client,
    server: &'a ClientServer,
    log: &'a RequestLog,
}

impl Visit<'_> {
    /// Opens the client in a new tab; the probe logs in.
    async fn go_to_provider(&self) -> Result<f64, BenchError> {
        self.browser.new_tab().await?;
        self.log.clear();
        self.browser.open(&self.server.origin).await?;
        let time = self.time_to(Asked::Authorize, "the authorization request").await?;
        self.wait_for_button(CONTINUE).await?;
        Ok(time)
    }

    async fn return_for_balance(&self) -> Result<PageTimes, BenchError> {
        self.log.clear();
        self.press(CONTINUE).await?;
        self.drawn_balance(0.0).await
    }

    async fn step_up(&self) -> Result<f64, BenchError> {
        self.browser.run(&fill_form()).await?;
        for button in self.client.transfer_buttons() {
            self.press(button).await?;
        }
        self.wait_for_button(CONTINUE).await?;
        self.log.clear();
        self.press(CONTINUE).await?;
        self.time_to(Asked::Transfer, "the transfer").await
    }

    /// The times of the document that has drawn a balance and is not the one that began at `before`.
    async fn drawn_balance(&self, before: f64) -> Result<PageTimes, BenchError> {
        let times = self
            .eventually("the balance", "return window.pageBench?.()", |value| {
                let times: Option<PageTimes> = serde_json::from_value(value).ok()?;
                times.filter(|it| it.drawn.is_some() && (it.time_origin - before).abs() > 1.0)
            })
            .await?;
        match times.page {
            Some(page) if page < f64::from(LATENCY) => Err(BenchError::NotThrottled(page)),
            _ => Ok(times),
        }
    }

    async fn time_to(&self, asked: Asked, what: &'static str) -> Result<f64, BenchError> {
        let time = self.log.time_from_page(asked, TIMEOUT).await;
        let Some(time) = time else { return Err(self.missed(what).await) };
        Ok(time.as_secs_f64() * 1e3)
    }

    async fn wait_for_button(&self, name: &'static str) -> Result<(), BenchError> {
        let script = format!("return {} !== undefined", button(name));
        self.eventually(name, &script, |value| (value == Value::Bool(true)).then_some(())).await
    }

    async fn press(&self, name: &'static str) -> Result<(), BenchError> {
        self.wait_for_button(name).await?;
        // Behind the answer: the document may be gone before it is sent.
        self.browser.run(&format!("const it = {}; setTimeout(() => it.click())", button(name))).await?;
        Ok(())
    }

    /// Asks the page until it has what was waited for. Between two documents it cannot be asked.
    async fn eventually<T>(
        &self,
        what: &'static str,
        script: &str,
        read: impl Fn(Value) -> Option<T>,
    ) -> Result<T, BenchError> {
        let until = Instant::now() + TIMEOUT;
        let mut ticks = interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while ticks.tick().await < until {
            if let Some(found) = self.browser.run(script).await.ok().and_then(&read) {
                return Ok(found);
            }
        }
        Err(self.missed(what).await)
    }

    async fn missed(&self, what: &'static str) -> BenchError {
        let page = match self.browser.run("return document.body.innerText").await {
            Ok(text) => text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        BenchError::Timeout { client: self.client.name(), what, page }
    }
}

/// An expression for the button or link of that name.
fn button(name: &str) -> String {
    format!("[...document.querySelectorAll('button, a')].find((it) => it.textContent.trim() === '{name}')")
}

fn fill_form() -> String {
    format!(
        "const values = {{ payee: '{PAYEE}', amount: '12.50', reference: 'Lunch' }};
        for (const [name, value] of Object.entries(values)) {{
          const field = document.querySelector(`[name=${{name}}]`);
          field.value = value;
          field.dispatchEvent(new Event('input', {{ bubbles: true }}));
        }}"
    )
}
