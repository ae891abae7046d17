//! How the bank is deployed: one bank with a SQLite file, or two banks with one PostgreSQL database.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::sync::Arc;

use faulty_disk::Disk;
use postgres_for_tests::{Cluster, Durability, Pooler, Server, StartError};
use tempfile::TempDir;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentKind {
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

impl fmt::Display for DeploymentKind {
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
pub struct Deployment {
    database: DatabaseHandle,
    disk: Option<Disk>,
    /// How many banks share it.
    pub banks: usize,
}

#[derive(Debug)]
enum DatabaseHandle {
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
pub enum DeploymentError {
    /// No folder for the file, or no faulty disk.
    #[error("there is no folder or no disk for the database")]
    Folder(#[from] io::Error),
    /// No server.
    #[error(transparent)]
    Postgres(#[from] StartError),
}

impl Deployment {
    /// Creates one. Commits reach the disk.
    ///
    /// # Errors
    /// When there is no folder, or PostgreSQL is not installed.
    pub fn create(kind: DeploymentKind) -> Result<Self, DeploymentError> {
        let (database, banks) = match kind {
            DeploymentKind::Sqlite | DeploymentKind::SqliteOnFaultyDisk => {
                (DatabaseHandle::Folder(tempfile::tempdir()?), 1)
            }
            DeploymentKind::Postgres => (DatabaseHandle::Server(server()?), 2),
            DeploymentKind::PostgresFailover => {
                let cluster = Cluster::start(Durability::Full)?;
                cluster.create(NAME)?;
                (DatabaseHandle::Cluster(Arc::new(cluster)), 2)
            }
            DeploymentKind::PostgresPgbouncer => {
                let server = server()?;
                let pooler = Pooler::start(&server, POOL_MODE)?;
                (DatabaseHandle::Pooled { pooler, server }, 2)
            }
        };
        let disk = (kind == DeploymentKind::SqliteOnFaultyDisk).then(Disk::new).transpose()?;
        Ok(Self { database, disk, banks })
    }

    /// As the bank's `--database` takes it.
    #[must_use]
    pub fn database_url(&self) -> String {
        match &self.database {
            DatabaseHandle::Folder(folder) => {
                format!("sqlite:{}", folder.path().join("bank.sqlite").display())
            }
            DatabaseHandle::Server(server) => server.url(NAME),
            DatabaseHandle::Cluster(cluster) => cluster.url(NAME),
            DatabaseHandle::Pooled { pooler, .. } => pooler.url(NAME),
        }
    }

    /// The same without the pooler, which does not support everything that drivers use.
    #[must_use]
    pub fn direct_database_url(&self) -> String {
        match &self.database {
            DatabaseHandle::Pooled { server, .. } => server.url(NAME),
            DatabaseHandle::Folder(_) | DatabaseHandle::Server(_) | DatabaseHandle::Cluster(_) => {
                self.database_url()
            }
        }
    }

    /// The environment that a bank needs here.
    #[must_use]
    pub fn envs(&self) -> Vec<(&'static str, OsString)> {
        self.disk.iter().flat_map(Disk::envs).collect()
    }

    /// The disk, where it can fail.
    #[must_use]
    pub fn disk(&self) -> Option<&Disk> {
        self.disk.as_ref()
    }

    /// The servers of a deployment with failover.
    #[must_use]
    pub fn cluster(&self) -> Option<&Arc<Cluster>> {
        match &self.database {
            DatabaseHandle::Cluster(cluster) => Some(cluster),
            DatabaseHandle::Folder(_) | DatabaseHandle::Server(_) | DatabaseHandle::Pooled { .. } => None,
        }
    }
}

fn server() -> Result<Server, StartError> {
    let server = Server::start(Durability::Full)?;
    server.create(NAME)?;
    Ok(server)
}

const NAME: &str = "bank";
/// As hosting providers have it.
const POOL_MODE: &str = "transaction";
