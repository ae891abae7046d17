//! Each language has all messages, with the same places for arguments; and what pages ask for is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;

fn catalogue(text: &str) -> BTreeMap<String, Value> {
    serde_json::from_str(text).unwrap()
}

fn forms(message: &Value) -> Vec<&str> {
    match message {
        Value::String(text) => vec![text],
        Value::Object(forms) => forms.values().map(|form| form.as_str().unwrap()).collect(),
        other => panic!("{other} is no message"),
    }
}

/// The places of a text; `n` may be missing where a form says it in words.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).filter(|name| *name != "n").collect()
}

#[test]
fn every_language_has_every_message() {
    let english = catalogue(CATALOGUES[0].1);
    for (tag, text) in CATALOGUES {
        let messages = catalogue(text);
        let missing: Vec<&String> = english.keys().filter(|id| !messages.contains_key(*id)).collect();
        let unknown: Vec<&String> = messages.keys().filter(|id| !english.contains_key(*id)).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "{tag} lacks {missing:?} and has {unknown:?}");
        for (id, message) in &messages {
            let expected = places(forms(&english[id])[0]);
            for form in forms(message) {
                assert_eq!(places(form), expected, "{tag} {id}: {form}");
            }
            assert_eq!(
                message.is_object() && !forms(message).is_empty(),
                english[id].is_object(),
                "{tag} {id}"
            );
        }
    }
}

#[test]
fn every_plural_has_the_forms_of_its_language() {
    for (tag, text) in CATALOGUES {
        for (id, message) in catalogue(text) {
            let Value::Object(found) = message else { continue };
            for n in 0..200 {
                let form = plural(tag, n);
                assert!(found.contains_key(form), "{tag} {id} has no form {form} for {n}");
            }
        }
    }
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
}

#[test]
fn what_pages_ask_for_is_there_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    files(&root.join("templates"), "html", &mut sources);
    files(&root.join("src"), "rs", &mut sources);
    let text: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let english = catalogue(CATALOGUES[0].1);
    for rest in text.split("crate::t(\"").skip(1) {
        let id = rest.split('"').next().unwrap();
        assert!(english.contains_key(id), "{id} is asked for");
    }
    // Their ids are put together.
    let composed = ["consent.", "request_outcome.", "money.symbol.", "unsaved.", "too_long."];
    for id in english.keys().filter(|id| !composed.iter().any(|start| id.starts_with(start))) {
        assert!(text.contains(&format!("\"{id}\"")), "nobody asks for {id}");
    }
}

#[test]
fn best_accepted_language_is_chosen() {
    for (header, expected) in [
        ("de", Some("de")),
        ("de-AT,de;q=0.9,en;q=0.8", Some("de")),
        ("nl, fr;q=0.5, en;q=0.7", Some("en")),
        ("en;q=0, ar", Some("ar")),
        ("nl", None),
        ("*", None),
        ("", None),
        ("fr;q=x, de;q=0.1", Some("de")),
    ] {
        assert_eq!(Language::accepted(header).map(|language| language.tag), expected, "{header}");
    }
    assert_eq!(Language::first_of(["nl", "FR-ca", "de"]).unwrap().tag, "fr");
}

#[test]
fn argument_is_no_place_and_keeps_its_direction() {
    let message = |tag: &str, name: &str| {
        let message = Message::new(Language::by_tag(tag).unwrap(), "pay.question_to");
        message.with("name", name).with("amount", "1").to_string()
    };
    assert_eq!(message("en", "{amount}"), "Pay 1 to {amount}?");
    assert_eq!(message("en", "بن"), "Pay 1 to \u{2068}بن\u{2069}?");
    assert!(message("ar", "Ben").contains("\u{2068}Ben\u{2069}"));
}

#[test]
fn number_decides_about_form() {
    let waiting = |tag: &str, n: u64| {
        Message::new(Language::by_tag(tag).unwrap(), "phone.waiting").count(n).to_string()
    };
    assert_eq!(waiting("en", 0), "Nothing to approve.");
    assert_eq!(waiting("en", 1), "1 request is waiting.");
    assert_eq!(waiting("en", 5), "5 requests are waiting.");
    let arabic: BTreeSet<String> =
        [0, 1, 2, 3, 11, 100].map(|n| waiting("ar", n).replace(char::is_numeric, "")).into();
    assert_eq!(arabic.len(), 6);
}
