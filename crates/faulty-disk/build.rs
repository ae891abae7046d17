//! Compiles the preloaded library, which cargo cannot build for another package: a `cdylib` target would be this one's only
//! kind of library, or would be built from the same source.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=preload/lib.rs");
    println!("cargo::rerun-if-changed=src/layout.rs");
    if env::var("CARGO_CFG_TARGET_OS")? != "linux" {
        return Ok(());
    }
    let variable = |name: &str| env::var_os(name).ok_or_else(|| format!("cargo does not say {name}"));
    let mut rustc = Command::new(variable("RUSTC")?);
    rustc
        .args(["--crate-name", "faulty_disk_preload", "--crate-type", "cdylib", "--edition", "2024"])
        .args(["-C", "opt-level=2", "-C", "panic=abort", "-C", "strip=symbols", "-D", "warnings"])
        .arg("--target")
        .arg(variable("TARGET")?)
        .arg("-o")
        .arg(Path::new(&variable("OUT_DIR")?).join("preload.so"))
        .arg("preload/lib.rs");
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = OsString::from("linker=");
        option.push(linker);
        rustc.arg("-C").arg(option);
    }
    let status = rustc.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the preloaded library does not compile: {status}").into())
    }
}
