//! The schema, one file a step, in a folder for each database. A step that has been released is never edited: its
//! checksum is in the databases.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, name and text of each step.
pub fn migrator<const STEPS: usize>(steps: [(i64, &'static str, &'static str); STEPS]) -> Migrator {
    let migrations = steps.map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}
