//! The short run of the torture: `cargo xtask torture` has the long one.

use std::path::PathBuf;

use torture::place::{Kind, Place};
use torture::run::{Plan, Report, run};

async fn torture(kind: Kind, kills: u32, promotions: u32) -> Report {
    let place = Place::make(kind).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_bank"));
    let plan = Plan { program, kills, promotions, customers: 12, seed: 20_260_101 };
    let report = run(&plan, &place).await.unwrap();
    println!("{report}");
    let found = &report.findings;
    assert!(found.violations.is_empty(), "{:#?}", found.violations);
    // What was not tried was not proved.
    assert!(found.acknowledged > 0 && found.refused > 0 && found.booked >= found.acknowledged, "{report}");
    assert!(found.absent > 0, "{report}");
    report
}

/// Proves: torture-kills
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_is_killed_loses_doubles_and_alters_nothing() {
    torture(Kind::Sqlite, 12, 0).await;
}

/// Proves: torture-kills
#[tokio::test(flavor = "multi_thread")]
async fn two_banks_on_one_postgresql_that_are_killed_lose_double_and_alter_nothing() {
    torture(Kind::Postgres, 12, 0).await;
}

/// Proves: torture-disk-faults
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn disk_faults_lose_double_and_alter_nothing_and_need_no_restart() {
    let report = torture(Kind::SqliteOnFaultyDisk, 10, 0).await;
    assert!(report.troubles.failed_calls > 0, "{report}");
}

/// Proves: torture-promotions
#[tokio::test(flavor = "multi_thread")]
async fn promotions_lose_double_and_alter_nothing_and_need_no_restart() {
    let report = torture(Kind::PostgresFailover, 4, 2).await;
    assert_eq!(report.troubles.promotions, 2, "{report}");
}

/// Proves: torture-pgbouncer
#[tokio::test(flavor = "multi_thread")]
async fn two_banks_behind_pgbouncer_that_are_killed_lose_double_and_alter_nothing() {
    torture(Kind::PostgresPgbouncer, 6, 0).await;
}
