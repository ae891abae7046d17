//! Whatever the page writes can be typed back, in every locale that the browser knows: written by the page's own code, read by
//! the core's, in a real browser.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{cell::RefCell, collections::BTreeMap};

use js_sys::{Array, Function, Promise};
use riser::{driver::locale::locale, format};
use stepup::domain::{AmountError, Locale, Money, Notation, money};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Languages and countries that differ in how they write numbers, and more.
const TAGS: &str = include_str!("tables/locales.txt");

/// Two decimals, none, three; one that the browser gives no decimals, and one that has a decimal sign of its own.
const CURRENCIES: [&str; 5] = ["EUR", "JPY", "KWD", "HUF", "CVE"];

/// The language of the page, until the next one.
fn speak(tag: &str) {
    let root = leptos::prelude::document().document_element().unwrap();
    root.set_attribute("data-locale", tag).unwrap();
    NOTATIONS.with_borrow_mut(BTreeMap::clear);
}

/// The tags among them that this browser has data for, and a few of them in every numbering system that it has.
fn tags() -> Vec<String> {
    let resolve = Function::new_with_args(
        "tag",
        "return new Intl.Locale(tag).toString() === new Intl.NumberFormat(tag).resolvedOptions().locale",
    );
    let is_known = |tag: &&str| resolve.call1(&JsValue::UNDEFINED, &(*tag).into()).unwrap().is_truthy();
    let known: Vec<String> = TAGS.lines().filter(is_known).map(str::to_owned).collect();
    assert!(known.len() >= 200, "the browser has data for {} locales", known.len());
    let systems = Function::new_no_args("return Intl.supportedValuesOf('numberingSystem')");
    let systems = Array::from(&systems.call0(&JsValue::UNDEFINED).unwrap());
    let systems = systems.iter().filter_map(|name| name.as_string());
    let numbered = systems.flat_map(|name| ["de", "ar"].map(|tag| [tag, "-u-nu-", &name].concat()));
    known.into_iter().chain(numbered).collect()
}

thread_local! {
    static NOTATIONS: RefCell<BTreeMap<String, Notation>> = RefCell::default();
}

/// The browser's functions, asked for each currency's notation once: it takes a while.
fn browser() -> Locale {
    let notation = |currency: &str| {
        NOTATIONS.with_borrow_mut(|known| {
            known.entry(currency.to_owned()).or_insert_with(|| (locale().notation)(currency)).clone()
        })
    };
    Locale { notation, ..locale() }
}

/// Amounts at the edges of groups and decimals, and some that nobody chose.
fn amounts(random: &mut u64) -> Vec<i64> {
    let edges = [1, 1250, 123_456, 9_876_543_210];
    let random = [4, 7, 10].into_iter().map(|digits| {
        // xorshift64
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        i64::try_from(*random % 10_u64.pow(digits)).unwrap() + 1
    });
    edges.into_iter().chain(random).collect()
}

async fn breathe() {
    let task = Promise::new(&mut |resolve, _| {
        leptos::prelude::window().set_timeout_with_callback(&resolve).unwrap();
    });
    JsFuture::from(task).await.unwrap();
}

