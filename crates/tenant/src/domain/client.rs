//! Registered applications.

use serde_json::{Map, Value};

use super::origin::web_origin_of;
use super::refresh_tokens::RefreshTokenPolicy;

/// A registered application (a "Single Page Application" at Auth0): public, without a secret.
#[derive(Debug, Clone, Default)]
pub struct Client {
    pub id: String,
    pub name: String,
    /// Where answers may be sent; compared character by character.
    pub redirect_uris: Vec<String>,
    /// Where a browser may be sent after log-out; compared character by character.
    pub post_logout_redirect_uris: Vec<String>,
    /// The origins, such as `http://localhost:3000`, whose pages may receive answers as messages
    /// (`response_mode=web_message`) and whose scripts may read those of `/oauth/token`. `None` means the origins of
    /// `redirect_uris`.
    pub web_origins: Option<Vec<String>>,
    /// In which ways it may get tokens.
    pub grant_types: Vec<GrantType>,
    pub refresh_token: RefreshTokenPolicy,
    pub metadata: Map<String, Value>,
}

/// A way to tokens (OpenID Connect Dynamic Client Registration 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantType {
    /// Tokens come with the answer of `/authorize`.
    Implicit,
    /// A code comes with it, which `/oauth/token` takes.
    AuthorizationCode,
    /// A refresh token comes with the tokens of a code, where `offline_access` is asked for and the API allows it.
    RefreshToken,
}

impl GrantType {
    /// The two in which a customer logs in each time; what a client has that names none.
    #[must_use]
    pub fn interactive() -> Vec<Self> {
        vec![Self::Implicit, Self::AuthorizationCode]
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

impl Client {
    pub(crate) fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// Whether pages of this origin, as browsers write it, are this client's.
    pub(crate) fn is_web_origin(&self, origin: &str) -> bool {
        match &self.web_origins {
            Some(origins) => origins.iter().any(|known| known == origin),
            None => {
                self.redirect_uris.iter().any(|uri| web_origin_of(uri).is_some_and(|known| known == origin))
            }
        }
    }
}
