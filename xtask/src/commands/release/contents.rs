//! What is in the archives.

use super::archive::Entry;
use crate::failure::{Failure, Result};
use crate::files::files_below;
use crate::process::output_of;
use crate::project::Project;
use fs_err as fs;
use std::path::Path;
use std::process::Command;

/// Shells, and what each calls the file that completes `riser`.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "riser.bash"),
    ("elvish", "riser.elv"),
    ("fish", "riser.fish"),
    ("powershell", "_riser.ps1"),
    ("zsh", "_riser"),
];

/// Files of the repository, and where they go.
const FILES: [(&str, &str); 5] = [
    ("LICENSE", "LICENSE"),
    ("README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("crates/tenant/src/assets/init/tenant.toml", "examples/tenant.toml"),
    ("crates/tenant/actions/step-up.js", "examples/actions/step-up.js"),
];

const LICENCES: &str = "THIRD-PARTY-LICENSES.txt";

/// The program, and what belongs to it.
pub(super) fn program(project: &Project, folder: &str, program: &Path, licences: &str) -> Result<Vec<Entry>> {
    let root = &project.root;
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let entry = |name: &str, content: Vec<u8>| Entry::new(format!("{folder}/{name}"), content);
    let mut entries = vec![
        Entry { is_program: true, ..entry(&name, fs::read(program)?) },
        entry(LICENCES, licences.into()),
        entry("examples/client.json", sample_configuration(root)?.into()),
    ];
    for (from, to) in FILES {
        entries.push(entry(to, fs::read(root.join(from))?));
    }
    let docs = root.join("docs");
    // Decisions, glossary and proofs are for those who have the sources.
    for path in files_below(&docs)?.iter().filter(|path| path.parent() == Some(&docs)) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        entries.push(entry(&format!("docs/{name}"), fs::read(path)?));
    }
    for (shell, name) in COMPLETIONS {
        let script = output_of(Command::new(program).args(["completions", shell]));
        let failed = || Failure::new(format!("`riser completions {shell}` failed"), "run it to see why");
        entries.push(entry(&format!("completions/{name}"), (script.ok_or_else(failed)? + "\n").into()));
    }
    Ok(entries)
}

/// The client's static files, for any host.
pub(super) fn client(project: &Project, folder: &str, licences: &str) -> Result<Vec<Entry>> {
    let (root, dist) = (&project.root, project.dist());
    let entry = |name: &str, content: Vec<u8>| Entry::new(format!("{folder}/{name}"), content);
    let mut entries = vec![
        entry("LICENSE", fs::read(root.join("LICENSE"))?),
        entry(LICENCES, licences.into()),
        entry("README.md", fs::read(root.join("docs/hosting.md"))?),
    ];
    for path in files_below(&dist)? {
        let name = path.strip_prefix(&dist).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        entries.push(entry(&format!("dist/{name}"), fs::read(&path)?));
    }
    Ok(entries)
}

/// The configuration block of the page, as a file for `riser client`.
fn sample_configuration(root: &Path) -> Result<String> {
    let page = fs::read_to_string(root.join("index.html"))?;
    let config = client_hosting::config(&page)
        .map_err(|error| Failure::new(error.to_string(), "repair index.html"))?;
    Ok(format!("{config:#}\n"))
}
