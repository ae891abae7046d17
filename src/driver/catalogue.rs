//! The catalogue of messages, which a script in `index.html` has begun to load beside the application: that of the page's
//! language alone.

use js_sys::{Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What the window says when the customer has chosen another language, and its catalogue is there.
pub(super) const CHANGED: &str = "riser-language";

/// Waits for it.
pub(super) async fn load() -> Result<JsValue, JsValue> {
    let catalogue: Promise = Reflect::get(&window(), &"riserMessages".into())?.dyn_into()?;
    JsFuture::from(catalogue).await
}
