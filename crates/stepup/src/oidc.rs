//! OpenID Connect as far as a browser client needs it: the request, the answer, the ID token, the keys.

pub mod authorization_request;
pub mod authorization_response;
pub mod authorization_url;
pub mod discovery;
pub mod end_session;
pub mod id_token;
pub mod jwks;
pub mod jws;
pub mod pkce;
pub(crate) mod provider;
pub(crate) mod token_endpoint;
