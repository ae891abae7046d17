//! Archives that depend on nothing but the names and the contents of their files: no times, no users, and in one order.

use crate::failure::{Failure, Result};
use client_hosting::compress::{crc32, deflate, gzip, gzip_quickly};

/// A file of an archive.
pub(super) struct Entry {
    /// With `/`.
    pub(super) name: String,
    pub(super) content: Vec<u8>,
    pub(super) is_program: bool,
}

impl Entry {
    pub(super) fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), content: content.into(), is_program: false }
    }

    const fn mode(&self) -> u32 {
        if self.is_program { 0o755 } else { 0o644 }
    }
}

/// How an archive is called and packed: as people on that system unpack it.
pub(super) fn pack(is_for_windows: bool, entries: Vec<Entry>) -> Result<(&'static str, Vec<u8>)> {
    if is_for_windows { Ok(("zip", zip(entries)?)) } else { Ok(("tar.gz", gzip(&tar(entries)?)?)) }
}

/// The same without packing it small, which takes its time with a program that is not optimised.
pub(super) fn pack_quickly(is_for_windows: bool, entries: Vec<Entry>) -> Result<(&'static str, Vec<u8>)> {
    if is_for_windows { pack(true, entries) } else { Ok(("tar.gz", gzip_quickly(&tar(entries)?)?)) }
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

fn too_large(entry: &Entry) -> Failure {
    Failure::new(
        format!("{} does not fit into an archive", entry.name),
        "give it a shorter name or less content",
    )
}

const BLOCK: usize = 512;

/// POSIX ustar.
fn tar(entries: Vec<Entry>) -> Result<Vec<u8>> {
    let mut archive = Vec::new();
    for entry in sorted(entries) {
        archive.extend(tar_header(&entry).ok_or_else(|| too_large(&entry))?);
        archive.extend(&entry.content);
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    archive.resize(archive.len() + 2 * BLOCK, 0);
    Ok(archive)
}

fn tar_header(entry: &Entry) -> Option<[u8; BLOCK]> {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    if entry.name.len() > 100 || entry.content.len() >= 1 << 33 {
        return None;
    }
    put(0, &entry.name);
    put(100, &format!("{:07o}", entry.mode()));
    // User and group: 0.
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{:011o}", entry.content.len()));
    // The beginning of 1980, which ZIP archives can say too.
    put(136, &format!("{:011o}", 315_532_800));
    // The sum of the header is made with blanks in the sum's place.
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\0");
    put(263, "00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(header)
}

/// Midnight of 1 January 1980, the first moment that the format knows: time, then date.
const ZIP_TIME: [u8; 4] = [0, 0, 0x21, 0];

/// ZIP, as PKWARE's APPNOTE describes it, version 2.0.
fn zip(entries: Vec<Entry>) -> Result<Vec<u8>> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    let mut count: u16 = 0;
    for entry in sorted(entries) {
        let number = |length: usize| u32::try_from(length).map_err(|_| too_large(&entry));
        let offset = number(archive.len())?;
        let name_length = u16::try_from(entry.name.len()).map_err(|_| too_large(&entry))?;
        let packed = deflate(&entry.content)?;
        // What both headers have: version needed, names in UTF-8, deflated, time, checksum, sizes, length of the name, no extras.
        let mut common = vec![20, 0, 0, 8, 8, 0];
        common.extend(ZIP_TIME);
        common.extend(crc32(&entry.content).to_le_bytes());
        common.extend(number(packed.len())?.to_le_bytes());
        common.extend(number(entry.content.len())?.to_le_bytes());
        common.extend(name_length.to_le_bytes());
        common.extend([0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(entry.name.as_bytes());
        archive.extend(packed);
        // Made by version 2.0 on Unix, so that the mode counts.
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(common);
        // No comment, first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(((0o100_000 | entry.mode()) << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
        count += 1;
    }
    let whole = Failure::new("the archive is too large for ZIP", "");
    let (Ok(offset), Ok(length)) = (u32::try_from(archive.len()), u32::try_from(directory.len())) else {
        return Err(whole);
    };
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(length.to_le_bytes());
    archive.extend(offset.to_le_bytes());
    archive.extend([0, 0]);
    Ok(archive)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use fs_err as fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    fn entries() -> Vec<Entry> {
        let program = Entry { is_program: true, ..Entry::new("r/riser", "#!/bin/sh\necho it runs\n") };
        vec![program, Entry::new("r/a/long.txt", "transfer ".repeat(1000)), Entry::new("r/empty", "")]
    }

    /// The tools that people unpack with agree on what is in it.
    /// Proves: release-same-bytes
    #[test]
    fn others_can_unpack_what_is_packed() {
        let folder = std::env::temp_dir().join(format!("riser-archive-{}", std::process::id()));
        for (is_for_windows, unpack) in [(false, ["tar", "-xf"]), (true, ["python3", "-c"])] {
            drop(fs::remove_dir_all(&folder));
            fs::create_dir_all(&folder).unwrap();
            let (ending, archive) = pack(is_for_windows, entries()).unwrap();
            let mut reversed = entries();
            reversed.reverse();
            assert_eq!(
                pack(is_for_windows, reversed).unwrap().1,
                archive,
                "the order of the files makes no difference"
            );
            let file = folder.join(format!("it.{ending}"));
            fs::write(&file, archive).unwrap();
            let mut command = Command::new(unpack[0]);
            command.arg(unpack[1]).current_dir(&folder);
            if is_for_windows {
                command.arg("import sys, zipfile; it = zipfile.ZipFile(sys.argv[1]); assert it.testzip() is None; it.extractall()");
            }
            assert!(command.arg(&file).status().unwrap().success(), "{ending}");
            assert_eq!(fs::read_to_string(folder.join("r/a/long.txt")).unwrap(), "transfer ".repeat(1000));
            assert_eq!(fs::read(folder.join("r/empty")).unwrap(), b"");
            if !is_for_windows {
                let mode = fs::metadata(folder.join("r/riser")).unwrap().permissions().mode();
                assert_eq!(mode & 0o111, 0o111);
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_name_that_is_too_long_is_refused() {
        let failure = tar(vec![Entry::new("n".repeat(101), "")]).unwrap_err();
        assert!(failure.what.contains("does not fit"), "{failure}");
    }
}
