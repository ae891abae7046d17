//! Elements by selector, or by role and accessible name as the browser computes them.

use serde_json::json;

use super::{Browser, ELEMENT, Element, WebDriverError};
use crate::script::Target;

impl Browser {
    /// The first that is visible.
    pub(crate) async fn find(&self, target: &Target) -> Result<Option<Element>, WebDriverError> {
        let selector = match target {
            Target::Selector(selector) => selector.clone(),
            Target::Role { role, .. } => candidates(role),
        };
        for element in self.select(&selector).await? {
            if self.is_it(&element, target).await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    async fn select(&self, selector: &str) -> Result<Vec<Element>, WebDriverError> {
        let found = self.post("elements", json!({ "using": "css selector", "value": selector })).await?;
        let found = found.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(found.iter().filter_map(|one| one[ELEMENT].as_str()).map(|id| Element(id.to_owned())).collect())
    }

    async fn is_it(&self, element: &Element, target: &Target) -> Result<bool, WebDriverError> {
        if let Target::Role { role, name } = target {
            if let Some(name) = name
                && words(&self.of(element, "computedlabel").await?) != words(name)
            {
                return Ok(false);
            }
            if !is_computed(role, &self.of(element, "computedrole").await?) {
                return Ok(false);
            }
        }
        self.is_displayed(element).await
    }

    async fn is_displayed(&self, Element(id): &Element) -> Result<bool, WebDriverError> {
        Ok(self.get(&format!("element/{id}/displayed")).await? == json!(true))
    }

    /// What a person reads in it.
    pub(crate) async fn text_of(&self, element: &Element) -> Result<String, WebDriverError> {
        self.of(element, "text").await
    }

    async fn of(&self, Element(id): &Element, what: &str) -> Result<String, WebDriverError> {
        Ok(self.get(&format!("element/{id}/{what}")).await?.as_str().unwrap_or_default().to_owned())
    }
}

/// A name as people read it: how words are set apart makes no difference.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Elements that may have the role: what the browser computes decides.
fn candidates(role: &str) -> String {
    let native = match role {
        "button" => "button, summary, input[type=submit], input[type=button], ",
        "link" => "a[href], ",
        "textbox" => "input, textarea, ",
        "checkbox" => "input[type=checkbox], ",
        "radio" => "input[type=radio], ",
        "combobox" => "select, input, ",
        "heading" => "h1, h2, h3, h4, h5, h6, ",
        "status" => "output, ",
        "img" => "img, svg, ",
        "listitem" => "li, ",
        _ => "",
    };
    format!("{native}[role={role}]")
}

fn is_computed(role: &str, computed: &str) -> bool {
    match role {
        "button" => matches!(computed, "button" | "DisclosureTriangle"),
        "textbox" => matches!(computed, "textbox" | "searchbox" | "spinbutton"),
        "img" => matches!(computed, "img" | "image"),
        _ => computed == role,
    }
}
