//! How the customer's language writes numbers.

use js_sys::{JsString, Number};
use leptos::prelude::window;
use stepup::money::Separators;

/// The separators that the browser itself would use. A language with digits of its own falls back to `1,234.5`.
pub(super) fn separators() -> Separators {
    let language = window().navigator().language().unwrap_or_else(|| "en".into());
    read(&String::from(Number::from(1_234_567.5).to_locale_string(&language).unchecked_into_string()))
        .unwrap_or_default()
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

/// `to_locale_string` answers with a `JsString`; this keeps the conversion in one place.
trait UncheckedIntoString {
    fn unchecked_into_string(self) -> JsString;
}

impl UncheckedIntoString for JsString {
    fn unchecked_into_string(self) -> JsString {
        self
    }
}
