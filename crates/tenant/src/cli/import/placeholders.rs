//! `##NAME##` and `@@NAME@@`: what the deploy CLI fills in for each environment, the first as it is, the second as JSON.

use serde_json::Value;

#[derive(Debug)]
pub(super) struct Placeholders<'p> {
    values: &'p [(String, String)],
}

const MARKS: [&str; 2] = ["##", "@@"];

impl<'p> Placeholders<'p> {
    pub(super) const fn new(values: &'p [(String, String)]) -> Self {
        Self { values }
    }

    /// The text with what is known. Lines stay where they are.
    pub(super) fn replace(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in self.values {
            // What is JSON is meant as it is: a list, a number.
            let is_json = serde_json::from_str::<Value>(value).is_ok();
            let json = if is_json { value.clone() } else { Value::from(value.as_str()).to_string() };
            text = text.replace(&format!("##{name}##"), value).replace(&format!("@@{name}@@"), &json);
        }
        text
    }

    /// As [`replace`](Self::replace), for YAML: a value that begins with what is left would be a comment, or an error.
    pub(super) fn replace_in_yaml(&self, text: &str) -> String {
        let replaced = self.replace(text);
        replaced.split_inclusive('\n').map(quote_value).collect()
    }
}

/// `key: ##NAME##/path` becomes `key: "##NAME##/path"`.
fn quote_value(line: &str) -> String {
    let content = line.trim_end();
    let start = MARKS.iter().filter_map(|mark| content.find(&format!(" {mark}"))).min();
    let Some(start) = start else { return line.to_owned() };
    let (before, value) = content.split_at(start + 1);
    let begins_value = before.trim_end().ends_with([':', '-', '[', ',']);
    let end = value.find([',', ']', '}', ' ']).unwrap_or(value.len());
    let (value, rest) = value.split_at(end);
    if !begins_value || !is_in(value) || value.contains(['"', '\'']) {
        return line.to_owned();
    }
    let end = line.get(content.len()..).unwrap_or_default();
    format!("{before}\"{value}\"{rest}{end}")
}

/// Whether something is left to be filled in.
pub(super) fn is_in(text: &str) -> bool {
    name_in(text).is_some()
}

/// The first name that is left.
pub(super) fn name_in(text: &str) -> Option<&str> {
    let found = MARKS.iter().filter_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        let (name, _) = rest.split_once(mark)?;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then_some(name)
    });
    found.min_by_key(|name| text.find(*name))
}
