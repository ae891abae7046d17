//! A disk that fails while a test wants it to, for a program that keeps its data in SQLite.
//!
//! The program is started with a preloaded library (`LD_PRELOAD`), which stands between it and the C library: it counts the
//! calls that write, sync, truncate and open a file whose name contains `.sqlite`, and answers some of them with an error.
//! `-shm` files are left alone: they are memory that happens to have a name.
//!
//! The program must call the C library of the system, linked dynamically, as Rust programs and SQLite do. There are such disks on Linux only.
#![cfg(unix)]

mod layout;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::ops::{Bound, RangeBounds};
use std::os::unix::fs::FileExt as _;

use tempfile::TempDir;

const LIBRARY: &str = concat!(env!("OUT_DIR"), "/preload.so");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum Fault {
    /// The disk is full: `ENOSPC` for every write.
    Full = 1,
    /// `EIO` for every write.
    Io = 2,
    /// The disk fills up during a write: half of it is written, and every later write has `ENOSPC`, the one right after the
    /// short one also when the range of calls has ended by then.
    ShortWrite = 3,
    /// `EIO` for every sync. What was written stays, and is seen by all who read.
    Sync = 4,
    /// `EIO` for every change of a file's length.
    Truncate = 5,
    /// `EIO` for every file that is opened to be written.
    Open = 6,
    /// The file system became read-only, as Linux makes it after an error: `EROFS` for all of these but syncs.
    ReadOnly = 7,
    /// `EIO` for every read. The calls that it counts are those that read.
    Read = 8,
    /// The disk is gone: `EIO` for everything.
    Gone = 9,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::Full,
        Self::Io,
        Self::ShortWrite,
        Self::Sync,
        Self::Truncate,
        Self::Open,
        Self::ReadOnly,
        Self::Read,
        Self::Gone,
    ];

    const fn counter(self) -> usize {
        match self {
            Self::Read => layout::READS,
            _ => layout::CALLS,
        }
    }
}

/// The disk of one or more programs. It counts over all of them, and over their restarts.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
    control: File,
}

impl Disk {
    /// A sound disk.
    pub fn new() -> io::Result<Self> {
        if !cfg!(target_os = "linux") {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "there are faulty disks on Linux only"));
        }
        let folder = tempfile::Builder::new().prefix("faulty-disk-").tempdir()?;
        // The folder of the build may have a name that `LD_PRELOAD` cannot carry: it separates by spaces and colons.
        fs::copy(LIBRARY, folder.path().join("preload.so"))?;
        let path = folder.path().join("control");
        let control = File::options().read(true).write(true).create_new(true).open(path)?;
        control.set_len(8 * layout::WORDS as u64)?;
        Ok(Self { folder, control })
    }

    /// The environment of a program that is to have this disk.
    pub fn envs(&self) -> [(&'static str, OsString); 2] {
        let path = |name: &str| self.folder.path().join(name).into_os_string();
        [("LD_PRELOAD", path("preload.so")), ("FAULTY_DISK", path("control"))]
    }

    /// How many calls there were so far that write, sync, truncate, or open a file to write to it; failed ones too.
    pub fn calls(&self) -> io::Result<u64> {
        self.word(layout::CALLS)
    }

    /// How many calls there were so far that read.
    pub fn reads(&self) -> io::Result<u64> {
        self.word(layout::READS)
    }

    /// How many calls were made to fail so far; a short write is one of them.
    pub fn failed(&self) -> io::Result<u64> {
        self.word(layout::FAILED)
    }

    /// Has calls fail, by their number from now on: `0..` is every one from the next on, `4..5` the fifth alone. It is the
    /// calls of all kinds that are counted ([`Disk::calls`]), and those that the fault is about that fail: where there is none
    /// in the range, [`Disk::failed`] stays what it was. A fault that there was before is over.
    pub fn fail(&self, calls: impl RangeBounds<u64>, fault: Fault) -> io::Result<()> {
        self.heal()?;
        let now = self.word(fault.counter())?;
        let from = match calls.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let until = match calls.end_bound() {
            Bound::Included(last) => last.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => u64::MAX,
        };
        self.set(layout::FROM, now.saturating_add(from))?;
        self.set(layout::UNTIL, now.saturating_add(until))?;
        self.set(layout::CUT, 0)?;
        // Last: from here on the program looks at the others.
        self.set(layout::FAULT, fault as u64)
    }

    /// Whatever was wrong is over.
    pub fn heal(&self) -> io::Result<()> {
        self.set(layout::FAULT, 0)
    }

    fn word(&self, number: usize) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, 8 * number as u64)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn set(&self, number: usize, value: u64) -> io::Result<()> {
        self.control.write_all_at(&value.to_ne_bytes(), 8 * number as u64)
    }
}
