//! What the core asks the browser about money and text. It is asked in the very way in which [`crate::format`] writes, so that
//! what the page shows can be typed back.

use js_sys::{Intl::NumberFormat, JsString, Reflect, RegExp};
use leptos::prelude::document;
use stepup::domain::{Locale, Money, Notation, money::minor_digits};
use wasm_bindgen::JsValue;

use crate::format;

/// The browser's functions.
#[must_use]
pub fn locale() -> Locale {
    Locale { ui_locales, notation, write, normalize, lower, has_stacked_marks }
}

/// The page's language, and then the same as it is written where the customer lives: `de de-AT`.
fn ui_locales() -> String {
    let language =
        document().document_element().and_then(|root| root.get_attribute("lang")).unwrap_or_default();
    match format::locale() {
        Some(locale) if locale != language => [&*language, " ", &locale].concat(),
        _ => language,
    }
}

/// A locale may write amounts with other signs than numbers (Austria groups them with dots), and one currency with others
/// than the next (the escudo of Cape Verde has `$` before the centavos).
fn notation(currency: &str) -> Notation {
    // Of all that can be written, this has a decimal sign and two groups that are as long as they can be.
    let parts = parts(&format::amounts(currency, [1; 2], SYMBOL), 1_234_567_890.5);
    let first =
        |kind: &str| parts.iter().find(|(found, _)| found == kind).and_then(|(_, text)| text.chars().next());
    let mut groups =
        parts.iter().rev().filter(|(kind, _)| kind == "integer").map(|(_, text)| text.chars().count());
    let mut size = || groups.next().unwrap_or(3);
    Notation {
        decimal: first("decimal").unwrap_or('.'),
        group: first("group"),
        sizes: [size(), size()],
        signs: signs(currency),
    }
}

/// As the page shows the currency.
const SYMBOL: (&str, &str) = ("currencyDisplay", "symbol");

/// The currency's code, signs and names, in singular and plurals.
fn signs(currency: &str) -> Vec<String> {
    let mut signs = vec![currency.to_owned()];
    for display in ["symbol", "narrowSymbol", "name"] {
        let format = format::amounts(currency, [0, 1], ("currencyDisplay", display));
        for amount in [0.5, 1.0, 2.0, 5.0] {
            for (kind, text) in parts(&format, amount) {
                if kind == "currency" && !signs.contains(&text) {
                    signs.push(text);
                }
            }
        }
    }
    signs
}

/// The amount without the currency, as [`crate::format::money`] writes it. Amounts that can be sent fit a float exactly.
fn write(money: &Money) -> String {
    let digits = minor_digits(&money.currency).unwrap_or(0);
    let mut out = String::new();
    let amount = js_sys::parse_float(&money.decimal());
    for (kind, text) in parts(&format::amounts(&money.currency, [digits; 2], SYMBOL), amount) {
        if kind != "currency" && kind != "literal" {
            out += &text;
        }
    }
    out
}

/// What an amount is made of: the kind of each part, and its text.
fn parts(format: &NumberFormat, amount: f64) -> Vec<(String, String)> {
    let text =
        |part: &JsValue, key: &str| Reflect::get(part, &key.into()).ok().and_then(|text| text.as_string());
    let parts = format.format_to_parts(amount);
    parts.iter().filter_map(|part| Some((text(&part, "type")?, text(&part, "value")?))).collect()
}

fn lower(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}

fn normalize(text: &str) -> String {
    JsString::from(text).normalize("NFKC").into()
}

/// More marks in a row than [`stepup::domain::MAX_MARKS`]; joiners between them do not count.
fn has_stacked_marks(text: &str) -> bool {
    RegExp::new(r"(?:[\p{Mn}\p{Me}][\u200c\u200d]*){5}", "u").test(text)
}
