//! What SQLite, as sqlx builds it, makes of each fault.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::env;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use faulty_disk::{Disk, Fault};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use tempfile::TempDir;

/// Tells the process that it is the child, and which file it opens.
const FILE: &str = "FAULTY_DISK_TEST_FILE";
const CREATE: &str = "CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB)";
const INSERT: &str = "INSERT INTO t (filler) VALUES (zeroblob(9000))";
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

// Primary result codes of SQLite.
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;

// Errors of the system.
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// How many bytes a plain write has.
const SIZE: u16 = 1000;

/// A program with one connection, which runs what it is told.
struct Shell {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Shell {
    fn start(disk: &Disk, file: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "shell", "--ignored", "--nocapture"])
            .env(FILE, file)
            .envs(disk.envs())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, stdin, answers }
    }

    /// What came of a statement: how many rows were changed, or the primary result code. `write` and a name is a plain write
    /// to a file: how many bytes were written, or the system's error.
    fn run(&mut self, sql: &str) -> Result<u64, i32> {
        writeln!(self.stdin, "{sql}").unwrap();
        for line in self.answers.by_ref() {
            let line = line.unwrap();
            // The name of the test may stand before it.
            if let Some((_, changed)) = line.split_once("changed ") {
                return Ok(changed.parse().unwrap());
            }
            if let Some((_, code)) = line.split_once("failed ") {
                return Err(code.parse::<i32>().unwrap() & 0xff);
            }
        }
        panic!("the child ended");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The child's side.
#[tokio::test]
#[ignore = "it is a part of the other tests, which start it"]
async fn shell() {
    let file = env::var_os(FILE).expect("started by one of the other tests");
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = None;
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        if let Some(name) = line.strip_prefix("write ") {
            match write_plainly(&Path::new(&file).with_file_name(name)) {
                Ok(written) => println!("changed {written}"),
                Err(error) => println!("failed {}", error.raw_os_error().unwrap()),
            }
            continue;
        }
        let answer = async {
            let connection = match &mut connection {
                Some(connection) => connection,
                none => none.insert(options.connect().await?),
            };
            let rows = sqlx::query(AssertSqlSafe(line)).execute(connection).await?;
            Ok::<_, sqlx::Error>(rows.rows_affected())
        };
        match answer.await {
            Ok(rows) => println!("changed {rows}"),
            Err(error) => {
                let code = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
                println!("failed {}", code.unwrap_or_else(|| panic!("{error}")));
            }
        }
    }
    if let Some(connection) = connection {
        connection.close().await.unwrap();
    }
}

fn write_plainly(path: &Path) -> std::io::Result<usize> {
    let mut file = File::create(path)?;
    let written = file.write(&[7; SIZE as usize])?;
    file.sync_data()?;
    Ok(written)
}

/// A table with a row, in a file that is open, on a disk that can fail.
fn books() -> (Disk, Shell, TempDir) {
    let (disk, folder) = (Disk::new().unwrap(), tempfile::tempdir().unwrap());
    let mut shell = Shell::start(&disk, &folder.path().join("books.sqlite"));
    assert_eq!(shell.run(CREATE), Ok(0));
    assert_eq!(shell.run(INSERT), Ok(1));
    (disk, shell, folder)
}

/// Fails each call of an insert and a checkpoint in turn, and gives the codes that this came to.
fn codes_of_each_call(fault: Fault) -> BTreeSet<i32> {
    let (disk, mut shell, _folder) = books();
    let mut codes = BTreeSet::new();
    for number in 0.. {
        assert!(shell.run(CHECKPOINT).is_ok());
        let (calls, failed) = (disk.calls().unwrap(), disk.failed().unwrap());
        disk.fail(number..=number, fault).unwrap();
        codes.extend([INSERT, CHECKPOINT].into_iter().filter_map(|sql| shell.run(sql).err()));
        let (calls, failed) = (disk.calls().unwrap() - calls, disk.failed().unwrap() - failed);
        // After a short write the rest of it fails.
        assert!(
            failed <= if fault == Fault::ShortWrite { 2 } else { 1 },
            "{failed} calls failed at call {number}"
        );
        disk.heal().unwrap();
        assert_eq!(shell.run(INSERT), Ok(1), "after {fault:?} at call {number}");
        if calls <= number {
            assert!(number > 5, "an insert and a checkpoint were only {number} calls");
            return codes;
        }
    }
    codes
}

/// Proves: faulty-disk
#[test]
fn full_disk_is_full_until_it_heals() {
    let (disk, mut shell, _folder) = books();
    disk.fail(0.., Fault::Full).unwrap();
    let failed = disk.failed().unwrap();
    for n in 1..4 {
        assert_eq!(shell.run(INSERT), Err(FULL));
        assert_eq!(disk.failed().unwrap(), failed + n);
    }
    disk.heal().unwrap();
    assert_eq!(shell.run(INSERT), Ok(1));
    assert_eq!(disk.failed().unwrap(), failed + 3);
}

/// Proves: faulty-disk
#[test]
fn full_disk_at_each_call_is_full() {
    assert_eq!(codes_of_each_call(Fault::Full), [FULL].into());
}

/// Proves: faulty-disk
#[test]
fn short_write_at_each_call_is_full() {
    assert_eq!(codes_of_each_call(Fault::ShortWrite), [FULL].into());
}

