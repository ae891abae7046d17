//! The export: one YAML file, or a folder of JSON files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::{self, Node, Value};
use super::error::ImportError;
use super::place::Place;
use super::placeholders::Placeholders;

/// The folders of the directory form whose files are the members of a list of the YAML form.
const LISTS: [(&str, &str); 9] = [
    ("clients", "clients"),
    ("resource-servers", "resourceServers"),
    ("actions", "actions"),
    ("rules", "rules"),
    ("rules-configs", "rulesConfigs"),
    ("connections", "connections"),
    ("database-connections", "databases"),
    ("roles", "roles"),
    ("guardian/factors", "guardianFactors"),
];
/// The files that are one value of the YAML form.
const FILES: [(&str, &str); 3] = [
    ("tenant.json", "tenant"),
    ("triggers/triggers.json", "triggers"),
    ("guardian/policies.json", "guardianPolicies"),
];
/// What belongs to those above.
const KNOWN_FOLDERS: [&str; 9] = [
    "clients",
    "resource-servers",
    "actions",
    "rules",
    "rules-configs",
    "connections",
    "database-connections",
    "roles",
    "triggers",
];

pub(super) struct Source<'p> {
    root: Node,
    /// Paths of scripts begin here.
    folder: PathBuf,
    placeholders: Placeholders<'p>,
}

impl<'p> Source<'p> {
    pub(super) fn open(path: &Path, placeholders: Placeholders<'p>) -> Result<Self, ImportError> {
        let is_folder = path.is_dir();
        let (root, folder) = if is_folder {
            (directory(path, &placeholders)?, path.to_owned())
        } else {
            let name = path
                .file_name()
                .map_or_else(|| path.display().to_string(), |it| it.to_string_lossy().into_owned());
            let text = placeholders.replace_in_yaml(&read(path)?);
            (document::parse(&text, &name)?, path.parent().unwrap_or(Path::new("")).to_owned())
        };
        let has = |name| root.get(name).is_some_and(|node| !node.is_empty());
        if matches!(root.value, Value::Map(_)) && !has("clients") && !has("resourceServers") {
            return Err(ImportError::NoExport { path: path.to_owned() });
        }
        Ok(Self { root, folder, placeholders })
    }

    pub(super) const fn root(&self) -> &Node {
        &self.root
    }

    /// The script that a value names, or that it is. `usual`: where the directory form has it.
    pub(super) fn script(&self, value: &str, usual: &str) -> Result<String, ImportError> {
        if value.contains('\n') || Path::new(value).extension().is_none_or(|it| it != "js") {
            return Ok(self.placeholders.replace(value));
        }
        let named = self.folder.join(value);
        let usual = self.folder.join(usual);
        let path = if !named.is_file() && usual.is_file() { usual } else { named };
        Ok(self.placeholders.replace(&read(&path)?))
    }
}

fn read(path: &Path) -> Result<String, ImportError> {
    fs::read_to_string(path).map_err(|source| ImportError::Read { path: path.to_owned(), source })
}

/// The same as the YAML form has it.
fn directory(folder: &Path, placeholders: &Placeholders<'_>) -> Result<Node, ImportError> {
    let parse = |path: &Path| -> Result<Node, ImportError> {
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        document::parse(&placeholders.replace_in_yaml(&read(path)?), &name)
    };
    let mut members = Vec::new();
    for (file, name) in FILES {
        let path = folder.join(file);
        if path.is_file() {
            members.push((name.to_owned(), parse(&path)?));
        }
    }
    for (below, name) in LISTS {
        let files = json_files(&folder.join(below))?;
        let list = files.iter().map(|path| parse(path)).collect::<Result<Vec<_>, _>>()?;
        members.push((name.to_owned(), Node { place: place(below), value: Value::List(list) }));
    }
    for name in names(folder)? {
        if folder.join(&name).is_dir() && !KNOWN_FOLDERS.contains(&name.as_str()) && name != "guardian" {
            members
                .push((name.clone(), Node { place: place(&name), value: Value::Text("files".to_owned()) }));
        }
    }
    Ok(Node { place: place(&folder.display().to_string()), value: Value::Map(members) })
}

fn place(file: &str) -> Place {
    Place { file: Arc::from(file), line: 0 }
}

/// The JSON files of a folder, by name; `database.json` of each folder in it.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let of_entry = |name: String| {
        let path = folder.join(name);
        if path.is_dir() { path.join("database.json") } else { path }
    };
    let files = names(folder)?.into_iter().map(of_entry);
    Ok(files.filter(|path| path.is_file() && path.extension().is_some_and(|it| it == "json")).collect())
}

fn names(folder: &Path) -> Result<Vec<String>, ImportError> {
    let unreadable = |source| ImportError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<std::io::Result<Vec<String>>>().map_err(unreadable)?;
    names.sort();
    Ok(names)
}
