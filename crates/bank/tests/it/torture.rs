//! The short run of the torture: `cargo xtask torture` has the long one.

use std::path::PathBuf;

use torture::place::{Kind, Place};
use torture::run::{Plan, run};

async fn torture(kind: Kind) {
    let place = Place::make(kind).unwrap();
    let plan = Plan {
        program: PathBuf::from(env!("CARGO_BIN_EXE_bank")),
        database: place.database(),
        banks: place.banks,
        kills: 12,
        customers: 12,
        seed: 20_260_101,
    };
    let report = run(&plan).await.unwrap();
    println!("{report}");
    let found = &report.findings;
    assert!(found.violations.is_empty(), "{:#?}", found.violations);
    // What was not tried was not proved.
    assert!(found.acknowledged > 0 && found.refused > 0 && found.booked >= found.acknowledged, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_is_killed_loses_doubles_and_alters_nothing() {
    torture(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_banks_on_one_postgresql_that_are_killed_lose_double_and_alter_nothing() {
    torture(Kind::Postgres).await;
}
