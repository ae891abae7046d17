//! Money and moments, written by the browser in the language of the page (ECMA-402).

use js_sys::{
    Array, Date,
    Intl::{DateTimeFormat, NumberFormat},
    Object, Reflect,
};
use leptos::prelude::document;
use stepup::domain::{Money, money::minor_digits};
use wasm_bindgen::{JsCast, JsValue};

/// How the page's language is written where the customer lives, as `index.html` has found out. Without one (in tests), the
/// browser's own.
pub(crate) fn locale() -> Option<String> {
    document().document_element()?.get_attribute("data-locale")
}

fn locales() -> Array {
    locale().iter().map(|tag| JsValue::from_str(tag)).collect()
}

/// `€1,234.50`.
#[must_use]
pub fn money(money: &Money) -> String {
    write(money, "auto")
}

/// `+€12.50`, or `-€12.50` for what left the account.
#[must_use]
pub fn signed(money: &Money, outgoing: bool) -> String {
    let amount = if outgoing { -money.amount } else { money.amount };
    write(&Money { amount, currency: money.currency.clone() }, "exceptZero")
}

/// How amounts of a currency are written, with so many decimals at least and at most. Those of ISO 4217 are not those of the
/// browser, which has what is usual in cash: none for the forint.
pub(crate) fn amounts(currency: &str, decimals: [u8; 2], setting: (&str, &str)) -> NumberFormat {
    let [least, most] = decimals.map(|digits| digits.to_string());
    let options = options(&[
        ("style", "currency"),
        ("currency", currency),
        ("minimumFractionDigits", &least),
        ("maximumFractionDigits", &most),
        setting,
    ]);
    NumberFormat::new(&locales(), options.unchecked_ref())
}

fn write(money: &Money, sign: &str) -> String {
    // `Intl` throws on anything else, and an exception would stop the whole application. What has no minor unit is no amount.
    let money = Money { currency: money.currency.to_ascii_uppercase(), ..*money };
    let Some(digits) = minor_digits(&money.currency) else {
        return [&money.amount.to_string(), " (minor units) ", &money.currency].concat();
    };
    // Out of a text `Intl` reads a decimal number of any size; a float would be rounded.
    let decimal = money.decimal();
    let format = amounts(&money.currency, [digits; 2], ("signDisplay", sign)).format();
    text(format.call1(&JsValue::UNDEFINED, &decimal.as_str().into())).unwrap_or(decimal)
}

fn options(settings: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in settings {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
    }
    options
}

/// A moment in RFC 3339, as in `22 Nov 2025, 20:36`, in the customer's time zone; what cannot be read stays as it is.
pub(crate) fn moment(rfc3339: &str) -> String {
    write_date(rfc3339, [("dateStyle", "medium"), ("timeStyle", "short")])
}

/// A day in RFC 3339, as in `22 Nov 2025`. It is the bank's day, wherever the customer is.
pub(crate) fn day(rfc3339: &str) -> String {
    write_date(rfc3339, [("dateStyle", "medium"), ("timeZone", "UTC")])
}

/// The day of a moment, where the customer is.
pub(crate) fn local_day(rfc3339: &str) -> String {
    write_date(rfc3339, [("dateStyle", "medium"), ("calendar", "gregory")])
}

/// A month as in `2026-11`, as in `November 2026`.
pub(crate) fn month(month: &str) -> String {
    write_date(&[month, "-01"].concat(), [("year", "numeric"), ("month", "long")])
}

/// So many months, as in `2026-11`, from this one back.
pub(crate) fn last_months(count: u32) -> Vec<String> {
    let now = Date::new_0();
    let this = now.get_full_year() * 12 + now.get_month();
    let name = |at: u32| [(at / 12).to_string(), format!("{:02}", at % 12 + 1)].join("-");
    (0..count).map(|back| name(this - back)).collect()
}

fn write_date(rfc3339: &str, settings: [(&str, &str); 2]) -> String {
    let date = Date::new(&rfc3339.into());
    if date.get_time().is_nan() {
        return rfc3339.to_owned();
    }
    let format = DateTimeFormat::new(&locales(), &options(&settings)).format();
    text(format.call1(&JsValue::UNDEFINED, &date)).unwrap_or_else(|| rfc3339.to_owned())
}

fn text(value: Result<JsValue, JsValue>) -> Option<String> {
    value.ok()?.as_string()
}
