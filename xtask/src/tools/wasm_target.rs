//! The standard library for `wasm32-unknown-unknown`. Ordinarily rustup downloads it; where its server cannot be
//! reached, it is compiled from Debian's source package of exactly this compiler's version.

use super::wasm_source;
use crate::failure::{Failure, Result};
use crate::process::{output_of, run_logged};
use crate::progress::{say, step};
use crate::project::{Project, cargo};
use fs_err as fs;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target of the client.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// Lies in the target's folder when this program put the libraries there.
const MARK: &str = "built-by-riser";

/// Makes sure that `cargo build --target wasm32-unknown-unknown` works.
pub(crate) fn ensure(project: &Project) -> Result {
    if works() {
        return Ok(());
    }
    let compiler = Compiler::ask()?;
    step("wasm target", "the Rust standard library for the browser", || {
        compiler.forget_stale()?;
        if rustup(project, &["target", "add", TARGET]) && works() {
            return Ok(());
        }
        say("  rustup could not add the target; compiling it from Debian's source of the standard library");
        from_debian(project, &compiler)?;
        if works() {
            return Ok(());
        }
        Err(Failure::new(
            format!("the {TARGET} library that was just built does not work with rustc {}", compiler.version),
            by_hand(&compiler.version),
        ))
    })
}

/// Makes sure that cargo finds the source of the standard library, from which a release build compiles a smaller one. A machine
/// where it cannot be had builds with the library as it comes.
pub(crate) fn ensure_source(project: &Project) -> Result<bool> {
    let compiler = Compiler::ask()?;
    let library = compiler.source();
    let is_there = || library.join("Cargo.lock").is_file();
    if is_there() {
        return Ok(true);
    }
    step("rust-src", "the source of the standard library, for a client that is a tenth smaller", || {
        if rustup(project, &["component", "add", "rust-src"]) && is_there() {
            return Ok(());
        }
        say("  rustup could not add it; looking for Debian's package");
        source_from_debian(project, &compiler)
    })
    .map_or_else(
        |failure| {
            say(&format!(
                "  {failure}\n  going on with the standard library as it comes: the client will be larger"
            ));
            Ok(false)
        },
        |()| Ok(is_there()),
    )
}

/// Puts Debian's source into the toolchain, complete or not at all.
fn source_from_debian(project: &Project, compiler: &Compiler) -> Result {
    let library = compiler.source();
    let work = project.tools.join("rust-src");
    drop(fs::remove_dir_all(&work));
    let source = wasm_source::fetch(project, &work, &compiler.version)?;
    let kept = project.tools.join(format!("rust-src-{}", compiler.version));
    let parent = library.parent().unwrap_or(&library);
    drop(fs::remove_dir_all(&kept));
    drop(fs::remove_file(&library)); // a link to a folder that is there no longer
    fs::rename(&source, &kept)
        .and_then(|()| fs::create_dir_all(parent))
        .and_then(|()| link(&kept, &library))?;
    drop(fs::remove_dir_all(&work));
    Ok(())
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

fn rustc() -> std::ffi::OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// The compiler whose library is missing.
struct Compiler {
    /// As in `1.95.0`.
    version: String,
    sysroot: PathBuf,
}

impl Compiler {
    fn ask() -> Result<Self> {
        let unusable = || Failure::new("`rustc` gave no answer", "install Rust as https://rustup.rs says");
        let text = output_of(Command::new(rustc()).arg("-vV")).ok_or_else(unusable)?;
        let version = text.lines().find_map(|line| line.strip_prefix("release: ")).ok_or_else(unusable)?;
        let sysroot = output_of(Command::new(rustc()).args(["--print", "sysroot"])).ok_or_else(unusable)?;
        Ok(Self { version: version.to_owned(), sysroot: sysroot.into() })
    }

    /// Where cargo expects the source of the standard library.
    fn source(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    fn libraries(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET)
    }

    /// What an earlier run built for a compiler that has been updated since is in rustup's way.
    fn forget_stale(&self) -> Result {
        let libraries = self.libraries();
        if !libraries.join(MARK).exists() {
            return Ok(());
        }
        Ok(fs::remove_dir_all(&libraries)?)
    }
}

fn rustup(project: &Project, arguments: &[&str]) -> bool {
    if output_of(Command::new("rustup").arg("--version")).is_none() {
        return false;
    }
    let mut rustup = Command::new("rustup");
    rustup.args(arguments).env("RUSTUP_MAX_RETRIES", "1").current_dir(&project.root);
    run_logged(&mut rustup, &project.log(&["rustup", arguments[0]].join("-"))).is_ok()
}

fn from_debian(project: &Project, compiler: &Compiler) -> Result {
    // Now, not after a download.
    if !can_be_written_to(&compiler.sysroot) {
        return Err(Failure::new(
            format!("the toolchain in {} cannot be written to", compiler.sysroot.display()),
            by_hand(&compiler.version),
        ));
    }
    let work = project.tools.join("wasm-std");
    drop(fs::remove_dir_all(&work));
    let source = wasm_source::fetch(project, &work, &compiler.version)
        .map_err(|failure| Failure::new(failure.what, by_hand(&compiler.version)))?;
    let built = build(project, compiler, &work, &source)?;
    put(&built, &compiler.libraries())?;
    // Source and build are some hundred megabytes that nobody needs again.
    drop(fs::remove_dir_all(&work));
    Ok(())
}

/// By trying: permissions do not tell what this user may do.
fn can_be_written_to(sysroot: &Path) -> bool {
    let probe = sysroot.join(format!("lib/rustlib/.riser-probe-{}", std::process::id()));
    fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).is_ok()
}

