//! Ready-made programs from GitHub's releases: seconds instead of minutes, where GitHub can be reached.
//! It is a shortcut only, so every failure is quiet and the next way is taken.

use super::program::{executable, version_of};
use crate::files::files_below;
use crate::process::run_logged;
use crate::progress::say;
use crate::project::Project;
use fs_err as fs;
use std::path::Path;
use std::process::Command;

const HOST: &str = "https://github.com";

/// The platform as Rust projects name it in their releases, where they make one.
pub(super) fn platform() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("x86_64-unknown-linux-musl"),
        ("linux", "aarch64") => Some("aarch64-unknown-linux-musl"),
        ("macos", "x86_64") => Some("x86_64-apple-darwin"),
        ("macos", "aarch64") => Some("aarch64-apple-darwin"),
        ("windows", "x86_64") => Some("x86_64-pc-windows-msvc"),
        _ => None,
    }
}

/// Downloads the archive at `path` and unpacks these programs into `folder/bin`, when the first is of this version; or says that
/// it did not work.
pub(super) fn fetch(
    project: &Project,
    folder: &Path,
    path: &str,
    programs: &[&str],
    version: &str,
) -> Option<()> {
    let fetched = fetch_from(&format!("{HOST}/{path}"), project, folder, programs, version);
    if fetched.is_none() {
        say(&format!("  {} {version} could not be had ready-made from GitHub; another way", programs[0]));
    }
    fetched
}

fn fetch_from(url: &str, project: &Project, folder: &Path, programs: &[&str], version: &str) -> Option<()> {
    let name = programs[0];
    let work = project.tools.join("download").join(name);
    drop(fs::remove_dir_all(&work));
    let (archive, bin) = (work.join("archive"), work.join("bin"));
    fs::create_dir_all(&bin).ok()?;
    let log = project.log(&format!("{name}-download"));
    let mut curl = Command::new("curl");
    curl.args("--fail --silent --show-error --location --connect-timeout 5 --max-time 300".split(' '));
    run_logged(curl.arg("--output").arg(&archive).arg(url), &log).ok()?;
    // The tar of Linux, macOS and Windows 10 all read what these releases are packed with.
    run_logged(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&work), &log).ok()?;
    for program in programs.iter().map(|program| executable(program)) {
        let file = files_below(&work).ok()?.into_iter().find(|file| file.ends_with(&program))?;
        fs::rename(file, bin.join(program)).ok()?;
    }
    (version_of(&bin.join(executable(name))).as_deref() == Some(version)).then_some(())?;
    drop(fs::remove_dir_all(folder));
    fs::create_dir_all(folder).ok()?;
    fs::rename(&bin, folder.join("bin")).ok()?;
    drop(fs::remove_dir_all(&work));
    Some(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn project(name: &str) -> Project {
        let root = std::env::temp_dir().join(format!("riser-github-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        fs::create_dir_all(&root).unwrap();
        Project { tools: root.join("tools"), target: root.join("target"), root }
    }

    fn archive(project: &Project, says: &str) -> String {
        let inside = project.root.join("tool-1.2.3/bin");
        fs::create_dir_all(&inside).unwrap();
        let script = inside.join("tool");
        fs::write(&script, format!("#!/bin/sh\necho tool {says}\n")).unwrap();
        fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let file = project.root.join("tool.tar.gz");
        let packed = Command::new("tar")
            .arg("-czf")
            .arg(&file)
            .arg("-C")
            .arg(&project.root)
            .arg("tool-1.2.3")
            .status();
        assert!(packed.unwrap().success());
        format!("file://{}", file.display())
    }

    #[test]
    fn a_program_is_taken_out_of_its_archive_when_it_is_the_version_wanted() {
        let project = project("good");
        let url = archive(&project, "1.2.3");
        let folder = project.tools.join("tool-1.2.3");
        assert_eq!(fetch_from(&url, &project, &folder, &["tool"], "1.2.3"), Some(()));
        assert_eq!(version_of(&folder.join("bin/tool")).as_deref(), Some("1.2.3"));
        fs::remove_dir_all(project.root).unwrap();
    }

    #[test]
    fn another_version_and_an_unreachable_host_are_no_success() {
        let project = project("bad");
        let url = archive(&project, "9.9.9");
        let folder = project.tools.join("tool-1.2.3");
        for url in [url.as_str(), "http://127.0.0.1:9/tool.tar.gz"] {
            assert_eq!(fetch_from(url, &project, &folder, &["tool"], "1.2.3"), None);
        }
        assert!(!folder.exists());
        fs::remove_dir_all(project.root).unwrap();
    }
}
