//! What must not be shown: passwords, and the secrets of factors.

use std::fmt;

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

/// Second factors that a customer has from the beginning. They are never shown, not even in `Debug`.
#[derive(Clone, Default)]
pub struct EnrolledFactors {
    /// The secret of an authenticator app (RFC 6238, HMAC-SHA-1, six digits, thirty seconds): base32 of at least 16 bytes.
    pub totp_secret: Option<String>,
    /// Recovery codes, each good for one use: at least eight letters and digits; case, blanks and hyphens do not count.
    pub recovery_codes: Vec<String>,
}

impl fmt::Debug for EnrolledFactors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EnrolledFactors(…)")
    }
}
