//! What a step acts on, and what it waits for.

use std::fmt;

use serde::Deserialize;

/// An element of a page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub(crate) enum Target {
    /// By its role and its accessible name, as the browser computes them.
    Role { role: String, name: Option<String> },
    /// By a selector of CSS.
    Selector(String),
}

/// Something that holds or does not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub(crate) enum Condition {
    /// The element is visible, and this is part of its text.
    Visible { target: Target, text: Option<String> },
    /// This is part of the visible text of the page.
    Text(String),
    /// This is part of the address, without what follows `?` and `#`.
    Address(String),
    /// The script's API has answered this call, with a token that was issued in this phase.
    Api { call: String },
}

/// As both are written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    role: Option<String>,
    name: Option<String>,
    selector: Option<String>,
    text: Option<String>,
    address: Option<String>,
    api: Option<String>,
}

const TARGET: &str = "{\"role\": …, \"name\": …} or {\"selector\": …}";

impl Fields {
    /// The element, if one is named.
    fn target(&mut self) -> Result<Option<Target>, String> {
        let (role, name, selector) = (self.role.take(), self.name.take(), self.selector.take());
        match (role, name, selector) {
            (None, None, None) => Ok(None),
            (Some(role), name, None) => {
                if role.is_empty() || !role.bytes().all(|byte| byte.is_ascii_lowercase()) {
                    return Err(format!(
                        "{role:?} is no role; roles are words such as \"button\" or \"link\""
                    ));
                }
                Ok(Some(Target::Role { role, name }))
            }
            (None, None, Some(selector)) => Ok(Some(Target::Selector(selector))),
            (None, Some(name), _) => Err(format!("the name {name:?} needs a \"role\"")),
            (Some(_), _, Some(_)) => Err(format!("an element is {TARGET}, not both")),
        }
    }
}

impl TryFrom<Fields> for Target {
    type Error = String;

    fn try_from(mut fields: Fields) -> Result<Self, String> {
        let target = fields.target()?.ok_or_else(|| format!("an element is {TARGET}"))?;
        match fields {
            Fields { text: None, address: None, api: None, .. } => Ok(target),
            _ => Err(format!("an element is {TARGET}, and nothing else")),
        }
    }
}

impl TryFrom<Fields> for Condition {
    type Error = String;

    fn try_from(mut fields: Fields) -> Result<Self, String> {
        let target = fields.target()?;
        match (target, fields.text, fields.address, fields.api) {
            (Some(target), text, None, None) => Ok(Self::Visible { target, text }),
            (None, Some(text), None, None) => Ok(Self::Text(text)),
            (None, None, Some(address), None) => Ok(Self::Address(address)),
            (None, None, None, Some(call)) => Ok(Self::Api { call }),
            _ => Err(format!(
                "a condition is an element ({TARGET}, with \"text\" if you like), {{\"text\": …}}, {{\"address\": …}} or {{\"api\": …}}"
            )),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role { role, name: Some(name) } => write!(f, "the {role} {name:?}"),
            Self::Role { role, name: None } => write!(f, "a {role}"),
            Self::Selector(selector) => write!(f, "{selector:?}"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visible { target, text: Some(text) } => write!(f, "{target} with the text {text:?}"),
            Self::Visible { target, text: None } => write!(f, "{target}"),
            Self::Text(text) => write!(f, "the text {text:?}"),
            Self::Address(part) => write!(f, "an address with {part:?}"),
            Self::Api { call } => write!(f, "the call {call:?}"),
        }
    }
}
