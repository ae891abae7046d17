//! The values of the protocol, without HTTP, locks or I/O. Every other room may use them; they use none.

mod api;
mod authorization_request;
mod brand;
mod challenge;
mod client;
mod customer;
mod errors;
mod factor;
mod grant;
mod origin;
mod parameters;
pub(crate) mod payment;
mod redirect_target;
mod refresh_tokens;
mod request_context;
pub(crate) mod scopes;
mod script_decision;
mod session;

pub use api::{Api, ApiScope};
pub(crate) use authorization_request::{
    AuthorizationRequest, NoOfflineAccess, OWN_CLIENT_ID, Prompt, ResponseType,
};
pub use brand::Brand;
pub(crate) use brand::{Color, NEEDED_CONTRAST};
pub(crate) use challenge::{Challenge, ConfirmationPrompt, PromptSentence};
pub use client::{Client, GrantType};
pub use customer::{Customer, EnrolledFactors, Password, Profile};
pub(crate) use errors::{ErrorCode, LOGIN_REQUIRED, LogInError, MULTIFACTOR_REQUIRED};
pub(crate) use factor::{Factor, Factors};
pub(crate) use grant::Grant;
pub(crate) use origin::{app_scheme_of, is_on_this_machine, origin_of, web_origin_of};
pub(crate) use parameters::{MAX_LENGTH, Parameters};
pub(crate) use payment::{NameCheck, Payment, PaymentError};
pub(crate) use redirect_target::{RedirectTarget, ResponseMode};
pub(crate) use refresh_tokens::OFFLINE_ACCESS;
pub use refresh_tokens::RefreshTokenPolicy;
pub(crate) use request_context::{RefreshContext, RequestContext};
pub(crate) use scopes::{MULTI_FACTOR, OIDC_SCOPES};
pub(crate) use script_decision::{PendingScripts, ScriptDecision, ScriptInput};
pub(crate) use session::{ReportedSession, Session};
