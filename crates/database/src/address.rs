//! Where data is kept: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

/// Where a program keeps its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In this SQLite file, which is created (with its folder) when it is missing.
    File(PathBuf),
    /// In SQLite's memory, gone when the program ends.
    Memory,
    /// In a database of a PostgreSQL server; it must be there, its tables are made.
    Postgres(PostgresUrl),
}

/// The address of a PostgreSQL database, with its password: shown without it.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(Url);

/// Why a text names no database. None of these holds the text: a password may be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// Neither of the two schemes.
    #[error("it must begin with `sqlite:`, as in `sqlite:data/NAME.sqlite`, or with `postgres://`")]
    Scheme,
    /// `sqlite:` and nothing.
    #[error("after `sqlite:` there must be the path of a file, as in `sqlite:data/NAME.sqlite`")]
    NoPath,
    /// `sqlite://`, of which everybody believes something else.
    #[error("`sqlite:` is followed by the path itself, as in `sqlite:data/NAME.sqlite`, not by `//`")]
    Slashes,
    /// Not a URL, or a character that a URL has a meaning for stands unescaped in the password.
    #[error(
        "it must be a URL, as in `postgres://USER:PASSWORD@HOST/DATABASE`; `@`, `:`, `/`, `?`, `#` and `%` in a name or \
         a password are written as `%40`, `%3A`, `%2F`, `%3F`, `%23` and `%25`"
    )]
    NoUrl,
    /// A part is missing.
    #[error("the URL names no {part}: it must be like `postgres://USER:PASSWORD@HOST/DATABASE`")]
    Missing {
        /// Which part.
        part: &'static str,
    },
    /// A parameter that nothing reads: most likely a misspelt one that matters.
    #[error(
        "a parameter after `?` is not known; known are `host`, `port`, `sslmode`, `sslrootcert` and `options`"
    )]
    Parameter,
}

/// What may stand after the `?`: the folder of a socket or another host, its port, how TLS is done, and settings of the
/// server for this program, as `options=-c%20search_path%3Dbank`.
const PARAMETERS: [&str; 5] = ["host", "port", "sslmode", "sslrootcert", "options"];

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        match text.strip_prefix("sqlite:") {
            Some("") => Err(DatabaseError::NoPath),
            Some(path) if path.starts_with("//") => Err(DatabaseError::Slashes),
            Some(path) => Ok(Self::File(path.into())),
            None => text.parse().map(Self::Postgres),
        }
    }
}

impl FromStr for PostgresUrl {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(DatabaseError::Scheme);
        }
        let url = Url::parse(text).map_err(|_| DatabaseError::NoUrl)?;
        if url.query_pairs().any(|(name, _)| !PARAMETERS.contains(&&*name)) {
            return Err(DatabaseError::Parameter);
        }
        let host = url.host_str().is_some_and(|host| !host.is_empty());
        let missing = |part| Err(DatabaseError::Missing { part });
        if url.username().is_empty() {
            return missing("user");
        }
        if !host && !url.query_pairs().any(|(name, value)| name == "host" && !value.is_empty()) {
            return missing("host");
        }
        if url.fragment().is_some() {
            return Err(DatabaseError::NoUrl);
        }
        if url.path().trim_start_matches('/').is_empty() {
            return missing("database");
        }
        Ok(Self(url))
    }
}

impl PostgresUrl {
    /// The whole of it, for the driver alone.
    #[must_use]
    pub const fn secret(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        // It has a host, so nothing keeps its password from being taken off.
        let _ = shown.set_password(None);
        shown.fmt(f)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> DatabaseError {
        Database::from_str(text).expect_err(text)
    }

    #[test]
    fn paths_and_addresses_are_read() {
        let file = |text: &str| assert_eq!(text.parse(), Ok(Database::File(text[7..].into())));
        file("sqlite:data/bank.sqlite");
        file("sqlite:/var/lib/bank/a b%20?.sqlite");
        for text in [
            "postgres://bank:secret@db.example.com/bank",
            "postgresql://bank@[::1]:5433/bank?sslmode=require",
            "postgres://bank@%2Frun%2Fpostgresql/bank",
            "postgres://bank@localhost/bank?host=/run/postgresql&port=5433",
        ] {
            assert!(matches!(text.parse(), Ok(Database::Postgres(_))), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        use DatabaseError as E;
        assert_eq!(refused(""), E::Scheme);
        assert_eq!(refused("data/bank.sqlite"), E::Scheme);
        assert_eq!(refused("mysql://bank:secret@localhost/bank"), E::Scheme);
        assert_eq!(refused("postgres:bank"), E::Scheme);
        assert_eq!(refused("sqlite:"), E::NoPath);
        assert_eq!(refused("sqlite://bank.sqlite"), E::Slashes);
        assert_eq!(refused("postgres://bank:sec/ret@localhost/bank"), E::NoUrl);
        assert_eq!(refused("postgres://bank:secret@localhost/bank#x"), E::NoUrl);
        assert_eq!(refused("postgres://localhost/bank"), E::Missing { part: "user" });
        assert_eq!(refused("postgres://bank:secret@localhost"), E::Missing { part: "database" });
        assert_eq!(refused("postgres://bank:secret@localhost/"), E::Missing { part: "database" });
        assert_eq!(refused("postgres://bank:secret@localhost/bank?ssl_mode=require"), E::Parameter);
    }

    #[test]
    fn a_password_is_not_shown() {
        let database: Database = "postgres://bank:secret@localhost:5433/bank".parse().unwrap();
        assert_eq!(format!("{database:?}"), "Postgres(postgres://bank@localhost:5433/bank)");
    }
}
