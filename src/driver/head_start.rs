//! Answers that a script in `index.html` has asked for while the application was on its way.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsCast;

/// Takes the answer to a `GET` without a body, where that very request has left already. No second caller gets it.
pub(super) fn take(url: &str, authorization: &str) -> Option<Promise> {
    let window = window();
    let take: Function = Reflect::get(&window, &"riserHeadStart".into()).ok()?.unchecked_into();
    let answer = take.call2(&window, &url.into(), &authorization.into()).ok()?;
    (!answer.is_undefined()).then(|| answer.unchecked_into())
}
