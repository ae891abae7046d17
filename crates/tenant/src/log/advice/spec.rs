//! Where things are written.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// As people cite it: "RFC 6749, 4.1.2.1".
    pub(crate) name: Cow<'static, str>,
    pub(crate) url: Cow<'static, str>,
}

const fn spec(name: &'static str, url: &'static str) -> Spec {
    Spec { name: Cow::Borrowed(name), url: Cow::Borrowed(url) }
}

pub(super) const AUTHORIZATION_REQUEST: Spec =
    spec("RFC 6749, 4.1.1", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1");
pub(super) const AUTHORIZATION_ERRORS: Spec =
    spec("RFC 6749, 4.1.2.1", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1");
pub(super) const NO_DUPLICATES: Spec =
    spec("RFC 6749, 3.1", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1");
pub(super) const REDIRECTION: Spec =
    spec("RFC 6749, 3.1.2", "https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2");
pub(super) const TOKEN_REQUEST: Spec =
    spec("RFC 6749, 4.1.3", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3");
pub(super) const REFRESH: Spec = spec("RFC 6749, 6", "https://www.rfc-editor.org/rfc/rfc6749#section-6");
pub(super) const ROTATION: Spec =
    spec("RFC 9700, 4.14.2", "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2");
pub(super) const REVOCATION: Spec =
    spec("RFC 7009, 2.1", "https://www.rfc-editor.org/rfc/rfc7009#section-2.1");
pub(super) const TOKEN_ERRORS: Spec =
    spec("RFC 6749, 5.2", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2");
pub(super) const SINGLE_USE: Spec =
    spec("RFC 6749, 4.1.2", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2");
pub(super) const BEARER_ERRORS: Spec =
    spec("RFC 6750, 3.1", "https://www.rfc-editor.org/rfc/rfc6750#section-3.1");
pub(super) const CHALLENGE: Spec =
    spec("RFC 7636, 4.2", "https://www.rfc-editor.org/rfc/rfc7636#section-4.2");
pub(super) const VERIFIER: Spec = spec("RFC 7636, 4.6", "https://www.rfc-editor.org/rfc/rfc7636#section-4.6");
pub(super) const DETAILS: Spec = spec("RFC 9396, 5", "https://www.rfc-editor.org/rfc/rfc9396#section-5");
pub(super) const EXACT_MATCH: Spec =
    spec("RFC 9700, 2.1", "https://www.rfc-editor.org/rfc/rfc9700#section-2.1");
pub(super) const OPENID_REQUEST: Spec =
    spec("OpenID Connect Core, 3.1.2.1", "https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest");
pub(super) const OPENID_ERRORS: Spec =
    spec("OpenID Connect Core, 3.1.2.6", "https://openid.net/specs/openid-connect-core-1_0.html#AuthError");
pub(super) const IMPLICIT_REQUEST: Spec =
    spec("OpenID Connect Core, 3.2.2.1", "https://openid.net/specs/openid-connect-core-1_0.html");
pub(super) const REQUEST_OBJECTS: Spec =
    spec("OpenID Connect Core, 6", "https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests");
pub(super) const RESPONSE_TYPES: Spec = spec(
    "OAuth 2.0 Multiple Response Type Encoding Practices",
    "https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html",
);
pub(super) const LOG_OUT: Spec = spec(
    "OpenID Connect RP-Initiated Logout, 3",
    "https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RedirectionAfterLogout",
);
