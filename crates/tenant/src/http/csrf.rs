//! Protection of forms against other origins.

use axum::http::HeaderMap;

use crate::domain::Parameters;
use crate::random;

/// Whether this is a form of ours: it carries the token that only our page could know, and the browser does not say that
/// another origin sent it. (Another port of the same host is "same-site" and gets the cookies, so `SameSite` alone does not
/// keep it out.)
pub(crate) fn has_valid_csrf_token(form: &Parameters, headers: &HeaderMap, csrf_token: &str) -> bool {
    let site = headers.get("sec-fetch-site");
    let is_own = site.is_none_or(|site| site == "same-origin" || site == "none");
    is_own && random::same(form.get("form_token").unwrap_or_default(), csrf_token)
}
