//! Writes TOML.

use serde_json::Value as Json;

use super::document::{Node, Value};

/// A basic string. JSON writes the same, but for one letter.
pub(super) fn text(text: &str) -> String {
    Json::from(text).to_string().replace('\u{7f}', "\\u007F")
}

pub(super) fn texts<'t>(texts_: impl IntoIterator<Item = &'t str>) -> String {
    let all: Vec<String> = texts_.into_iter().map(text).collect();
    format!("[{}]", all.join(", "))
}

/// A value within a line. What TOML has no word for is left out.
pub(super) fn value(node: &Node) -> Option<String> {
    Some(match &node.value {
        Value::Null => return None,
        Value::Flag(flag) => flag.to_string(),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) => format!("{number:?}"),
        Value::Text(it) => text(it),
        Value::List(list) => format!("[{}]", list.iter().filter_map(value).collect::<Vec<_>>().join(", ")),
        Value::Map(members) => {
            let members =
                members.iter().filter_map(|(key, it)| Some(format!("{} = {}", text(key), value(it)?)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    })
}

/// A name for a file or a client: small letters, digits and hyphens.
pub(super) fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() { "unnamed".to_owned() } else { words.join("-") }
}

/// As it is, or with a number where another has it already.
pub(super) fn unique(name: &str, taken: &mut Vec<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 2;
    while taken.contains(&free) {
        free = format!("{name}-{number}");
        number += 1;
    }
    taken.push(free.clone());
    free
}
