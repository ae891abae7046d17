//! What people paste, fill in by other programs, and pay in other currencies: what the bank books is what was meant.

use crate::steps::{
    RENT, is_transfer, leave_to_log_in, log_in, nothing_was_moved, open_pay_form, phone, review, type_order,
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    people::{ADA, BEN, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    servers::Setup,
};
use serde_json::{Value, json};

/// Pastes into a field as the browser does: what the field does not take is lost.
async fn paste(page: &Page, id: &str, text: &str) -> Result<(), TestError> {
    let text = json!(text);
    let script = format!(
        "(() => {{ const field = document.getElementById('{id}'); field.focus(); field.select(); \
         return document.execCommand('insertText', false, {text}); }})()"
    );
    match page.evaluate(&script).await? {
        Value::Bool(true) => Ok(()),
        other => Err(TestError::permanent(format!("pasting into {id} was answered {other}"))),
    }
}

/// What the receipt on a page shows, with plain blanks.
async fn receipt(page: &Page) -> Result<String, TestError> {
    Ok(plain(&page.css(".receipt").text().await?))
}

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// The orders that reached the bank, as they were sent.
fn orders(context: &TestContext) -> Vec<Value> {
    let sent = context.servers.api().matching(is_transfer);
    sent.into_iter().filter_map(|request| request.body).collect()
}

/// Proves: input-not-cut, amount-parsing
#[test]
fn pasted_order_is_booked_as_it_was_meant() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        paste(page, "name", " Ben\u{a0}Example\u{200b}\u{ad} ").await?;
        paste(page, "payee", "IBAN:\u{a0}GB٨٢\u{200b} WEST‑1234 ５６９８ 7654 32.  ").await?;
        paste(page, "amount", &format!("{}\u{200e}1,234.56\u{202f}€. ", " ".repeat(20))).await?;
        paste(
            page,
            "reference",
            "\u{feff}Invoice\u{a0}2025\u{200b}-117, \u{2068}می\u{200c}خواهم\u{2069}\u{ad}",
        )
        .await?;
        page.button("Transfer").click().await?;
        let seen = receipt(page).await?;
        for part in ["€1,234.56", "GB82 WEST 1234 5698 7654 32", "Invoice 2025-117, می\u{200c}خواهم"]
        {
            assert!(seen.contains(part), "{part:?} is not in {seen:?}");
        }
        page.button("Confirm transfer").click().await?;
        let number = number_on(page).await?;
        let asked = plain(&phone.request().await?);
        for part in ["€1,234.56", "GB82 WEST 1234 5698 7654 32", "Invoice 2025-117, می\u{200c}خواهم"]
        {
            assert!(asked.contains(part), "{part:?} is not in {asked:?}");
        }
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        for order in orders(context) {
            assert_eq!(
                order,
                json!({
                    "payee": BEN.iban,
                    "payee_name": BEN.name,
                    "name_check": "match",
                    "amount": { "amount": 123_456, "currency": "EUR" },
                    "reference": "Invoice 2025-117, می\u{200c}خواهم",
                })
            );
        }
        assert_eq!(servers.transfers_made().await?, 1);
        assert_eq!(servers.balance_of(BEN).await?, BEN.opening + 123_456);
        Ok(())
    });
}

/// Proves: input-not-cut, amount-other-currency, reference-display
#[test]
fn invalid_input_is_reported_and_not_cut() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        let long = format!("{} invoice 4711", "x".repeat(150));
        for (id, pasted, said) in [
            ("amount", "$12.50", "This account pays in EUR, not in $."),
            ("amount", "12.505", "Use digits with 2 decimals at most, for example 12.50."),
            ("reference", long.as_str(), "this one has 163"),
            ("reference", "safe \u{202e}evil", "without marks that turn it around"),
            ("reference", "Z\u{321}\u{362}\u{334}\u{353}\u{326}", "4 accents or marks at most"),
        ] {
            paste(page, id, pasted).await?;
            page.button("Transfer").click().await?;
            page.css(&format!("#{id}-error")).reads(said).await?;
            page.css(&format!("#{id}")).holds(pasted).await?;
            paste(page, id, "1").await?;
        }
        assert!(orders(context).is_empty());
        nothing_was_moved(context).await
    });
}

/// Proves: form-autofill
#[test]
fn autofilled_order_is_accepted() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        for (id, text) in [
            ("name", RENT.name),
            ("payee", RENT.payee),
            ("amount", RENT.amount),
            ("reference", RENT.reference),
        ] {
            let fill = format!(
                "(() => {{ const field = document.getElementById('{id}'); field.value = {}; \
                 field.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()",
                json!(text)
            );
            page.evaluate(&fill).await?;
        }
        page.button("Transfer").click().await?;
        let seen = receipt(page).await?;
        for part in ["€12.50", "GB82 WEST 1234 5698 7654 32", RENT.reference] {
            assert!(seen.contains(part), "{part:?} is not in {seen:?}");
        }
        // Whoever types is not asked to do it twice.
        page.button("Cancel").click().await?;
        type_order(page, RENT).await?;
        review(page, RENT).await?;
        Ok(())
    });
}

/// From the balance to the receipt in a currency, with what is shown and booked on the way.
async fn pays_in(
    context: &TestContext,
    currency: &str,
    balance: &str,
    typed: &str,
    shown: &str,
) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let phone = phone(context).await?;
    leave_to_log_in(context).await?;
    enter_password(page, ADA.email, PASSWORD).await?;
    page.test_id("balance").reads(balance).await?;
    open_pay_form(page).await?;
    page.field("Payee name").fill(BEN.name).await?;
    page.field("Pay to (IBAN)").fill(BEN.iban).await?;
    page.field("Amount").fill(typed).await?;
    page.button("Transfer").click().await?;
    let seen = receipt(page).await?;
    assert!(seen.contains(shown), "{seen:?}");
    page.button("Confirm transfer").click().await?;
    let number = number_on(page).await?;
    let asked = plain(&phone.request().await?);
    assert!(asked.contains(shown), "{asked:?}");
    phone.choose(&number).await?;
    page.status().reads("Transfer sent").await?;
    let seen = receipt(page).await?;
    assert!(seen.contains(shown), "{seen:?}");
    for order in orders(context) {
        assert_eq!(order["amount"], json!({ "amount": 1_250, "currency": currency }));
    }
    assert_eq!(servers.balance_of(BEN).await?, BEN.opening + 1_250);
    assert_eq!(servers.transfers_made().await?, 1);
    Ok(())
}

/// Proves: currencies
#[test]
fn forint_is_paid_with_two_decimals() {
    scenario(Setup { currency: "HUF", ..Setup::default() }, async |context| {
        pays_in(context, "HUF", "HUF 2,500.00", "12.5 Ft", "HUF 12.50").await
    });
}

/// Proves: currencies
#[test]
fn yen_is_paid_without_decimals() {
    scenario(Setup { currency: "JPY", ..Setup::default() }, async |context| {
        pays_in(context, "JPY", "¥250,000", "￥1,250", "¥1,250").await
    });
}

/// Proves: currencies
#[test]
fn dinar_is_paid_with_three_decimals() {
    scenario(Setup { currency: "KWD", ..Setup::default() }, async |context| {
        pays_in(context, "KWD", "KWD 250.000", "1.25 KWD", "KWD 1.250").await
    });
}
