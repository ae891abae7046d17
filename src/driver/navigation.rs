//! The page's address, its configuration block, and leaving it.

use leptos::prelude::{document, window};
use stepup::web_url::{Parts, WebUrl};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, Url};

/// Where the first lines of `index.html` put the provider's answer after they have cleaned the address.
const CALLBACK: &str = "riserCallback";

/// The place in `index.html` that the pages fill. None, when the shell says that this browser lacks something.
pub(super) fn mount_point() -> Option<HtmlElement> {
    document().query_selector(":root:not([data-shell=old]) #app").ok()??.dyn_into().ok()
}

/// The text of the configuration block; empty when there is none, which the core then complains about.
pub(super) fn config() -> String {
    document().get_element_by_id("riser-config").and_then(|block| block.text_content()).unwrap_or_default()
}

pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The provider's answer, once: it is gone from the page after this.
pub(super) fn take_callback() -> Option<String> {
    let (window, name) = (window(), JsValue::from_str(CALLBACK));
    let answer = js_sys::Reflect::get(&window, &name).ok()?.as_string();
    let _ = js_sys::Reflect::delete_property(&window, &name);
    answer
}

pub(super) fn is_online() -> bool {
    window().navigator().on_line()
}

/// The URL parser of the browser (WHATWG URL 4.4).
pub(super) fn parse_url(text: &str) -> Option<Parts> {
    let url = Url::new(text).ok()?;
    Some(Parts {
        href: url.href(),
        protocol: url.protocol(),
        username: url.username(),
        password: url.password(),
        hostname: url.hostname(),
    })
}

/// Leaves for the provider, by a function in `index.html` that remembers how far its pages are from ours in the history.
pub(super) fn leave_for(url: &WebUrl) {
    let window = window();
    let leave = js_sys::Reflect::get(&window, &"riserLeave".into()).unwrap_or_default();
    let _ = leave.unchecked_into::<js_sys::Function>().call1(&window, &url.as_str().into());
}

pub(super) fn reload() {
    let _ = window().location().reload();
}