/// Proves: faulty-disk
#[test]
fn failed_write_at_each_call_is_an_io_error() {
    assert_eq!(codes_of_each_call(Fault::Io), [IOERR].into());
}

/// Proves: faulty-disk
#[test]
fn failed_sync_at_each_call_is_an_io_error() {
    assert_eq!(codes_of_each_call(Fault::Sync), [IOERR].into());
}

/// Proves: faulty-disk
#[test]
fn failed_truncate_at_each_call_is_an_io_error() {
    assert_eq!(codes_of_each_call(Fault::Truncate), [IOERR].into());
}

/// Proves: faulty-disk
#[test]
fn missing_disk_at_each_call_is_an_io_error_or_a_damaged_file() {
    assert_eq!(codes_of_each_call(Fault::Gone), [IOERR, CORRUPT].into());
}

#[test]
fn row_whose_sync_failed_is_not_there() {
    let (disk, mut shell, _folder) = books();
    disk.fail(0.., Fault::Sync).unwrap();
    assert_eq!(shell.run(INSERT), Err(IOERR));
    disk.heal().unwrap();
    assert_eq!(shell.run("UPDATE t SET n = n"), Ok(1));
}

/// Proves: faulty-disk
#[test]
fn failed_open_is_met_by_a_new_connection_only() {
    let (disk, mut shell, folder) = books();
    disk.fail(0.., Fault::Open).unwrap();
    assert_eq!(shell.run(INSERT), Ok(1));
    let mut other = Shell::start(&disk, &folder.path().join("others.sqlite"));
    assert_eq!(other.run(CREATE), Err(CANTOPEN));
    disk.heal().unwrap();
    assert_eq!(other.run(CREATE), Ok(0));
}

/// Proves: faulty-disk
#[test]
fn read_only_file_system_is_read_only_until_it_heals() {
    let (disk, mut shell, folder) = books();
    disk.fail(0.., Fault::ReadOnly).unwrap();
    assert_eq!(shell.run(INSERT), Err(IOERR));
    let mut other = Shell::start(&disk, &folder.path().join("books.sqlite"));
    assert_eq!(other.run(INSERT), Err(READONLY));
    disk.heal().unwrap();
    assert_eq!(shell.run(INSERT), Ok(1));
}

/// SQLite takes `EIO` from a read for a damaged file (`SQLITE_IOERR_CORRUPTFS`), but only until the next attempt.
/// Proves: faulty-disk
#[test]
fn failed_read_is_a_damaged_file_until_it_heals() {
    let (disk, mut shell, folder) = books();
    // Somebody else's change, so that the pages that the connection knows are not the newest.
    let mut other = Shell::start(&disk, &folder.path().join("books.sqlite"));
    assert_eq!(other.run(INSERT), Ok(1));
    let reads = disk.reads().unwrap();
    disk.fail(0..1, Fault::Read).unwrap();
    assert_eq!(shell.run(INSERT), Err(CORRUPT));
    assert!(disk.reads().unwrap() > reads);
    assert_eq!(shell.run(INSERT), Ok(1));
}

/// Proves: faulty-disk
#[test]
fn call_is_counted_and_failed_by_its_number() {
    let (disk, mut shell, _folder) = books();
    let calls = disk.calls().unwrap();
    assert_eq!(shell.run("write part.sqlite"), Ok(SIZE.into()));
    // It was opened, written and synced.
    assert_eq!(disk.calls().unwrap(), calls + 3);
    disk.fail(1..2, Fault::ShortWrite).unwrap();
    assert_eq!(shell.run("write part.sqlite"), Ok((SIZE / 2).into()));
    assert_eq!(shell.run("write part.sqlite"), Err(ENOSPC));
    assert_eq!(shell.run("write part.sqlite"), Ok(SIZE.into()));
    disk.fail(2..3, Fault::Sync).unwrap();
    assert_eq!(shell.run("write part.sqlite"), Err(EIO));
    disk.fail(5..6, Fault::Sync).unwrap();
    assert_eq!(shell.run("write part.sqlite"), Ok(SIZE.into()));
    assert_eq!(shell.run("write part.sqlite"), Err(EIO));
    disk.fail(..2, Fault::Full).unwrap();
    assert_eq!(shell.run("write part.sqlite"), Err(ENOSPC));
    assert_eq!(shell.run("write part.sqlite"), Ok(SIZE.into()));
}

/// Proves: faulty-disk
#[test]
fn other_files_are_left_alone() {
    let (disk, mut shell, _folder) = books();
    disk.fail(.., Fault::Gone).unwrap();
    let (calls, reads) = (disk.calls().unwrap(), disk.reads().unwrap());
    for name in ["other.txt", "books.sqlite-shm-too"] {
        assert_eq!(shell.run(&format!("write {name}")), Ok(SIZE.into()));
    }
    assert_eq!((disk.calls().unwrap(), disk.reads().unwrap()), (calls, reads));
    assert_eq!(shell.run("write books.sqlite-too"), Err(EIO));
}

/// Proves: faulty-disk
#[test]
fn program_without_its_disk_does_not_start() {
    let disk = Disk::new().unwrap();
    let [preload, (control, _)] = disk.envs();
    let ended = Command::new("true").envs([preload, (control, "/nowhere".into())]).output().unwrap();
    assert_eq!(ended.status.code(), Some(127));
}
