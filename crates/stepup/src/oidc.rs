//! OpenID Connect as far as a browser client needs it: the request, the response, the ID token, the keys.

pub(crate) mod authorization_request;
pub mod authorization_response;
pub(crate) mod authorization_url;
pub mod discovery;
pub(crate) mod end_session;
pub(crate) mod id_token;
pub(crate) mod jwks;
pub(crate) mod jws;
pub(crate) mod pkce;
pub(crate) mod provider;
mod refusal;
pub(crate) mod token_endpoint;

pub use self::{
    authorization_request::StateParameter,
    authorization_response::PageUrl,
    id_token::at_hash,
    jwks::{Jwks, RsaKey},
    jws::UnverifiedJws,
};
pub(crate) use self::{
    authorization_request::{AuthorizationRequest, Purpose, RequestSecrets, StepUp},
    end_session::LogoutHints,
    id_token::IdToken,
    jws::SignedPayload,
    provider::Provider,
};