async fn reads_back(share: usize) {
    let tags = tags();
    let mut random = 0x9e37_79b9_7f4a_7c15;
    let mut wrong = Vec::new();
    for tag in tags.iter().skip(share).step_by(4) {
        speak(tag);
        for currency in CURRENCIES {
            for amount in amounts(&mut random) {
                let money = Money { amount, currency: currency.to_owned() };
                for written in
                    [format::money(&money), (locale().write)(&money), format::signed(&money, false)]
                {
                    let read = money::parse(&written, currency, browser());
                    if read != Ok(amount) {
                        wrong.push(format!(
                            "{tag}: {amount} {currency} is written {written:?} and read {read:?}"
                        ));
                    }
                }
            }
        }
        breathe().await;
    }
    speak("en");
    assert!(wrong.is_empty(), "{} amounts: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}

/// Proves: amount-round-trip
#[wasm_bindgen_test]
async fn written_amount_is_read_back_in_the_first_quarter_of_locales() {
    reads_back(0).await;
}

/// Proves: amount-round-trip
#[wasm_bindgen_test]
async fn written_amount_is_read_back_in_the_second_quarter_of_locales() {
    reads_back(1).await;
}

/// Proves: amount-round-trip
#[wasm_bindgen_test]
async fn written_amount_is_read_back_in_the_third_quarter_of_locales() {
    reads_back(2).await;
}

/// Proves: amount-round-trip
#[wasm_bindgen_test]
async fn written_amount_is_read_back_in_the_fourth_quarter_of_locales() {
    reads_back(3).await;
}

/// Proves: minor-units
#[wasm_bindgen_test]
fn amount_has_exactly_the_digits_of_iso_4217() {
    let written = |amount, currency: &str| format::money(&Money { amount, currency: currency.to_owned() });
    speak("en");
    for (amount, currency, expected) in [
        (1250, "HUF", "HUF\u{a0}12.50"),
        (1250, "IDR", "IDR\u{a0}12.50"),
        (1250, "COP", "COP\u{a0}12.50"),
        (1250, "PKR", "PKR\u{a0}12.50"),
        (1250, "RSD", "RSD\u{a0}12.50"),
        (1250, "JPY", "¥1,250"),
        (1250, "KWD", "KWD\u{a0}1.250"),
        (1250, "CLF", "CLF\u{a0}0.1250"),
        (-1250, "EUR", "-€12.50"),
        (9_007_199_254_740_993, "EUR", "€90,071,992,547,409.93"),
        (i64::MAX, "EUR", "€92,233,720,368,547,758.07"),
        (1250, "eur", "€12.50"),
        (1250, "XAU", "1250 (minor units) XAU"),
        (1250, "", "1250 (minor units) "),
    ] {
        assert_eq!(written(amount, currency), expected);
    }
    speak("hu");
    assert_eq!(written(1_234_567, "HUF"), "12\u{a0}345,67\u{a0}Ft");
    speak("ar-EG");
    assert_eq!(written(1_234_567, "KWD"), "\u{200f}١٬٢٣٤٫٥٦٧\u{a0}د.ك.\u{200f}");
    speak("en");
}

/// Proves: amount-parsing
#[wasm_bindgen_test]
fn amount_is_read_with_what_the_locale_calls_the_currency() {
    for (tag, currency, text, read) in [
        ("en", "EUR", "12.50 euros", Ok(1250)),
        ("de", "EUR", "12,50 Euro", Ok(1250)),
        ("en", "HUF", "12.50 Ft", Ok(1250)),
        ("hu", "HUF", "12 500 Ft", Ok(1_250_000)),
        ("pl", "PLN", "12,50 zł", Ok(1250)),
        ("da", "DKK", "12,50 kr.", Ok(1250)),
        ("ja", "JPY", "1,250円", Ok(1250)),
        ("ja", "JPY", "￥１，２５０", Ok(1250)),
        ("fr-CA", "CAD", "1 250,50 $", Ok(125_050)),
        ("ar-EG", "EGP", "١٢٫٥٠ ج.م.", Ok(1250)),
        ("en", "EUR", "$12.50", Err(AmountError::OtherCurrency("$".into()))),
        ("en", "CAD", "US$12.50", Err(AmountError::OtherCurrency("US$".into()))),
        ("de", "KWD", "1.250", Err(AmountError::Ambiguous(1_250_000, 1250))),
    ] {
        speak(tag);
        assert_eq!(money::parse(text, currency, locale()), read, "{tag}: {text}");
    }
    speak("en");
}

/// Proves: reference-display
#[wasm_bindgen_test]
fn detects_stacked_marks() {
    let stacked = locale().has_stacked_marks;
    for (text, is) in [
        ("Rent", false),
        ("e\u{301}\u{302}\u{303}\u{304}", false),
        ("e\u{301}\u{302}\u{303}\u{304}\u{305}", true),
        ("ก็็็็็", true),
        ("လျှို့ဝှက်", false),
        ("ب\u{64b}\u{64b}\u{200d}\u{64b}\u{64b}\u{200d}\u{64b}", true),
    ] {
        assert_eq!(stacked(text), is, "{text:?}");
    }
}
