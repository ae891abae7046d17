//! The client asks for every message of the catalogue, and for no other. (What the languages have is `cargo xtask languages`.)

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

/// Those that the static page shows: in attributes, some with the part of a message.
fn ids_in_page() -> impl Iterator<Item = String> {
    let page = fs::read_to_string(root().join("index.html")).expect("a page");
    let named = page.split("data-").skip(1).filter_map(|rest| {
        let value = rest.strip_prefix("text=\"").or_else(|| rest.strip_prefix("label=\""))?;
        Some(value.split(['"', '/']).next()?.to_owned())
    });
    named.collect::<Vec<_>>().into_iter()
}

#[test]
fn client_asks_for_messages_that_exist() {
    // Codes that are shown in the words of another message.
    const CODES: [&str; 4] =
        ["provider.keys", "provider.metadata", "provider.tokens", "transfer.too-many-requests"];
    const ABOUT: [&str; 2] = ["language.name", "language.direction"];
    let english = english();
    let areas = english.keys().filter_map(|id| id.split_once('.')).map(|(area, _)| area).collect();
    let mut asked = BTreeSet::new();
    for folder in ["src/components", "src/pages", "src/driver", "crates/stepup/src"] {
        ids_in(&root().join(folder), &areas, &mut asked);
    }
    asked.extend(ids_in_page());
    // What a language says about itself is read when the client is built.
    let known: BTreeSet<_> = english.into_keys().filter(|id| !ABOUT.contains(&id.as_str())).collect();
    let unknown: Vec<_> = asked.difference(&known).filter(|id| !CODES.contains(&id.as_str())).collect();
    assert!(unknown.is_empty(), "not in the catalogue: {unknown:?}");
    let unused: Vec<_> = known.difference(&asked).collect();
    assert!(unused.is_empty(), "nobody asks for {unused:?}");
}
