//! What Debian has packages for, and no other way of installing is as good.

use super::program::on_path;
use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged};
use crate::progress::say;
use crate::project::Project;
use std::process::Command;

/// Installs these packages of `what`; where that is not possible, says how to do it `by_hand`.
pub(super) fn install(project: &Project, what: &str, packages: &[&str], size: &str, by_hand: &str) -> Result {
    if on_path("apt-get").is_none() {
        return Err(Failure::new(format!("{what} can be installed for you on Debian systems only"), by_hand));
    }
    let prefix: &[&str] = if is_root() {
        &[]
    } else if output_of(Command::new("sudo").args(["-n", "true"])).is_some() {
        &["sudo", "-n"]
    } else {
        return Err(Failure::new("installing packages needs root, and sudo asks for a password", by_hand));
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

pub(super) fn is_root() -> bool {
    cfg!(unix) && output_of(Command::new("id").arg("-u")).as_deref() == Some("0")
}
