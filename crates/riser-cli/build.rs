//! Puts the built client into the program, where `RISER_EMBED_CLIENT` names the folder that it is in.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed=RISER_EMBED_CLIENT");
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let copies = out.join("client");
    if copies.exists() {
        fs::remove_dir_all(&copies)?;
    }
    let mut list = Vec::new();
    if let Some(dist) = env::var_os("RISER_EMBED_CLIENT").map(PathBuf::from) {
        println!("cargo:rerun-if-changed={}", dist.display());
        if !dist.join("index.html").is_file() {
            return Err(format!("there is no built client in {}", dist.display()).into());
        }
        for name in files(&dist)? {
            // A copy at a relative path: what is compiled is the same wherever it is compiled.
            let copy = copies.join(&name);
            fs::create_dir_all(copy.parent().unwrap_or(&copies))?;
            fs::copy(dist.join(&name), copy)?;
            list.push(format!("({name:?}, include_bytes!(\"client/{name}\"))"));
        }
    }
    Ok(fs::write(out.join("client_files.rs"), format!("&[{}]", list.join(",\n")))?)
}

/// The paths below the folder, with `/`, sorted.
fn files(dist: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut open = vec![dist.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dist)?.to_str().ok_or("a name that is not UTF-8")?;
                found.push(name.replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}
