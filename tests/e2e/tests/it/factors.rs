//! The second factors as customers meet them: an app, recovery codes, and the phone that says no in two ways.

use crate::steps::{
    RENT, WELCOME, at_the_provider, grouped, log_in, nothing_was_moved, rent_was_paid_once, review,
    type_order,
};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    authenticator::Authenticator,
    eventually,
    people::{ADA, BEN, PASSWORD},
    provider_pages::enter_password,
    scenario,
    servers::Setup,
};

/// Until the provider asks for the second factor of a transfer.
pub(crate) async fn confirms(page: &Page) -> Result<(), TestError> {
    review(page, RENT).await?;
    page.button("Confirm transfer").click().await
}

/// The recovery codes that a page shows, to be written down.
pub(crate) async fn written_down(page: &Page) -> Result<Vec<String>, TestError> {
    page.heading("Your recovery codes").appears().await?;
    let shown = page.css("#codes").text().await?;
    page.link("I have written them down").click().await?;
    Ok(shown.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
}

/// Types a code and sends it.
pub(crate) async fn types(page: &Page, label: &str, code: &str) -> Result<(), TestError> {
    page.field(label).fill(code).await?;
    page.button("Confirm").click().await
}

async fn leaves_the_receipt(page: &Page) -> Result<(), TestError> {
    page.status().reads("Transfer sent").await?;
    page.button("Make another transfer").click().await
}

async fn rent_was_paid(context: &TestContext, times: i64) -> Result<(), TestFailure> {
    assert_eq!(context.servers.transfers_made().await?, times);
    assert_eq!(context.servers.balance_of(ADA).await?, ADA.opening - times * RENT.minor);
    assert_eq!(context.servers.balance_of(BEN).await?, BEN.opening + times * RENT.minor);
    Ok(())
}

/// Proves: threat-recovery-codes
#[test]
fn enrolled_app_confirms_and_so_does_a_recovery_code_once() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        confirms(page).await?;

        // No phone is paired, and nobody has to have one.
        page.link("Try another way").click().await?;
        page.button("Set up an authenticator app").click().await?;
        page.heading("Set up an authenticator app").appears().await?;
        let shown = page.everything().text().await?;
        assert!(shown.contains("12.50") && shown.contains(&grouped(BEN.iban)), "what is confirmed: {shown}");
        let mut app = Authenticator::typed_from(page).await?;
        types(page, "Type the 6 digits that the app shows now", &app.no_code()?).await?;
        page.alert().reads("This is not the code that your app shows now").await?;
        nothing_was_moved(context).await?;
        types(page, "Type the 6 digits that the app shows now", &app.code()?).await?;
        let codes = written_down(page).await?;
        assert_eq!(codes.len(), 10, "{codes:?}");
        page.status().reads("Your authenticator app is set up.").await?;
        page.button("Continue to Riser").click().await?;
        leaves_the_receipt(page).await?;
        rent_was_paid_once(context).await?;

        // From now on the app is what is asked for.
        confirms(page).await?;
        page.heading("Enter a code from your app").appears().await?;
        types(page, "Code", &app.code()?).await?;
        leaves_the_receipt(page).await?;
        rent_was_paid(context, 2).await?;

        confirms(page).await?;
        page.link("Try another way").click().await?;
        page.button("Enter a recovery code").click().await?;
        types(page, "Recovery code", &codes[0].to_lowercase()).await?;
        page.status().reads("You have 9 recovery codes left.").await?;
        page.button("Continue to Riser").click().await?;
        leaves_the_receipt(page).await?;
        rent_was_paid(context, 3).await?;

        confirms(page).await?;
        page.link("Try another way").click().await?;
        page.button("Enter a recovery code").click().await?;
        types(page, "Recovery code", &codes[0]).await?;
        page.alert().reads("This is none of the recovery codes that you have left.").await?;
        page.button("Cancel").click().await?;
        page.status().reads("You cancelled").await?;
        rent_was_paid(context, 3).await
    });
}

/// Proves: threat-unwanted-request
#[test]
fn not_me_moves_nothing_and_signs_the_browser_out() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let (phone, _) = at_the_provider(context).await?;
        phone.request().await?;
        phone.page().button("This was not me").click().await?;
        phone.page().alert().reads("The other browser was logged out").await?;
        phone.page().css(".history li").reads("Not you").await?;

        let said = page.alert().reads("You said that this was not you").await?;
        assert!(said.contains("No money was moved"), "{said}");
        // Whoever is at this page learns with the next look that the session is over.
        page.evaluate("dispatchEvent(new Event('visibilitychange'))").await?;
        page.heading(WELCOME).appears().await?;
        page.status().reads("This session was ended from your phone").await?;
        assert!(!page.everything().text().await?.contains("2,500.00"), "amounts are gone");
        assert!(!context.servers.tenant.requests("/userinfo").is_empty(), "the provider has told");

        // The customer themselves is told why the phone is not asked, and for how long.
        page.button("Log in").click().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        type_order(page, RENT).await?;
        review(page, RENT).await?;
        page.button("Confirm transfer").click().await?;
        let said = page.alert().reads("Your phone is not asked now").await?;
        assert!(said.contains("You said that a request was not yours") && said.contains("15 min"), "{said}");
        nothing_was_moved(context).await
    });
}

#[test]
fn phone_can_be_installed_and_reports_being_offline() {
    scenario(Setup::default(), async |context| {
        let phone = crate::steps::phone(context).await?;
        let page = phone.page();
        let manifest = page.css("link[rel=manifest]").attribute("href").await?;
        let installable = "fetch(document.querySelector('link[rel=manifest]').href).then(it => it.json())
            .then(it => Promise.all(it.icons.map(icon => fetch(icon.src)))
            .then(icons => [it.display, it.start_url, icons.every(icon => icon.ok)]))";
        let told = page.evaluate(installable).await?;
        assert_eq!(told, serde_json::json!(["standalone", "/phone", true]), "{manifest:?}");

        eventually("the service worker", async || {
            let at_work = page.evaluate("navigator.serviceWorker.ready.then(it => it.active.state)").await?;
            if at_work == "activated" { Ok(()) } else { Err(TestError::transient(at_work.to_string())) }
        })
        .await?;
        let rule = context.servers.tenant.when(|_| true).cut();
        page.reload().await?;
        page.heading("You are offline").appears().await?;
        rule.lift();
        page.link("Try again").click().await?;
        page.heading("Your phone").appears().await?;
        Ok(())
    });
}
