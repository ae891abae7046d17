//! The ways in which the bank is deployed: one bank with a file, and two banks with one PostgreSQL.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::sync::Arc;

use faulty_disk::Disk;
use postgres_for_tests::{Cluster, Durability, Pooler, Server, StartError};
use tempfile::TempDir;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file, and one bank.
    Sqlite,
    /// The same, on a disk that fills up and fails now and then.
    SqliteOnFaultyDisk,
    /// A server of its own for the run, and two banks.
    Postgres,
    /// A primary with a synchronous standby that takes its place now and then, and two banks.
    PostgresFailover,
    /// A server behind `PgBouncer`, and two banks.
    PostgresPgbouncer,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::SqliteOnFaultyDisk => "sqlite with disk faults",
            Self::Postgres => "postgres",
            Self::PostgresFailover => "postgres-failover",
            Self::PostgresPgbouncer => "postgres-pgbouncer",
        })
    }
}

/// An empty database, gone when this is dropped.
#[derive(Debug)]
pub struct Place {
    kept: Kept,
    disk: Option<Disk>,
    /// How many banks share it.
    pub banks: usize,
}

#[derive(Debug)]
enum Kept {
    Folder(TempDir),
    Server(Server),
    Cluster(Arc<Cluster>),
    Pooled {
        // It ends before its server does.
        pooler: Pooler,
        server: Server,
    },
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// No folder for the file, or no faulty disk.
    #[error("there is no folder or no disk for the database")]
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
        let (kept, banks) = match kind {
            Kind::Sqlite | Kind::SqliteOnFaultyDisk => (Kept::Folder(tempfile::tempdir()?), 1),
            Kind::Postgres => (Kept::Server(server()?), 2),
            Kind::PostgresFailover => {
                let cluster = Cluster::start(Durability::Full)?;
                cluster.create(NAME)?;
                (Kept::Cluster(Arc::new(cluster)), 2)
            }
            Kind::PostgresPgbouncer => {
                let server = server()?;
                let pooler = Pooler::start(&server, POOL_MODE)?;
                (Kept::Pooled { pooler, server }, 2)
            }
        };
        let disk = (kind == Kind::SqliteOnFaultyDisk).then(Disk::new).transpose()?;
        Ok(Self { kept, disk, banks })
    }

    /// As the bank's `--database` takes it.
    #[must_use]
    pub fn database(&self) -> String {
        match &self.kept {
            Kept::Folder(folder) => format!("sqlite:{}", folder.path().join("bank.sqlite").display()),
            Kept::Server(server) => server.url(NAME),
            Kept::Cluster(cluster) => cluster.url(NAME),
            Kept::Pooled { pooler, .. } => pooler.url(NAME),
        }
    }

    /// The same for whoever reads the books past the bank, and past the pooler, which takes not everything that drivers ask.
    #[must_use]
    pub fn books(&self) -> String {
        match &self.kept {
            Kept::Pooled { server, .. } => server.url(NAME),
            Kept::Folder(_) | Kept::Server(_) | Kept::Cluster(_) => self.database(),
        }
    }

    /// What a bank needs in its environment here.
    #[must_use]
    pub fn envs(&self) -> Vec<(&'static str, OsString)> {
        self.disk.iter().flat_map(Disk::envs).collect()
    }

    /// The disk, where it can fail.
    #[must_use]
    pub fn disk(&self) -> Option<&Disk> {
        self.disk.as_ref()
    }

    /// The servers, where one can take the other's place.
    #[must_use]
    pub fn cluster(&self) -> Option<&Arc<Cluster>> {
        match &self.kept {
            Kept::Cluster(cluster) => Some(cluster),
            Kept::Folder(_) | Kept::Server(_) | Kept::Pooled { .. } => None,
        }
    }
}

fn server() -> Result<Server, StartError> {
    let server = Server::start(Durability::Full)?;
    server.create(NAME)?;
    Ok(server)
}

const NAME: &str = "torture";
/// As hosters have it.
const POOL_MODE: &str = "transaction";
