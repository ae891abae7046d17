//! What people type and paste into the form, and what is sent of it.

use serde_json::Value;
use stepup::domain::{Draft, Iban, IbanError, Locale, MAX_MARKS, Order};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::english;

/// As the browser has it, in English.
fn browser() -> Locale {
    Locale {
        normalize: |text| text.nfkc().collect(),
        has_stacked_marks: |text| {
            let mut marks = 0;
            text.chars().filter(|c| !matches!(c, '\u{200c}' | '\u{200d}')).any(|c| {
                let mark = matches!(
                    c.general_category(),
                    GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
                );
                marks = if mark { marks + 1 } else { 0 };
                marks > MAX_MARKS
            })
        },
        ..Locale::default()
    }
}

fn order(
    payee: &str,
    amount: &str,
    reference: &str,
    currency: &str,
) -> Result<Order, stepup::domain::DraftErrors> {
    let draft = Draft {
        name: String::new(),
        payee: payee.into(),
        amount: amount.into(),
        reference: reference.into(),
    };
    draft.validate(currency, browser(), None)
}

const PAYEE: &str = "GB82WEST12345698765432";

fn cases(text: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(text).expect("a table");
    table["cases"].as_array().expect("its cases").clone()
}

/// Proves: reference-characters
#[test]
fn reference_follows_the_table() {
    let cases = cases(include_str!("../../../../tests/tables/references.json"));
    assert!(cases.len() > 60);
    for case in cases {
        let text = case["text"].as_str().expect("a text");
        let sent = order(PAYEE, "1", text, "EUR").ok().map(|order| order.reference);
        assert_eq!(sent.as_deref(), case["sent"].as_str(), "{case}");
        if let Some(sent) = sent {
            let again = order(PAYEE, "1", &sent, "EUR").expect("what was sent can be sent");
            assert_eq!(again.reference, sent, "{case}");
        }
    }
}

/// Proves: input-not-cut
#[test]
fn long_reference_is_counted() {
    let text = "x".repeat(152);
    let errors = order(PAYEE, "1", &text, "EUR").expect_err("too long");
    assert_eq!(
        errors.reference.map(|error| english::message(error.id, &error.arguments)).as_deref(),
        Some("A reference has at most 140 characters; this one has 152.")
    );
}

/// Proves: iban
#[test]
fn iban_follows_the_table() {
    for case in cases(include_str!("../../../../tests/tables/ibans.json")) {
        let text = case["text"].as_str().expect("a text");
        let read = Iban::from_input(text, browser());
        assert_eq!(read.ok().as_ref().map(Iban::as_str), case["iban"].as_str(), "{case}");
    }
}

/// Proves: iban
#[test]
fn pasted_iban_is_accepted() {
    for text in [
        "gb82 west 1234 5698 7654 32",
        "GB82-WEST-1234-5698-7654-32",
        "GB82.WEST.1234.5698.7654.32",
        "GB82\u{2011}WEST\u{2013}1234\u{2212}5698 7654 32",
        "GB82\u{a0}WEST\u{2009}1234\u{202f}5698\u{3000}7654\u{2007}32",
        "\u{feff}GB82\u{200b}WEST\u{2060}1234\u{ad}5698\u{200e}7654\u{202c}32\u{2069}",
        "GB82WEST12345698765432\u{fe0f}\u{e0041}",
        "\tGB82 WEST 1234 5698 7654 32\r\n",
        "IBAN GB82 WEST 1234 5698 7654 32",
        "IBAN: GB82WEST12345698765432",
        "iban : gb82west12345698765432",
        "IBAN:GB82WEST12345698765432. ",
        "IBAN (GBP): GB82 WEST 1234 5698 7654 32",
        "IBAN-Nr.: GB82 WEST 1234 5698 7654 32",
        "Kontonummer (IBAN): GB82 WEST 1234 5698 7654 32",
        "“GB82 WEST 1234 5698 7654 32”",
        "GB82 WEST 1234 5698 7654 32.  ",
        "ＧＢ８２ ＷＥＳＴ １２３４ ５６９８ ７６５４ ３２",
        "GB٨٢ WEST ١٢٣٤ ٥٦٩٨ ٧٦٥٤ ٣٢",
        "GB۸۲ WEST ۱۲۳۴ ۵۶۹۸ ۷۶۵۴ ۳۲",
        "GB८२ WEST १२३४ ५६९८ ७६५४ ३२",
        "𝐆𝐁𝟖𝟐 𝐖𝐄𝐒𝐓 𝟏𝟐𝟑𝟒 𝟓𝟔𝟗𝟖 𝟕𝟔𝟓𝟒 𝟑𝟐",
    ] {
        assert_eq!(Iban::from_input(text, browser()).as_ref().map(Iban::as_str), Ok(PAYEE), "{text:?}");
    }
    let norway = Iban::from_input("IBAN NO93 8601 1117 947", browser());
    assert_eq!(norway.as_ref().map(Iban::as_str), Ok("NO9386011117947"));
    for (text, error) in [
        ("IBAN", IbanError::Empty),
        ("IBAN:", IbanError::Empty),
        // A Cyrillic letter that looks like B.
        ("GВ82WEST12345698765432", IbanError::Character),
        (
            "GB82WEST12345698765432 GB82WEST12345698765432",
            IbanError::Length { country: ['G', 'B'], found: 44, expected: 22 },
        ),
    ] {
        assert_eq!(Iban::from_input(text, browser()), Err(error), "{text:?}");
    }
}

/// Proves: currencies
#[test]
fn amount_is_sent_in_minor_units() {
    for (text, currency, minor) in [
        ("12.50", "HUF", 1250),
        ("12.50", "IDR", 1250),
        ("12.50", "COP", 1250),
        ("12.50", "PKR", 1250),
        ("12.50", "RSD", 1250),
        ("1,250", "JPY", 1250),
        ("1.250", "KWD", 1250),
        ("0.0001", "CLF", 1),
    ] {
        let order = order(PAYEE, text, "", currency).expect("an order");
        assert_eq!((order.amount.amount, order.amount.currency.as_str()), (minor, currency), "{text}");
    }
    for (text, currency) in
        [("12.50", "JPY"), ("1.2345", "KWD"), ("12.505", "HUF"), ("1", "XXX"), ("1", "huf")]
    {
        assert!(order(PAYEE, text, "", currency).is_err(), "{text} {currency}");
    }
}

/// Proves: amount-other-currency
#[test]
fn other_currency_is_explained() {
    for (text, found) in [("$12.50", "$"), ("12.50 USD", "USD"), ("CHF 12", "CHF"), ("12 zł", "zł")] {
        let errors = order(PAYEE, text, "", "EUR").expect_err("another currency");
        let error = errors.amount.expect("it is about the amount");
        let said = english::message(error.id, &error.arguments);
        assert_eq!(said, format!("This account pays in EUR, not in {found}."), "{text}");
    }
}
