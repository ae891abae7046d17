//! The database of a test: SQLite, or the PostgreSQL server that `postgres` has started and named in the environment.

use std::path::Path;

use bank::Database;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

/// The address of the server, up to the name of the database.
pub(crate) const SERVER: &str = "BANK_TEST_POSTGRES";

/// The address of the PostgreSQL server, when these are the tests on PostgreSQL.
pub(crate) fn server() -> Option<String> {
    std::env::var(SERVER).ok()
}

/// A new database that is opened once.
pub(crate) async fn temporary() -> Database {
    match server() {
        None => Database::Memory,
        Some(server) => postgres(&server, &Uuid::new_v4().to_string()).await,
    }
}

/// The database of this folder, which is created at first.
pub(crate) async fn in_folder(folder: &tempfile::TempDir) -> Database {
    match server() {
        None => Database::File(file(folder)),
        Some(server) => {
            let name = folder.path().file_name().and_then(|name| name.to_str()).unwrap();
            postgres(&server, name).await
        }
    }
}

/// The same as a value of `--database`.
pub(crate) async fn flag(folder: &tempfile::TempDir) -> String {
    match in_folder(folder).await {
        Database::File(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.to_string(),
        Database::Memory => panic!("books in memory cannot be opened twice"),
    }
}

pub(crate) fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
    folder.path().join("books").join("bank.sqlite")
}

/// A schema of its own, which is created faster than a database.
async fn postgres(server: &str, name: &str) -> Database {
    let schema: String = std::iter::once('s').chain(name.bytes().flat_map(hexadecimal)).collect();
    let mut connection = PgConnection::connect(&format!("{server}postgres")).await.unwrap();
    let create = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
    sqlx::query(create).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    format!("{server}postgres?options=-c%20search_path%3D{schema}").parse().unwrap()
}

fn hexadecimal(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap())
}

/// A second connection to the database, like that of a database tool.
pub(crate) enum Tool {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tool {
    pub(crate) async fn connect(folder: &tempfile::TempDir) -> Self {
        match in_folder(folder).await {
            Database::Postgres(url) => Self::Postgres(PgConnection::connect(&url.to_string()).await.unwrap()),
            _ => Self::Sqlite(sqlite(&file(folder)).await),
        }
    }

    pub(crate) async fn run(&mut self, statement: &str) -> Result<(), String> {
        let query = AssertSqlSafe(statement.to_owned());
        let done = match self {
            Self::Sqlite(tool) => sqlx::query(query).execute(tool).await.map(drop),
            Self::Postgres(tool) => sqlx::query(query).execute(tool).await.map(drop),
        };
        done.map_err(|error| error.to_string())
    }

    /// SQLite has a trigger for each forbidden change, PostgreSQL one for each table.
    pub(crate) async fn drop_trigger(&mut self, on_sqlite: &str, on_postgres: &str) {
        let name = if matches!(self, Self::Sqlite(_)) { on_sqlite } else { on_postgres };
        self.run(&format!("DROP TRIGGER {name}")).await.unwrap();
    }

    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(tool) => tool.close().await.unwrap(),
            Self::Postgres(tool) => tool.close().await.unwrap(),
        }
    }
}

async fn sqlite(path: &Path) -> SqliteConnection {
    let mut tool = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("PRAGMA foreign_keys = ON").execute(&mut tool).await.unwrap();
    tool
}
