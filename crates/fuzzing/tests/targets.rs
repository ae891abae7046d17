//! The fuzz targets in the ordinary tests: over the seeds, over changes of them, and over any bytes.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

use std::{collections::BTreeMap, fs, path::PathBuf};

use fuzzing::{TARGETS, Target};
use proptest::{collection::vec, prelude::*, sample::Index};

/// The seeds of a target, by their names.
fn seeds(name: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        (file, fs::read(&path).expect("a seed"))
    };
    entries.map(read).collect()
}

/// Without this, a target could hold because it never gets past its first line.
/// Proves: threat-malformed-input
#[test]
fn seeds_reach_their_named_stage() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        for (seed, bytes) in &seeds {
            let accepted = seed.starts_with("accepted");
            assert!(accepted || seed.starts_with("refused"), "{name}/{seed}: named by what becomes of it");
            assert_eq!(target(bytes), accepted, "{name}/{seed}");
        }
        for needed in ["accepted", "refused"] {
            assert!(seeds.keys().any(|seed| seed.starts_with(needed)), "{name} has no seed that is {needed}");
        }
    }
}

/// One change of a text.
#[derive(Debug, Clone)]
enum Change {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Word(Index, &'static str),
}

/// What readers stumble over.
const WORDS: [&str; 24] = [
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "9223372036854775808",
    "9007199254740993",
    "\"\"",
    "{}",
    "[]",
    "[[[[",
    "\\u0000",
    "\u{0}",
    "\u{feff}",
    "%00",
    "&state=",
    "=",
    ".",
    "\"",
    "\\",
    ",",
    "auth0|2",
    "none",
    "http://",
];

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (at(), 1..60_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (at(), prop::sample::select(WORDS.as_slice())).prop_map(|(at, word)| Change::Word(at, word)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len();
        let (Change::Replace(at, _)
        | Change::Insert(at, _)
        | Change::Remove(at, _)
        | Change::Repeat(at, _)
        | Change::Word(at, _)) = change;
        let at = at.index(length + 1);
        match change {
            Change::Replace(_, byte) if at < length => bytes[at] = *byte,
            Change::Replace(..) => {}
            Change::Insert(_, new) => drop(bytes.splice(at..at, new.iter().copied())),
            Change::Remove(_, count) => drop(bytes.drain(at..length.min(at + count))),
            Change::Repeat(_, count) => {
                let again = bytes[at..length.min(at + count)].to_vec();
                bytes.splice(at..at, again);
            }
            Change::Word(_, word) => drop(bytes.splice(at..at, word.bytes())),
        }
    }
    bytes
}

fn input(name: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seeds: Vec<_> = seeds(name).into_values().collect();
    prop_oneof![
        1 => vec(any::<u8>(), 0..200),
        4 => (prop::sample::select(seeds), vec(change(), 0..6)).prop_map(|(seed, changes)| changed(seed, &changes)),
    ]
}

/// Proves: response-malformed, threat-malformed-input
#[test]
fn targets_hold_for_mutated_seeds() {
    let config = ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() };
    for (name, target) in TARGETS {
        let mut runner = proptest::test_runner::TestRunner::new(config.clone());
        let held = runner.run(&input(name), |bytes| {
            let target: Target = target;
            target(&bytes);
            Ok(())
        });
        held.unwrap_or_else(|broken| panic!("{name}: {broken}"));
    }
}
