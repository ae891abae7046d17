//! `/assets/…`: the style sheets, the scripts and the phone's icons, compiled into the program; and the bank's own colour
//! and logo.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::Color;
use crate::state::{AppState, Shared};

pub(super) async fn get(State(state): Shared, Path(name): Path<String>) -> Response {
    let style = "text/css; charset=utf-8";
    let (kind, content): (_, &[u8]) = match name.as_str() {
        "brand.css" => return kept(style, brand_style(&state)),
        "logo" => match &state.logo {
            Some((kind, content)) => return kept(kind, content.clone()),
            None => return StatusCode::NOT_FOUND.into_response(),
        },
        "tenant.css" => (style, include_bytes!("../assets/tenant.css")),
        "form_post.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/form_post.js")),
        "web_message.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/web_message.js")),
        "tenant.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/tenant.js")),
        "log.css" => (style, include_bytes!("../assets/log.css")),
        "log.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/log.js")),
        "phone.js" => ("text/javascript; charset=utf-8", include_bytes!("../assets/phone.js")),
        "icon.svg" => ("image/svg+xml", include_bytes!("../assets/icon.svg")),
        "icon-192.png" => ("image/png", include_bytes!("../assets/icon-192.png")),
        "icon-512.png" => ("image/png", include_bytes!("../assets/icon-512.png")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    kept(kind, content)
}

/// Not hashed by name: a browser must notice a new version of the tenant soon.
fn kept(kind: &'static str, content: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=60")], content).into_response()
}

fn brand_style(state: &AppState) -> String {
    let Some(accent) = state.brand.accent.as_deref().and_then(Color::parse) else { return String::new() };
    let (light, dark) = (accent.on_light_page(), accent.on_dark_page());
    format!(
        ":root {{ --accent: {light}; --on-accent: #ffffff; }}\n\
         @media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; --on-accent: #0d1413; }} }}\n"
    )
}
