//! One language's messages, and what they lack beside the English ones.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The plural categories of whole numbers (CLDR, as `Intl.PluralRules` has them), and the languages that need them.
const PLURALS: [(&str, &[&str]); 10] = [
    ("id ja ko lo ms my th vi zh", &["other"]),
    (
        "bg da de el en et eu fa fi gl hi hu hy is ka kk mk nb nl nn no sq sv sw ta te tr ur",
        &["one", "other"],
    ),
    ("ca es fr it pt", &["one", "many", "other"]),
    ("bs hr ro sr", &["one", "few", "other"]),
    ("be cs lt pl ru sk uk", &["one", "few", "many", "other"]),
    ("sl", &["one", "two", "few", "other"]),
    ("he", &["one", "two", "other"]),
    ("lv", &["zero", "one", "other"]),
    ("ga mt", &["one", "two", "few", "many", "other"]),
    ("ar cy", &["zero", "one", "two", "few", "many", "other"]),
];

/// The parts of a step or a failure; an object of anything else has plural forms.
const PARTS: [&str; 2] = ["headline", "sentence"];

/// A message whose first sentence says that no money was moved, in the very words that all of them use.
const NOTHING_MOVED: &str = "transfer.insufficient-funds";

#[derive(Debug)]
pub(crate) struct Catalogue {
    /// As in the name of its file: `de`, `pt-BR`.
    pub(crate) language: String,
    messages: Map<String, Value>,
}

impl Catalogue {
    pub(super) fn parse(language: String, text: &str) -> serde_json::Result<Self> {
        Ok(Self { language, messages: serde_json::from_str(text)? })
    }

    /// What the language calls itself.
    pub(crate) fn name(&self) -> &str {
        self.text("language.name")
    }

    /// `ltr` or `rtl`.
    pub(crate) fn direction(&self) -> &str {
        self.text("language.direction")
    }

    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    fn text(&self, id: &str) -> &str {
        self.messages.get(id).and_then(Value::as_str).unwrap_or_default()
    }

    /// A line for everything that is missing or wrong.
    pub(super) fn problems(&self, english: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut note = |id: &str, what: String| {
            found.push(format!("messages/{}.json: `{id}` {what}", self.language));
        };
        for id in english.messages.keys().filter(|id| !self.messages.contains_key(*id)) {
            note(id, "is missing".to_owned());
        }
        if !["ltr", "rtl"].contains(&self.direction()) {
            note("language.direction", "is neither `ltr` nor `rtl`".to_owned());
        }
        if is_no_name(self.name()) {
            note("language.name", "cannot be shown in a list".to_owned());
        }
        for (id, entry) in &self.messages {
            match english.messages.get(id) {
                None => note(id, "is no message of the client".to_owned()),
                Some(model) => {
                    for what in self.differences(entry, model) {
                        note(id, what);
                    }
                    if denies(model, english) && !denies(entry, self) {
                        note(id, format!("does not say \"{}\"", denial(self)));
                    }
                }
            }
        }
        found
    }

    fn differences(&self, entry: &Value, model: &Value) -> Vec<String> {
        let mut found = Vec::new();
        if texts(entry).iter().any(|text| text.trim().is_empty()) {
            found.push("has an empty text".to_owned());
        }
        let (here, there) = (arguments(entry), arguments(model));
        if here != there {
            found.push(format!("has the arguments {here:?}, and the English one {there:?}"));
        }
        if forms(model).is_none_or(|forms| forms.iter().any(|form| PARTS.contains(form))) {
            if forms(entry) != forms(model) {
                found.push(format!(
                    "has not the parts of the English one: {:?}",
                    forms(model).unwrap_or_default()
                ));
            }
            return found;
        }
        let Some(needed) = self.plurals() else {
            found.push(
                "needs its language's plural categories in xtask/src/languages/catalogue.rs".to_owned(),
            );
            return found;
        };
        let given = forms(entry).unwrap_or_default();
        for category in needed.iter().filter(|category| !given.contains(*category)) {
            found.push(format!("has no text for the plural category `{category}`"));
        }
        let is_known = |form: &&str| needed.contains(form) || form.bytes().all(|byte| byte.is_ascii_digit());
        for form in given.iter().filter(|form| !is_known(form)) {
            found.push(format!("has a text for `{form}`, which the language does not have"));
        }
        found
    }

    /// The plural categories of the language.
    fn plurals(&self) -> Option<&'static [&'static str]> {
        let base = self.language.split('-').next().unwrap_or_default();
        let row = PLURALS.iter().find(|(languages, _)| languages.split(' ').any(|it| it == base));
        row.map(|(_, categories)| *categories)
    }
}

/// A name that could end the list's element in the page, or is none.
fn is_no_name(name: &str) -> bool {
    name.trim().is_empty() || name.contains('<')
}

