//! `/assets/…`: the style sheets, the scripts and the phone's icons, compiled into the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

pub(super) async fn get(Path(name): Path<String>) -> Response {
    let (kind, content): (_, &[u8]) = match name.as_str() {
        "tenant.css" => ("text/css; charset=utf-8", include_bytes!("../assets/tenant.css")),
        "form_post.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/form_post.js")),
        "web_message.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/web_message.js")),
        "tenant.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/tenant.js")),
        "log.css" => ("text/css; charset=utf-8", include_bytes!("../assets/log.css")),
        "log.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/log.js")),
        "phone.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/phone.js")),
        "icon.svg" => ("image/svg+xml", include_bytes!("../assets/icon.svg")),
        "icon-192.png" => ("image/png", include_bytes!("../assets/icon-192.png")),
        "icon-512.png" => ("image/png", include_bytes!("../assets/icon-512.png")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // Not hashed by name: a browser must notice a new version of the tenant soon.
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=60")], content).into_response()
}
