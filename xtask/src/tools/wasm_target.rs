//! The standard library for `wasm32-unknown-unknown`. Ordinarily rustup downloads it; where its server cannot be
//! reached, it is compiled from its source.

use super::compiler::{Compiler, rustc, rustup};
use super::rust_source;
use crate::failure::{Failure, Result};
use crate::process::run_logged;
use crate::progress::{say, step};
use crate::project::{Project, cargo};
use fs_err as fs;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// Lies in the target's folder when this program put the libraries there.
const MARK: &str = "built-by-riser";

pub(super) fn ensure(project: &Project) -> Result {
    if works() {
        return Ok(());
    }
    let compiler = Compiler::ask()?;
    let libraries = compiler.sysroot.join("lib/rustlib").join(TARGET);
    step("wasm target", "the Rust standard library for the browser", || {
        // What an earlier run built for a compiler that has been updated since is in rustup's way.
        if libraries.join(MARK).exists() {
            fs::remove_dir_all(&libraries)?;
        }
        if rustup(project, &["target", "add", TARGET]) && works() {
            return Ok(());
        }
        say("  rustup could not add the target; compiling it from the source of the standard library");
        let by_hand = |failure: Failure| Failure::new(failure.what, by_hand(&compiler.version));
        build(project, &compiler, &libraries).map_err(by_hand)?;
        let broken = format!("the {TARGET} library that was just built does not work with this rustc");
        works().then_some(()).ok_or_else(|| by_hand(Failure::new(broken, "")))
    })
}

/// The proof is in the compiling: a library of another compiler's version may lie there too.
fn works() -> bool {
    // A name of its own, for two runs at once; nothing is written to it.
    let metadata = env::temp_dir().join(format!("riser-target-{}.rmeta", std::process::id()));
    let mut rustc = Command::new(rustc());
    rustc.args(["--crate-type", "lib", "--crate-name", "probe", "--emit", "metadata", "--target", TARGET]);
    rustc.arg("-o").arg(&metadata).arg("-");
    let status = rustc.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    drop(fs::remove_file(&metadata));
    status.is_ok_and(|status| status.success())
}

/// By trying: permissions do not tell what this user may do.
fn can_be_written_to(sysroot: &Path) -> bool {
    let probe = sysroot.join(format!("lib/rustlib/.riser-probe-{}", std::process::id()));
    fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).is_ok()
}

/// Compiles an empty crate together with the standard library, and puts the libraries into the toolchain.
fn build(project: &Project, compiler: &Compiler, libraries: &Path) -> Result {
    // Now, not after a download.
    if !can_be_written_to(&compiler.sysroot) {
        let sysroot = compiler.sysroot.display();
        return Err(Failure::new(format!("the toolchain in {sysroot} cannot be written to"), ""));
    }
    rust_source::place(project, compiler)?;
    let work = project.tools.join("wasm-std");
    drop(fs::remove_dir_all(&work));
    let (empty, target) = (work.join("empty"), work.join("target"));
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "")?;
    fs::write(
        empty.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    say(&format!("  compiling the standard library of rustc {} (about a minute)", compiler.version));
    let mut command = Command::new(cargo());
    command
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro")
        .current_dir(&empty)
        .env("CARGO_TARGET_DIR", &target)
        // build-std is the one feature that a stable compiler keeps behind this switch.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in the libraries, fat LTO of the client fails.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    run_logged(&mut command, &project.log("wasm-std"))?;
    put(&target.join(TARGET).join("release/deps"), libraries)?;
    // Some hundred megabytes that nobody needs again.
    drop(fs::remove_dir_all(&work));
    Ok(())
}

/// Copies the libraries into the toolchain, complete or not at all.
fn put(built: &Path, libraries: &Path) -> Result {
    let staged = libraries.with_extension("new");
    drop(fs::remove_dir_all(&staged));
    fs::create_dir_all(staged.join("lib"))?;
    for entry in fs::read_dir(built)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let is_ours = name.to_string_lossy().starts_with("libempty-");
        if !is_ours && path.extension().is_some_and(|it| it == "rlib") {
            fs::copy(&path, staged.join("lib").join(name))?;
        }
    }
    fs::write(staged.join(MARK), "")?;
    Ok(fs::rename(&staged, libraries)?)
}

fn by_hand(version: &str) -> String {
    format!(
        "let this machine reach static.rust-lang.org and run `rustup target add {TARGET}`, or install the library for \
         {TARGET} of rustc {version} from your system's packages, then run this again"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toolchain_that_takes_no_file_is_noticed_and_another_is_left_as_it_was() {
        let sysroot = env::temp_dir().join(format!("riser-sysroot-{}", std::process::id()));
        fs::create_dir_all(&sysroot).unwrap();
        // What holds for root too, whom no permissions stop: a file where the folder should be.
        fs::write(sysroot.join("lib"), "").unwrap();
        assert!(!can_be_written_to(&sysroot));
        fs::remove_file(sysroot.join("lib")).unwrap();
        fs::create_dir_all(sysroot.join("lib/rustlib")).unwrap();
        assert!(can_be_written_to(&sysroot));
        assert_eq!(fs::read_dir(sysroot.join("lib/rustlib")).unwrap().count(), 0);
        fs::remove_dir_all(sysroot).unwrap();
    }
}
