//! How refresh tokens of a client behave.

/// Who asks for this scope wants a refresh token (OpenID Connect Core 11).
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// How long a client's refresh tokens are good, and whether each use makes another. The usual values are those that Auth0
/// gives a new single-page application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshTokenPolicy {
    /// Each exchange brings another token, and the one before is used up. A client without a secret has no choice
    /// (RFC 9700, 2.2.2).
    pub rotation: bool,
    /// For so many seconds the token before the last may come once more, as when an answer was lost on its way.
    pub leeway: u64,
    /// In seconds, from the log-in, however often tokens are exchanged.
    pub lifetime: u64,
    /// In seconds, from the last exchange.
    pub idle_lifetime: u64,
}

impl Default for RefreshTokenPolicy {
    fn default() -> Self {
        Self { rotation: true, leeway: 0, lifetime: 30 * 86_400, idle_lifetime: 15 * 86_400 }
    }
}
