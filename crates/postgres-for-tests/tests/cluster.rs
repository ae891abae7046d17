//! A standby that takes its primary's place.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use postgres_for_tests::{Cluster, Durability, Programs};

const DATABASE: &str = "books";

fn cluster() -> Cluster {
    let cluster = Cluster::start(Durability::None).unwrap();
    cluster.create(DATABASE).unwrap();
    cluster
}

fn psql(cluster: &Cluster, sql: &str) -> Command {
    let mut psql = Command::new(Programs::find().unwrap().folder.join("psql"));
    psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--command", sql]);
    psql.arg(cluster.url(DATABASE));
    psql
}

/// What it answers.
fn ask(cluster: &Cluster, sql: &str) -> String {
    let output = psql(cluster, sql).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Proves: test-standby
#[test]
fn promotion_keeps_what_was_acknowledged_at_the_same_address() {
    let cluster = cluster();
    ask(&cluster, "CREATE TABLE t (n INT)");
    let mut servers = Vec::new();
    for n in 1..=3 {
        servers.push(ask(&cluster, "SHOW unix_socket_directories"));
        ask(&cluster, &format!("INSERT INTO t VALUES ({n})"));
        cluster.promote().unwrap();
        assert_eq!(ask(&cluster, "SELECT count(*) FROM t"), n.to_string());
        assert_eq!(ask(&cluster, "SELECT pg_is_in_recovery()"), "f");
    }
    assert_eq!(servers[0], servers[2]);
    assert_ne!(servers[0], servers[1], "it was another server that answered");
}

/// Proves: test-standby
#[test]
fn primary_always_waits_for_its_standby() {
    let cluster = cluster();
    for _ in 0..2 {
        assert_eq!(ask(&cluster, "SHOW synchronous_commit"), "on");
        let standbys = "SELECT application_name, state, sync_state FROM pg_stat_replication";
        assert_eq!(ask(&cluster, standbys), "standby|streaming|sync");
        cluster.promote().unwrap();
    }
}

/// Proves: test-standby
#[test]
fn promotion_cuts_all_connections() {
    let cluster = cluster();
    // It is cut by the server's end the first time, and before that the second time.
    for _ in 0..2 {
        let sql = "DO $$ BEGIN RAISE NOTICE 'begun'; PERFORM pg_sleep(3600); END $$";
        let mut waiting = psql(&cluster, sql).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(waiting.stderr.take().unwrap()).lines();
        assert!(said.next().unwrap().unwrap().contains("begun"));
        cluster.promote().unwrap();
        assert!(!waiting.wait().unwrap().success());
        assert_eq!(ask(&cluster, "SELECT 1"), "1");
    }
}
