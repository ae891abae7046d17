//! What the files of a crate import from each other, read from the code: `use` declarations and paths in bodies. Code that
//! exists for tests only is passed over. A name that a module passes on (`pub use`) counts as an import of the file that
//! defines it.

mod modules;
mod reader;

use super::sources::{Source, rust_files};
use crate::failure::{Failure, Result};
use fs_err as fs;
use modules::ModuleTree;
use reader::Kind;
use std::collections::BTreeSet;
use std::path::Path;

/// The files of a crate, and what they import from each other.
pub(crate) struct Imports {
    /// Paths below `src`, without `.rs`: `lib`, `ledger`, `ledger/order`.
    pub(crate) files: Vec<String>,
    /// Sorted, each pair of files once.
    pub(crate) edges: Vec<Edge>,
}

/// An import of one file from another, both as places in `Imports::files`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The first line that needs it.
    pub(crate) line: usize,
    /// The path as it is written there.
    pub(crate) path: String,
}

impl Imports {
    pub(crate) fn read(root: &Path, folder: &str) -> Result<Self> {
        let src = format!("{folder}/src").trim_start_matches("./").to_owned();
        let sources = rust_files(root, &src)?;
        let manifest = root.join(folder).join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        let name = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
        let package = name.unwrap_or_default().replace('-', "_");
        Self::of(&package, &src, &sources)
            .map_err(|problem| Failure::new(problem, "the compiler says what is wrong with it"))
    }

    fn of(package: &str, src: &str, sources: &[Source]) -> Result<Self, String> {
        let (modules, references) = ModuleTree::read(package, src, sources)?;
        let mut edges = Vec::new();
        for reference in references {
            let Some(target) = modules.target(&reference.module, &reference.path) else { continue };
            let from = modules.file(&reference.module);
            let to = modules.file(&target.module);
            let is_passed_on =
                reference.kind == Kind::ReExport && target.module.starts_with(&reference.module);
            // A module that is imported is a name alone: what is used of it stands in the paths that begin with it.
            let is_name = reference.kind != Kind::Path && target.is_module;
            if from != to && !is_passed_on && !is_name {
                edges.push(Edge { from, to, line: reference.line, path: reference.path.join("::") });
            }
        }
        edges.sort();
        edges.dedup_by_key(|edge| (edge.from, edge.to));
        Ok(Self { files: modules.into_files(), edges })
    }

    /// Groups of files that import each other, each group sorted.
    pub(crate) fn circles(&self) -> Vec<Vec<usize>> {
        let reached: Vec<BTreeSet<usize>> =
            (0..self.files.len()).map(|file| self.reached_from(file)).collect();
        let group = |file: usize| -> Vec<usize> {
            reached[file].iter().copied().filter(|other| reached[*other].contains(&file)).collect()
        };
        let groups = (0..self.files.len()).map(|file| (file, group(file)));
        groups.filter(|(file, all)| all.len() > 1 && all[0] == *file).map(|(_, all)| all).collect()
    }

    fn reached_from(&self, start: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            let imported = self.edges.iter().filter(|edge| edge.from == file).map(|edge| edge.to);
            open.extend(imported.filter(|to| reached.insert(*to)));
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source { path: format!("a/src/{path}.rs"), text: (*text).to_owned() })
            .collect();
        let found = Imports::of("a", "a/src", &sources).unwrap();
        let name =
            |edge: &Edge| format!("{} -> {}:{}", found.files[edge.from], found.files[edge.to], edge.line);
        found.edges.iter().map(name).collect()
    }

    #[test]
    fn use_trees_and_paths_in_bodies_are_read() {
        let files = [
            ("lib", "mod a; mod b; mod c;"),
            ("a", "use crate::{b::{B, other as x}, c};\nfn f() { c::d(); }"),
            ("b", "struct B;\nimpl B { fn f() -> super::c::C { todo!(\"{}\", crate::a::f()) } }"),
            ("c", "struct C; // crate::a\nfn d() -> &'static str { \"crate::a\" }"),
        ];
        assert_eq!(imports(&files), ["a -> b:1", "a -> c:2", "b -> a:2", "b -> c:2"]);
    }

    #[test]
    fn name_that_is_passed_on_is_of_the_file_that_defines_it() {
        let files = [
            ("lib", "mod a; mod b;"),
            ("a", "mod one;\nmod two;\npub(crate) use one::One;\nuse two::*;"),
            ("a/one", "use super::Two;\npub(crate) struct One;"),
            ("a/two", "pub(crate) struct Two;"),
            ("b", "use crate::a::One;"),
        ];
        assert_eq!(imports(&files), ["a -> a/two:4", "a/one -> a/two:1", "b -> a/one:1"]);
    }

    #[test]
    fn code_for_tests_is_passed_over() {
        let files = [
            ("lib", "mod a;\n#[cfg(test)]\nmod b;"),
            (
                "a",
                "#[cfg(test)]\nuse crate::b::{B};\nfn a() {}\n#[cfg(test)]\nmod tests { use crate::b; fn f() { b::f() } }",
            ),
            ("b", "use crate::a::a;"),
        ];
        assert_eq!(imports(&files), [""; 0]);
    }

    #[test]
    fn files_that_import_each_other_are_a_circle() {
        let edge = |from, to| Edge { from, to, line: 1, path: String::new() };
        let files = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let imports = Imports { files, edges: vec![edge(0, 1), edge(1, 2), edge(2, 1), edge(3, 0)] };
        assert_eq!(imports.circles(), [vec![1, 2]]);
    }
}
