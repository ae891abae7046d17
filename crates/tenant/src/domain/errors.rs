//! The errors of the authorization endpoint, and of the log-in page.

/// What Auth0 answers to `prompt=none` where there is no session. Its libraries compare these two letter by letter.
pub(crate) const LOGIN_REQUIRED: &str = "Login required";
/// What Auth0 answers to `prompt=none`, with `login_required` too, where there is a session and a second factor is needed:
/// auth0-spa-js then opens a window for it (`interactiveErrorHandler: "popup"`).
pub(crate) const MULTIFACTOR_REQUIRED: &str = "Multifactor authentication required";

/// The error codes that this tenant sends (RFC 6749, 4.2.2.1, and OIDC Core 3.1.2.6). There is no `consent_required`: the
/// applications of a tenant are its own, and where a client wants consent anew, the log-in page asks for it. `interaction_required` is
/// for redirects of Actions, as at Auth0; a second factor is `login_required` there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    AccessDenied,
    InteractionRequired,
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
            Self::InteractionRequired => "interaction_required",
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

/// Why somebody is not let in. The sentences say nothing about whether there is such a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogInError {
    #[error("Enter your email and your password.")]
    Incomplete,
    #[error("This email and this password do not belong together.")]
    Wrong,
    /// Shown only after this customer's password was given.
    #[error(
        "The application wants somebody else to log in. Log in as the person who was here before, or cancel."
    )]
    SomebodyElse,
    #[error("Too many attempts with this email. Try again in {} min.", wait.div_ceil(60))]
    TooMany {
        /// In seconds.
        wait: u64,
    },
    #[error("Too many wrong passwords came from your network. Try again in {} min.", wait.div_ceil(60))]
    TooManyOfPeer {
        /// In seconds.
        wait: u64,
    },
}
