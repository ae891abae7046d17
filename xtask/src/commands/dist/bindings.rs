//! The application and its script as they are sent. wasm-bindgen names what the one asks of the other by long names with hashes,
//! which do not compress, and writes the script for those who read it: together 3 % of the download.

use crate::failure::{Failure, Result};
use crate::files::files_below;
use crate::hex::hex;
use fs_err as fs;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Rewrites both, gives them names by their new content, and the page those names.
pub(super) fn shorten(dist: &Path) -> Result {
    let found = files_below(dist)?;
    let wasm = found.iter().find(|path| path.extension().is_some_and(|it| it == "wasm"));
    let Some((wasm, stem)) = wasm.and_then(|path| Some((path, path.to_str()?.strip_suffix("_bg.wasm")?)))
    else {
        return Err(Failure::new("the build has no WebAssembly", "look at what Trunk says"));
    };
    let script = Path::new(stem).with_extension("js");
    let mut text = slim(&fs::read_to_string(&script)?);
    let mut count = 0;
    let module = with_imports_renamed(&fs::read(wasm)?, |name| {
        let short = short_name(count);
        count += 1;
        text = text.replace(&format!("\n{name}:"), &format!("\n{short}:"));
        short
    });
    let module = module.ok_or_else(|| {
        Failure::new(
            "the imports of the WebAssembly cannot be read",
            "look into xtask/src/commands/dist/bindings.rs",
        )
    })?;
    let old = Path::new(stem).file_name().unwrap_or_default().to_string_lossy();
    let base = old.split('-').next().unwrap_or_default();
    let new =
        format!("{base}-{}", &hex(&Sha256::new().chain_update(&module).chain_update(&text).finalize())[..16]);
    fs::remove_file(wasm)?;
    fs::remove_file(script)?;
    fs::write(dist.join(format!("{new}_bg.wasm")), module)?;
    fs::write(dist.join(format!("{new}.js")), text)?;
    let page = dist.join("index.html");
    let named = fs::read_to_string(&page)?.replace(&*old, &new);
    Ok(fs::write(page, named)?)
}

/// `a` to `z`, `aa` to `zz` and so on.
fn short_name(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b"abcdefghijklmnopqrstuvwxyz"[number % 26]));
        if number < 26 {
            return name;
        }
        number = number / 26 - 1;
    }
}

/// A script without indentation, blank lines and comments that have lines of their own.
fn slim(script: &str) -> String {
    let is_code =
        |line: &&str| !line.is_empty() && !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark));
    script.lines().map(str::trim).filter(is_code).flat_map(|line| [line, "\n"]).collect()
}

/// The module with other names for the functions that it imports (WebAssembly 5.5.5). `None`: it is none, or imports
/// something else.
fn with_imports_renamed(module: &[u8], mut rename: impl FnMut(&str) -> String) -> Option<Vec<u8>> {
    const IMPORTS: u8 = 2;
    const FUNCTION: u8 = 0;
    let (header, mut rest) = module.split_at_checked(8)?;
    let mut out = header.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let (size, after) = number(after)?;
        let (mut content, after) = after.split_at_checked(size)?;
        rest = after;
        let mut section = Vec::new();
        if id == IMPORTS {
            let count;
            (count, content) = number(content)?;
            write_number(count, &mut section);
            for _ in 0..count {
                let (from, name, kind, index);
                (from, content) = text(content)?;
                (name, content) = text(content)?;
                (kind, content) = content.split_first()?;
                (index, content) = number(content)?;
                (*kind == FUNCTION).then_some(())?;
                for text in [from, &rename(name)] {
                    write_number(text.len(), &mut section);
                    section.extend(text.as_bytes());
                }
                section.push(*kind);
                write_number(index, &mut section);
            }
        }
        section.extend(content);
        out.push(id);
        write_number(section.len(), &mut out);
        out.extend(section);
    }
    Some(out)
}

fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = number(bytes)?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// An unsigned number in LEB128.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

fn write_number(mut value: usize, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = (value & 0x7f).to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_renamed_and_nothing_else() {
        let section = |name: &str| {
            let mut content = vec![1, 3];
            content.extend(b"mod");
            content.push(u8::try_from(name.len()).unwrap());
            content.extend(name.as_bytes());
            content.extend([0, 5]);
            let mut all = b"\0asm\x01\0\0\0\x01\x02\xff\xfe\x02".to_vec();
            all.push(u8::try_from(content.len()).unwrap());
            all.extend(content);
            all.extend(b"\x0a\x81\x00\x00");
            all
        };
        let renamed = with_imports_renamed(&section("long_name"), |name| name.replace("long_name", "s"));
        let mut expected = section("s");
        let end = expected.len() - 3;
        // Numbers are written in as few bytes as they need.
        expected.splice(end.., [1, 0]);
        assert_eq!(renamed.unwrap(), expected);
        assert_eq!(
            with_imports_renamed(
                b"\0asm\x01\0\0\0\x02\x09\x01\x00\x00\x01\x70\x00\x01\x00\x00",
                str::to_owned
            ),
            None
        );
        assert_eq!(with_imports_renamed(b"\0asm\x01\0\0\0\x02\x7f", str::to_owned), None);
    }

    #[test]
    fn short_names_are_unique() {
        assert_eq!([0, 25, 26, 701, 702].map(short_name), ["a", "z", "aa", "zz", "aaa"]);
    }

    #[test]
    fn page_and_script_follow_the_names() {
        let dist = std::env::temp_dir().join(format!("riser-bindings-{}", std::process::id()));
        drop(fs::remove_dir_all(&dist));
        fs::create_dir_all(&dist).unwrap();
        fs::write(dist.join("index.html"), "a riser-0011223344556677.js b riser-0011223344556677_bg.wasm")
            .unwrap();
        let script =
            "// Note.\nconst it = {\n    __wbg_one_12: f,\n    __wbg_one_123: g,\n};\n\n/**\n * Doc.\n */\n";
        fs::write(dist.join("riser-0011223344556677.js"), script).unwrap();
        let module =
            b"\0asm\x01\0\0\0\x02\x24\x02\x01m\x0c__wbg_one_12\x00\x00\x01m\x0d__wbg_one_123\x00\x00";
        fs::write(dist.join("riser-0011223344556677_bg.wasm"), module).unwrap();
        shorten(&dist).unwrap();
        let page = fs::read_to_string(dist.join("index.html")).unwrap();
        let name = page[2..].split('.').next().unwrap();
        assert!(client_hosting::is_hashed(&format!("{name}.js")) && name != "riser-0011223344556677");
        assert_eq!(page, format!("a {name}.js b {name}_bg.wasm"));
        let script = fs::read_to_string(dist.join(format!("{name}.js"))).unwrap();
        assert_eq!(script, "const it = {\na: f,\nb: g,\n};\n");
        let module = fs::read(dist.join(format!("{name}_bg.wasm"))).unwrap();
        assert_eq!(module, b"\0asm\x01\0\0\0\x02\x0d\x02\x01m\x01a\x00\x00\x01m\x01b\x00\x00");
        assert_eq!(fs::read_dir(&dist).unwrap().count(), 3);
        fs::remove_dir_all(dist).unwrap();
    }
}
