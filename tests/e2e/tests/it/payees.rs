//! The payee's name: checked as it is typed, confirmed with the payment, and the same in every link of the chain. And whom the
//! customer pays again.

use e2e::{
    Fault, Page, TestContext, TestError, TestFailure,
    people::{ADA, BEN},
    provider_pages::number_on,
    scenario,
    servers::{Provider, Setup},
};
use serde_json::{Value, json};

use crate::{
    steps::{
        Order, RENT, ask_for_step_up, at_the_provider, code, confirm_everywhere, is_transfer, log_in,
        nothing_was_moved, open_pay_form, phone, rent_was_paid_once, review, sees_balance, type_order,
    },
    storage::edit_the_order,
};

/// Nearly the name of Ben.
const NEARLY: Order = Order { name: "Ben Exmaple", ..RENT };

async fn type_payee(page: &Page, name: &str, iban: &str) -> Result<(), TestError> {
    page.field("Payee name").fill(name).await?;
    page.field("Pay to (IBAN)").fill(iban).await?;
    // The field is left.
    page.field("Amount").fill("1").await
}

/// Name and result of each order that has reached the bank.
fn sent_names(context: &TestContext) -> Vec<(Value, Value)> {
    let orders = context.servers.api().matching(is_transfer);
    let bodies = orders.into_iter().filter_map(|order| order.body);
    bodies.map(|body| (body["payee_name"].clone(), body["name_check"].clone())).collect()
}

/// Proves: name-check-shown
#[test]
fn four_results_are_said_beside_the_name() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        for (name, iban, said) in [
            (BEN.name, BEN.iban, "The name belongs to this IBAN."),
            ("Zoe Other", BEN.iban, "The name does not belong to this IBAN."),
            ("Zoe Other", "AT611904300234573201", "The name cannot be checked."),
            ("Ben Exmaple", BEN.iban, "The account holder is called Ben Example."),
        ] {
            type_payee(page, name, iban).await?;
            page.status().reads(said).await?;
        }
        page.button("Use this name").click().await?;
        page.status().reads("The name belongs to this IBAN.").await?;
        page.field("Payee name").holds(BEN.name).await?;
        // What is confirmed has the answer in it.
        type_order(page, RENT).await?;
        page.button("Transfer").click().await?;
        page.heading("Pay €12.50 to Ben Example?").appears().await?;
        page.everything().reads("The name belongs to this IBAN.").await?;
        Ok(())
    });
}

/// Proves: name-check-linked
#[test]
fn name_and_result_are_in_every_link() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let number = ask_for_step_up(page, NEARLY).await?;
        page.everything().reads("Ben Exmaple").await?;
        phone.page().everything().reads("Ben Exmaple").await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        page.everything().reads("Ben Exmaple").await?;
        let expected = (json!("Ben Exmaple"), json!("close-match"));
        assert_eq!(sent_names(context), [expected.clone(), expected]);
        rent_was_paid_once(context).await
    });
}

/// Proves: name-check-linked, threat-edited-storage
#[test]
fn edited_stored_name_is_not_sent() {
    scenario(Setup::default(), async |context| edit_the_order(context, BEN.name, "Zoe Other").await);
}

/// Proves: name-check-linked, threat-edited-storage
#[test]
fn edited_stored_result_is_not_sent() {
    scenario(Setup::default(), async |context| edit_the_order(context, "match", "not-possible").await);
}

async fn refused_by(
    context: &TestContext,
    fault: Fault,
    expected: &str,
    posted: &[Option<u16>],
) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    log_in_without_page(context).await?;
    servers.provider()?.set_fault(fault);
    review(page, NEARLY).await?;
    page.button("Confirm transfer").click().await?;
    page.alert().reads("No money was moved").await?;
    assert_eq!(code(page).await?, expected);
    assert_eq!(servers.statuses("POST", "/transfer"), posted);
    nothing_was_moved(context).await
}

/// The provider shows no page.
async fn log_in_without_page(context: &TestContext) -> Result<(), TestError> {
    crate::steps::open(context).await?;
    context.page.button("Log in").click().await?;
    sees_balance(&context.page, ADA.opening).await
}

fn faulty_provider() -> Setup {
    Setup { provider: Provider::FaultyProvider, ..Setup::default() }
}

/// Proves: name-check-linked, threat-other-transfer
#[test]
fn provider_that_confirmed_another_name_is_not_believed() {
    scenario(faulty_provider(), async |context| {
        refused_by(context, Fault::OtherCreditorName, "callback.other_details", &[Some(403)]).await
    });
}

/// Proves: name-check-linked, threat-other-transfer
#[test]
fn token_with_another_result_moves_nothing() {
    scenario(faulty_provider(), async |context| {
        let refused = "transfer.authorization-details-mismatch";
        refused_by(context, Fault::OtherNameCheckInToken, refused, &[Some(403), Some(403)]).await
    });
}

