//! The client in other languages: which one, what is loaded, how money is written, and what is kept.

use crate::looks::look;
use crate::steps::{
    RENT, WELCOME, grouped, nothing_was_moved, open, open_pay_form, phone, rent_was_paid_once,
};
use axum::{http::StatusCode, response::IntoResponse};
use e2e::{
    Key, Page, TestContext, TestError, TestFailure,
    people::{ADA, PASSWORD},
    scenario,
    servers::{Provider, Servers, Setup},
};
use serde_json::Value;

/// The texts of a language, by their ids.
struct Catalogue(Value);

impl Catalogue {
    fn of(language: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../messages/");
        let text = std::fs::read_to_string(format!("{folder}{language}.json"))
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        Self(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{language}: {error}")))
    }

    fn text(&self, id: &str) -> &str {
        self.0[id].as_str().unwrap_or_else(|| panic!("{id} is no text"))
    }

    fn headline(&self, id: &str) -> &str {
        self.0[id]["headline"].as_str().unwrap_or_else(|| panic!("{id} has no headline"))
    }
}

/// The language of the document, and its direction.
async fn language_of(page: &Page) -> Result<Value, TestError> {
    page.evaluate("[document.documentElement.lang, document.documentElement.dir]").await
}

/// The catalogues that were asked for, by their languages.
fn loaded(servers: &Servers) -> Vec<String> {
    let asked = servers.app.matching(|request| request.path.starts_with("/messages/"));
    asked.iter().map(|request| request.path["/messages/".len()..][..2].to_owned()).collect()
}

async fn open_in(context: &TestContext, languages: &str, catalogue: &Catalogue) -> Result<(), TestError> {
    let TestContext { servers, page, .. } = context;
    page.wants_languages(languages).await?;
    page.open(&servers.app.at("/")).await?;
    page.heading(catalogue.text("welcome.heading")).appears().await
}

/// The provider's pages have a language of their own.
async fn enter_password(page: &Page) -> Result<(), TestError> {
    page.css("input[type=email]").fill(ADA.email).await?;
    page.css("input[type=password]").fill(PASSWORD).await?;
    page.css("input[type=password]").press(Key::Enter).await
}

/// Proves: language-of-page
#[test]
fn language_is_the_browsers_and_the_providers_pages_are_asked_for_in_it() {
    scenario(Setup { provider: Provider::FaultyProvider, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        let german = Catalogue::of("de");
        open_in(context, "nl,de-AT,fr", &german).await?;
        assert_eq!(language_of(page).await?, serde_json::json!(["de", "ltr"]));
        page.button(german.text("button.log_in")).click().await?;
        // Austria has the sign in front, Germany has it behind; the browser itself is American.
        page.test_id("balance").reads("€ 2.500,00").await?;
        let asked = servers.tenant.requests("/authorize");
        assert_eq!(asked[0].parameter("ui_locales"), "de de-AT");
        // The second document has it from the cache, where hosts name it by its content.
        let loaded = loaded(servers);
        assert!(!loaded.is_empty() && loaded.iter().all(|it| it == "de"), "one catalogue: {loaded:?}");
        look(page, "home-de").await?;
        page.link(german.text("nav.pay")).click().await?;
        page.button(german.text("button.transfer")).click().await?;
        look(page, "form-errors-de").await
    });
}

/// Proves: language-of-page
#[test]
fn unknown_languages_are_passed_over() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        open_in(context, "tlh,en-GB", &Catalogue::of("en")).await?;
        page.evaluate("localStorage.setItem('riser.language', '__proto__')").await?;
        page.reload().await?;
        page.heading(WELCOME).appears().await?;
        assert_eq!(language_of(page).await?, serde_json::json!(["en", "ltr"]));
        assert!(loaded(servers).iter().all(|language| language == "en"));
        Ok(())
    });
}

