//! The modules of a crate, and where a path in one of them leads.

use super::super::sources::Source;
use super::reader::{Module, Path, Reader, Reference};
use proc_macro2::TokenStream;
use std::collections::BTreeMap;

/// How many names that are passed on a path may follow: more is a circle of imports.
const MAX_FORWARDS: usize = 16;

pub(super) struct ModuleTree {
    package: String,
    modules: BTreeMap<Path, Module>,
    /// The place of each file in `files`, by the module that it is.
    places: BTreeMap<Path, usize>,
    files: Vec<String>,
}

pub(super) struct Target {
    pub(super) module: Path,
    /// The path ends at the module itself.
    pub(super) is_module: bool,
}

impl ModuleTree {
    /// Reads all files of a crate whose code lies in the folder `src`.
    pub(super) fn read(
        package: &str,
        src: &str,
        sources: &[Source],
    ) -> Result<(Self, Vec<Reference>), String> {
        let mut reader = Reader::default();
        let mut files = Vec::new();
        let has_library = sources.iter().any(|source| source.path == format!("{src}/lib.rs"));
        for source in sources {
            let file = source.path.trim_start_matches(src).trim_matches('/').trim_end_matches(".rs");
            let module = module_of(file, has_library);
            let tokens = source.text.parse::<TokenStream>();
            let tokens = tokens.map_err(|error| format!("{}: {error}", source.path))?;
            reader.read(tokens, &module, true);
            files.push((file.to_owned(), module));
        }
        let is_for_tests = |module: &Path| reader.for_tests.iter().any(|tests| module.starts_with(tests));
        files.retain(|(_, module)| !is_for_tests(module));
        let mut references = std::mem::take(&mut reader.references);
        references.retain(|reference| !is_for_tests(&reference.module));
        let places = (0..).zip(&files).map(|(place, (_, module))| (module.clone(), place)).collect();
        let files = files.into_iter().map(|(file, _)| file).collect();
        Ok((Self { package: package.to_owned(), modules: reader.modules, places, files }, references))
    }

    pub(super) fn file(&self, module: &[String]) -> usize {
        let mut lengths = (0..=module.len()).rev();
        lengths.find_map(|length| self.places.get(&module[..length])).copied().unwrap_or_default()
    }

    pub(super) fn into_files(self) -> Vec<String> {
        self.files
    }

    /// The module that defines what a path in `module` names; nothing for what other crates define.
    pub(super) fn target(&self, module: &Path, path: &[String]) -> Option<Target> {
        self.follow(module, path, MAX_FORWARDS)
    }

    fn follow(&self, module: &Path, path: &[String], forwards: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            name if name == "crate" || name == self.package => self.descend(Path::new(), rest, forwards),
            "self" => self.descend(module.clone(), rest, forwards),
            "super" => {
                let mut parent = module.clone();
                parent.pop()?;
                match rest.first() {
                    Some(next) if next == "super" => self.follow(&parent, rest, forwards),
                    _ => self.descend(parent, rest, forwards),
                }
            }
            name if self.child(module, name).is_some() => self.descend(module.clone(), path, forwards),
            name => {
                let import = self.modules.get(module)?.imports.get(name)?;
                // `use b::B;` where `b` is a crate: its own name is not what it imports.
                (import.first() != Some(first)).then_some(())?;
                self.follow(module, &[import, rest].concat(), forwards.checked_sub(1)?)
            }
        }
    }

    /// Goes down from a module along names, and where a module passes a name on, to where that leads.
    fn descend(&self, mut module: Path, names: &[String], forwards: usize) -> Option<Target> {
        for (at, name) in names.iter().enumerate() {
            if let Some(child) = self.child(&module, name) {
                module = child;
                continue;
            }
            let here = self.modules.get(&module)?;
            if here.items.contains(name) {
                return Some(Target { module, is_module: false });
            }
            if let Some(import) = here.imports.get(name) {
                let whole = [import, &names[at + 1..]].concat();
                return self.follow(&module, &whole, forwards.checked_sub(1)?);
            }
            for glob in &here.globs {
                if let Some(target) = self.follow(&module, glob, forwards.checked_sub(1)?)
                    && self.modules.get(&target.module).is_some_and(|there| there.items.contains(name))
                {
                    return Some(Target { module: target.module, is_module: false });
                }
            }
            return Some(Target { module, is_module: false });
        }
        Some(Target { module, is_module: true })
    }

    fn child(&self, module: &Path, name: &str) -> Option<Path> {
        let child = [module.as_slice(), &[name.to_owned()]].concat();
        self.modules.contains_key(&child).then_some(child)
    }
}

fn module_of(file: &str, has_library: bool) -> Path {
    match file {
        "lib" => Path::new(),
        "main" if !has_library => Path::new(),
        file => file.trim_end_matches("/mod").split('/').map(str::to_owned).collect(),
    }
}