/// All texts of a message.
fn texts(entry: &Value) -> Vec<&str> {
    match entry {
        Value::Object(forms) => forms.values().flat_map(texts).collect(),
        other => vec![other.as_str().unwrap_or_default()],
    }
}

/// The names in braces. `count` need not be said: some forms have a word for it.
fn arguments(entry: &Value) -> BTreeSet<&str> {
    let names = texts(entry).into_iter().flat_map(|text| text.split('{').skip(1));
    names
        .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
        .filter(|name| *name != "count")
        .collect()
}

fn forms(entry: &Value) -> Option<BTreeSet<&str>> {
    Some(entry.as_object()?.keys().map(String::as_str).collect())
}

/// "No money was moved", in the words of the catalogue, without its full stop.
fn denial(catalogue: &Catalogue) -> &str {
    let sentence = catalogue.messages.get(NOTHING_MOVED).and_then(|entry| entry["sentence"].as_str());
    sentence.and_then(|sentence| sentence.split('.').next()).unwrap_or_default()
}

fn denies(entry: &Value, catalogue: &Catalogue) -> bool {
    let denial = denial(catalogue).to_lowercase();
    !denial.is_empty() && texts(entry).iter().any(|text| text.to_lowercase().contains(&denial))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn catalogue(language: &str, messages: &Value) -> Catalogue {
        Catalogue::parse(language.to_owned(), &messages.to_string()).unwrap()
    }

    fn english() -> Catalogue {
        catalogue(
            "en",
            &json!({
                "language.name": "English",
                "language.direction": "ltr",
                "a": "You have {amount}.",
                "b": { "one": "{count} day", "other": "{count} days" },
                "transfer.insufficient-funds": { "headline": "No", "sentence": "No money was moved. Pay less." },
            }),
        )
    }

    /// A Polish catalogue with one difference.
    fn problems(id: &str, entry: Value) -> Vec<String> {
        let mut polish = catalogue(
            "pl",
            &json!({
                "language.name": "Polski",
                "language.direction": "ltr",
                "a": "Masz {amount}.",
                "b": { "one": "jeden", "few": "{count} dni", "many": "{count} dni", "other": "{count} dnia" },
                "transfer.insufficient-funds": { "headline": "Nie", "sentence": "Nie przelano. Mniej." },
            }),
        );
        if entry.is_null() {
            polish.messages.remove(id);
        } else {
            polish.messages.insert(id.to_owned(), entry);
        }
        polish.problems(&english())
    }

    /// Proves: catalogues-complete
    #[test]
    fn says_what_a_language_lacks() {
        assert_eq!(problems("a", json!("Masz {amount}.")), [""; 0]);
        for (id, entry, expected) in [
            ("a", Value::Null, "is missing"),
            ("c", json!("x"), "is no message"),
            ("a", json!("Masz {kwota}."), "has the arguments {\"kwota\"}"),
            ("a", json!(" {amount}"), ""),
            ("a", json!({ "other": "{amount}" }), "has not the parts"),
            ("b", json!({ "one": "x", "many": "x", "other": "x" }), "`few`"),
            (
                "b",
                json!({ "two": "", "one": "x", "few": "x", "many": "x", "other": "x" }),
                "has an empty text",
            ),
            ("b", json!({ "two": "x", "one": "x", "few": "x", "many": "x", "other": "x" }), "`two`"),
            ("b", json!({ "0": "x", "one": "x", "few": "x", "many": "x", "other": "x" }), ""),
            ("language.direction", json!("up"), "neither"),
            ("language.name", json!("<b>"), "cannot be shown"),
            (NOTHING_MOVED, json!({ "headline": "Nie" }), "has not the parts"),
        ] {
            let found = problems(id, entry.clone()).join("\n");
            let place = format!("messages/pl.json: `{id}` ");
            if expected.is_empty() {
                assert_eq!(found, "", "{entry}");
            } else {
                assert!(found.starts_with(&place) && found.contains(expected), "{entry}: {found}");
            }
        }
    }

    /// Proves: catalogues-complete
    #[test]
    fn denials_are_translated_as_denials() {
        let mut english = english();
        english.messages.insert("d".to_owned(), json!("It failed, and no money was moved."));
        let mut german = catalogue("de", &Value::Object(english.messages.clone()));
        german.messages.insert("d".to_owned(), json!("Es ging schief."));
        assert_eq!(german.problems(&english), ["messages/de.json: `d` does not say \"No money was moved\""]);
        german.messages.insert("d".to_owned(), json!("Schade, no money was moved."));
        assert_eq!(german.problems(&english), [""; 0]);
    }

    #[test]
    fn language_without_known_plurals_is_named() {
        let other = Catalogue { language: "tlh".to_owned(), messages: english().messages };
        let found = other.problems(&english()).join("\n");
        assert!(found.contains("needs its language's plural categories"), "{found}");
    }
}
