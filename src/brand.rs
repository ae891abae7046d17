//! The bank's own face, as a script in `index.html` has put it into the head of the page: name and logo.

use leptos::prelude::document;

/// What customers call the bank.
#[must_use]
pub(crate) fn name() -> String {
    attribute("meta[name=application-name]", "content").unwrap_or_else(|| "Riser".to_owned())
}

/// The address of its logo, if it has one.
pub(crate) fn logo() -> Option<String> {
    attribute("#riser-logo", "href")
}

fn attribute(selector: &str, name: &str) -> Option<String> {
    document().query_selector(selector).ok()??.get_attribute(name)
}
