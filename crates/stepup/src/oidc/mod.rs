//! OpenID Connect as far as a browser client needs it: the request, the answer, the ID token, the keys.

pub mod authorize;
pub mod callback;
pub mod discovery;
pub(crate) mod end_session;
pub mod id_token;
pub mod jwks;
pub mod jws;
pub mod pkce;
pub(crate) mod token;
