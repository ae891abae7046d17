//! The people who can log in, as the configuration gives them.

use std::fmt;

use serde_json::{Map, Value};

#[derive(Debug, Clone)]
pub struct Customer {
    /// The subject identifier in tokens: at most 255 ASCII characters (OIDC Core 2), for example `auth0|1001`.
    pub sub: String,
    /// What they log in with; upper and lower case are not distinguished.
    pub email: String,
    pub name: String,
    pub password: Password,
    /// The API scopes they may be granted; `None` means every scope of the API.
    pub permissions: Option<Vec<String>>,
    /// Names of roles, for scripts: `event.authorization.roles`. They permit nothing by themselves.
    pub roles: Vec<String>,
    /// What Actions know about them (`event.user.app_metadata`), until an Action changes it.
    pub app_metadata: Map<String, Value>,
    /// What they say about themselves (`event.user.user_metadata`), until an Action changes it.
    pub user_metadata: Map<String, Value>,
    /// What they have set up besides the password. Phones are paired by themselves.
    pub factors: EnrolledFactors,
    pub profile: Profile,
}

/// What scripts are told of a customer besides: members of `event.user`, with the names that they have there.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// What others call them; `None` means their e-mail address as far as its `@`, as at Auth0.
    pub nickname: Option<String>,
    /// Where a picture of them is; `None` means one of the tenant's own, the same for all.
    pub picture: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// Another name of theirs. They log in with the e-mail address.
    pub username: Option<String>,
    /// Their telephone number, with `+` in front.
    pub phone_number: Option<String>,
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
