//! Ready-made programs from GitHub's releases: seconds instead of minutes, where GitHub can be reached.
//! It is a shortcut only, so every failure is quiet and the next way is taken.

use super::program::{executable, version_of};
use crate::failure::Result;
use crate::files::files_below;
use crate::process::{output_of, run_logged};
use crate::progress::say;
use crate::project::Project;
use fs_err as fs;
use std::path::Path;
use std::process::Command;

/// Where releases are downloaded from.
pub(crate) const HOST: &str = "https://github.com";

/// An archive of a release.
pub(crate) struct Release<'a> {
    pub(crate) url: &'a str,
    /// The programs wanted, wherever they are in the archive; the first reports the version.
    pub(crate) programs: &'a [&'a str],
    /// What the first program has to say about its version.
    pub(crate) version: &'a str,
}

/// The platform as Rust projects name it in their releases, where they make one.
pub(crate) fn platform() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("x86_64-unknown-linux-musl"),
        ("linux", "aarch64") => Some("aarch64-unknown-linux-musl"),
        ("macos", "x86_64") => Some("x86_64-apple-darwin"),
        ("macos", "aarch64") => Some("aarch64-apple-darwin"),
        ("windows", "x86_64") => Some("x86_64-pc-windows-msvc"),
        _ => None,
    }
}

/// Downloads and unpacks into `folder/bin`, or says that it did not work.
pub(crate) fn fetch(project: &Project, folder: &Path, release: &Release<'_>) -> Option<()> {
    let name = release.programs.first()?;
    match try_fetch(project, folder, release) {
        Ok(true) => Some(()),
        Ok(false) => {
            say(&format!(
                "  the archive of GitHub held no {name} {} that runs here; another way",
                release.version
            ));
            None
        }
        Err(_) => {
            say(&format!("  {name} could not be had ready-made from GitHub; another way"));
            None
        }
    }
}

fn try_fetch(project: &Project, folder: &Path, release: &Release<'_>) -> Result<bool> {
    let Some(name) = release.programs.first() else { return Ok(false) };
    let work = project.tools.join("download").join(name);
    drop(fs::remove_dir_all(&work));
    fs::create_dir_all(&work)?;
    let archive = work.join("archive");
    let mut curl = Command::new("curl");
    curl.args([
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--connect-timeout",
        "5",
        "--max-time",
        "300",
    ]);
    curl.arg("--output").arg(&archive).arg(release.url);
    let log = project.log(&format!("{name}-download"));
    run_logged(&mut curl, &log)?;
    // The tar of Linux, macOS and Windows 10 all read what these releases are packed with.
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(&archive).arg("-C").arg(&work);
    run_logged(&mut tar, &log)?;
    let bin = work.join("bin");
    fs::create_dir_all(&bin)?;
    for program in release.programs {
        let name = executable(program);
        let file = files_below(&work)?.into_iter().find(|file| file.ends_with(&name));
        let Some(file) = file else { return Ok(false) };
        fs::rename(file, bin.join(executable(program)))?;
    }
    if version_of(&bin.join(executable(name))).as_deref() != Some(release.version) {
        return Ok(false);
    }
    drop(fs::remove_dir_all(folder));
    fs::create_dir_all(folder)?;
    fs::rename(&bin, folder.join("bin"))?;
    drop(fs::remove_dir_all(&work));
    Ok(true)
}

/// Whether there is anything to download with.
pub(crate) fn is_possible() -> bool {
    output_of(Command::new("curl").arg("--version")).is_some()
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
        let release = Release { url: &url, programs: &["tool"], version: "1.2.3" };
        assert_eq!(fetch(&project, &folder, &release), Some(()));
        assert_eq!(version_of(&folder.join("bin/tool")).as_deref(), Some("1.2.3"));
        fs::remove_dir_all(project.root).unwrap();
    }

    #[test]
    fn another_version_and_an_unreachable_host_are_no_success() {
        let project = project("bad");
        let url = archive(&project, "9.9.9");
        let folder = project.tools.join("tool-1.2.3");
        let release = Release { url: &url, programs: &["tool"], version: "1.2.3" };
        assert_eq!(fetch(&project, &folder, &release), None);
        let release =
            Release { url: "http://127.0.0.1:9/tool.tar.gz", programs: &["tool"], version: "1.2.3" };
        assert_eq!(fetch(&project, &folder, &release), None);
        assert!(!folder.exists());
        fs::remove_dir_all(project.root).unwrap();
    }
}
