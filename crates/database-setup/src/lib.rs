//! What the bank and the tenant have in common about their databases: the address of one, its schema in steps, and files that
//! are nobody else's. Each program has its own SQL.

mod address;
mod migrations;
mod parameters;
pub mod postgres;
pub mod private;

pub use address::{Database, DatabaseError, PostgresUrl};
pub use migrations::migrator;
pub use parameters::ParameterName;
