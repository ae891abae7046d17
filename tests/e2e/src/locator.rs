//! Finds things as people and screen readers do: by role and accessible name, as the browser computes them.

use crate::{
    TestError,
    browser::{Tab, Window},
    eventually, stays,
};
use std::{fmt, time::Duration};
use thirtyfour::{
    By as Selector, Key, RequestData, SessionId, WebElement, common::command::FormatRequestData,
    error::WebDriverResult,
};

/// How a thing is told from others.
#[derive(Debug, Clone)]
pub(crate) enum By {
    /// By its role, and by its accessible name.
    Role(Role, Option<String>),
    /// By a selector.
    Css(String),
}

/// The roles that tests look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Button,
    Field,
    /// A button or a field.
    Control,
    Link,
    Heading,
    Status,
    Alert,
}

impl Role {
    /// Elements that may have the role: what the browser computes decides.
    fn candidates(self) -> &'static str {
        match self {
            Self::Button => "button, summary, input[type=submit], input[type=button], [role=button]",
            Self::Field => "input, textarea, [role=textbox]",
            Self::Control => "button, input, textarea, summary",
            Self::Link => "a[href], [role=link]",
            Self::Heading => "h1, h2, h3, h4, [role=heading]",
            Self::Status => "output, [role=status]",
            Self::Alert => "[role=alert]",
        }
    }

    fn is_computed(self, role: &str) -> bool {
        match self {
            Self::Button => matches!(role, "button" | "DisclosureTriangle"),
            Self::Field => matches!(role, "textbox" | "searchbox" | "spinbutton"),
            Self::Control => Self::Button.is_computed(role) || Self::Field.is_computed(role),
            Self::Link => role == "link",
            Self::Heading => role == "heading",
            Self::Status => role == "status",
            Self::Alert => role == "alert",
        }
    }
}

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

/// What a screen reader calls it.
pub(crate) async fn accessible_name(element: &WebElement) -> WebDriverResult<String> {
    Ok(computed(element, "computedlabel").await?.trim().to_owned())
}

/// Get Computed Role and Get Computed Label (`WebDriver` 12.4.9, 12.4.10), which thirtyfour has no method for.
async fn computed(element: &WebElement, what: &'static str) -> WebDriverResult<String> {
    let command = Computed { element: element.element_id().to_string(), what };
    element.handle().cmd(command).await?.value()
}

#[derive(Debug)]
struct Computed {
    element: String,
    what: &'static str,
}

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/element/{}/{}", self.element, self.what);
        RequestData::new(reqwest::Method::GET, path)
    }
}