/// Whoever has the token on its way can send it with no other name, and no other result.
/// Proves: name-check-linked, threat-other-transfer
#[test]
fn changed_body_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        // A browser says where a request comes from; what the test sends is not held.
        let gate = servers.api().when(|request| is_transfer(request) && request.origin.is_some()).hold();
        phone.choose(&number).await?;
        gate.wait_until_reached().await?;
        let orders = servers.api().matching(is_transfer);
        let order = orders.last().ok_or_else(|| TestError::permanent("no order"))?;
        let token = order.token.as_ref().ok_or_else(|| TestError::permanent("no token"))?;
        let key = order.idempotency_key.clone().unwrap_or_default();
        let body = order.body.clone().unwrap_or_default();
        let unnamed = {
            let mut body = body.clone();
            body.as_object_mut().map(|members| (members.remove("payee_name"), members.remove("name_check")));
            body
        };
        let changed = |member: &str, value: &str| {
            let mut body = body.clone();
            body[member] = json!(value);
            body
        };
        let others = [changed("payee_name", "Zoe Other"), changed("name_check", "no-match"), unnamed];
        for other in others {
            let answer = reqwest::Client::new()
                .post(servers.api().at("/transfer"))
                .header("Authorization", token.header())
                .header("Idempotency-Key", &key)
                .json(&other)
                .send()
                .await?;
            assert_eq!(answer.status(), 403, "{other}");
            let problem: Value = answer.json().await?;
            assert_eq!(problem["type"], "urn:riser:problem:authorization-details-mismatch", "{other}");
        }
        nothing_was_moved(context).await?;
        gate.open();
        page.status().reads("Transfer sent").await?;
        rent_was_paid_once(context).await
    });
}

/// The bank runs the check itself: what somebody else answered in its place is not believed.
/// Proves: name-check-linked
#[test]
fn result_that_the_bank_does_not_confirm_moves_nothing() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let lie = servers
            .api()
            .when(|request| request.is("POST", "/payees/verify"))
            .answer(|| axum::response::IntoResponse::into_response(axum::Json(json!({ "result": "match" }))));
        let number = ask_for_step_up(page, Order { name: "Zoe Other", ..RENT }).await?;
        phone.choose(&number).await?;
        page.alert().reads("No money was moved").await?;
        assert_eq!(code(page).await?, "transfer.name-check-changed");
        nothing_was_moved(context).await?;
        lie.lift();
        // Back in the form, the bank is asked again.
        page.button("Change the transfer").click().await?;
        page.status().reads("The name does not belong to this IBAN.").await?;
        Ok(())
    });
}

/// Proves: name-check-optional
#[test]
fn bank_without_the_check_cannot_check_and_takes_no_name() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        let _absent = servers
            .api()
            .when(|request| request.path.starts_with("/payees"))
            .answer(|| axum::response::IntoResponse::into_response(axum::http::StatusCode::NOT_FOUND));
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        type_payee(page, "Anybody", BEN.iban).await?;
        page.status().reads("The name cannot be checked.").await?;
        // A name that nobody could check is what the bank has to be told.
        page.field("Payee name").fill("").await?;
        type_order(page, Order { name: "", ..RENT }).await?;
        page.button("Transfer").click().await?;
        confirm_everywhere(page, &phone).await?;
        assert_eq!(sent_names(context), [(Value::Null, Value::Null), (Value::Null, Value::Null)]);
        rent_was_paid_once(context).await
    });
}

/// Proves: payee-step-up
#[test]
fn payee_is_saved_after_a_second_factor_chosen_and_deleted() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        page.button("Save payee").click().await?;
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.status().reads("Ben Example is saved.").await?;
        assert_eq!(servers.statuses("PUT", "/payees/GB82WEST12345698765432"), [Some(401), Some(201)]);

        open_pay_form(page).await?;
        page.heading("Saved payees").appears().await?;
        page.css(".payee-choice").click().await?;
        page.field("Payee name").holds(BEN.name).await?;
        page.field("Pay to (IBAN)").holds(&crate::steps::grouped(BEN.iban)).await?;
        page.status().reads("The name belongs to this IBAN.").await?;
        page.button("Delete Ben Example").click().await?;
        page.status().reads("Ben Example is deleted.").await?;
        assert_eq!(servers.statuses("DELETE", "/payees/GB82WEST12345698765432"), [Some(204)]);
        // The payments still have them.
        page.heading("Recent payees").appears().await?;
        Ok(())
    });
}

#[test]
fn same_payment_within_a_day_and_what_is_left_are_said() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let (phone, number) = at_the_provider(context).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        sees_balance(page, ADA.opening - RENT.minor).await?;
        page.button("Make another transfer").click().await?;
        type_order(page, RENT).await?;
        page.everything().reads("€2,475.00 left").await?;
        page.status().reads("You sent this amount to this IBAN in the last 24 hours.").await?;
        page.button("Transfer").click().await?;
        page.button("Confirm transfer").appears().await?;
        page.everything().reads("in the last 24 hours").await?;
        // Each line leads back to its field.
        page.css(".receipt-amount a").click().await?;
        page.field("Amount").holds("12.50").await?;
        Ok(())
    });
}

#[test]
fn errors_are_listed_with_a_way_to_each_field() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        log_in(context, ADA).await?;
        open_pay_form(page).await?;
        page.button("Transfer").click().await?;
        page.heading("Check these details").appears().await?;
        page.alert().reads("Enter the payee's name.").await?;
        page.link("Enter an amount, for example 12.50.").click().await?;
        let focused = page.evaluate("document.activeElement.id").await?;
        assert_eq!(focused, "amount");
        assert!(context.servers.api().matching(is_transfer).is_empty());
        Ok(())
    });
}
