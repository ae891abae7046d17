//! What a customer takes along: on paper, in the clipboard, in another application, in a file.

use js_sys::{Array, JsString};
use leptos::prelude::window;
use stepup::{csv, view::PastTransfer};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

use super::navigation::create_element;
use crate::messages;

/// The names of the columns: messages.
const COLUMNS: [&str; csv::COLUMNS] = [
    "receipt.time",
    "payments.name",
    "receipt.iban",
    "form.reference",
    "form.amount",
    "payments.currency",
    "receipt.new_balance",
    "receipt.number",
];

pub(super) fn print() {
    let _ = window().print();
}

/// Into the clipboard. A browser that does not permit it says so itself, or does nothing.
pub(super) fn copy(text: &str) {
    let _ = window().navigator().clipboard().write_text(text);
}

/// To an application that the customer chooses (Web Share). The button is there where the browser has it.
pub(super) fn share(text: &str) {
    let (navigator, data) = (window().navigator(), js_sys::Object::new());
    let _ = js_sys::Reflect::set(&data, &"text".into(), &text.into());
    if let Ok(share) = js_sys::Reflect::get(&navigator, &"share".into()) {
        let _ = share.unchecked_into::<js_sys::Function>().call1(&navigator, &data);
    }
}

/// As a file. Programs for tables need the mark at its beginning to read UTF-8.
pub(super) fn export(list: &[PastTransfer]) {
    let table = ["\u{feff}", &csv::write(&COLUMNS.map(messages::text), list)].concat();
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&JsValue::from(JsString::from(table)));
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) else { return };
    let (Ok(address), Some(link)) = (Url::create_object_url_with_blob(&blob), create_element("a")) else {
        return;
    };
    let _ = link.set_attribute("href", &address);
    let _ = link.set_attribute("download", "riser-payments.csv");
    link.unchecked_into::<HtmlElement>().click();
    // The browser has it now; nothing else refers to it.
    let _ = Url::revoke_object_url(&address);
}
