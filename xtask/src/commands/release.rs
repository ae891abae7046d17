//! `cargo xtask release`: what a release has, for the machine that it runs on. Two builds of one commit give the same bytes.

mod archive;
mod contents;
mod licences;
mod packages;
mod program;
mod sbom;

use crate::commands::dist::{self, builder_paths::BuilderPaths};
use crate::failure::{Failure, Result};
use crate::files::files_below;
use crate::hex::hex;
use crate::progress::{say, step};
use crate::project::Project;
use crate::tools;
use clap::Args;
use fs_err as fs;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What the program is built for [default: this machine; on Linux with musl, so that it needs nothing there]
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

/// The container image is made of the archive for Linux.
const DOCKERFILE: &str = include_str!("release/Dockerfile");

pub(crate) fn run(project: &Project, options: &Options) -> Result {
    let target = match &options.target {
        Some(target) => target.clone(),
        None => program::default_target()?,
    };
    let tools = tools::ensure(project)?;
    program::ensure_target(project, &target)?;
    dist::ensure(project, &tools)?;
    check_configuration(project)?;
    dist::headers(&project.dist())?;
    let paths = BuilderPaths::find(project)?;
    let why = "bank, tenant and client in one file, optimised (some minutes)";
    let program = step("program", why, || program::build(project, &paths, &target))?;
    check_paths(&paths, &program, &project.dist())?;

    let folder = project.target.join("release-files");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    let version = project.locked_version("riser-cli")?;
    step("files", "archives, licences, bill of materials", || {
        let packages = packages::of_release(project, &target)?;
        let licences = licences::texts(&packages, &fs::read_to_string(project.root.join("LICENSE"))?)?;
        let name = format!("riser-{version}-{target}");
        let (ending, archive) = archive::pack(
            program::is_for_windows(&target),
            contents::program(project, &name, &program, &licences)?,
        )?;
        fs::write(folder.join(format!("{name}.{ending}")), archive)?;
        fs::write(folder.join(format!("{name}.cdx.json")), sbom::cyclonedx(&version, &packages))?;
        let name = format!("riser-client-{version}");
        let (ending, archive) = archive::pack(false, contents::client(project, &name, &licences)?)?;
        fs::write(folder.join(format!("{name}.{ending}")), archive)?;
        fs::write(folder.join("Dockerfile"), DOCKERFILE)?;
        Ok(fs::write(folder.join("SHA256SUMS"), sums(&folder)?)?)
    })?;
    say(&format!("the release is in {}:\n\n{}", folder.display(), list(&folder)?));
    Ok(())
}

/// An archive as a release has it, with a program that was built as the tests are, which takes no time: for the test that takes
/// it to an empty folder. Returns where it is.
pub(crate) fn archive_for_tests(project: &Project, dist: &Path) -> Result<PathBuf> {
    step("archive", "what people download, for a test of its own", || {
        let program = program::build_for_tests(project, dist)?;
        let entries = contents::program(project, "riser-for-tests", &program, "")?;
        let (ending, packed) = archive::pack_quickly(cfg!(windows), entries)?;
        let path = project.target.join(format!("riser-for-tests.{ending}"));
        fs::write(&path, packed)?;
        Ok(path)
    })
}

/// Somebody may have deployed from `dist/`.
fn check_configuration(project: &Project) -> Result {
    let config = |folder: &Path| {
        client_hosting::config(&fs::read_to_string(folder.join("index.html"))?)
            .map_err(|error| Failure::new(error.to_string(), "repair the block in index.html"))
    };
    if config(&project.dist())? == config(&project.root)? {
        return Ok(());
    }
    Err(Failure::new(
        "the configuration block in dist/index.html was replaced",
        "remove dist/ and run this again",
    ))
}

/// No file says who built it, and where.
fn check_paths(paths: &BuilderPaths, program: &Path, dist: &Path) -> Result {
    let mut problems = Vec::new();
    for file in files_below(dist)?.iter().map(PathBuf::as_path).chain([program]) {
        if let Some(path) = paths.find_in(&fs::read(file)?) {
            problems.push(format!("{} names the builder's folder {path}", file.display()));
        }
    }
    Failure::of_problems(
        &problems,
        "see xtask/src/commands/dist/builder_paths.rs, which should have replaced it",
    )
}

/// As `sha256sum --check` reads it.
fn sums(folder: &Path) -> Result<String> {
    let sum = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(format!("{}  {name}\n", hex(&Sha256::digest(fs::read(path)?))))
    };
    files_below(folder)?.iter().map(sum).collect()
}

fn list(folder: &Path) -> Result<String> {
    let line = |path: &PathBuf| {
        let bytes = fs::metadata(path)?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(format!("{bytes:>12}  {name}\n"))
    };
    files_below(folder)?.iter().map(line).collect()
}
