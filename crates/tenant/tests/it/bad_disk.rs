//! The program on a disk that fails at one call after another of a whole log-in: nothing that was answered is lost, what
//! changes nothing is answered throughout, and service returns without a restart.

mod rig;

use std::thread;
use std::time::Instant;

use faulty_disk::Fault;

use rig::{Refused, Rig};

/// How many calls fail in a row: one, and so many that the connection that is opened after it fails too.
const LENGTHS: [u64; 2] = [1, 12];
/// Of this many calls CI tries one; with `TENANT_FAULT_POINTS=all` each is tried in turn.
const STEP: usize = 3;

impl Rig {
    /// The fault of so many calls in the midst of a log-in. Gives whether there was one.
    fn fails_at(&mut self, call: u64, length: u64, fault: Fault) -> bool {
        let failed = self.disk.failed().unwrap();
        self.disk.fail(call..call + length, fault).unwrap();
        // Refused or not, the next one is served without a restart.
        let during = self.log_in();
        let is_fault = self.disk.failed().unwrap() > failed;
        self.disk.heal().unwrap();
        self.becomes_ready();
        let after = self.log_in().unwrap_or_else(|Refused| panic!("{fault:?} at {call}: it stays silent"));
        assert!(self.is_ready());
        if is_fault {
            self.restart();
            during.iter().chain([&after]).for_each(|acknowledged| self.has_kept(acknowledged));
        }
        is_fault
    }

    /// The disk fails until it is mended, or until the program is killed with it.
    fn fails_for_long(&mut self, fault: Fault, is_killed: bool) {
        let before = self.log_in().unwrap();
        self.disk.fail(0.., fault).unwrap();
        assert!(self.log_in().is_err(), "{fault:?}");
        self.always_answers();
        assert!(!self.is_ready(), "{fault:?}: it cannot write");
        assert!(self.log_in().is_err(), "{fault:?}");
        if is_killed {
            self.restart();
        } else {
            self.disk.heal().unwrap();
            self.becomes_ready();
        }
        let after = self.log_in().unwrap();
        self.has_kept(&before);
        self.has_kept(&after);
    }
}

fn step() -> usize {
    if std::env::var("TENANT_FAULT_POINTS").is_ok_and(|it| it == "all") { 1 } else { STEP }
}

/// Proves: tenant-disk-faults
#[test]
fn log_in_survives_fault_at_each_call() {
    let begun = Instant::now();
    let kinds = Fault::ALL;
    let (some, others) = kinds.split_at(kinds.len() / 2);
    let work = |kinds: &[Fault]| {
        let mut rig = Rig::new(800 / step());
        rig.log_in().unwrap();
        let mut points = Vec::new();
        for fault in kinds {
            let mut of_kind = 0;
            for length in LENGTHS {
                let before = (rig.disk.calls().unwrap(), rig.disk.reads().unwrap());
                rig.log_in().unwrap();
                let calls = match fault {
                    Fault::Read => rig.disk.reads().unwrap() - before.1,
                    _ => rig.disk.calls().unwrap() - before.0,
                };
                for call in (0..=calls).step_by(step()) {
                    of_kind += usize::from(rig.fails_at(call, length, *fault));
                }
            }
            points.push((*fault, of_kind));
        }
        (points, rig.restarts)
    };
    let ((mut points, kills), (more, other_kills)) = thread::scope(|scope| {
        let other = scope.spawn(|| work(others));
        (work(some), other.join().unwrap())
    });
    points.extend(more);
    let all: usize = points.iter().map(|(_, points)| points).sum();
    println!(
        "{all} fault points in a log-in {points:?}, {} kills afterwards, violations: 0, restarts needed: 0, {} s",
        kills + other_kills,
        begun.elapsed().as_secs()
    );
    assert!(all > 20, "{points:?}");
}

/// Proves: tenant-disk-faults
#[test]
fn full_disk_refuses_only_changes() {
    let mut rig = Rig::new(800 / step());
    for (n, fault) in
        [Fault::Full, Fault::Io, Fault::ShortWrite, Fault::ReadOnly, Fault::Gone].into_iter().enumerate()
    {
        rig.fails_for_long(fault, n % 2 == 1);
    }
}

/// What is in the log of the database moves to its file after some thousand pages, behind the answers.
/// Proves: tenant-disk-faults
#[test]
fn unflushed_disk_loses_nothing() {
    let mut rig = Rig::new(1_000);
    for fault in [Fault::Sync, Fault::Truncate] {
        let failed = rig.disk.failed().unwrap();
        rig.disk.fail(0.., fault).unwrap();
        let mut log_ins = Vec::new();
        // Truncating is left to the end, and may not be needed.
        while rig.disk.failed().unwrap() == failed && log_ins.len() < 200 {
            log_ins.push(rig.log_in().unwrap());
            assert!(rig.is_ready());
        }
        assert!(fault == Fault::Truncate || rig.disk.failed().unwrap() > failed, "no flush was tried");
        log_ins.push(rig.log_in().unwrap());
        rig.restart();
        for acknowledged in &log_ins {
            rig.has_kept(acknowledged);
        }
    }
}
