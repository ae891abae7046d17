//! The catalogue of messages, which the page has begun to load beside the application.

use gloo_net::http::Request;
use leptos::prelude::document;
use wasm_bindgen::JsValue;

use super::http;

/// Reads it with the browser's own JSON parser. The page names the file, and has asked for it already in the very way in
/// which it is asked for here.
pub(super) async fn load() -> Result<JsValue, JsValue> {
    let link = document().get_element_by_id("riser-messages").and_then(|link| link.get_attribute("href"));
    let response =
        Request::get(&link.unwrap_or_default()).abort_signal(Some(&http::time_limit())).send().await;
    let response = response.ok().filter(gloo_net::http::Response::ok).ok_or(JsValue::NULL)?;
    wasm_bindgen_futures::JsFuture::from(web_sys::Response::from(response).json()?).await
}
