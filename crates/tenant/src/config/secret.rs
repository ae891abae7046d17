//! What must not be shown: passwords, and the secrets of factors and Actions.

use std::fmt;

/// A text that is never shown, not even in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for whoever needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// A password as the configuration gives it. It is never shown, not even in `Debug`.
#[derive(Clone)]
pub enum Password {
    /// The password itself; hashed with Argon2id when the tenant opens, and not kept.
    Plain(String),
    /// An Argon2id hash in PHC form, `$argon2id$v=19$…`.
    Hash(String),
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}
