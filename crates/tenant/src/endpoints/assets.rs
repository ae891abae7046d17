//! `/assets/…`: the style sheets and scripts, compiled into the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

pub(super) async fn get(Path(name): Path<String>) -> Response {
    let (kind, content) = match name.as_str() {
        "tenant.css" => ("text/css; charset=utf-8", include_str!("../assets/tenant.css")),
        "form_post.js" => ("text/javascript; charset=utf-8", include_str!("../assets/form_post.js")),
        "web_message.js" => ("text/javascript; charset=utf-8", include_str!("../assets/web_message.js")),
        "tenant.js" => ("text/javascript; charset=utf-8", include_str!("../assets/tenant.js")),
        "log.css" => ("text/css; charset=utf-8", include_str!("../assets/log.css")),
        "log.js" => ("text/javascript; charset=utf-8", include_str!("../assets/log.js")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // Not hashed by name: a browser must notice a new version of the tenant soon.
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=60")], content).into_response()
}
