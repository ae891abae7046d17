//! Reads one file: its modules, what they define and import, and every path that may lead to another file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

/// Names from the crate's root down.
pub(super) type Path = Vec<String>;

/// A module, inline or a file of its own.
#[derive(Default)]
pub(super) struct Module {
    pub(super) items: BTreeSet<String>,
    /// What is imported here, by its name in this module, with the path as it is written.
    pub(super) imports: BTreeMap<String, Path>,
    pub(super) globs: Vec<Path>,
}

pub(super) struct Reference {
    pub(super) module: Path,
    pub(super) path: Path,
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Use,
    ReExport,
    Path,
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) modules: BTreeMap<Path, Module>,
    pub(super) references: Vec<Reference>,
    /// Modules with files of their own that exist in tests only.
    pub(super) for_tests: BTreeSet<Path>,
}

impl Reader {
    /// Reads the tokens of a module, or of a group within one: only what stands in no group is an item of the module.
    pub(super) fn read(&mut self, tokens: TokenStream, module: &Path, is_module: bool) {
        self.modules.entry(module.clone()).or_default();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut is_public = false;
        while let Some(token) = tokens.get(at) {
            if let Some(attribute) = attribute(&tokens[at..]) {
                at += 2;
                if attribute == "cfg(test)" {
                    at = self.skip_item(&tokens, at, module);
                }
                continue;
            }
            match token {
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let next = tokens.get(at + 1);
                    match (word.as_str(), next) {
                        ("pub", _) => {
                            let is_restricted =
                                next.is_some_and(|next| is_group(next, Delimiter::Parenthesis));
                            at += if is_restricted { 2 } else { 1 };
                            is_public = true;
                            continue;
                        }
                        ("use", _) => {
                            let end = position(&tokens, at, ';');
                            let kind = if is_public { Kind::ReExport } else { Kind::Use };
                            self.read_use(&tokens[at + 1..end], module, &[], kind);
                            at = end;
                        }
                        ("mod", Some(TokenTree::Ident(name))) => {
                            if let Some(TokenTree::Group(body)) = tokens.get(at + 2) {
                                let inner = [module.as_slice(), &[name.to_string()]].concat();
                                self.read(body.stream(), &inner, true);
                                at += 2;
                            }
                        }
                        (
                            "struct" | "enum" | "union" | "trait" | "type" | "fn" | "const" | "static",
                            Some(TokenTree::Ident(name)),
                        ) if is_module => {
                            self.modules.entry(module.clone()).or_default().items.insert(name.to_string());
                        }
                        _ => at += self.read_path(&tokens[at..], module),
                    }
                }
                TokenTree::Group(group) => self.read(group.stream(), module, false),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            is_public = false;
            at += 1;
        }
    }

    /// Where the item that begins at `at` ends.
    fn skip_item(&mut self, tokens: &[TokenTree], mut at: usize, module: &Path) -> usize {
        while attribute(&tokens[at..]).is_some() {
            at += 2;
        }
        let is_use = tokens[at..].iter().take(3).any(|token| is_word(token, "use"));
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(mark) if mark.as_char() == ';' => {
                    if let [.., TokenTree::Ident(keyword), TokenTree::Ident(name)] = &tokens[..at - 1]
                        && keyword == "mod"
                    {
                        self.for_tests.insert([module.as_slice(), &[name.to_string()]].concat());
                    }
                    break;
                }
                token if !is_use && is_group(token, Delimiter::Brace) => break,
                _ => {}
            }
        }
        at
    }

    /// `a::b` or `a::{b, c as d}` or `a::*`, below a prefix.
    fn read_use(&mut self, tokens: &[TokenTree], module: &Path, prefix: &[String], kind: Kind) {
        for tree in tokens.split(|token| is_mark(token, ',')) {
            let mut path = prefix.to_vec();
            let mut alias = None;
            let mut trees = tree.iter().peekable();
            while let Some(token) = trees.next() {
                match token {
                    TokenTree::Ident(word) if word == "as" => alias = trees.next().map(ToString::to_string),
                    TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                    TokenTree::Ident(word) => path.push(word.to_string()),
                    TokenTree::Group(group) => {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.read_use(&inner, module, &path, kind);
                        path.clear();
                    }
                    TokenTree::Punct(mark) if mark.as_char() == '*' => {
                        self.refer(module, path.clone(), token, Kind::Path);
                        self.modules.entry(module.clone()).or_default().globs.push(std::mem::take(&mut path));
                    }
                    TokenTree::Punct(_) | TokenTree::Literal(_) => {}
                }
            }
            if let (Some(last), Some(token)) = (path.last(), tree.first()) {
                let name = alias.unwrap_or_else(|| last.clone());
                self.modules.entry(module.clone()).or_default().imports.insert(name, path.clone());
                self.refer(module, path, token, kind);
            }
        }
    }

    /// `a::b::C`, where it begins here; how many further tokens belong to it.
    fn read_path(&mut self, tokens: &[TokenTree], module: &Path) -> usize {
        let mut path = Path::new();
        let mut at = 0;
        while let Some(TokenTree::Ident(word)) = tokens.get(at) {
            path.push(word.to_string());
            let continues =
                tokens.get(at + 1..at + 3).is_some_and(|marks| marks.iter().all(|mark| is_mark(mark, ':')));
            at += 1;
            if !continues {
                break;
            }
            at += 2;
        }
        if path.len() > 1 {
            self.refer(module, path, &tokens[0], Kind::Path);
        }
        at - 1
    }

    fn refer(&mut self, module: &Path, path: Path, token: &TokenTree, kind: Kind) {
        let line = token.span().start().line;
        self.references.push(Reference { module: module.clone(), path, line, kind });
    }
}

/// The content of an attribute that begins here, without blanks.
fn attribute(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [mark, token @ TokenTree::Group(group), ..]
            if is_mark(mark, '#') && is_group(token, Delimiter::Bracket) =>
        {
            Some(group.stream().to_string().replace(' ', ""))
        }
        _ => None,
    }
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn position(tokens: &[TokenTree], from: usize, mark: char) -> usize {
    tokens[from..].iter().position(|token| is_mark(token, mark)).map_or(tokens.len(), |offset| from + offset)
}
