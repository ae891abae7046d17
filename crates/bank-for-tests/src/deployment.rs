//! How the bank is deployed: one bank with a SQLite file, or two banks with one PostgreSQL database.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::sync::Arc;

use faulty_disk::Disk;
use postgres_for_tests::{Cluster, Durability, Pooler, Server};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentKind {
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
    /// As the bank's `--database` takes it.
    pub database_url: String,
    /// The same without the pooler, which does not support everything that drivers use.
    pub direct_database_url: String,
    /// How many banks share it.
    pub banks: usize,
    /// Where it can fail.
    pub disk: Option<Disk>,
    /// Where it can fail over.
    pub cluster: Option<Arc<Cluster>>,
    _folder: Option<TempDir>,
    // It ends before its server does.
    _pooler: Option<Pooler>,
    _server: Option<Server>,
}

const NAME: &str = "bank";

impl Deployment {
    /// Creates one. Commits reach the disk.
    pub fn create(kind: DeploymentKind) -> io::Result<Self> {
        let (mut folder, mut pooler, mut server, mut cluster) = (None, None, None, None);
        let direct_database_url = match kind {
            DeploymentKind::Sqlite | DeploymentKind::SqliteOnFaultyDisk => {
                let folder = folder.insert(tempfile::tempdir()?);
                format!("sqlite:{}", folder.path().join("bank.sqlite").display())
            }
            DeploymentKind::Postgres | DeploymentKind::PostgresPgbouncer => {
                let server = server.insert(Server::start(Durability::Full)?);
                server.create(NAME)?;
                server.url(NAME)
            }
            DeploymentKind::PostgresFailover => {
                let cluster = cluster.insert(Arc::new(Cluster::start(Durability::Full)?));
                cluster.create(NAME)?;
                cluster.url(NAME)
            }
        };
        let mut database_url = direct_database_url.clone();
        if let (DeploymentKind::PostgresPgbouncer, Some(server)) = (kind, &server) {
            // As hosting providers have it.
            database_url = pooler.insert(Pooler::start(server, "transaction")?).url(NAME);
        }
        Ok(Self {
            database_url,
            direct_database_url,
            banks: if folder.is_some() { 1 } else { 2 },
            disk: (kind == DeploymentKind::SqliteOnFaultyDisk).then(Disk::new).transpose()?,
            cluster,
            _folder: folder,
            _pooler: pooler,
            _server: server,
        })
    }

    /// The environment that a bank needs here.
    pub fn envs(&self) -> Vec<(&'static str, OsString)> {
        self.disk.iter().flat_map(Disk::envs).collect()
    }
}
