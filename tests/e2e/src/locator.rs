//! Finds things as people and screen readers do: by role and accessible name, as the browser computes them.

mod computed;
mod role;

pub(crate) use computed::accessible_name;
pub(crate) use role::{By, Role};

use crate::{
    TestError,
    browser::{Tab, Window},
    eventually, stays,
};
use computed::computed;
use std::{fmt, time::Duration};
use thirtyfour::{By as Selector, Key, WebElement, error::WebDriverResult};

/// A thing on a page, looked for anew by each call.
#[derive(Debug, Clone)]
pub struct Locator<'p> {
    window: &'p Window,
    by: By,
}

impl fmt::Display for Locator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Role(role, Some(name)) => write!(f, "the {role:?} {name:?}"),
            By::Role(role, None) => write!(f, "role {role:?}"),
            By::Css(selector) => write!(f, "`{selector}`"),
        }
    }
}

impl<'p> Locator<'p> {
    pub(crate) fn new(window: &'p Window, by: By) -> Self {
        Self { window, by }
    }

    /// Presses it, once it is there and nothing covers it.
    pub async fn click(&self) -> Result<(), TestError> {
        self.act("click", async |element| element.click().await).await
    }

    /// Presses it twice, as fast as a mouse can.
    pub async fn double_click(&self) -> Result<(), TestError> {
        eventually(&format!("double-clicking {self}"), async || {
            let tab = self.window.tab().await?;
            let element = self.one(&tab).await?;
            let mouse = tab.driver.action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
            Ok(mouse.double_click_element(&element).perform().await?)
        })
        .await
    }

    /// Replaces what the field holds by typing.
    pub async fn fill(&self, text: &str) -> Result<(), TestError> {
        self.act("filling", async |element| {
            element.send_keys(Key::Control + "a").await?;
            if text.is_empty() {
                element.send_keys(Key::Delete + "").await
            } else {
                element.send_keys(text).await
            }
        })
        .await
    }

    /// Chooses the entry with that text.
    pub async fn choose(&self, text: &str) -> Result<(), TestError> {
        self.act("choosing in", async |element| {
            for option in element.find_all(Selector::Tag("option")).await? {
                if option.text().await?.trim() == text {
                    return option.click().await;
                }
            }
            Err(thirtyfour::error::no_such_element(format!("there is no entry {text:?}")))
        })
        .await
    }

    /// Types a key, such as Enter, while it has the focus.
    pub async fn press(&self, key: Key) -> Result<(), TestError> {
        self.act("a key for", async |element| element.send_keys(key.clone() + "").await).await
    }

    /// Waits until it is there.
    pub async fn appears(&self) -> Result<(), TestError> {
        eventually(&format!("{self} to appear"), async || self.now().await.map(drop)).await
    }

    /// Waits until it is gone.
    pub async fn disappears(&self) -> Result<(), TestError> {
        eventually(&format!("{self} to disappear"), async || {
            let seen = self.count().await?;
            if seen == 0 { Ok(()) } else { Err(TestError::transient(format!("there are {seen}"))) }
        })
        .await
    }

    /// Waits until its text holds `part`, and answers with the whole text.
    pub async fn reads(&self, part: &str) -> Result<String, TestError> {
        eventually(&format!("{self} to read {part:?}"), async || {
            let text = self.text_now().await?;
            if text.contains(part) {
                Ok(text)
            } else {
                Err(TestError::transient(format!("it reads {text:?}")))
            }
        })
        .await
    }

    /// Its text, once it has one.
    pub async fn text(&self) -> Result<String, TestError> {
        eventually(&format!("{self} to say something"), async || {
            let text = self.text_now().await?;
            if text.trim().is_empty() { Err(TestError::transient("it is empty")) } else { Ok(text) }
        })
        .await
    }

    /// What the field holds.
    pub async fn value(&self) -> Result<String, TestError> {
        eventually(&format!("the value of {self}"), async || {
            let tab = self.window.tab().await?;
            let element = self.one(&tab).await?;
            let value = element.prop("value").await.map_err(|error| TestError::while_reading(&error))?;
            Ok(value.unwrap_or_default())
        })
        .await
    }

