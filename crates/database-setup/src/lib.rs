//! What the bank and the tenant have in common about their databases: the address of one, its schema in steps, and files that
//! are nobody else's. Each program has its own SQL.

mod address;
mod error;
mod migrations;
mod parameters;
pub mod postgres;
pub mod private;

pub use address::{Database, PostgresUrl};
pub use error::{DatabaseError, ParameterName};
pub use migrations::migrator;
