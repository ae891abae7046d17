//! The source of the standard library, where cargo expects it: rustup's component, or Debian's package of exactly this
//! compiler's version.

use super::compiler::{Compiler, rustup};
use super::debian_source;
use crate::failure::Result;
use crate::progress::{say, step};
use crate::project::Project;
use fs_err as fs;
use std::path::Path;

/// Makes sure that a release build can compile a smaller standard library. Without the source it takes the library as it comes.
pub(super) fn ensure(project: &Project) -> Result<bool> {
    let compiler = Compiler::ask()?;
    if compiler.has_source() {
        return Ok(true);
    }
    let why = "the source of the standard library, for a client that is a tenth smaller";
    if let Err(failure) = step("rust-src", why, || place(project, &compiler)) {
        say(&format!(
            "  {failure}\n  going on with the standard library as it comes: the client will be larger"
        ));
    }
    Ok(compiler.has_source())
}

/// Puts it into the toolchain, complete or not at all.
pub(super) fn place(project: &Project, compiler: &Compiler) -> Result {
    if compiler.has_source() || rustup(project, &["component", "add", "rust-src"]) && compiler.has_source() {
        return Ok(());
    }
    say("  rustup could not add the source of the standard library; looking for Debian's package");
    let library = compiler.source();
    let work = project.tools.join("rust-src");
    drop(fs::remove_dir_all(&work));
    let source = debian_source::fetch(project, &work, &compiler.version)?;
    let kept = project.tools.join(format!("rust-src-{}", compiler.version));
    drop(fs::remove_dir_all(&kept));
    drop(fs::remove_file(&library)); // a link to a folder that is there no longer
    fs::rename(&source, &kept)?;
    fs::create_dir_all(library.parent().unwrap_or(&library))?;
    link(&kept, &library)?;
    drop(fs::remove_dir_all(&work));
    Ok(())
}

#[cfg(unix)]
fn link(source: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(source, link)
}

#[cfg(not(unix))]
fn link(_source: &Path, _link: &Path) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
}
