//! The installed Rust compiler, and rustup.

use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged};
use crate::project::Project;
use std::env;
use std::path::PathBuf;
use std::process::Command;

pub(super) fn rustc() -> std::ffi::OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

pub(super) struct Compiler {
    /// As in `1.95.0`.
    pub(super) version: String,
    pub(super) sysroot: PathBuf,
    /// As in `x86_64-unknown-linux-gnu`.
    pub(super) host: String,
}

impl Compiler {
    pub(super) fn ask() -> Result<Self> {
        let unusable = || Failure::new("`rustc` gave no answer", "install Rust as https://rustup.rs says");
        let text = output_of(Command::new(rustc()).arg("-vV")).ok_or_else(unusable)?;
        let version = text.lines().find_map(|line| line.strip_prefix("release: ")).ok_or_else(unusable)?;
        let sysroot = output_of(Command::new(rustc()).args(["--print", "sysroot"])).ok_or_else(unusable)?;
        let host = text.lines().find_map(|line| line.strip_prefix("host: ")).ok_or_else(unusable)?;
        Ok(Self { version: version.to_owned(), sysroot: sysroot.into(), host: host.to_owned() })
    }

    /// Where cargo expects the source of the standard library.
    pub(super) fn source(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    pub(super) fn has_source(&self) -> bool {
        self.source().join("Cargo.lock").is_file()
    }
}

/// Whether rustup is there and did it.
pub(super) fn rustup(project: &Project, arguments: &[&str]) -> bool {
    if output_of(Command::new("rustup").arg("--version")).is_none() {
        return false;
    }
    let mut rustup = Command::new("rustup");
    rustup.args(arguments).env("RUSTUP_MAX_RETRIES", "1").current_dir(&project.root);
    run_logged(&mut rustup, &project.log(&["rustup", arguments[0]].join("-"))).is_ok()
}