/// Proves: language-of-page, language-keeps-input
#[test]
fn chosen_language_is_kept_and_so_is_what_was_typed() {
    scenario(Setup { provider: Provider::FaultyProvider, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        let (french, german) = (Catalogue::of("fr"), Catalogue::of("de"));
        open(context).await?;
        page.button("Log in").click().await?;
        page.test_id("balance").reads("€2,500.00").await?;
        open_pay_form(page).await?;
        page.field("Reference").fill("Rent").await?;
        page.field("Amount").fill("9999.5").await?;
        page.field("Pay to (IBAN)").fill(RENT.payee).await?;
        page.alert().reads("You have 2,500.00 EUR.").await?;
        page.combobox("Language").choose("Français").await?;
        page.alert().reads("Vous avez 2\u{202f}500,00 EUR.").await?;
        page.field(french.text("form.reference")).holds("Rent").await?;
        page.field(french.text("form.payee")).holds(&grouped(RENT.payee)).await?;
        assert_eq!(page.evaluate("document.activeElement.id").await?, "language");
        page.link(french.text("nav.home")).click().await?;
        page.test_id("balance").reads("2\u{202f}500,00 €").await?;
        page.link(french.text("nav.pay")).click().await?;
        page.reload().await?;
        page.field(french.text("form.reference")).holds("Rent").await?;
        assert_eq!(language_of(page).await?, serde_json::json!(["fr", "ltr"]));
        assert_eq!(page.evaluate("localStorage.getItem('riser.language')").await?, "fr");
        // A catalogue that does not come leaves the page as it is, and says so.
        let is_german = |request: &e2e::server::Exchange| request.path.starts_with("/messages/de");
        let rule = servers.app.when(is_german).answer(|| StatusCode::NOT_FOUND.into_response());
        page.combobox(french.text("language.label")).choose("Deutsch").await?;
        page.status().reads(french.text("language.unavailable")).await?;
        page.combobox(french.text("language.label")).holds("fr").await?;
        rule.lift();
        page.combobox(french.text("language.label")).choose("Deutsch").await?;
        page.field(german.text("form.reference")).holds("Rent").await?;
        nothing_was_moved(context).await
    });
}

/// Proves: language-of-page
#[test]
fn page_without_its_catalogue_says_so_in_english() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let rule = servers.app.when(|request| request.path.starts_with("/messages/")).cut();
        page.wants_languages("ar").await?;
        page.open(&servers.app.at("/")).await?;
        page.heading("This page could not be loaded").appears().await?;
        assert_eq!(language_of(page).await?, serde_json::json!(["en", "ltr"]));
        rule.lift();
        page.link("Try again").click().await?;
        page.heading(Catalogue::of("ar").text("welcome.heading")).appears().await?;
        assert_eq!(language_of(page).await?, serde_json::json!(["ar", "rtl"]));
        Ok(())
    });
}

/// Proves: amount-round-trip, language-of-page
#[test]
fn whole_transfer_in_arabic() {
    scenario(Setup { currency: "KWD", ..Setup::default() }, async |context| whole_transfer(context).await);
}

async fn whole_transfer(context: &TestContext) -> Result<(), TestFailure> {
    let page = &context.page;
    let arabic = Catalogue::of("ar");
    let phone = phone(context).await?;
    open_in(context, "ar-EG", &arabic).await?;
    look(page, "signed-out-ar").await?;
    page.button(arabic.text("button.log_in")).click().await?;
    enter_password(page).await?;
    page.test_id("balance").reads("٢٥٠٫٠٠٠").await?;
    look(page, "home-ar").await?;
    page.link(arabic.text("nav.pay")).click().await?;
    page.button(arabic.text("button.transfer")).click().await?;
    look(page, "form-errors-ar").await?;
    page.field(arabic.text("form.name")).fill(RENT.name).await?;
    page.field(arabic.text("form.payee")).fill(RENT.payee).await?;
    // In the digits of the customer's country.
    page.field(arabic.text("form.amount")).fill("١٫٢٥ د.ك.").await?;
    page.field(arabic.text("form.reference")).fill(RENT.reference).await?;
    page.button(arabic.text("button.transfer")).click().await?;
    page.everything().reads(&grouped(RENT.payee)).await?;
    page.everything().reads("١٫٢٥٠").await?;
    look(page, "confirmation-ar").await?;
    page.button(arabic.text("button.confirm")).click().await?;
    let number = page.css(".number").text().await?;
    phone.choose(number.trim()).await?;
    page.status().reads(arabic.headline("step.done")).await?;
    look(page, "done-ar").await?;
    rent_was_paid_once(context).await?;
    page.button(arabic.text("nav.log_out")).click().await?;
    page.heading(arabic.text("welcome.heading")).appears().await?;
    Ok(())
}
