//! Words that the glossary retired do not come back: no identifier and no file is called so.

#![cfg(test)]

use super::sources::{Source, project_sources};
use crate::project::Project;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::fs;

const GLOSSARY: &str = "docs/glossary.md";
/// The heading of the table, `| retired | use instead |`.
const HEADING: &str = "| retired |";

#[test]
fn retired_words_are_not_used() {
    let root = Project::find().unwrap().root;
    let glossary = fs::read_to_string(root.join(GLOSSARY)).unwrap();
    let sources = project_sources(&root).unwrap();
    let problems = problems(&glossary, &sources);
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

fn problems(glossary: &str, sources: &[Source]) -> Vec<String> {
    let retired = retired(glossary);
    // Reading a file word by word takes a while.
    let may_have_one = |source: &&Source| {
        retired.keys().any(|word| source.text.contains(word) || source.path.contains(word))
    };
    let uses = |source: &Source| {
        let stem = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let mut uses = BTreeMap::from([(stem, 0)]);
        let tokens: TokenStream =
            source.text.parse().unwrap_or_else(|error| panic!("{}: {error}", source.path));
        collect(tokens, &mut uses);
        uses
    };
    let problem = |path: &str, word: &str, line: usize| {
        let (word, instead) = retired.get_key_value(word)?;
        Some(format!("{path}:{line}: `{word}` is retired; use {instead}"))
    };
    let sources = sources.iter().filter(may_have_one);
    sources
        .flat_map(|source| {
            uses(source).into_iter().filter_map(|(word, line)| problem(&source.path, &word, line))
        })
        .collect()
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

    #[test]
    fn retired_identifier_is_refused_and_others_are_not() {
        let code = "// Told\nfn told(x: &str) -> bool {\n    x == \"Told\"\n}\nstruct Told;";
        let source = Source { path: "a/b.rs".to_owned(), text: code.to_owned() };
        assert_eq!(problems(TABLE, &[source]), ["a/b.rs:5: `Told` is retired; use `RequestContext`"]);
    }
}
