//! Where data is kept: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use crate::error::DatabaseError;
use crate::parameters::Parameters;

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
pub struct PostgresUrl {
    /// With the parameters that the driver knows, and no others.
    url: Url,
    /// These, where they are parameters.
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: Option<String>,
    /// `channel_binding=require`, which the driver cannot do.
    pub(crate) wants_channel_binding: bool,
}

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
            return Err(other_scheme(text));
        }
        if has_several_hosts(text) {
            return Err(DatabaseError::Hosts);
        }
        let mut url = Url::parse(text).map_err(|_| DatabaseError::NoUrl)?;
        if url.fragment().is_some() {
            return Err(DatabaseError::NoUrl);
        }
        let asked: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let given = |name: &str| asked.iter().any(|(other, value)| other == name && !value.is_empty());
        let missing = |part| Err(DatabaseError::Missing { part });
        // First, so that nothing of a password with a `?` in it is taken for the name of a parameter.
        if url.username().is_empty() && !given("user") {
            return missing("user");
        }
        if url.host_str().is_none_or(str::is_empty) && !given("host") && !given("hostaddr") {
            return missing("host");
        }
        if url.path().trim_start_matches('/').is_empty() && !given("dbname") {
            return missing("database");
        }
        let Parameters { kept, user, password, database, wants_channel_binding } = Parameters::read(asked)?;
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        Ok(Self { url, user, password, database, wants_channel_binding })
    }
}

/// What is said to an address that does not begin with `postgres://`.
fn other_scheme(text: &str) -> DatabaseError {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
    if scheme.starts_with("jdbc:") {
        return DatabaseError::OtherScheme { library: "JDBC" };
    }
    if scheme.starts_with("postgres+") || scheme.starts_with("postgresql+") {
        return DatabaseError::OtherScheme { library: "SQLAlchemy" };
    }
    let is_keyword = |name: &str| ["host", "hostaddr", "dbname", "user", "port"].contains(&name);
    if text.split(' ').filter_map(|word| word.split_once('=')).any(|(name, _)| is_keyword(name)) {
        return DatabaseError::Keywords;
    }
    DatabaseError::Scheme
}

/// `USER:PASSWORD@HOST:PORT,HOST:PORT/…`, as libpq takes it.
fn has_several_hosts(text: &str) -> bool {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().is_some_and(|hosts| hosts.contains(','))
}

impl PostgresUrl {
    /// The whole of it, for the driver alone.
    pub const fn secret(&self) -> &Url {
        &self.url
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.url.clone();
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
        assert_eq!(refused("jdbc:postgresql://localhost/bank"), E::OtherScheme { library: "JDBC" });
        assert_eq!(
            refused("postgresql+asyncpg://bank:secret@localhost/bank"),
            E::OtherScheme { library: "SQLAlchemy" }
        );
        assert_eq!(refused("host=db.example port=5432 dbname=bank user=bank password=secret"), E::Keywords);
        assert_eq!(refused("postgres://bank:secret@a.example:5432,b.example:5432/bank"), E::Hosts);
        assert_eq!(refused("postgres:///bank?user=bank&password=secret"), E::Missing { part: "host" });
    }

    /// From the documentation of each, with other names and passwords.
    /// Proves: database-address
    #[test]
    fn addresses_are_read_as_hosters_print_them() {
        for text in [
            // Neon, direct.
            "postgresql://neondb_owner:npg_abc@ep-cool-rain-a1b2.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require",
            "postgresql://alex:abc@ep-x.us-east-2.aws.neon.tech/dbname?sslmode=verify-full&sslrootcert=system&channel_binding=require",
            "postgres://alex:abc@ep-x.us-east-2.aws.neon.tech/main?options=endpoint%3Dep-x&sslmode=require&connect_timeout=15",
            // Supabase: direct, and its pooler in session mode.
            "postgresql://postgres:abc@db.abcdefgh.supabase.co:5432/postgres",
            "postgres://postgres.abcdefgh:abc@aws-0-eu-central-1.pooler.supabase.com:5432/postgres?sslmode=require&supa=base-pooler.x",
            // Heroku.
            "postgres://ukpyw:p0a1b2@ec2-3-4-5-6.eu-west-1.compute.amazonaws.com:5432/d4k5l6?sslmode=no-verify",
            "postgres://ukpyw:p0a1b2@ec2-3-4-5-6.eu-west-1.compute.amazonaws.com:5432/d4k5l6?ssl=true",
            // Render, DigitalOcean, Aiven, Railway, Fly.
            "postgresql://bank_user:abc@dpg-abc-a.frankfurt-postgres.render.com/bank_db",
            "postgresql://doadmin:AVNS_abc@db-postgresql-fra1-1.b.db.ondigitalocean.com:25060/defaultdb?sslmode=require",
            "postgres://avnadmin:AVNS_abc@pg-1-project.a.aivencloud.com:12691/defaultdb?sslmode=require",
            "postgresql://postgres:abc@viaduct.proxy.rlwy.net:12345/railway",
            "postgres://postgres:abc@bank-db.flycast:5432/bank?sslmode=disable",
            // RDS, Azure, CockroachDB.
            "postgresql://bank:abc@db.abc.eu-west-1.rds.amazonaws.com:5432/bank?sslmode=verify-full&sslrootcert=/etc/ssl/global-bundle.pem",
            "postgres://bank%40server:abc@server.postgres.database.azure.com:5432/postgres?sslmode=require&application_name=bank",
            "postgresql://bank:abc@free-tier.gcp-europe-west1.cockroachlabs.cloud:26257/defaultdb?sslmode=verify-full&options=--cluster%3Dabc-123",
            // What libpq takes besides.
            "postgresql://db.example/bank?user=bank&password=abc&target_session_attrs=read-write&connect_timeout=10",
            "postgresql:///bank?host=/run/postgresql&user=bank&fallback_application_name=x&keepalives=1&keepalives_idle=30",
            "postgresql://db.example?dbname=bank&user=bank&client_encoding=UTF8&gssencmode=disable&target_session_attrs=any",
            "postgresql://bank@db.example/bank?sslcert=client.pem&sslkey=client.key&sslsni=1&load_balance_hosts=disable",
            // Pools of other programs, which has no meaning here.
            "postgres://bank:abc@db.example/bank?pgbouncer=true&connection_limit=5&pool_timeout=10&schema=public",
        ] {
            let read: PostgresUrl = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            crate::postgres::options(&read, "bank").unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(!read.to_string().contains("abc@") && !read.to_string().contains("=abc"), "{read}");
        }
    }

