//! The source of the standard library from Debian, through apt's own tools: they know this machine's mirrors and
//! proxies, check the signatures, need no root when given folders of their own, and run on any version of Debian.

use super::program::on_path;
use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged};
use crate::progress::say;
use crate::project::Project;
use fs_err as fs;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The suites that can hold the current compilers, whatever they are called in the year this runs.
const SUITES: [&str; 4] = ["stable-backports", "testing", "unstable", "stable"];
const MIRROR: &str = "http://deb.debian.org/debian";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Unpacks the source of exactly `version` under `work` and returns its `library` folder.
pub(crate) fn fetch(project: &Project, work: &Path, version: &str) -> Result<PathBuf> {
    if on_path("apt-get").is_none() || on_path("dpkg-deb").is_none() {
        return Err(Failure::new("this way needs a Debian system (apt-get and dpkg-deb)", ""));
    }
    for folder in ["lists/partial", "cache/archives/partial", "unpacked"] {
        fs::create_dir_all(work.join(folder))?;
    }
    let (mut sources, mut last_failure) = (String::new(), String::new());
    // One suite at a time: the first one that answers with this version ends the search.
    for suite in SUITES {
        for mirror in mirrors() {
            sources = format!("deb [signed-by={KEYRING}] {mirror} {suite} main\n");
            fs::write(work.join("sources.list"), &sources)?;
            say(&format!("  asking the package index of {suite} at {mirror} for rust-src {version}"));
            if let Err(failure) = run_logged(apt("apt-get", work).arg("update"), &project.log("apt-index")) {
                last_failure = format!("; the last answer was:\n{}", failure.what);
                continue;
            }
            let listed = output_of(apt("apt-cache", work).args(["madison", "rust-src"]));
            if let Some(package) = pick(&listed.unwrap_or_default(), version) {
                return download(project, work, &package);
            }
        }
    }
    let suites = SUITES.join(", ");
    Err(Failure::new(format!("no suite of Debian ({suites}) has rust-src {version}{last_failure}"), sources))
}

fn download(project: &Project, work: &Path, package: &str) -> Result<PathBuf> {
    say(&format!("  downloading rust-src {package} (about 45 MB)"));
    let mut get = apt("apt-get", work);
    get.args(["download", &format!("rust-src={package}")]).current_dir(work);
    run_logged(&mut get, &project.log("apt-download"))?;
    let mut files = fs::read_dir(work)?.flatten().map(|entry| entry.path());
    let archive = files.find(|path| path.extension().is_some_and(|it| it == "deb"));
    let archive = archive.ok_or_else(|| Failure::new("apt-get downloaded no package", ""))?;
    let unpacked = work.join("unpacked");
    let mut unpack = Command::new("dpkg-deb");
    run_logged(unpack.arg("-x").arg(archive).arg(&unpacked), &project.log("apt-unpack"))?;
    library(&unpacked.join("usr"), 4)
        .ok_or_else(|| Failure::new(format!("rust-src {package} holds no library/std with a lock file"), ""))
}

/// apt with all its state in `work`, so that neither root nor this machine's own lists are touched.
fn apt(program: &str, work: &Path) -> Command {
    let mut command = Command::new(program);
    for (key, file) in
        [("Dir::Etc::SourceList", "sources.list"), ("Dir::State::Lists", "lists"), ("Dir::Cache", "cache")]
    {
        command.arg("-o").arg(format!("{key}={}", work.join(file).display()));
    }
    for setting in [
        "Dir::Etc::SourceParts=/dev/null",
        "Dir::Etc::PreferencesParts=/dev/null",
        // Not the privileges of `_apt`, who cannot read a folder of ours.
        "APT::Sandbox::User=root",
        "Acquire::Languages=none",
        "Acquire::Retries=1",
        "Acquire::http::Timeout=20",
    ] {
        command.args(["-o", setting]);
    }
    command
}

/// The mirrors of Debian that this machine is set up with, then the public one.
fn mirrors() -> Vec<String> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(more) = fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(more.flatten().map(|entry| entry.path()));
    }
    files.retain(|path| path.extension().is_some_and(|it| it == "list" || it == "sources"));
    let texts = files.iter().filter_map(|path| fs::read_to_string(path).ok());
    let mut found: BTreeSet<String> = texts.flat_map(|text| mirrors_in(&text)).collect();
    found.remove(MIRROR);
    found.into_iter().chain([MIRROR.to_owned()]).collect()
}

/// Addresses that end in `/debian`, from both formats of apt's source lists.
fn mirrors_in(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    let used = lines.filter(|line| line.starts_with("deb ") || line.starts_with("URIs:"));
    used.flat_map(str::split_whitespace)
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|address| address.trim_end_matches('/').to_owned())
        .filter(|address| address.ends_with("/debian"))
        .collect()
}

/// The newest packaging of exactly this upstream version, from the table of `apt-cache madison` (newest first).
fn pick(madison: &str, version: &str) -> Option<String> {
    madison
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .find(|package| package.split(['+', '-', '~']).next() == Some(version))
        .map(str::to_owned)
}

/// The folder called `library` that has cargo's lock file, at most `depth` folders down.
fn library(folder: &Path, depth: usize) -> Option<PathBuf> {
    let here = folder.join("library");
    if here.join("Cargo.lock").is_file() && here.join("std").is_dir() {
        return Some(here);
    }
    let depth = depth.checked_sub(1)?;
    let mut inside = fs::read_dir(folder).ok()?.flatten();
    inside.find_map(|entry| entry.file_type().ok()?.is_dir().then(|| library(&entry.path(), depth))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADISON: &str = "\
  rust-src | 1.96.1+dfsg1-2~bpo13+1 | http://deb.debian.org/debian stable-backports/main amd64 Packages
  rust-src | 1.95.0+dfsg1-2~bpo13+1 | http://deb.debian.org/debian stable-backports/main amd64 Packages
  rust-src | 1.95.0+dfsg1-1~bpo13+1 | http://deb.debian.org/debian stable-backports/main amd64 Packages
";

    #[test]
    fn only_the_very_same_version_is_taken_in_its_newest_packaging() {
        assert_eq!(pick(MADISON, "1.95.0").as_deref(), Some("1.95.0+dfsg1-2~bpo13+1"));
        assert_eq!(pick(MADISON, "1.9"), None);
        assert_eq!(pick(MADISON, "1.97.0"), None);
        assert_eq!(pick("", "1.95.0"), None);
    }

    #[test]
    fn mirrors_come_from_both_formats_and_comments_do_not_count() {
        let deb822 =
            "Types: deb\n# http://snapshot.debian.org/archive/debian\nURIs: http://mirror.example/debian/\n";
        assert_eq!(mirrors_in(deb822), ["http://mirror.example/debian"]);
        let line =
            "deb [arch=amd64] https://a.example/debian bookworm main\n# deb http://b.example/debian x main\n";
        assert_eq!(mirrors_in(line), ["https://a.example/debian"]);
        assert_eq!(mirrors_in("URIs: http://deb.debian.org/debian-security"), Vec::<String>::new());
    }
}
