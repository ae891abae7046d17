//! The few things of HTTP that every endpoint needs: parameters, cookies, headers.

pub(crate) mod cookies;
mod cors;
mod fetch_metadata;
mod headers;
mod parameters;

pub(crate) use cookies::Cookies;
pub(crate) use cors::{for_web_origins, preflight, preflight_of_web_origins, public};
pub(crate) use fetch_metadata::{Framed, navigations_only};
pub(crate) use headers::{content_security_policy, form_post_policy, secure, web_message_policy};
pub(crate) use parameters::{MAX_LENGTH, Parameters};
