//! How the customer's browser writes numbers.

use js_sys::{Array, Intl::NumberFormat, Object};
use stepup::money::Separators;
use wasm_bindgen::JsValue;

/// The separators with which the browser itself writes amounts; see [`crate::format`]. A language with digits of its own
/// falls back to `1,234.5`.
pub(super) fn separators() -> Separators {
    let format = NumberFormat::new(&Array::new(), &Object::new()).format();
    let sample =
        format.call1(&JsValue::UNDEFINED, &1_234_567.5.into()).ok().and_then(|text| text.as_string());
    sample.as_deref().and_then(read).unwrap_or_default()
}

/// From `1,234,567.5`: the first sign that is no digit groups, the last one divides.
fn read(sample: &str) -> Option<Separators> {
    if !sample.starts_with('1') || !sample.ends_with('5') {
        return None;
    }
    let signs: Vec<char> = sample.chars().filter(|c| !c.is_ascii_digit()).collect();
    match signs[..] {
        [group, _, decimal] if decimal == '.' || decimal == ',' => Some(Separators { decimal, group }),
        _ => None,
    }
}
