//! A real PostgreSQL server that lives as long as a test: made in a folder of its own, reached through a socket in it, and
//! gone with everything that it held when its [`Server`] is dropped, or when the process that has it ends, however it ends.
//!
//! PostgreSQL has to be installed; `cargo xtask test` sees to that.

mod programs;
// Where there are no Unix sockets there is no server yet; what is installed can be asked everywhere.
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod doorman;
#[cfg(unix)]
mod keeper;
#[cfg(unix)]
mod pooler;
#[cfg(unix)]
mod runner;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod tools;

#[cfg(unix)]
pub use cluster::Cluster;
#[cfg(unix)]
pub use pooler::Pooler;
pub use programs::Programs;
#[cfg(unix)]
pub use server::Server;
#[cfg(unix)]
pub use tools::Durability;
