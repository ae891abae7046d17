//! Dynamic linking: what the customer confirms on the phone is the transfer that the bank carries out, and no other.

use crate::steps::{
    RENT, at_the_provider, code_flow, grouped, is_good_for_no_other, is_transfer, rent_was_paid_once,
    single_use_token, transfer,
};
use e2e::{Page, TestContext, TestError, TestFailure, scenario, servers::Setup};
use serde_json::{Value, json};

/// Proves: threat-other-transfer
#[test]
fn phone_shows_the_payment_of_the_token() {
    scenario(Setup::default(), async |context| the_transfer_is_named(context).await);
}

#[test]
fn phone_shows_the_payment_in_the_code_flow() {
    scenario(Setup { config: code_flow, ..Setup::default() }, async |context| {
        the_transfer_is_named(context).await
    });
}

async fn the_transfer_is_named(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let (phone, number) = at_the_provider(context).await?;
    phone.request().await?;
    for device in [page, phone.page()] {
        shows_the_rent(device).await?;
    }
    phone.choose(&number).await?;
    page.status().reads("Transfer sent").await?;

    let posted = servers.api().matching(is_transfer);
    let id = posted[0].idempotency_key.clone();
    let expected = json!([{
        "type": "payment_initiation",
        "identifier": id,
        "instructedAmount": { "currency": "EUR", "amount": RENT.amount },
        "creditorAccount": { "iban": RENT.payee },
        "remittanceInformationUnstructured": RENT.reference,
        "creditorName": RENT.name,
        "creditorNameCheck": "match",
    }]);
    let [log_in, step_up] = &servers.tenant.requests("/authorize")[..] else { panic!("{servers:?}") };
    assert_eq!(log_in.parameter("authorization_details"), "", "a log-in is for no transfer");
    let asked: Value = serde_json::from_str(&step_up.parameter("authorization_details")).unwrap_or_default();
    assert_eq!(asked, expected);
    assert_eq!(single_use_token(context)?.claims()["authorization_details"], expected);
    rent_was_paid_once(context).await
}

async fn shows_the_rent(device: &Page) -> Result<(), TestError> {
    let receipt = device.css("main").text().await?;
    for part in ["€12.50".to_owned(), grouped(RENT.payee), RENT.reference.to_owned()] {
        if !receipt.contains(&part) {
            return Err(TestError::permanent(format!("it does not show {part:?}: {receipt:?}")));
        }
    }
    Ok(())
}

/// What a provider does that has never heard of it.
#[test]
fn transfer_without_authorization_details_uses_the_scope_alone() {
    scenario(Setup { authorization_details: false, ..Setup::default() }, async |context| {
        let TestContext { servers, .. } = context;
        transfer(context).await?;
        let requests = servers.tenant.requests("/authorize");
        assert_eq!(requests.len(), 2);
        for request in requests {
            let names: Vec<String> = request.parameters().into_iter().map(|(name, _)| name).collect();
            assert!(!names.contains(&"authorization_details".to_owned()), "{request:?}");
        }
        assert_eq!(single_use_token(context)?.claims().get("authorization_details"), None);
        // Nothing names the transfer, so that nothing but the bank's own book of spent tokens stands in the way of another.
        is_good_for_no_other(context, 401, "invalid_token").await?;
        rent_was_paid_once(context).await
    });
}
