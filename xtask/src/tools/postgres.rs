//! PostgreSQL, for the tests of the bank: they start servers of their own.

use super::debian::DebianProgram;
use crate::failure::Result;
use crate::project::Project;
use postgres_for_tests::Programs;

const POSTGRESQL: DebianProgram<'_> = DebianProgram {
    name: "PostgreSQL",
    why: "the tests keep the bank's books in a real one, too",
    packages: &["postgresql", "pgbouncer"],
    size: "about 60 MB",
    by_hand: "install PostgreSQL and `pgbouncer`, which the tests put in front of it",
};

pub(crate) fn ensure(project: &Project) -> Result {
    POSTGRESQL.ensure(project, || {
        Programs::find().map_err(|missing| missing.to_string())?;
        has_pooler().then_some(()).ok_or_else(|| "PgBouncer is not installed".to_owned())
    })
}

#[cfg(unix)]
fn has_pooler() -> bool {
    postgres_for_tests::Pooler::is_installed()
}

#[cfg(not(unix))]
const fn has_pooler() -> bool {
    true
}
