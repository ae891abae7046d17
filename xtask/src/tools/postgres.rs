//! PostgreSQL, for the tests of the bank: they start servers of their own.

use super::{debian, lock};
use crate::project::Project;
use crate::step::{Failure, Outcome, step};
use postgres_for_tests::Programs;

/// Finds its programs, or installs Debian's.
pub(crate) fn ensure(project: &Project) -> Outcome {
    let Err(missing) = Programs::find() else { return Ok(()) };
    let by_hand = missing.to_string();
    step("PostgreSQL", "the tests keep the bank's books in a real one, too", || {
        let _lock = lock(project)?;
        debian::install(project, "PostgreSQL", &["postgresql"], "about 60 MB", &by_hand)?;
        match Programs::find() {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::new("its programs are not there after the installation", by_hand.clone())),
        }
    })
}
