//! What may stand after the `?` of a PostgreSQL address. Hosters print parameters for every library that there is. What the
//! driver knows goes to it; what has no meaning here is passed over; what somebody counts on, and would not get, is refused.

use crate::error::{DatabaseError, ParameterName};

/// For the driver, as they are.
const KEPT: [&str; 8] =
    ["host", "hostaddr", "port", "sslmode", "sslcert", "sslkey", "options", "application_name"];

/// Known, and read here.
const READ: [&str; 6] = ["user", "password", "dbname", "ssl", "sslrootcert", "channel_binding"];

/// How long connections live and what waits for them, how many there are, what a library does for itself: each program here
/// has its own ways. Or how it is anyway.
const PASSED_OVER: [&str; 33] = [
    // libpq
    "connect_timeout",
    "target_session_attrs",
    "load_balance_hosts",
    "fallback_application_name",
    "client_encoding",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "gssencmode",
    "gssdelegation",
    "krbsrvname",
    "gsslib",
    "sslcompression",
    "sslsni",
    "ssl_min_protocol_version",
    "passfile",
    // Prisma, and what hosters add for it
    "pgbouncer",
    "connection_limit",
    "pool_timeout",
    "socket_timeout",
    "statement_cache_size",
    "schema",
    "supa",
    "workaround",
    // other libraries
    "pool",
    "pool_max_conns",
    "pool_min_conns",
    "uselibpqcompat",
    "statement-cache-capacity",
    "prepared_statements",
    "prepareThreshold",
];

/// A part of the security or of the meaning of an address, which would be missing without a word.
const IMPOSSIBLE: [&str; 13] = [
    "sslcrl",
    "sslcrldir",
    "sslpassword",
    "sslcertmode",
    "sslnegotiation",
    "ssl_max_protocol_version",
    "min_protocol_version",
    "max_protocol_version",
    "require_auth",
    "requirepeer",
    "replication",
    "service",
    "servicefile",
];

/// What the parameters of an address come to.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) kept: Vec<(String, String)>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) wants_channel_binding: bool,
}

impl Parameters {
    pub(crate) fn read(asked: Vec<(String, String)>) -> Result<Self, DatabaseError> {
        let mut read = Self::default();
        for (name, value) in asked {
            read.add(name, value)?;
        }
        // As libpq has it: with authorities of one's own, `require` checks the server's certificate.
        if read.kept.contains(&("sslmode".to_owned(), "require".to_owned()))
            && read.kept.iter().any(|(name, _)| name == "sslrootcert")
        {
            read.encrypt("verify-ca");
        }
        Ok(read)
    }

    fn add(&mut self, name: String, value: String) -> Result<(), DatabaseError> {
        let refuse = |why, remedy| Err(DatabaseError::Parameter { name: name.clone(), why, remedy });
        let small = value.to_ascii_lowercase();
        let unknown_value = "has a value that PostgreSQL does not know";
        match name.as_str() {
            "user" => self.user = Some(value),
            "password" => self.password = Some(value),
            "dbname" => self.database = Some(value),
            "sslmode" => match small.as_str() {
                "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full" => {
                    self.encrypt(&small);
                }
                // As node-postgres and Heroku have it.
                "no-verify" => self.encrypt("require"),
                _ => {
                    let known = "it must be disable, allow, prefer, require, verify-ca or verify-full";
                    return refuse(unknown_value, known);
                }
            },
            // As node-postgres, asyncpg and JDBC have it.
            "ssl" => match small.as_str() {
                "true" | "1" | "require" => self.encrypt("require"),
                "false" | "0" => {}
                _ => {
                    return refuse(
                        unknown_value,
                        "it must be true or false; PostgreSQL itself has `sslmode`",
                    );
                }
            },
            // The authorities that the system trusts, which is what the driver does by itself (libpq takes verify-full for
            // granted then).
            "sslrootcert" if small == "system" => self.encrypt("verify-full"),
            "sslrootcert" => self.kept.push((name, value)),
            "channel_binding" => match small.as_str() {
                "disable" | "prefer" => {}
                "require" => self.wants_channel_binding = true,
                _ => return refuse(unknown_value, "it must be disable, prefer or require"),
            },
            "port" if value.parse::<u16>().is_ok_and(|port| port > 0) => self.kept.push((name, value)),
            "port" => {
                return refuse("is no number from 1 to 65535", "leave it out, or write the server's port");
            }
            "hostaddr" if value.parse::<std::net::IpAddr>().is_err() => {
                return refuse("is no IP address", "write a name as `host`");
            }
            "connect_timeout" if value.parse::<i32>().is_err() => {
                return refuse("is no number of seconds", "leave it out, or write a number");
            }
            "target_session_attrs" if matches!(small.as_str(), "read-only" | "standby") => {
                return refuse("asks for a server that takes no writes", "write read-write, or leave it out");
            }
            "client_encoding" if !matches!(small.as_str(), "utf8" | "utf-8" | "auto" | "unicode") => {
                return refuse("asks for another encoding than UTF-8", "leave it out");
            }
            "gssencmode" if small == "require" => {
                return refuse(
                    "asks for GSSAPI, which the driver does not have",
                    "leave it out; `sslmode` encrypts",
                );
            }
            "ssl_min_protocol_version" if small == "tlsv1.3" => {
                return refuse(
                    "asks for what the driver cannot promise",
                    "leave it out, and set it at the server",
                );
            }
            "schema" if value != "public" => {
                return refuse("is Prisma's", "write `options=-c%20search_path%3DNAME` for it");
            }
            known if KEPT.contains(&known) || known.starts_with("options[") => self.kept.push((name, value)),
            known if PASSED_OVER.contains(&known) => {}
            known if IMPOSSIBLE.contains(&known) => {
                return refuse(
                    "asks for what the driver cannot do",
                    "leave it out, if the connection may be without",
                );
            }
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    /// The stricter of what was said counts.
    fn encrypt(&mut self, mode: &str) {
        const ORDER: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
        let place = |mode: &str| ORDER.iter().position(|other| *other == mode);
        match self.kept.iter_mut().find(|(name, _)| name == "sslmode") {
            Some((_, before)) if place(before) < place(mode) => mode.clone_into(before),
            Some(_) => {}
            None => self.kept.push(("sslmode".to_owned(), mode.to_owned())),
        }
    }
}

fn unknown(name: String) -> DatabaseError {
    let known = || KEPT.iter().chain(&READ).copied();
    let near = known()
        .map(|other| (strsim::jaro_winkler(&name, other), other))
        .filter(|(nearness, _)| *nearness > 0.88)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    let remedy = match near {
        Some((_, other)) => format!("did you mean `{other}`?"),
        None => format!("leave it out, or write one of {}", known().collect::<Vec<_>>().join(", ")),
    };
    DatabaseError::UnknownParameter { name: ParameterName(name), remedy }
}
