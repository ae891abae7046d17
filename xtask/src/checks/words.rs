//! Words that the glossary retired do not come back: no identifier and no file is called so.

#![cfg(test)]

use super::sources::{Source, project_sources};
use crate::project::Project;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const GLOSSARY: &str = "docs/glossary.md";
/// The heading of the table, `| retired | use instead |`.
const HEADING: &str = "| retired |";
/// `word folder`: uses that are not renamed yet. The list only shrinks.
const EXCEPTIONS: &str = "xtask/retired-words.txt";

#[test]
fn retired_words_are_not_used() {
    let root = Project::find().unwrap().root;
    let glossary = fs::read_to_string(root.join(GLOSSARY)).unwrap();
    let exceptions = fs::read_to_string(root.join(EXCEPTIONS)).unwrap();
    let sources = project_sources(&root).unwrap();
    let problems = problems(&glossary, &exceptions, &sources);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The retired words, each with what to use instead.
fn retired(glossary: &str) -> BTreeMap<&str, &str> {
    let table = glossary.lines().skip_while(|line| !line.starts_with(HEADING)).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_matches('|').split_once(" | "));
    cells
        .flat_map(|(words, instead)| {
            let words = words.split('`').skip(1).step_by(2).filter(|word| is_identifier(word));
            words.map(move |word| (word, instead.trim()))
        })
        .collect()
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn problems(glossary: &str, exceptions: &str, sources: &[Source]) -> Vec<String> {
    let retired = retired(glossary);
    let exceptions: Vec<(&str, &str)> = exceptions
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect();
    let mut unused: BTreeSet<(&str, &str)> = exceptions.iter().copied().collect();
    let mut problems = Vec::new();
    // Reading a file word by word takes a while.
    let may_have_one = |source: &&Source| {
        retired.keys().any(|word| source.text.contains(word) || source.path.contains(word))
    };
    for source in sources.iter().filter(may_have_one) {
        let stem = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let mut uses = BTreeMap::from([(stem, 0)]);
        let tokens: TokenStream =
            source.text.parse().unwrap_or_else(|error| panic!("{}: {error}", source.path));
        collect(tokens, &mut uses);
        for (word, line) in uses {
            let Some((word, instead)) = retired.get_key_value(word.as_str()) else { continue };
            let excepted = exceptions.iter().find(|(other, folder)| {
                other == word
                    && source
                        .path
                        .strip_prefix(folder)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            match excepted {
                Some(exception) => _ = unused.remove(exception),
                None => problems.push(format!("{}:{line}: `{word}` is retired; use {instead}", source.path)),
            }
        }
    }
    problems.extend(
        unused.iter().map(|(word, folder)| format!("{EXCEPTIONS}: `{word} {folder}` is not needed any more")),
    );
    problems
}

/// Each identifier, with the first line that has it.
fn collect(tokens: TokenStream, found: &mut BTreeMap<String, usize>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                found.entry(word.to_string()).or_insert_with(|| word.span().start().line);
            }
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# Glossary\n\n| retired | use instead |\n| --- | --- |\n| `Told`, `PATIENCE` | `RequestContext` |\n\n| `x` | y |\n";

    fn found(exceptions: &str, code: &str) -> Vec<String> {
        problems(TABLE, exceptions, &[Source { path: "a/b.rs".to_owned(), text: code.to_owned() }])
    }

    #[test]
    fn retired_identifier_is_refused_and_others_are_not() {
        let code = "// Told\nfn told(x: &str) -> bool {\n    x == \"Told\"\n}\nstruct Told;";
        assert_eq!(found("", code), ["a/b.rs:5: `Told` is retired; use `RequestContext`"]);
    }

    #[test]
    fn exception_holds_for_its_folder_while_it_is_needed() {
        assert_eq!(found("# reason\nTold a", "struct Told;"), [""; 0]);
        assert_eq!(found("Told a/c", "struct Told;").len(), 2);
        let unneeded = "xtask/retired-words.txt: `Told a` is not needed any more";
        assert_eq!(found("Told a", "struct Other;"), [unneeded]);
    }
}
