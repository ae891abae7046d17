//! The messages as customers read them in English.

use std::sync::LazyLock;

use serde_json::Value;

pub(crate) const SOURCE: &str = include_str!("../../../../messages/en.json");

static CATALOGUE: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(SOURCE).expect("a catalogue"));

pub(crate) fn headline(id: &str) -> &'static str {
    CATALOGUE[id]["headline"].as_str().unwrap_or_else(|| panic!("{id} has no headline"))
}

pub(crate) fn sentence(id: &str) -> &'static str {
    CATALOGUE[id]["sentence"].as_str().unwrap_or_else(|| panic!("{id} has no sentence"))
}

pub(crate) fn message(id: &str, arguments: &[(&'static str, String)]) -> String {
    let count = arguments.iter().find(|(name, _)| *name == "count");
    let forms = &CATALOGUE[id];
    let category = |count: &String| if count == "1" { "one" } else { "other" };
    let text = count.map_or(forms, |(_, count)| forms.get(count).unwrap_or_else(|| &forms[category(count)]));
    let text = text.as_str().unwrap_or_else(|| panic!("{id} with {arguments:?}")).to_owned();
    let said = arguments.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
    assert!(!said.contains(['{', '}']), "{id} with {arguments:?}: {said}");
    said
}
