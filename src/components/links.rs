//! Links between the places of the client. They are plain `<a href>`, which also open in a new tab; pressed here, they lead on
//! without loading the page anew.

use leptos::{ev, prelude::*};
use stepup::domain::Place;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::intent::{Dispatch, Intent};

/// Follows links for as long as the page is up.
pub(crate) fn follow(dispatch: Dispatch) {
    let handle = window_event_listener(ev::click, move |event| {
        let is_plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href^='/']:not([data-anew])").ok().flatten());
        let path = link.and_then(|link| link.get_attribute("href"));
        if let Some(place) = path.as_deref().and_then(Place::parse).filter(|_| is_plain) {
            event.prevent_default();
            dispatch.send(Intent::Visit(place));
        }
    });
    on_cleanup(move || handle.remove());
}
