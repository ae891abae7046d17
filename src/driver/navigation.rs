//! The page's address, its configuration block, and leaving it.

use js_sys::Array;
use leptos::prelude::{document, window};
use stepup::{
    domain::{UrlParts, WebUrl},
    http::FormText,
    oidc::PageUrl,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlFormElement, Url};

/// Where the first lines of `index.html` put the address before they cleaned it: path, query, fragment.
const LANDING: &str = "riserLanding";

/// The place in `index.html` that the pages fill. None, when the shell says that this browser lacks something.
pub(super) fn mount_point() -> Option<HtmlElement> {
    document().query_selector(":root:not([data-shell=old]) #app").ok()??.dyn_into().ok()
}

/// A part of the page did not arrive: the shell says so, instead of a page without words.
pub(super) fn show_broken_shell() {
    let _ = document().document_element().map(|root| root.set_attribute("data-shell", "broken"));
}

/// The text of the configuration block; empty when there is none, which the core then complains about.
pub(super) fn config() -> String {
    document().get_element_by_id("riser-config").and_then(|block| block.text_content()).unwrap_or_default()
}

pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The address with which the page was loaded, once: it is gone from the page after this.
pub(super) fn take_url() -> PageUrl {
    let (window, name) = (window(), JsValue::from_str(LANDING));
    let parts = js_sys::Reflect::get(&window, &name).ok().and_then(|parts| parts.dyn_into::<Array>().ok());
    let _ = js_sys::Reflect::delete_property(&window, &name);
    let part = |index| parts.as_ref().and_then(|parts| parts.get(index).as_string()).unwrap_or_default();
    PageUrl { path: part(0), query: part(1), fragment: part(2) }
}

/// Was the shell's "Log in" pressed before the application was there?
pub(super) fn is_log_in_awaited() -> bool {
    js_sys::Reflect::has(&window(), &"riserLogIn".into()).unwrap_or_default()
}

pub(super) fn is_online() -> bool {
    window().navigator().on_line()
}

/// The URL parser of the browser (WHATWG URL 4.4).
pub(super) fn parse_url(text: &str) -> Option<UrlParts> {
    let url = Url::new(text).ok()?;
    Some(UrlParts {
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

/// Leaves with a form, so that nothing of it is in an address. A page that is left has no use for the form any more.
pub(super) fn submit(url: &WebUrl, form: &FormText) {
    let Some(element) = create_element("form") else { return };
    let _ = element.set_attribute("method", "post");
    let _ = element.set_attribute("action", url.as_str());
    for (name, value) in form.pairs() {
        let Some(input) = create_element("input") else { return };
        for (attribute, text) in [("type", "hidden"), ("name", &*name), ("value", &*value)] {
            let _ = input.set_attribute(attribute, text);
        }
        let _ = element.append_child(&input);
    }
    let body = document().body();
    if let (Some(body), Ok(form)) = (body, element.dyn_into::<HtmlFormElement>()) {
        let _ = body.append_child(&form);
        let _ = form.submit();
    }
}

/// Shows the path of a place in the address bar. What stands in the state of an entry is `index.html`'s, and stays with it.
pub(super) fn show_address(path: &str, is_new_entry: bool) {
    let Ok(history) = window().history() else { return };
    let _ = if is_new_entry {
        history.push_state_with_url(&JsValue::NULL, "", Some(path))
    } else {
        history.replace_state_with_url(&history.state().unwrap_or_default(), "", Some(path))
    };
}

/// The path to which Back or Forward has led within this page; nothing when it leads further at once: see `index.html`.
pub(super) fn travelled_to() -> Option<String> {
    let state = window().history().ok()?.state().ok()?;
    let leads_further = js_sys::Reflect::has(&state, &"back".into()).unwrap_or_default();
    if leads_further { None } else { window().location().pathname().ok() }
}

pub(super) fn create_element(name: &str) -> Option<Element> {
    document().create_element(name).ok()
}

pub(super) fn reload() {
    let _ = window().location().reload();
}
