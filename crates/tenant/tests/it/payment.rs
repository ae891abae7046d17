//! Dynamic linking (RFC 9396): the payment that a request names is shown on both devices and signed into the token.

use serde_json::{Value, json};

use crate::harness::{ADA, AUDIENCE, Answer, BALANCE, PASSWORD, TRANSFER, World, authorize_with, config};

fn details(reference: &str) -> String {
    json!([{
        "type": "payment_initiation",
        "identifier": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "instructedAmount": { "currency": "EUR", "amount": "1234.50" },
        "creditorAccount": { "iban": "GB82WEST12345698765432" },
        "remittanceInformationUnstructured": reference,
    }])
    .to_string()
}

fn shows_the_payment(page: &Answer) -> bool {
    ["€1,234.50", "GB82 WEST 1234 5698 7654 32", "<bdi>Rent</bdi>"]
        .iter()
        .all(|part| page.body.contains(part))
}

/// Proves: threat-other-transfer
#[tokio::test]
async fn both_devices_show_payment_and_token_carries_it() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.browser();
    let asked = details("Rent");
    let log_in = tab.follow(&authorize_with(&[("scope", TRANSFER), ("authorization_details", &asked)])).await;
    assert!(shows_the_payment(&log_in), "{log_in:?}");
    let waiting = tab.log_in(&log_in, ADA, PASSWORD).await;
    assert!(shows_the_payment(&waiting), "{waiting:?}");
    assert!(shows_the_payment(&phone.get("/phone").await));
    phone.choose(&waiting.number()).await;
    let answer = tab.get(&format!("/u/mfa?state={}", waiting.input("state"))).await.fragment();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&answer["authorization_details"]).unwrap(), asked);
    let claims = world.verified(&answer["access_token"], AUDIENCE).await;
    assert_eq!(claims["authorization_details"], asked);
    assert_eq!(claims["amr"], json!(["mfa"]));
    // The ID token is not the place for it.
    let id_token = world.verified(&answer["id_token"], "riser").await;
    assert_eq!(id_token.get("authorization_details"), None);
}

/// Proves: threat-other-transfer
#[tokio::test]
async fn both_devices_show_name_and_its_check() {
    let mut payment: Value = serde_json::from_str(&details("Rent")).unwrap();
    payment[0]["creditorName"] = json!("Ben Example");
    payment[0]["creditorNameCheck"] = json!("close-match");
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let request = [("scope", TRANSFER), ("authorization_details", &payment.to_string())];
    let waiting = tab.follow(&authorize_with(&request)).await;
    let on_phone = phone.get("/phone").await;
    for page in [&waiting, &on_phone] {
        for part in ["Ben Example", "lose", "GB82 WEST 1234 5698 7654 32"] {
            assert!(page.body.contains(part), "{part}: {page:?}");
        }
    }
    phone.choose(&waiting.number()).await;
    let answer = tab.get(&format!("/u/mfa?state={}", waiting.input("state"))).await.fragment();
    assert_eq!(serde_json::from_str::<Value>(&answer["authorization_details"]).unwrap(), payment);
    let claims = world.verified(&answer["access_token"], AUDIENCE).await;
    assert_eq!(claims["authorization_details"], payment);
    // A name without its check, and the other way round, is another payment.
    for member in ["creditorName", "creditorNameCheck"] {
        let mut half = payment.clone();
        half[0].as_object_mut().unwrap().remove(member);
        let request = [("scope", TRANSFER), ("authorization_details", &half.to_string())];
        let (error, description) = tab.get(&authorize_with(&request)).await.refusal();
        assert_eq!(error, "invalid_authorization_details");
        assert!(description.starts_with("creditorName must be"), "{description}");
    }
}

/// Proves: minor-units
#[tokio::test]
async fn both_devices_show_decimals_of_currency() {
    for (currency, amount, shown) in [
        ("HUF", "1234.50", "HUF\u{a0}1,234.50"),
        ("JPY", "1250", "¥1,250"),
        ("KWD", "1.250", "KWD\u{a0}1.250"),
        ("CLF", "0.0001", "CLF\u{a0}0.0001"),
    ] {
        let world = World::new().await;
        let mut phone = world.phone(ADA).await;
        let mut tab = world.logged_in(ADA).await;
        let asked = details("Rent").replace("EUR", currency).replace("1234.50", amount);
        let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", &asked)]);
        let waiting = tab.follow(&request).await;
        let on_phone = phone.get("/phone").await;
        for page in [&waiting, &on_phone] {
            assert!(page.body.contains(&format!("Pay {shown}?")), "{currency}: {page:?}");
        }
        phone.choose(&waiting.number()).await;
        let answer = tab.get(&format!("/u/mfa?state={}", waiting.input("state"))).await.fragment();
        let claims = world.verified(&answer["access_token"], AUDIENCE).await;
        assert_eq!(claims["authorization_details"], serde_json::from_str::<Value>(&asked).unwrap());
    }
}

