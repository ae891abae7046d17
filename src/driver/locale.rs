//! What the core asks the browser about money and text. It is asked in the very way in which [`crate::format`] writes, so that
//! what the page shows can be typed back.

use js_sys::{
    Array,
    Intl::{CurrencyDisplay, NumberFormat, NumberFormatOptions},
    JsString, Reflect, RegExp,
};
use stepup::{
    locale::{Locale, Notation},
    money::{Money, minor_digits},
};
use wasm_bindgen::JsValue;

use crate::format;

/// The browser's functions.
#[must_use]
pub fn locale() -> Locale {
    Locale { notation, write, normalize, has_stacked_marks }
}

/// A locale may write amounts with other signs than numbers (Austria groups them with dots), and one currency with others
/// than the next (the escudo of Cape Verde has `$` before the centavos).
fn notation(currency: &str) -> Notation {
    let options = format::currency(currency, minor_digits(currency).unwrap_or(2).max(1));
    // Large enough for two groups that are as long as they can be.
    let parts = parts(&options, 1_234_567_890.5);
    let one =
        |kind: &str| parts.iter().find(|(found, _)| found == kind).and_then(|(_, text)| text.chars().next());
    let mut groups =
        parts.iter().filter(|(kind, _)| kind == "integer").map(|(_, text)| text.chars().count()).rev();
    let mut size = || groups.next().unwrap_or(3);
    Notation {
        decimal: one("decimal").unwrap_or('.'),
        group: one("group"),
        sizes: [size(), size()],
        signs: signs(currency),
    }
}

/// The currency's sign, code and names, in singular and plurals.
fn signs(currency: &str) -> Vec<String> {
    let mut signs = Vec::new();
    for display in
        [CurrencyDisplay::Code, CurrencyDisplay::Symbol, CurrencyDisplay::NarrowSymbol, CurrencyDisplay::Name]
    {
        let options = format::currency(currency, 0);
        options.set_maximum_fraction_digits(1);
        options.set_currency_display(display);
        for amount in [0.5, 1.0, 2.0, 5.0] {
            let found = parts(&options, amount).into_iter().find(|(kind, _)| kind == "currency");
            signs.extend(found.map(|(_, text)| text).filter(|sign| !signs.contains(sign)));
        }
    }
    signs
}

/// The amount without the currency, as [`crate::format::money`] writes it. Amounts that can be sent fit a float exactly.
fn write(money: &Money) -> String {
    let digits = minor_digits(&money.currency).unwrap_or(0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact up to 2^53 minor units, more than anybody can send"
    )]
    let amount = money.amount as f64 / 10_f64.powi(digits.into());
    parts(&format::currency(&money.currency, digits), amount)
        .into_iter()
        .filter(|(kind, _)| kind != "currency" && kind != "literal")
        .map(|(_, text)| text)
        .collect()
}

/// What an amount is made of: the kind of each part, and its text.
fn parts(options: &NumberFormatOptions, amount: f64) -> Vec<(String, String)> {
    let parts = NumberFormat::new(&Array::new(), options).format_to_parts(amount);
    let text =
        |part: &JsValue, key: &str| Reflect::get(part, &key.into()).ok().and_then(|text| text.as_string());
    parts.iter().filter_map(|part| Some((text(&part, "type")?, text(&part, "value")?))).collect()
}

fn normalize(text: &str) -> String {
    JsString::from(text).normalize("NFKC").into()
}

/// More marks in a row than [`stepup::locale::MAX_MARKS`]; joiners between them do not count.
fn has_stacked_marks(text: &str) -> bool {
    RegExp::new(r"(?:[\p{Mn}\p{Me}][\u200c\u200d]*){5}", "u").test(text)
}
