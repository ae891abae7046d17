//! The builder's own folders, which compilers write into what they make: for messages and for debuggers. In the place of each
//! goes a short name, so that two machines make the same bytes, and nobody learns how the builder is called.

use crate::failure::{Failure, Result};
use crate::process::output_of;
use crate::project::{Project, cargo_home};
use std::env;
use std::path::PathBuf;
use std::process::Command;

pub(crate) struct BuilderPaths(Vec<(String, String)>);

impl BuilderPaths {
    pub(crate) fn find(project: &Project) -> Result<Self> {
        let unusable = || Failure::new("`rustc` gave no answer", "install Rust as https://rustup.rs says");
        let ask = |arguments: &[&str]| output_of(Command::new("rustc").args(arguments)).ok_or_else(unusable);
        let version = ask(&["-vV"])?;
        let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
        let sysroot = PathBuf::from(ask(&["--print", "sysroot"])?);
        let mut paths = Self(Vec::new());
        // From the widest to the narrowest: of those that fit, the compilers take the last.
        paths.0.extend(env::home_dir().into_iter().filter_map(named("/home")));
        paths.0.extend(named("/tools")(project.tools.clone()));
        paths.0.extend(cargo_home().into_iter().filter_map(named("/cargo")));
        paths.0.extend(named("/toolchain")(sysroot.clone()));
        // As the library says it that comes with the compiler.
        paths.0.extend(named(&format!("/rustc/{commit}"))(sysroot.join("lib/rustlib/src/rust")));
        paths.0.extend(named("/riser")(project.root.clone()));
        paths.0.extend(named("/target")(project.target.clone()));
        Ok(paths)
    }

    /// For the compiler of Rust.
    pub(crate) fn rustflags(&self) -> String {
        self.flags("--remap-path-prefix=")
    }

    /// For compilers of C.
    pub(crate) fn cflags(&self) -> String {
        self.flags("-ffile-prefix-map=")
    }

    /// A path with a blank cannot be said in such a list. It stays, and is found.
    fn flags(&self, flag: &str) -> String {
        let paths = self.0.iter().filter(|(path, _)| !path.contains(char::is_whitespace));
        let flags = paths.map(|(path, name)| format!("{flag}{path}={name}"));
        flags.collect::<Vec<_>>().join(" ")
    }

    /// The folder of the builder that is named in there, if one is.
    pub(crate) fn find_in(&self, bytes: &[u8]) -> Option<&str> {
        let is_start = |byte: u8| self.0.iter().any(|(path, _)| path.starts_with(char::from(byte)));
        let starts = bytes.iter().enumerate().filter(|(_, byte)| is_start(**byte));
        // With what comes after a folder's name: `/root` alone may be anything.
        let is_at = |at: usize, path: &str| {
            let rest = bytes[at..].strip_prefix(path.as_bytes());
            rest.is_some_and(|rest| matches!(rest.first(), Some(b'/' | b'\\')))
        };
        let mut found = starts.filter_map(|(at, _)| self.0.iter().find(|(path, _)| is_at(at, path)));
        Some(found.next()?.0.as_str())
    }
}

/// Nothing for a folder that is no builder's own, such as `/`.
fn named(name: &str) -> impl Fn(PathBuf) -> Option<(String, String)> {
    move |path| Some((path.to_str().filter(|path| path.len() > 2)?.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> BuilderPaths {
        let folders =
            [("/home/ada", "/home"), ("/home/ada/riser", "/riser"), ("/a folder", "/target"), ("/", "/x")];
        BuilderPaths(folders.into_iter().filter_map(|(path, name)| named(name)(path.into())).collect())
    }

    #[test]
    fn narrower_folders_come_later() {
        assert_eq!(
            paths().rustflags(),
            "--remap-path-prefix=/home/ada=/home --remap-path-prefix=/home/ada/riser=/riser"
        );
        assert_eq!(
            paths().cflags(),
            "-ffile-prefix-map=/home/ada=/home -ffile-prefix-map=/home/ada/riser=/riser"
        );
    }

    /// Proves: release-no-paths
    #[test]
    fn folders_are_found_in_what_was_built() {
        assert_eq!(paths().find_in(b"\0at /home/ada/riser/src/main.rs:1\0"), Some("/home/ada"));
        assert_eq!(paths().find_in(b"a folder: /a folder/x"), Some("/a folder"));
        for other in ["/home/adam/riser", "/home/ada", "/riser/src/main.rs", ""] {
            assert_eq!(paths().find_in(other.as_bytes()), None, "{other}");
        }
    }
}