/// Proves: threat-other-transfer
#[tokio::test]
async fn without_step_up_scope_no_payment() {
    let world = World::new().await;
    let mut tab = world.logged_in(ADA).await;
    let asked = details("Rent");
    for scope in [BALANCE, "openid"] {
        let request = authorize_with(&[("scope", scope), ("authorization_details", &asked)]);
        let answer = tab.get(&request).await.fragment();
        assert!(!answer.contains_key("authorization_details"), "{answer:?}");
        let claims = world.verified(&answer["access_token"], "http://localhost:8090/userinfo").await;
        assert_eq!(claims.get("authorization_details"), None);
    }
}

#[tokio::test]
async fn without_permission_no_payment() {
    let mut config = config();
    config.customers[0].permissions = Some(vec!["view:balance".to_owned()]);
    let world = World::with(config).await;
    let mut tab = world.logged_in(ADA).await;
    let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", &details("Rent"))]);
    let answer = tab.get(&request).await.fragment();
    assert_eq!(answer["scope"], BALANCE);
    assert!(!answer.contains_key("authorization_details"), "{answer:?}");
}

#[tokio::test]
async fn invalid_details_have_own_error() {
    let mut tab = World::new().await.logged_in(ADA).await;
    let good = details("Rent");
    for bad in [
        "payment".to_owned(),
        good.replace("payment_initiation", "account_information"),
        good.replace("1234.50", "1234.5"),
        good.replace("GB82", "GB83"),
        details("a\u{202e}b"),
    ] {
        let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", &bad)]);
        let (error, description) = tab.get(&request).await.refusal();
        assert_eq!(error, "invalid_authorization_details", "{bad}");
        assert!(!description.is_empty());
    }
    let twice = format!(
        "{}&authorization_details=x",
        authorize_with(&[("scope", TRANSFER), ("authorization_details", &good)])
    );
    assert_eq!(tab.get(&twice).await.refusal().0, "invalid_request");
}

/// Proves: reference-characters
#[tokio::test]
async fn reference_matches_table() {
    let world = World::new().await;
    let table: Value =
        serde_json::from_str(include_str!("../../../../tests/tables/references.json")).unwrap();
    let cases = table["cases"].as_array().unwrap();
    assert!(cases.len() > 60);
    for case in cases {
        let asked = details(case["text"].as_str().unwrap());
        let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", &asked)]);
        let answer = world.browser().get(&request).await;
        if case["sent"] == case["text"] {
            assert!(answer.location().starts_with("/u/login"), "{case}: {answer:?}");
        } else {
            assert_eq!(answer.refusal().0, "invalid_authorization_details", "{case}");
        }
    }
}

/// Proves: iban
#[tokio::test]
async fn iban_matches_table() {
    let world = World::new().await;
    let table: Value = serde_json::from_str(include_str!("../../../../tests/tables/ibans.json")).unwrap();
    for case in table["cases"].as_array().unwrap() {
        let asked = details("Rent").replace("GB82WEST12345698765432", case["text"].as_str().unwrap());
        let request = authorize_with(&[("scope", TRANSFER), ("authorization_details", &asked)]);
        let answer = world.browser().get(&request).await;
        if case["iban"].is_string() {
            assert!(answer.location().starts_with("/u/login"), "{case}: {answer:?}");
        } else {
            assert_eq!(answer.refusal().0, "invalid_authorization_details", "{case}");
        }
    }
}

#[tokio::test]
async fn reference_is_escaped() {
    let world = World::new().await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let asked = details("<script>alert(1)</script>&\"'");
    let waiting =
        tab.follow(&authorize_with(&[("scope", TRANSFER), ("authorization_details", &asked)])).await;
    for page in [waiting, phone.get("/phone").await] {
        assert!(!page.body.contains("<script>alert"), "{page:?}");
        assert!(page.body.contains("alert(1)"), "{page:?}");
    }
}

#[tokio::test]
async fn disabled_details_are_ignored() {
    let mut config = config();
    config.authorization_details = false;
    let world = World::with(config).await;
    let mut phone = world.phone(ADA).await;
    let mut tab = world.logged_in(ADA).await;
    let document: Value = tab.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document.get("authorization_details_types_supported"), None);
    let waiting = tab
        .follow(&authorize_with(&[("scope", TRANSFER), ("authorization_details", &details("Rent"))]))
        .await;
    assert!(!waiting.body.contains("1,234.50"), "{waiting:?}");
    phone.choose(&waiting.number()).await;
    let answer = tab.get(&format!("/u/mfa?state={}", waiting.input("state"))).await.fragment();
    assert_eq!(answer["scope"], TRANSFER);
    assert!(!answer.contains_key("authorization_details"), "{answer:?}");
}
