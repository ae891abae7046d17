//! A short run of the crash tests: `cargo xtask torture` has the long one.

use std::path::PathBuf;

use bank_crash_test::run::{CrashTestPlan, CrashTestReport, run};
use bank_for_tests::deployment::{Deployment, DeploymentKind};

async fn run_crash_test(kind: DeploymentKind, kills: u32, promotions: u32) -> CrashTestReport {
    let deployment = Deployment::create(kind).unwrap();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_bank"));
    let plan = CrashTestPlan { program, kills, promotions, customers: 12, seed: 20_260_101 };
    let report = run(&plan, &deployment).await.unwrap();
    println!("{report}");
    let found = &report.findings;
    assert!(found.violations.is_empty(), "{:#?}", found.violations);
    // The run must have covered these.
    assert!(found.acknowledged > 0 && found.refused > 0 && found.booked >= found.acknowledged, "{report}");
    assert!(found.absent > 0, "{report}");
    report
}

/// Proves: torture-kills
#[tokio::test(flavor = "multi_thread")]
async fn killed_bank_keeps_books_consistent() {
    run_crash_test(DeploymentKind::Sqlite, 12, 0).await;
}

/// Proves: torture-kills
#[tokio::test(flavor = "multi_thread")]
async fn two_killed_banks_on_postgres_keep_books_consistent() {
    run_crash_test(DeploymentKind::Postgres, 12, 0).await;
}

/// Proves: torture-disk-faults
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn disk_faults_keep_books_consistent() {
    let report = run_crash_test(DeploymentKind::SqliteOnFaultyDisk, 10, 0).await;
    assert!(report.faults.failed_calls > 0, "{report}");
}

/// Proves: torture-promotions
#[tokio::test(flavor = "multi_thread")]
async fn promotions_keep_books_consistent() {
    let report = run_crash_test(DeploymentKind::PostgresFailover, 4, 2).await;
    assert_eq!(report.faults.promotions, 2, "{report}");
}

/// Proves: torture-pgbouncer
#[tokio::test(flavor = "multi_thread")]
async fn two_killed_banks_behind_pgbouncer_keep_books_consistent() {
    run_crash_test(DeploymentKind::PostgresPgbouncer, 6, 0).await;
}
