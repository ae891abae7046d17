//! `/ca.crt`: the certificate that devices install.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::get;

use crate::authority::Authority;

/// What `router` serves, and the authority's certificate. Phones begin to install it when it comes with this type.
pub fn with_download(router: Router, authority: &Arc<Authority>) -> Router {
    let authority = Arc::clone(authority);
    let download = async move || {
        let headers = [
            (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"riser-ca.crt\""),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, authority.certificate().to_vec()).into_response()
    };
    Router::new().route("/ca.crt", get(download)).fallback_service(router)
}
