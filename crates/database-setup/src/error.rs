//! Why a text is not the address of a database.

use std::fmt;

/// Why a text names no database. None of these holds the text: a password may be in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    #[error("it must begin with `sqlite:`, as in `sqlite:data/NAME.sqlite`, or with `postgres://`")]
    Scheme,
    /// The address as another library has it, which would be right with another beginning.
    #[error("it begins as {library} writes addresses; begin it with `postgres://`")]
    OtherScheme { library: &'static str },
    /// `host=… dbname=…`
    #[error(
        "it is a list of keywords; it must be a URL, as in `postgres://USER:PASSWORD@HOST/DATABASE?sslmode=require`"
    )]
    Keywords,
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
    #[error("the URL names several hosts; name the one that takes writes")]
    Hosts,
    #[error("the URL names no {part}: it must be like `postgres://USER:PASSWORD@HOST/DATABASE`")]
    Missing { part: &'static str },
    /// A parameter that nothing reads: most likely a misspelt one that matters.
    #[error("the parameter {name} after `?` is not known; {remedy}")]
    UnknownParameter { name: ParameterName, remedy: String },
    /// A parameter that is known, with a value that cannot be followed.
    #[error("the parameter `{name}` {why}; {remedy}")]
    Parameter { name: String, why: &'static str, remedy: &'static str },
}

/// A longer text is not shown as a name.
const MAX_NAME_LENGTH: usize = 40;

/// The name of a parameter; `Display` shows it only when it can be nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterName(pub(crate) String);

impl fmt::Display for ParameterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
        if (1..=MAX_NAME_LENGTH).contains(&self.0.len()) && self.0.bytes().all(of_name) {
            write!(f, "`{}`", self.0)
        } else {
            f.write_str("(whose name is not shown)")
        }
    }
}
