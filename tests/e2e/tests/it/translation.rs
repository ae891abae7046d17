//! A page that the browser translates: what is shown is what is, at every step of a transfer.

use crate::steps::{
    RENT, grouped, leave_to_log_in, nothing_was_moved, phone, rent_was_paid_once, sees_balance,
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    servers::Setup,
};

/// As the translator writes it.
fn translated(text: &str) -> String {
    format!("«{text}»")
}

async fn press(page: &Page, button: &str) -> Result<(), TestError> {
    page.button(&translated(button)).click().await
}

/// Each of these is to be seen once, translated, and none of those.
async fn shows(page: &Page, what: &[&str], no_longer: &[&str]) -> Result<(), TestFailure> {
    for text in what {
        page.everything().reads(&translated(text)).await?;
    }
    let seen = page.everything().text().await?;
    for text in what {
        assert_eq!(seen.matches(&translated(text)).count(), 1, "{text:?} in {seen:?}");
    }
    for text in no_longer {
        assert!(!seen.contains(text), "{text:?} is still in {seen:?}");
    }
    Ok(())
}

async fn types(page: &Page, label: &str, text: &str) -> Result<(), TestError> {
    page.field(&translated(label)).fill(text).await
}

/// Proves: translated-transfer
#[test]
fn translated_transfer_shows_the_current_state() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        leave_to_log_in(context).await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        page.translate().await?;

        page.link(&translated("Pay")).click().await?;
        // Errors come, change and go.
        types(page, "Payee name", RENT.name).await?;
        types(page, "Pay to (IBAN)", RENT.payee).await?;
        types(page, "Amount", "12.3456").await?;
        press(page, "Transfer").await?;
        page.css("#amount-error").reads("«").await?;
        let first = page.css("#amount-error").text().await?;
        types(page, "Amount", "0").await?;
        press(page, "Transfer").await?;
        page.css("#amount-error").reads("more than zero").await?;
        assert!(!page.everything().text().await?.contains(&first), "the first error is still there");

        types(page, "Amount", "99.00").await?;
        types(page, "Reference", RENT.reference).await?;
        press(page, "Transfer").await?;
        shows(page, &["Ben Example", "€99.00", &grouped(RENT.payee)], &["New transfer"]).await?;
        shows(page, &["Confirm transfer", "Cancel"], &[]).await?;

        // What is confirmed is the amount that is shown.
        press(page, "Cancel").await?;
        shows(page, &["New transfer"], &["Confirm transfer", "€99.00"]).await?;
        types(page, "Amount", RENT.amount).await?;
        press(page, "Transfer").await?;
        shows(page, &["Ben Example", "€12.50", RENT.reference, "Confirm transfer"], &["€99.00"]).await?;
        press(page, "Confirm transfer").await?;
        number_on(page).await?;

        // Back from the provider the page is another document; it is translated as well.
        page.back().await?;
        page.everything().reads("No money was moved").await?;
        page.translate().await?;
        shows(page, &["Not confirmed", "Check it again", "Cancel"], &["Confirm transfer"]).await?;
        nothing_was_moved(context).await?;
        let asked = servers.statuses("POST", "/transfer").len();
        press(page, "Check it again").await?;
        shows(page, &["Ben Example", "Confirm transfer", "€12.50"], &["Check it again"]).await?;
        assert_eq!(
            servers.statuses("POST", "/transfer").len(),
            asked,
            "only what says so sends the transfer"
        );
        press(page, "Confirm transfer").await?;
        let number = number_on(page).await?;
        phone.choose(&number).await?;

        page.status().reads("Transfer sent").await?;
        page.translate().await?;
        shows(page, &["Transfer sent", "Make another transfer"], &["Confirm transfer"]).await?;
        press(page, "Make another transfer").await?;
        shows(page, &["New transfer"], &["Transfer sent", "Make another transfer"]).await?;
        page.test_id("balance").reads("«€2,487.50»").await?;
        page.link(&translated("Home")).click().await?;
        shows(page, &["Your account", "Log out"], &["New transfer"]).await?;
        page.css("li.entry").reads("12.50").await?;
        rent_was_paid_once(context).await
    });
}

/// Proves: translation-excluded
#[test]
fn money_and_buttons_are_excluded() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        crate::steps::log_in(context, ADA).await?;
        crate::steps::review(page, RENT).await?;
        // `HTMLElement.translate` is what the browser makes of the attributes, inherited ones too.
        let open =
            "[...document.querySelectorAll('.receipt *, .actions button, .balance *, .entry *, nav button')]
            .filter(it => it.translate || !it.closest('.notranslate')).map(it => it.outerHTML)";
        assert_eq!(page.evaluate(open).await?, serde_json::json!([]));
        Ok(())
    });
}
