//! The standard library and the C compiler for programs that need nothing of the Linux that they run on: musl.

use super::compiler::{Compiler, rustup};
use super::debian::DebianProgram;
use super::program::{lock, on_path};
use crate::failure::{Failure, Result};
use crate::progress::step;
use crate::project::Project;

pub(crate) const C_COMPILER: &str = "musl-gcc";

const MUSL_TOOLS: DebianProgram<'_> = DebianProgram {
    name: C_COMPILER,
    why: "compiles SQLite, QuickJS and AWS-LC for a program that needs nothing of the system",
    packages: &["musl-tools"],
    size: "about 5 MB",
    by_hand: "install `musl-gcc`, or choose another target: `--target x86_64-unknown-linux-gnu`",
};

/// For any other target, cargo says by itself what is missing.
pub(crate) fn ensure(project: &Project, target: &str) -> Result {
    if !target.contains("musl") {
        return Ok(());
    }
    MUSL_TOOLS.ensure(project, || {
        on_path(C_COMPILER).map(drop).ok_or_else(|| format!("{C_COMPILER} is not installed"))
    })?;
    let libraries = Compiler::ask()?.sysroot.join("lib/rustlib").join(target).join("lib");
    if libraries.is_dir() {
        return Ok(());
    }
    step(target, "the Rust standard library for it", || {
        let _lock = lock(project)?;
        if rustup(project, &["target", "add", target]) && libraries.is_dir() {
            return Ok(());
        }
        let advice = "let this machine reach static.rust-lang.org, or choose another target: \
            `--target x86_64-unknown-linux-gnu`";
        Err(Failure::new(format!("rustup could not add the target {target}"), advice))
    })
}
