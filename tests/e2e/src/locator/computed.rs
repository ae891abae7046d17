//! Role and accessible name of an element, as the browser computes them.

use thirtyfour::{
    RequestData, SessionId, WebElement, common::command::FormatRequestData, error::WebDriverResult,
};

/// What a screen reader calls it.
pub(crate) async fn accessible_name(element: &WebElement) -> WebDriverResult<String> {
    Ok(computed(element, "computedlabel").await?.trim().to_owned())
}

/// Get Computed Role and Get Computed Label (`WebDriver` 12.4.9, 12.4.10), which thirtyfour has no method for.
pub(super) async fn computed(element: &WebElement, what: &'static str) -> WebDriverResult<String> {
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
