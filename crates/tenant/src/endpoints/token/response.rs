//! The tokens of an exchange (RFC 6749, 5.1).

use serde::Serialize;

use crate::authorization::issue;
use crate::domain::{Grant, Payment};
use crate::log::{Token, Trace};
use crate::metrics::{self, Flow};
use crate::state::AppState;

#[derive(Serialize)]
pub(super) struct Tokens {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Not for a request without `openid` (OIDC Core 3.1.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<[Payment; 1]>,
}

impl Tokens {
    /// Signs them.
    pub(super) fn of(
        state: &AppState,
        grant: &Grant,
        refresh_token: Option<String>,
        flow: Flow,
        trace: &Trace,
    ) -> Self {
        let access_token = issue::access_token(state, grant, trace);
        metrics::token_issued(flow, &Token::AccessToken);
        let id_token = grant.is_openid().then(|| issue::id_token(state, grant, trace, Some(&access_token)));
        let id_token = id_token.flatten();
        if id_token.is_some() {
            metrics::token_issued(flow, &Token::IdToken);
        }
        Self {
            access_token,
            refresh_token,
            id_token,
            token_type: "Bearer",
            expires_in: issue::access_token_lifetime(state, grant),
            scope: grant.scope(),
            authorization_details: grant.authorization_details(),
        }
    }
}
