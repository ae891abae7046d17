//! The folder of packages that scripts may `require` from, as Node finds them there (<https://nodejs.org/api/modules.html>).
//! Nothing outside it is read, whatever a name, a `package.json` or a link says.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::modules;

/// Of one file, in bytes.
const MAX_FILE_LENGTH: u64 = 4 << 20;
/// Names of packages that lead to others: `package.json` of a folder in a folder.
const MAX_STEPS: usize = 32;

/// A folder in which packages are: `node_modules`, or one that has it inside.
#[derive(Debug, Clone)]
pub(crate) struct Packages {
    /// Without links.
    root: PathBuf,
}

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: Format,
    /// The path inside the folder, or the name of a module of this engine.
    pub(crate) id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Builtin,
    CommonJs,
    EcmaScript,
    Json,
}

impl Format {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::CommonJs => "cjs",
            Self::EcmaScript => "esm",
            Self::Json => "json",
        }
    }
}

/// Which of a package's `exports` are wanted, the first that there is, by `require` and by `import`.
pub(crate) const REQUIRE: &[&str] = &["require", "node"];
pub(crate) const IMPORT: &[&str] = &["import", "node"];

/// Finds what `name` means to a file in `directory` of the folder.
pub(crate) fn resolve(
    packages: Option<&Packages>,
    directory: &str,
    name: &str,
    conditions: &[&str],
) -> Result<Found, String> {
    let is_relative = name == "." || name == ".." || name.starts_with("./") || name.starts_with("../");
    if !is_relative && let Some(id) = modules::named(name) {
        return Ok(Found { kind: Format::Builtin, id });
    }
    if name.starts_with('/') || name.contains('\\') || name.contains('\0') {
        return Err(format!("require('{name}'): scripts have no files; a package is named without a path"));
    }
    let Some(packages) = packages else {
        return Err(if is_relative {
            format!("require('{name}'): an Action is one file here, and there is no other beside it")
        } else {
            format!(
                "require('{name}'): there is no such module, and no folder of packages. tenant.toml can name one: \
                 packages = \"node_modules\" under [scripts]"
            )
        });
    };
    let search = Search { packages, conditions };
    let found = if is_relative {
        if directory.is_empty() {
            return Err(format!(
                "require('{name}'): an Action is one file here, and there is no other beside it"
            ));
        }
        search.file_or_folder(&packages.root.join(directory).join(name), 0)
    } else if name.starts_with('#') {
        search.imports(directory, name)
    } else {
        search.package(directory, name)
    };
    found.ok_or_else(|| format!("Cannot find module '{name}': it is not in {}", packages.root.display()))
}

impl Packages {
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        fs::canonicalize(folder)
            .map(|root| Self { root })
            .map_err(|error| format!("the folder of packages, {}: {error}", folder.display()))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The text of a file that [`resolve`] found.
    pub(crate) fn source(&self, id: &str) -> Result<String, String> {
        let file = self
            .inside(&self.root.join(id))
            .ok_or_else(|| format!("{id} is not in the folder of packages"))?;
        let length = fs::metadata(&file).map_err(|error| format!("{id}: {error}"))?.len();
        if length > MAX_FILE_LENGTH {
            return Err(format!("{id} has {length} bytes; a file of a package may have {MAX_FILE_LENGTH}"));
        }
        let text = fs::read_to_string(&file).map_err(|error| format!("{id}: {error}"))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
    }

    /// The path without links, where it is a path inside the folder.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        fs::canonicalize(path).ok().filter(|path| path.starts_with(&self.root))
    }

    fn manifest(&self, folder: &Path) -> Option<Value> {
        let file = self.inside(&folder.join("package.json"))?;
        let is_short = fs::metadata(&file).is_ok_and(|metadata| metadata.len() <= MAX_FILE_LENGTH);
        serde_json::from_str(&fs::read_to_string(file).ok().filter(|_| is_short)?).ok()
    }
}

struct Search<'a> {
    packages: &'a Packages,
    conditions: &'a [&'a str],
}

