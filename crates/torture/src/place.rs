//! The two ways in which the bank is deployed: one bank with a file, and two banks with one PostgreSQL server.

use std::fmt;
use std::io;

use postgres_for_tests::{Durability, Server, StartError};
use tempfile::TempDir;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, and one bank.
    Sqlite,
    /// A server of its own for the run, and two banks.
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// An empty database, gone when this is dropped.
#[derive(Debug)]
pub struct Place {
    kept: Kept,
    /// How many banks share it.
    pub banks: usize,
}

#[derive(Debug)]
enum Kept {
    Folder(TempDir),
    Server(Server),
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// No folder for the file.
    #[error("there is no folder for the database")]
    Folder(#[from] io::Error),
    /// No server.
    #[error(transparent)]
    Postgres(#[from] StartError),
}

impl Place {
    /// Makes one. Its writing reaches the disk, as in a deployment.
    ///
    /// # Errors
    /// When there is no folder, or PostgreSQL is not installed.
    pub fn make(kind: Kind) -> Result<Self, PlaceError> {
        Ok(match kind {
            Kind::Sqlite => Self { kept: Kept::Folder(tempfile::tempdir()?), banks: 1 },
            Kind::Postgres => {
                let server = Server::start(Durability::Full)?;
                server.create(NAME)?;
                Self { kept: Kept::Server(server), banks: 2 }
            }
        })
    }

    /// As the bank's `--database` takes it.
    #[must_use]
    pub fn database(&self) -> String {
        match &self.kept {
            Kept::Folder(folder) => format!("sqlite:{}", folder.path().join("bank.sqlite").display()),
            Kept::Server(server) => server.url(NAME),
        }
    }
}

const NAME: &str = "torture";
