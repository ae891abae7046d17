//! The pages speak the customer's language: the client's wish, else the browser's.

use serde_json::{Value, json};

use crate::harness::{
    ADA, Answer, BALANCE, Browser, PASSWORD, TRANSFER, World, authorize, authorize_with, config,
};

fn rent() -> String {
    json!([{
        "type": "payment_initiation",
        "identifier": "1",
        "instructedAmount": { "currency": "EUR", "amount": "1234.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "creditorName": "Ben Example",
        "creditorNameCheck": "no-match",
        "remittanceInformationUnstructured": "Rent",
    }])
    .to_string()
}

fn speaks(page: &Answer, tag: &str) -> bool {
    let direction = if tag == "ar" { " dir=\"rtl\"" } else { "" };
    page.body.contains(&format!("<html lang=\"{tag}\"{direction}>"))
}

fn accepting(world: &World, languages: &str) -> Browser {
    let mut browser = world.browser();
    browser.headers.insert("accept-language", languages.parse().unwrap());
    browser
}

#[tokio::test]
async fn payment_is_asked_for_in_each_language() {
    for (tag, question, remark) in [
        ("en", "Pay €1,234.50 to Ben Example?", "This name does not match the account."),
        ("de", "1.234,50\u{a0}€ an Ben Example zahlen?", "Der Name passt nicht zum Konto."),
        ("fr", "Payer 1\u{202f}234,50\u{a0}€ à Ben Example ?", "Ce nom ne correspond pas au compte."),
        (
            "ar",
            "دفع \u{2068}1,234.50\u{a0}€\u{2069} إلى \u{2068}Ben Example\u{2069}؟",
            "لا يطابق هذا الاسم الحساب.",
        ),
    ] {
        let world = World::new().await;
        let mut phone = world.phone(ADA).await;
        phone.headers.insert("accept-language", tag.parse().unwrap());
        let mut tab = world.logged_in(ADA).await;
        let rent = rent();
        let request = [("scope", TRANSFER), ("authorization_details", &*rent), ("ui_locales", tag)];
        let waiting = tab.follow(&authorize_with(&request)).await;
        for page in [&waiting, &phone.get("/phone").await] {
            assert!(speaks(page, tag), "{page:?}");
            assert!(page.body.contains(question) && page.body.contains(remark), "{tag}: {page:?}");
        }
        // What the client is told is not for people.
        phone.deny().await;
        let refusal = tab.get(&format!("/u/mfa?state={}", waiting.input("state"))).await.refusal();
        assert_eq!(refusal.1, "The customer denied the request on the phone.");
    }
}

#[tokio::test]
async fn wish_of_client_comes_before_that_of_browser_and_stays() {
    let world = World::new().await;
    let mut browser = accepting(&world, "fr-FR, en;q=0.5");
    assert!(speaks(&browser.get("/phone").await, "fr"));
    let page = browser.follow(&authorize_with(&[("ui_locales", "nl de-AT en")])).await;
    assert!(speaks(&page, "de") && page.body.contains("<h1>Anmelden</h1>"), "{page:?}");
    assert!(speaks(&browser.get("/phone").await, "de"), "the client's wish stays");
    // Languages that there are not are no wish, and no error.
    for unknown in ["nl", "x-klingon", ""] {
        let page = accepting(&world, "fr").follow(&authorize_with(&[("ui_locales", unknown)])).await;
        assert!(speaks(&page, "fr"), "{unknown:?}: {page:?}");
    }
    let mut forged = accepting(&world, "de");
    forged.cookies.insert("riser_tenant_language".to_owned(), ("\"><script>".to_owned(), "/".to_owned()));
    assert!(speaks(&forged.get("/phone").await, "de"));
}

#[tokio::test]
async fn scopes_and_refusals_are_translated() {
    let mut config = config();
    config.apis[0].scopes[1].asks_to_in.insert("de".to_owned(), "Geld von Ihrem Konto überweisen".to_owned());
    let world = World::with(config).await;
    let mut tab = accepting(&world, "de");
    let page = tab.follow(&authorize_with(&[("prompt", "consent")])).await;
    assert!(page.body.contains("wissen, dass Sie es sind"), "{page:?}");
    assert!(page.body.contains("<li>see your balance</li>"), "without a translation as it is: {page:?}");
    let (state, form_token) = (page.input("state"), page.input("form_token"));
    let form = [("state", &*state), ("form_token", &*form_token), ("email", ADA), ("password", "wrong")];
    let wrong = tab.post("/u/login", &form).await;
    assert_eq!(wrong.texts("role=\"alert\""), ["E-Mail und Passwort passen nicht zusammen."]);
    let form = [("state", &*state), ("form_token", &*form_token), ("email", ADA), ("password", PASSWORD)];
    tab.post("/u/login", &form).await;
    let asked = tab.follow(&authorize(TRANSFER)).await;
    assert!(asked.body.contains("Riser möchte Geld von Ihrem Konto überweisen."), "{asked:?}");
    let nowhere = tab.get("/nowhere").await;
    assert!(nowhere.body.contains("Hier ist nichts"), "{nowhere:?}");
}

#[tokio::test]
async fn metadata_names_languages() {
    let document: Value = World::new().await.browser().get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["ui_locales_supported"], json!(["en", "de", "fr", "ar"]));
}

#[tokio::test]
async fn log_stays_english() {
    let mut browser = accepting(&World::new().await, "de");
    browser.follow(&authorize(BALANCE)).await;
    browser.address = Some("127.0.0.1".parse().unwrap());
    browser.headers.insert("host", "localhost:8090".parse().unwrap());
    let log = browser.get("/log").await;
    assert!(log.body.contains("<html lang=\"en\">"), "{log:?}");
}