    /// Waits until the field holds exactly that.
    pub async fn holds(&self, expected: &str) -> Result<(), TestError> {
        eventually(&format!("{self} to hold {expected:?}"), async || {
            let value = self.value().await?;
            if value == expected { Ok(()) } else { Err(TestError::transient(format!("it holds {value:?}"))) }
        })
        .await
    }

    /// Watches for that long that its text never holds `part`. For "and nothing else happens".
    pub async fn never_reads(&self, part: &str, watch: Duration) -> Result<(), TestError> {
        stays(watch, async || match self.text_now().await {
            Ok(text) if text.contains(part) => Err(TestError::permanent(format!("{self} reads {text:?}"))),
            Ok(_) => Ok(()),
            Err(error) if error.is_transient() => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    /// An attribute of it.
    pub async fn attribute(&self, name: &str) -> Result<Option<String>, TestError> {
        let tab = self.window.tab().await?;
        let element = self.one(&tab).await?;
        Ok(element.attr(name).await?)
    }

    /// How many there are to be seen at this moment.
    pub async fn count(&self) -> Result<usize, TestError> {
        let tab = self.window.tab().await?;
        Ok(self.all(&tab).await?.len())
    }

    async fn now(&self) -> Result<WebElement, TestError> {
        let tab = self.window.tab().await?;
        self.one(&tab).await
    }

    /// The text of all that fit, in the order of the document.
    pub(crate) async fn text_now(&self) -> Result<String, TestError> {
        let tab = self.window.tab().await?;
        let found = self.all(&tab).await?;
        if found.is_empty() {
            return Err(TestError::transient(format!("there is no {self}; {}", summary(&tab).await)));
        }
        let mut texts = Vec::new();
        for element in found {
            texts.push(element.text().await.map_err(|error| TestError::while_reading(&error))?);
        }
        Ok(texts.join("\n"))
    }

    async fn act(
        &self,
        what: &str,
        act: impl AsyncFn(&WebElement) -> WebDriverResult<()>,
    ) -> Result<(), TestError> {
        eventually(&format!("{what} {self}"), async || {
            let tab = self.window.tab().await?;
            let element = self.one(&tab).await?;
            Ok(act(&element).await?)
        })
        .await
    }

    async fn one(&self, tab: &Tab<'_>) -> Result<WebElement, TestError> {
        let mut found = self.all(tab).await?;
        match (found.pop(), found.len()) {
            (Some(element), 0) => Ok(element),
            (Some(_), more) => Err(TestError::transient(format!("{} fit {self}", more + 1))),
            (None, _) => Err(TestError::transient(format!("there is no {self}; {}", summary(tab).await))),
        }
    }

    async fn all(&self, tab: &Tab<'_>) -> Result<Vec<WebElement>, TestError> {
        self.find(tab).await.map_err(|error| TestError::while_reading(&error))
    }

    async fn find(&self, tab: &Tab<'_>) -> WebDriverResult<Vec<WebElement>> {
        let (role, name) = match &self.by {
            By::Css(selector) => return tab.driver.find_all(Selector::Css(selector.as_str())).await,
            By::Role(role, name) => (*role, name),
        };
        let mut found = Vec::new();
        for element in tab.driver.find_all(Selector::Css(role.candidates())).await? {
            if let Some(name) = name
                && accessible_name(&element).await? != *name
            {
                continue;
            }
            if role.is_computed(&computed(&element, "computedrole").await?) && element.is_displayed().await? {
                found.push(element);
            }
        }
        Ok(found)
    }
}

/// What stands on the page instead, for the message of a failed test.
async fn summary(tab: &Tab<'_>) -> String {
    let script = "return document.body ? document.body.innerText : ''";
    match tab.driver.execute(script, vec![]).await {
        Ok(text) => {
            let text =
                text.json().as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            format!("the page reads {text:?}")
        }
        Err(_) => "the page is between two documents".to_owned(),
    }
}
