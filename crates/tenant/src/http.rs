//! Cookies, headers and what else of HTTP handlers have in common.

pub(crate) mod cookies;
mod cors;
mod csrf;
mod headers;
mod page_context;
mod request_context;

pub(crate) use cookies::Cookies;
pub(crate) use cors::{for_web_origins, preflight, preflight_of_web_origins, public};
pub(crate) use csrf::has_valid_csrf_token;
pub(crate) use headers::{content_security_policy, form_post_policy, secure, web_message_policy};
pub(crate) use page_context::in_page_context;
pub(crate) use request_context::request_context;
