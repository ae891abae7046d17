//! The catalogues of messages: each has every message with the same arguments, and the client asks for no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use crate::english;

type Catalogue = BTreeMap<String, Value>;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn english() -> Catalogue {
    serde_json::from_str(english::SOURCE).expect("a catalogue")
}

/// The names in braces, in all forms of a message.
fn arguments(entry: &Value) -> BTreeSet<&str> {
    match entry {
        Value::String(text) => {
            text.split('{').skip(1).map(|rest| rest.split_once('}').expect("a closing brace").0).collect()
        }
        Value::Object(forms) => forms.values().flat_map(arguments).collect(),
        other => panic!("neither a text nor forms of one: {other}"),
    }
}

/// A headline and a sentence have their names in every language; plural forms are each language's own.
fn parts(entry: &Value) -> BTreeSet<&str> {
    let names = entry.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    names.map(|name| if ["headline", "sentence"].contains(&name) { name } else { "a plural form" }).collect()
}

#[test]
fn languages_have_the_same_messages() {
    let english = english();
    for file in fs::read_dir(root().join("messages")).unwrap() {
        let path = file.unwrap().path();
        let catalogue: Catalogue = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let ids = |catalogue: &Catalogue| catalogue.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(&catalogue), ids(&english), "{}", path.display());
        for (id, entry) in &catalogue {
            let place = format!("{}: {id}", path.display());
            assert_eq!(arguments(entry), arguments(&english[id]), "{place}");
            assert_eq!(parts(entry), parts(&english[id]), "{place}");
        }
    }
}

/// Texts in quotes that look like an id of the catalogue: the first word of one, then others after points.
fn ids_in(folder: &Path, areas: &BTreeSet<&str>, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            ids_in(&path, areas, found);
            continue;
        }
        let source = fs::read_to_string(&path).expect("a text");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'))
        };
        let ids = source.split('"').filter(|text| {
            text.split_once('.').is_some_and(|(area, _)| areas.contains(area)) && text.split('.').all(is_word)
        });
        found.extend(ids.map(str::to_owned));
    }
}

#[test]
fn client_asks_for_messages_that_exist() {
    // Codes that are shown in the words of another message.
    const CODES: [&str; 4] =
        ["provider.keys", "provider.metadata", "provider.tokens", "transfer.too-many-requests"];
    let english = english();
    let areas = english.keys().filter_map(|id| id.split_once('.')).map(|(area, _)| area).collect();
    let mut asked = BTreeSet::new();
    for folder in ["src/components", "src/pages", "crates/stepup/src"] {
        ids_in(&root().join(folder), &areas, &mut asked);
    }
    let known: BTreeSet<_> = english.into_keys().collect();
    let unknown: Vec<_> = asked.difference(&known).filter(|id| !CODES.contains(&id.as_str())).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
    let unused: Vec<_> = known.difference(&asked).collect();
    assert!(unused.is_empty(), "nobody asks for {unused:?}");
}