impl Search<'_> {
    /// `lodash`, `lodash/fp`, `@scope/name`, each perhaps with a version: from the nearest `node_modules` outwards.
    fn package(&self, directory: &str, name: &str) -> Option<Found> {
        let mut parts = name.splitn(if name.starts_with('@') { 3 } else { 2 }, '/');
        let mut package = parts.next()?.to_owned();
        if package.starts_with('@') {
            package = format!("{package}/{}", parts.next()?);
        }
        let rest = parts.next();
        let (plain, version) = modules::split_version(&package);
        // A folder that is called like the version comes first; otherwise the one version that there is.
        let named = version.map(|_| package.as_str()).into_iter().chain([plain]);
        named.into_iter().find_map(|name| {
            self.folders(directory).find_map(|folder| self.in_package(&folder.join(name), rest))
        })
    }

    fn folders(&self, directory: &str) -> impl Iterator<Item = PathBuf> {
        let root = self.packages.root.clone();
        let from = root.join(directory);
        let above: Vec<PathBuf> =
            from.ancestors().take_while(|it| it.starts_with(&root)).map(Path::to_path_buf).collect();
        above
            .into_iter()
            .filter(|it| !it.ends_with("node_modules"))
            .map(|it| it.join("node_modules"))
            .chain([root])
    }

    fn in_package(&self, folder: &Path, rest: Option<&str>) -> Option<Found> {
        let folder = self.packages.inside(folder).filter(|folder| folder.is_dir())?;
        let exports = self.packages.manifest(&folder).and_then(|manifest| manifest.get("exports").cloned());
        if let Some(exports) = exports.filter(|it| !it.is_null()) {
            let wanted = rest.map_or_else(|| ".".to_owned(), |rest| format!("./{rest}"));
            let target = self.exported(&exports, &wanted)?;
            return self.file(&folder.join(target));
        }
        match rest {
            Some(rest) => self.file_or_folder(&folder.join(rest), 0),
            None => self.folder(&folder, 0),
        }
    }

    /// What `exports` says about a path of the package.
    fn exported(&self, exports: &Value, wanted: &str) -> Option<String> {
        let paths = exports.as_object().filter(|it| it.keys().any(|key| key.starts_with('.')));
        let Some(paths) = paths else {
            return self.target(exports, None).filter(|_| wanted == ".");
        };
        if let Some(target) = paths.get(wanted) {
            return self.target(target, None);
        }
        let patterns = paths.iter().filter_map(|(key, target)| {
            let (before, after) = key.split_once('*')?;
            let star = wanted.strip_prefix(before)?.strip_suffix(after)?;
            Some((before.len(), star, target))
        });
        let (_, star, target) = patterns.max_by_key(|(length, ..)| *length)?;
        self.target(target, Some(star))
    }

    fn target(&self, target: &Value, star: Option<&str>) -> Option<String> {
        match target {
            Value::String(path) => path.starts_with("./").then(|| path.replace('*', star.unwrap_or("*"))),
            Value::Array(list) => list.iter().find_map(|it| self.target(it, star)),
            Value::Object(conditions) => {
                // Node takes them in the order of the file, which JSON does not promise: the closest comes first.
                let mut names = self.conditions.iter().copied().chain(["default"]);
                names.find_map(|name| self.target(conditions.get(name)?, star))
            }
            _ => None,
        }
    }

    /// `#name`: what the package itself says that it means.
    fn imports(&self, directory: &str, name: &str) -> Option<Found> {
        let from = self.packages.root.join(directory);
        let mut inside = from.ancestors().take_while(|it| it.starts_with(&self.packages.root));
        let (folder, manifest) = inside.find_map(|folder| Some((folder, self.packages.manifest(folder)?)))?;
        let target =
            self.exported(&Value::Object(dotted(manifest.get("imports")?)?), &format!("./{name}"))?;
        self.file(&folder.join(target))
    }

    fn file_or_folder(&self, path: &Path, steps: usize) -> Option<Found> {
        let endings = ["", ".js", ".json", ".cjs", ".mjs"];
        let with = |ending: &str| PathBuf::from(format!("{}{ending}", path.display()));
        endings.iter().find_map(|ending| self.file(&with(ending))).or_else(|| self.folder(path, steps))
    }

    fn folder(&self, folder: &Path, steps: usize) -> Option<Found> {
        let folder = self.packages.inside(folder).filter(|folder| folder.is_dir() && steps < MAX_STEPS)?;
        let main = self.packages.manifest(&folder).and_then(|it| it.get("main")?.as_str().map(str::to_owned));
        let main = main.filter(|main| !matches!(main.as_str(), "" | "." | "./"));
        main.and_then(|main| self.file_or_folder(&folder.join(main), steps + 1))
            .or_else(|| ["index.js", "index.json"].iter().find_map(|name| self.file(&folder.join(name))))
    }

    fn file(&self, path: &Path) -> Option<Found> {
        let path = self.packages.inside(path).filter(|path| path.is_file())?;
        let id = path.strip_prefix(&self.packages.root).ok()?.to_str()?.to_owned();
        let kind = match path.extension().and_then(|it| it.to_str()) {
            Some("json") => Format::Json,
            Some("mjs") => Format::EcmaScript,
            Some("cjs") => Format::CommonJs,
            _ if self.is_ecma_script(&path) => Format::EcmaScript,
            _ => Format::CommonJs,
        };
        Some(Found { kind, id })
    }

    /// Whether the nearest `package.json` says `"type": "module"`.
    fn is_ecma_script(&self, file: &Path) -> bool {
        let mut inside = file.ancestors().skip(1).take_while(|it| it.starts_with(&self.packages.root));
        let manifest = inside.find_map(|folder| self.packages.manifest(folder));
        manifest.is_some_and(|it| it.get("type").and_then(Value::as_str) == Some("module"))
    }
}

fn dotted(imports: &Value) -> Option<serde_json::Map<String, Value>> {
    Some(imports.as_object()?.iter().map(|(name, target)| (format!("./{name}"), target.clone())).collect())
}
