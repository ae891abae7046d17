//! Money and moments, written as the customer's browser writes them (ECMA-402).

use js_sys::{
    Array, Date,
    Intl::{DateTimeFormat, NumberFormat, NumberFormatOptions, NumberFormatStyle, SignDisplay},
    Object, Reflect,
};
use stepup::money::Money;
use wasm_bindgen::JsValue;

/// `€1,234.50`.
pub(crate) fn money(money: &Money) -> String {
    write(money.amount, &money.currency, SignDisplay::Auto)
}

/// `+€12.50`, or `-€12.50` for what left the account.
pub(crate) fn signed(money: &Money, outgoing: bool) -> String {
    let amount = if outgoing { -money.amount } else { money.amount };
    write(amount, &money.currency, SignDisplay::ExceptZero)
}

fn write(minor: i64, currency: &str, sign: SignDisplay) -> String {
    // `Intl` throws on anything else, and an exception would stop the whole application.
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_alphabetic()) {
        return [&minor.to_string(), " (minor units) ", currency].concat();
    }
    let options = NumberFormatOptions::new();
    options.set_style(NumberFormatStyle::Currency);
    options.set_currency(currency);
    options.set_sign_display(sign);
    let format = NumberFormat::new(&Array::new(), &options);
    // The customer's locale does not change how many minor units make one unit; ISO 4217 does, and `Intl` knows it.
    let digits = number(&format.resolved_options(), "maximumFractionDigits").unwrap_or(2.0);
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 minor units, more than any bank holds")]
    let amount = minor as f64 / 10_f64.powf(digits);
    text(format.format().call1(&JsValue::UNDEFINED, &amount.into())).unwrap_or_else(|| minor.to_string())
}

/// A moment in RFC 3339, as in `22 Nov 2025, 20:36`, in the customer's time zone; what cannot be read stays as it is.
pub(crate) fn moment(rfc3339: &str) -> String {
    write_date(rfc3339, [("dateStyle", "medium"), ("timeStyle", "short")])
}

/// A day in RFC 3339, as in `22 Nov 2025`. It is the bank's day, wherever the customer is.
pub(crate) fn day(rfc3339: &str) -> String {
    write_date(rfc3339, [("dateStyle", "medium"), ("timeZone", "UTC")])
}

fn write_date(rfc3339: &str, settings: [(&str, &str); 2]) -> String {
    let date = Date::new(&rfc3339.into());
    if date.get_time().is_nan() {
        return rfc3339.to_owned();
    }
    let options = Object::new();
    for (key, value) in settings {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&options, &key.into(), &value.into());
    }
    let format = DateTimeFormat::new(&Array::new(), &options).format();
    text(format.call1(&JsValue::UNDEFINED, &date)).unwrap_or_else(|| rfc3339.to_owned())
}

fn number(object: &Object, key: &str) -> Option<f64> {
    Reflect::get(object, &key.into()).ok()?.as_f64()
}

fn text(value: Result<JsValue, JsValue>) -> Option<String> {
    value.ok()?.as_string()
}
