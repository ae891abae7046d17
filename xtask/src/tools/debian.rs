//! What Debian has packages for, and no other way of installing is as good.

use super::program::{lock, on_path};
use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged};
use crate::progress::{say, step};
use crate::project::Project;
use std::process::Command;

/// A program that is installed as packages of Debian.
pub(super) struct DebianProgram<'a> {
    pub(super) name: &'a str,
    pub(super) why: &'a str,
    pub(super) packages: &'a [&'a str],
    pub(super) size: &'a str,
    /// What a person can do where this program cannot install them.
    pub(super) by_hand: &'a str,
}

impl DebianProgram<'_> {
    /// Finds it, or installs it; `find` says in a sentence what is missing.
    pub(super) fn ensure<T>(&self, project: &Project, find: impl Fn() -> Result<T, String>) -> Result<T> {
        let problem = match find() {
            Ok(found) => return Ok(found),
            Err(problem) => problem,
        };
        step(self.name, self.why, || {
            let _lock = lock(project)?;
            say(&format!("  {problem}"));
            self.install(project)?;
            find().map_err(|problem| Failure::new(format!("after the installation: {problem}"), self.by_hand))
        })
    }

    pub(super) fn install(&self, project: &Project) -> Result {
        let Self { name, packages, size, by_hand, .. } = *self;
        if on_path("apt-get").is_none() {
            return Err(Failure::new(
                format!("{name} can be installed for you on Debian systems only"),
                by_hand,
            ));
        }
        let prefix: &[&str] = if is_root() {
            &[]
        } else if output_of(Command::new("sudo").args(["-n", "true"])).is_some() {
            &["sudo", "-n"]
        } else {
            return Err(Failure::new(
                "installing packages needs root, and sudo asks for a password",
                by_hand,
            ));
        };
        let apt = |arguments: &[&str]| {
            let words: Vec<&str> = prefix.iter().chain(&["apt-get"]).chain(arguments).copied().collect();
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
            run_logged(&mut command, &project.log(&format!("apt-{}", packages[0])))
                .map_err(|failure| Failure::new(failure.what, format!("{}; {by_hand}", failure.advice)))
        };
        say("  apt-get update");
        apt(&["-o", "Acquire::Retries=2", "update"])?;
        say(&format!("  apt-get install {} ({size})", packages.join(" ")));
        let options =
            ["-o", "Acquire::Retries=2", "-o", "Dpkg::Use-Pty=0", "install", "-y", "--no-install-recommends"];
        apt(&[&options[..], packages].concat())
    }
}

pub(super) fn is_root() -> bool {
    cfg!(unix) && output_of(Command::new("id").arg("-u")).as_deref() == Some("0")
}
