//! Whether `dist/` is what the sources would give: then the minutes of a release build are saved.

use crate::failure::Result;
use crate::files::files_below;
use crate::hex::hex;
use crate::process::output_of;
use crate::project::Project;
use fs_err as fs;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files and folders that the client is made from, and the file that says how.
const INPUTS: [&str; 14] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "build.rs",
    "crates/stepup",
    "index.html",
    "messages",
    "patches",
    "src",
    "static",
    "style",
    "xtask/src/commands/dist",
    "xtask/src/commands/dist.rs",
];

/// A fingerprint of everything that goes into the build.
pub(super) fn of_inputs(root: &Path, tools: &[String]) -> Result<String> {
    let inputs: Vec<_> = INPUTS.iter().map(|input| files_below(&root.join(input))).collect::<Result<_>>()?;
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        // With the length, so that no two lists of parts give the same bytes.
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(bytes);
    };
    for path in inputs.concat() {
        let content = fs::read(&path)?;
        add(path.strip_prefix(root).unwrap_or(&path).to_string_lossy().as_bytes());
        add(&content);
    }
    for tool in tools {
        add(tool.as_bytes());
    }
    add(output_of(Command::new("rustc").arg("-vV")).unwrap_or_default().as_bytes());
    Ok(hex(&hash.finalize()))
}

/// Whether the last build was made from these inputs, and its page still lies there.
pub(super) fn matches(project: &Project, inputs: &str) -> bool {
    let Ok(page) = page(project) else { return false };
    fs::read_to_string(note(project)).is_ok_and(|noted| noted == format!("{inputs} {page}"))
}

pub(super) fn record(project: &Project, inputs: &str) -> Result {
    let note = note(project);
    let page = page(project)?;
    fs::create_dir_all(&project.target)?;
    Ok(fs::write(note, format!("{inputs} {page}"))?)
}

/// The names in a page are hashes of the other files, so it stands for all of them. Its configuration block may have
/// been replaced, which is no reason to build again.
fn page(project: &Project) -> std::io::Result<String> {
    let text = fs::read_to_string(project.dist().join("index.html"))?;
    let neutral = client_hosting::with_config(&text, &serde_json::Value::Null).unwrap_or(text);
    Ok(hex(&Sha256::digest(neutral)))
}

/// Not in `dist/`, which is uploaded as it is; one per clone, because clones may share a build directory.
fn note(project: &Project) -> PathBuf {
    let clone = hex(&Sha256::digest(project.root.to_string_lossy().as_bytes()));
    project.target.join(format!("dist-{}.fingerprint", &clone[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str) -> Project {
        let root = std::env::temp_dir().join(format!("riser-fingerprint-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        fs::create_dir_all(root.join("src/pages")).unwrap();
        fs::create_dir_all(root.join("dist")).unwrap();
        fs::write(root.join("src/pages/a.rs"), "1").unwrap();
        fs::write(root.join("dist/index.html"), "<script id=\"riser-config\">{}</script>a").unwrap();
        Project { target: root.join("target"), tools: root.join("tools"), root }
    }

    #[test]
    fn every_input_and_every_tool_counts() {
        let Project { root, .. } = &project("inputs");
        let tools = |text: &str| vec![text.to_owned()];
        let first = of_inputs(root, &tools("trunk 1")).unwrap();
        assert_eq!(of_inputs(root, &tools("trunk 1")).unwrap(), first);
        assert_ne!(of_inputs(root, &tools("trunk 2")).unwrap(), first);
        fs::write(root.join("README.md"), "not an input").unwrap();
        assert_eq!(of_inputs(root, &tools("trunk 1")).unwrap(), first);
        fs::write(root.join("src/pages/a.rs"), "2").unwrap();
        let changed = of_inputs(root, &tools("trunk 1")).unwrap();
        assert_ne!(changed, first);
        fs::rename(root.join("src/pages/a.rs"), root.join("src/pages/b.rs")).unwrap();
        assert_ne!(of_inputs(root, &tools("trunk 1")).unwrap(), changed);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_build_counts_until_its_page_is_another_but_its_configuration_may_change() {
        let project = project("record");
        assert!(!matches(&project, "inputs"));
        record(&project, "inputs").unwrap();
        assert!(matches(&project, "inputs"));
        assert!(!matches(&project, "other inputs"));
        let page = project.dist().join("index.html");
        fs::write(&page, "<script id=\"riser-config\">{\"api\":\"\"}</script>a").unwrap();
        assert!(matches(&project, "inputs"));
        fs::write(&page, "<script id=\"riser-config\">{}</script>b").unwrap();
        assert!(!matches(&project, "inputs"));
        fs::remove_dir_all(project.root).unwrap();
    }
}
