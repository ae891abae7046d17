//! PostgreSQL, for the tests of the bank: they start servers of their own.

use super::debian;
use super::program::lock;
use crate::failure::{Failure, Result};
use crate::progress::step;
use crate::project::Project;
use postgres_for_tests::Programs;

/// Is the pooler there that the tests put in front of it?
#[cfg(unix)]
fn has_pooler() -> bool {
    postgres_for_tests::Pooler::is_installed()
}

#[cfg(not(unix))]
const fn has_pooler() -> bool {
    true
}

/// Finds its programs and `PgBouncer`, or installs Debian's.
pub(crate) fn ensure(project: &Project) -> Result {
    let by_hand = match Programs::find() {
        Ok(_) if has_pooler() => return Ok(()),
        Ok(_) => "install `pgbouncer`, which the tests put in front of a PostgreSQL server".to_owned(),
        Err(missing) => missing.to_string(),
    };
    step("PostgreSQL", "the tests keep the bank's books in a real one, too", || {
        let _lock = lock(project)?;
        debian::install(project, "PostgreSQL", &["postgresql", "pgbouncer"], "about 60 MB", &by_hand)?;
        match Programs::find() {
            Ok(_) if has_pooler() => Ok(()),
            _ => Err(Failure::new("its programs are not there after the installation", by_hand.clone())),
        }
    })
}
