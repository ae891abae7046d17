//! The paths of its endpoints.

pub(super) const AUTHORIZE: &str = "/authorize";
pub(super) const TOKEN: &str = "/oauth/token";
pub(super) const METADATA: &str = "/.well-known/openid-configuration";
/// The keys for ID tokens.
pub(super) const KEYS: &str = "/keys";
/// The keys for access tokens. They are the same keys; but no fault may keep the bank from accepting a token that the
/// client should have refused.
pub(super) const API_KEYS: &str = "/.well-known/jwks.json";
pub(super) const USERINFO: &str = "/userinfo";
pub(super) const LOG_OUT: &str = "/oidc/logout";
/// Where `jku` leads.
pub(super) const FOREIGN_KEYS: &str = "/foreign/keys";
/// Where `x5u` leads.
pub(super) const FOREIGN_CERTIFICATE: &str = "/foreign/certificate.pem";