    /// Proves: database-address
    #[test]
    fn parameters_end_up_where_they_belong() {
        let read = |text: &str| text.parse::<PostgresUrl>().unwrap();
        let driver = |text: &str| read(text).secret().to_string();
        let folded = read("postgres://db.example/x?user=b%40nk&password=p%2F%3F&dbname=books");
        assert_eq!(folded.to_string(), "postgres://db.example/x", "no password is shown");
        let options = crate::postgres::options(&folded, "bank").unwrap();
        assert_eq!((options.get_username(), options.get_database()), ("b@nk", Some("books")));
        for (asked, known) in [
            ("ssl=true", "?sslmode=require"),
            ("ssl=false", ""),
            ("sslmode=no-verify", "?sslmode=require"),
            ("sslmode=REQUIRE", "?sslmode=require"),
            ("sslrootcert=system", "?sslmode=verify-full"),
            ("sslmode=require&sslrootcert=system", "?sslmode=verify-full"),
            ("sslmode=require&sslrootcert=/ca.pem", "?sslmode=verify-ca&sslrootcert=%2Fca.pem"),
            ("connect_timeout=10&sslmode=require&channel_binding=prefer", "?sslmode=require"),
            ("options=-c%20search_path%3Dbank", "?options=-c+search_path%3Dbank"),
        ] {
            assert_eq!(
                driver(&format!("postgres://b@h/d?{asked}")),
                format!("postgres://b@h/d{known}"),
                "{asked}"
            );
        }
        assert!(read("postgres://b@h/d?channel_binding=require").wants_channel_binding);
        assert!(!read("postgres://b@h/d?channel_binding=prefer").wants_channel_binding);
        for (asked, name) in [("", "bank"), ("?application_name=books", "books")] {
            let options =
                crate::postgres::options(&read(&format!("postgres://b@h/d{asked}")), "bank").unwrap();
            assert_eq!(options.get_application_name(), Some(name));
        }
    }

    /// Proves: database-address
    #[test]
    fn an_unknown_parameter_is_named_with_what_would_be_right() {
        let told =
            |query: &str| refused(&format!("postgres://bank:secret@db.example/bank?{query}")).to_string();
        for (query, sentence) in [
            ("ssl_mode=require", "the parameter `ssl_mode` after `?` is not known; did you mean `sslmode`?"),
            (
                "aplication_name=x",
                "the parameter `aplication_name` after `?` is not known; did you mean `application_name`?",
            ),
            (
                "frobnicate=1",
                "the parameter `frobnicate` after `?` is not known; leave it out, or write one of host, ",
            ),
            (
                "sslmode=maybe",
                "the parameter `sslmode` has a value that PostgreSQL does not know; it must be disable, allow, prefer, require, verify-ca or verify-full",
            ),
            ("ssl=maybe", "the parameter `ssl` has a value"),
            ("channel_binding=x", "the parameter `channel_binding` has a value"),
            ("port=x", "the parameter `port` is no number from 1 to 65535"),
            ("connect_timeout=soon", "the parameter `connect_timeout` is no number of seconds"),
            (
                "target_session_attrs=read-only",
                "the parameter `target_session_attrs` asks for a server that takes no writes",
            ),
            (
                "schema=books",
                "the parameter `schema` is Prisma's; write `options=-c%20search_path%3DNAME` for it",
            ),
            ("sslcrl=x", "the parameter `sslcrl` asks for what the driver cannot do"),
            ("sslnegotiation=direct", "the parameter `sslnegotiation` asks for what the driver cannot do"),
            ("require_auth=scram-sha-256", "the parameter `require_auth` asks for what the driver cannot do"),
            ("gssencmode=require", "the parameter `gssencmode` asks for GSSAPI"),
            (
                "ssl_min_protocol_version=TLSv1.3",
                "the parameter `ssl_min_protocol_version` asks for what the driver cannot promise",
            ),
            ("service=books", "the parameter `service` asks for what the driver cannot do"),
            (
                "client_encoding=LATIN1",
                "the parameter `client_encoding` asks for another encoding than UTF-8",
            ),
        ] {
            let text = told(query);
            assert!(text.starts_with(sentence), "{query}: {text}");
            assert!(!text.contains("secret"), "{text}");
        }
        // What is no name may be a part of a password.
        let text = refused("postgres://bank:se@cret/x?hunter2@db.example/bank").to_string();
        assert!(text.starts_with("the parameter (whose name is not shown) after `?` is not known"), "{text}");
    }

    #[test]
    fn a_password_is_not_shown() {
        let database: Database = "postgres://bank:secret@localhost:5433/bank".parse().unwrap();
        assert_eq!(format!("{database:?}"), "Postgres(postgres://bank@localhost:5433/bank)");
    }
}
