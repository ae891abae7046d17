//! The few things of HTTP that every endpoint needs: parameters, cookies, headers.

pub(crate) mod cookies;
mod cors;
mod headers;
mod parameters;

pub(crate) use cookies::Cookies;
pub(crate) use cors::{preflight, public};
pub(crate) use headers::{content_security_policy, secure};
pub(crate) use parameters::{MAX_LENGTH, Parameters};
