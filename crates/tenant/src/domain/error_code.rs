//! The errors of the authorization endpoint.

/// What Auth0 answers to `prompt=none` where there is no session. Its libraries compare these two letter by letter.
pub(crate) const LOGIN_REQUIRED: &str = "Login required";
/// What Auth0 answers to `prompt=none`, with `login_required` too, where there is a session and a second factor is needed:
/// auth0-spa-js then opens a window for it (`interactiveErrorHandler: "popup"`).
pub(crate) const MULTIFACTOR_REQUIRED: &str = "Multifactor authentication required";

/// The error codes that this tenant sends (RFC 6749, 4.2.2.1, and OIDC Core 3.1.2.6). There is no `consent_required`: the
/// applications of a tenant are its own, and where a client wants consent anew, the log-in page asks for it. There is no
/// `interaction_required`: Auth0 has it for redirects of Actions, and a second factor is `login_required` there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    AccessDenied,
    /// RFC 9396, 5.
    InvalidAuthorizationDetails,
    InvalidRequest,
    InvalidScope,
    LoginRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    TemporarilyUnavailable,
    UnauthorizedClient,
    /// Auth0's, when a Rule says `UnauthorizedError`.
    Unauthorized,
    UnsupportedResponseType,
}

impl ErrorCode {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::Unauthorized => "unauthorized",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }
}
