//! What needs the browser's own protocol (Chrome `DevTools` Protocol).

use super::Page;
use crate::TestError;
use serde_json::{Value, json};
use std::time::Duration;

/// Makes a document's clock one that can be put forward.
const CLOCK: &str = include_str!("../../../interop/clock/date.js");

impl Page {
    /// Goes to an entry of the history by its place, as from the list that a long press on Back shows.
    pub async fn go_to_entry(&self, place: usize) -> Result<(), TestError> {
        let history = self.devtools("Page.getNavigationHistory", json!({})).await?;
        let entry = json!({ "entryId": history["entries"][place]["id"] });
        self.devtools("Page.navigateToHistoryEntry", entry).await.map(drop)
    }

    /// Unplugs the network cable of this window, or plugs it in again.
    pub async fn set_offline(&self, offline: bool) -> Result<(), TestError> {
        self.devtools("Network.enable", json!({})).await?;
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", conditions).await.map(drop)
    }

    /// From now on, this page and all that this window opens believe that it is so much later.
    pub async fn put_clock_forward(&self, by: Duration) -> Result<(), TestError> {
        let script = format!("{CLOCK}\nclockAheadMs += {};", by.as_millis());
        let now = json!({ "expression": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        self.devtools("Runtime.evaluate", now).await.map(drop)
    }

    /// Empties the browser's cache: every file is asked for again.
    pub async fn forget_files(&self) -> Result<(), TestError> {
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.clearBrowserCache", json!({})).await.map(drop)
    }

    /// Makes the window as large as that, in CSS pixels, and prefer that colour scheme, and no motion.
    pub async fn looks(&self, width: u32, height: u32, dark: bool) -> Result<(), TestError> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        self.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await?;
        let scheme = if dark { "dark" } else { "light" };
        let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| json!({ "name": name, "value": value }));
        let media = json!({ "features": features });
        self.devtools("Emulation.setEmulatedMedia", media).await.map(drop)
    }

    /// From now on this window's customer wants pages in these languages, as in `de-AT,fr`. How the browser itself writes
    /// amounts stays as it is.
    pub async fn wants_languages(&self, languages: &str) -> Result<(), TestError> {
        let agent = self.evaluate("navigator.userAgent").await?;
        let wanted = json!({ "userAgent": agent, "acceptLanguage": languages });
        self.devtools("Emulation.setUserAgentOverride", wanted).await.map(drop)
    }

    /// A command of the browser's own protocol (Chrome `DevTools` Protocol).
    pub async fn devtools(&self, method: &str, parameters: Value) -> Result<Value, TestError> {
        Ok(self.tab().await?.driver.cdp().send_raw(method, parameters).await?)
    }
}
