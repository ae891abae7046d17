//! One window, seen as people see it: buttons, fields and headings by their names, results and failures by their
//! roles.

mod devtools;

use crate::{
    Browser, Locator, TestError,
    browser::{Tab, Window},
    eventually,
    locator::{By, Role, accessible_name},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};
use thirtyfour::{Key, TypingData, WindowHandle};

/// A window of a [`Browser`].
#[derive(Debug, Clone)]
pub struct Page {
    window: Window,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.window.handle == other.window.handle
    }
}

impl Page {
    pub(crate) fn new(browser: Arc<Browser>, handle: WindowHandle) -> Self {
        Self { window: Window { browser, handle } }
    }

    pub(crate) async fn tab(&self) -> Result<Tab<'_>, TestError> {
        self.window.tab().await
    }

    /// The button of that name.
    #[must_use]
    pub fn button(&self, name: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Button, Some(name.to_owned())))
    }

    /// The text field of that label.
    #[must_use]
    pub fn field(&self, label: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Field, Some(label.to_owned())))
    }

    /// The list of that label, of which one is chosen.
    #[must_use]
    pub fn combobox(&self, label: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Combobox, Some(label.to_owned())))
    }

    /// The link of that name.
    #[must_use]
    pub fn link(&self, name: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Link, Some(name.to_owned())))
    }

    /// The heading of that name.
    #[must_use]
    pub fn heading(&self, name: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Heading, Some(name.to_owned())))
    }

    /// Results and progress: everything with `role="status"`.
    #[must_use]
    pub fn status(&self) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Status, None))
    }

    /// Failures: everything with `role="alert"`.
    #[must_use]
    pub fn alert(&self) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Alert, None))
    }

    /// The element with that `data-testid`.
    #[must_use]
    pub fn test_id(&self, id: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Css(format!("[data-testid=\"{id}\"]")))
    }

    /// Everything that a person sees.
    #[must_use]
    pub fn everything(&self) -> Locator<'_> {
        Locator::new(&self.window, By::Css("body".to_owned()))
    }

    /// What fits a CSS selector. Only for what has no name of its own.
    #[must_use]
    pub fn css(&self, selector: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Css(selector.to_owned()))
    }

    /// Goes to an address.
    pub async fn open(&self, address: &str) -> Result<(), TestError> {
        Ok(self.tab().await?.driver.goto(address).await?)
    }

    /// The browser's Back button.
    pub async fn back(&self) -> Result<(), TestError> {
        Ok(self.tab().await?.driver.back().await?)
    }

    /// The browser's Back, by the keyboard. Unlike [`Self::back`] it skips what browsers skip: entries that pages have added
    /// without anybody having touched them.
    pub async fn back_by_keyboard(&self) -> Result<(), TestError> {
        for kind in ["rawKeyDown", "keyUp"] {
            let alt = 1;
            let key = json!({
                "type": kind, "modifiers": alt, "key": "ArrowLeft", "code": "ArrowLeft", "windowsVirtualKeyCode": 37,
                "nativeVirtualKeyCode": 37,
            });
            self.devtools("Input.dispatchKeyEvent", key).await?;
        }
        Ok(())
    }

    /// The browser's Forward button.
    pub async fn forward(&self) -> Result<(), TestError> {
        Ok(self.tab().await?.driver.forward().await?)
    }

    /// The browser's Reload button.
    pub async fn reload(&self) -> Result<(), TestError> {
        Ok(self.tab().await?.driver.refresh().await?)
    }

    /// What the address bar holds.
    pub async fn address(&self) -> Result<String, TestError> {
        let tab = self.tab().await?;
        let url = tab.driver.current_url().await.map_err(|error| TestError::while_reading(&error))?;
        Ok(url.to_string())
    }

    /// Waits until the address begins like that.
    pub async fn arrives_at(&self, start: &str) -> Result<(), TestError> {
        eventually(&format!("an address that begins with {start}"), async || {
            let address = self.address().await?;
            if address.starts_with(start) {
                Ok(())
            } else {
                Err(TestError::transient(format!("it is {}", crate::token::without_tokens(&address))))
            }
        })
        .await
    }

    /// The value of a JavaScript expression (anything that JSON can hold).
    pub async fn evaluate(&self, expression: &str) -> Result<Value, TestError> {
        let tab = self.tab().await?;
        let answer = tab.driver.execute(format!("return ({expression})"), vec![]).await;
        Ok(answer.map_err(|error| TestError::while_reading(&error))?.json().clone())
    }

    /// Everything in this tab's `sessionStorage`, as one JSON text.
    pub async fn session_storage(&self) -> Result<String, TestError> {
        self.text_of("JSON.stringify(Object.entries(sessionStorage))").await
    }

    /// Everything in `localStorage`, as one JSON text.
    pub async fn local_storage(&self) -> Result<String, TestError> {
        self.text_of("JSON.stringify(Object.entries(localStorage))").await
    }

    /// How many entries the history of this tab has, as a script sees it.
    pub async fn history_length(&self) -> Result<u64, TestError> {
        self.evaluate("history.length")
            .await?
            .as_u64()
            .ok_or_else(|| TestError::permanent("history.length is no number"))
    }

    /// The addresses of the whole history of this tab, those of other origins too.
    pub async fn history(&self) -> Result<Vec<String>, TestError> {
        let answer = self.devtools("Page.getNavigationHistory", json!({})).await?;
        let entries = answer["entries"].as_array().cloned().unwrap_or_default();
        Ok(entries
            .iter()
            .flat_map(|entry| [&entry["url"], &entry["userTypedURL"], &entry["title"]])
            .filter_map(|text| text.as_str().map(str::to_owned))
            .collect())
    }

    /// Everything that the page's own scripts can get at and that may hold an address, each with its name.
    pub async fn in_reach_of_scripts(&self) -> Result<Vec<(&'static str, String)>, TestError> {
        let mut seen = Vec::new();
        for place in [
            "location.href",
            "document.referrer",
            "document.baseURI",
            "history.state",
            "performance.getEntries().filter(entry => entry.entryType !== 'navigation').map(entry => entry.name)",
            "navigation.entries().map(entry => [entry.url, entry.getState()])",
            "document.cookie",
            "window.name",
            "Promise.all([indexedDB.databases(), caches.keys()])",
            "document.documentElement.outerHTML",
        ] {
            seen.push((place, self.evaluate(place).await?.to_string()));
        }
        Ok(seen)
    }

    /// The address that this document was loaded from, as its own navigation entry keeps it (Navigation Timing). Nobody
    /// can clean it; it goes with the document.
    pub async fn loaded_from(&self) -> Result<String, TestError> {
        self.text_of("performance.getEntriesByType('navigation').map(entry => entry.name).join()").await
    }

    async fn text_of(&self, expression: &str) -> Result<String, TestError> {
        let value = self.evaluate(expression).await?;
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| TestError::permanent(format!("{expression} is no text: {value}")))
    }

    /// Has the page translated as browsers do it, and whatever comes to it later. What a translator wrote is in `«»`.
    pub async fn translate(&self) -> Result<(), TestError> {
        let translator = include_str!("../../translator/translator.js");
        let start = format!("return ({translator})(document.body)");
        self.tab().await?.driver.execute(start, vec![]).await?;
        Ok(())
    }

    /// Runs a script in each document before anything of its own, until the answer goes to [`Self::run_no_more`].
    pub async fn run_before_scripts(&self, script: &str) -> Result<Value, TestError> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await
    }

    /// Ends what [`Self::run_before_scripts`] began.
    pub async fn run_no_more(&self, script: Value) -> Result<(), TestError> {
        self.devtools("Page.removeScriptToEvaluateOnNewDocument", script).await.map(drop)
    }

    /// Presses Tab until the thing of that accessible name has the focus: as far as a keyboard gets.
    pub async fn tab_to(&self, name: &str) -> Result<(), TestError> {
        self.button_or_field(name).appears().await?;
        let mut seen = Vec::new();
        for _ in 0..60 {
            let tab = self.tab().await?;
            let focused = tab.driver.active_element().await?;
            let label = accessible_name(&focused).await?;
            if label == name {
                return Ok(());
            }
            seen.push(label);
            tab.driver
                .action_chain_with_delay(Some(Duration::ZERO), None)
                .send_keys(Key::Tab)
                .perform()
                .await?;
        }
        Err(TestError::permanent(format!("the Tab key does not reach {name:?}, only {seen:?}")))
    }

    fn button_or_field(&self, name: &str) -> Locator<'_> {
        Locator::new(&self.window, By::Role(Role::Control, Some(name.to_owned())))
    }

    /// Types into whatever has the focus.
    pub async fn type_keys(&self, keys: TypingData) -> Result<(), TestError> {
        let tab = self.tab().await?;
        let chain = tab.driver.action_chain_with_delay(Some(Duration::ZERO), None);
        Ok(chain.send_keys(keys).perform().await?)
    }

    /// Writes what is visible to a PNG file.
    pub async fn screenshot(&self, file: &Path) -> Result<(), TestError> {
        Ok(self.tab().await?.driver.screenshot(file).await?)
    }

    /// The document as it is now.
    pub async fn source(&self) -> Result<String, TestError> {
        Ok(self.tab().await?.driver.source().await?)
    }

    /// Closes this window.
    pub async fn close(self) -> Result<(), TestError> {
        Ok(self.tab().await?.driver.close_window().await?)
    }
}