/// Compiles an empty crate together with the standard library, and returns the folder of the libraries.
fn build(project: &Project, compiler: &Compiler, work: &Path, source: &Path) -> Result<PathBuf> {
    let empty = work.join("empty");
    let target = work.join("target");
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "")?;
    fs::write(
        empty.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    // Where cargo expects the source: put there for the build, and removed after it.
    let placed = Placed::put(source, &compiler.source())?;
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
    let outcome = run_logged(&mut command, &project.log("wasm-std"));
    drop(placed);
    outcome.map_err(|failure| {
        Failure::new(failure.what, format!("{}; {}", failure.advice, by_hand(&compiler.version)))
    })?;
    Ok(target.join(TARGET).join("release/deps"))
}

/// Copies the libraries into the toolchain, complete or not at all.
fn put(built: &Path, libraries: &Path) -> Result {
    let staged = libraries.with_extension("new");
    drop(fs::remove_dir_all(&staged));
    fs::create_dir_all(staged.join("lib"))?;
    for entry in fs::read_dir(built)? {
        let entry = entry?;
        let path = entry.path();
        let ours = entry.file_name().to_string_lossy().starts_with("libempty-");
        if !ours && path.extension().is_some_and(|it| it == "rlib") {
            fs::copy(&path, staged.join("lib").join(entry.file_name()))?;
        }
    }
    fs::write(staged.join(MARK), "")?;
    Ok(fs::rename(&staged, libraries)?)
}

/// A link into the toolchain that goes away again.
struct Placed(Option<PathBuf>);

impl Placed {
    fn put(source: &Path, expected: &Path) -> Result<Self> {
        if expected.join("Cargo.lock").exists() {
            return Ok(Self(None)); // rustup's own `rust-src`
        }
        let parent = expected.parent().unwrap_or(expected);
        drop(fs::remove_file(expected)); // a link left behind by a run that was killed
        fs::create_dir_all(parent).and_then(|()| link(source, expected))?;
        Ok(Self(Some(expected.to_owned())))
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            drop(fs::remove_file(link));
        }
    }
}

#[cfg(unix)]
fn link(source: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(source, link)
}

#[cfg(not(unix))]
fn link(_source: &Path, _link: &Path) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
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
