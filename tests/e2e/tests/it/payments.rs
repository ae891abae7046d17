//! The places of the client, and what can be done with payments: found, opened, paid again, exported.

use crate::steps::{
    RENT, WELCOME, euros, is_transfer, log_in, open_pay_form, rent_was_paid_once, review, sees_balance,
    transfer,
};
use axum::response::IntoResponse;
use e2e::{
    Page, TestContext, TestError, TestFailure,
    people::{ADA, BEN, PASSWORD},
    provider_pages::enter_password,
    scenario,
    server::Exchange,
    servers::{Api, Host, Setup},
};
use std::time::Duration;

async fn path(page: &Page) -> Result<String, TestError> {
    let path = page.evaluate("location.pathname").await?;
    Ok(path.as_str().unwrap_or_default().to_owned())
}

fn is_search(request: &Exchange) -> bool {
    request.is("GET", "/transfers") && !request.query.is_empty()
}

/// Proves: places, places-back
#[test]
fn places_have_addresses_titles_and_a_way_back() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        for (link, address, heading, title) in [
            ("Payments", "/payments", "Payments", "Payments – Riser"),
            ("Pay", "/pay", "New transfer", "Pay – Riser"),
        ] {
            page.link(link).click().await?;
            page.heading(heading).appears().await?;
            assert_eq!(path(page).await?, address);
            assert_eq!(page.evaluate("document.title").await?, title);
            assert_eq!(page.evaluate("document.activeElement.tagName").await?, "H1", "{link}");
            page.reload().await?;
            page.heading(heading).appears().await?;
        }
        review(page, RENT).await?;
        assert_eq!(path(page).await?, "/pay/check");
        page.back().await?;
        page.field("Amount").holds(RENT.amount).await?;
        page.forward().await?;
        page.field("Amount").holds(RENT.amount).await?;
        assert_eq!(path(page).await?, "/pay", "nothing is checked any more");
        page.everything().never_reads("Sending your transfer", Duration::from_millis(500)).await?;
        assert!(servers.api().matching(is_transfer).is_empty());
        Ok(())
    });
}

/// Proves: places-known
#[test]
fn address_of_a_new_tab_is_returned_to_after_the_log_in() {
    for (host, api) in [(Host::Companion, Api::Bank), (Host::Files, Api::BankElsewhere)] {
        scenario(Setup { host, api, ..Setup::default() }, async |context| {
            let TestContext { servers, page, .. } = context;
            page.open(&servers.app.at("/payments")).await?;
            page.heading(WELCOME).appears().await?;
            page.button("Log in").click().await?;
            enter_password(page, ADA.email, PASSWORD).await?;
            page.heading("Payments").appears().await?;
            assert_eq!(path(page).await?, "/payments");
            page.open(&servers.app.at("/nowhere/at/all")).await?;
            sees_balance(page, ADA.opening).await?;
            assert_eq!(path(page).await?, "/");
            Ok(())
        });
    }
}

/// Proves: pay-again
#[test]
fn receipt_stays_and_is_paid_again() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let share = "navigator.share = ({ text }) => { window.shared = text; return Promise.resolve(); };";
        page.run_before_scripts(share).await?;
        transfer(context).await?;
        for share in ["the receipt", "the payment"] {
            page.button("Share").click().await?;
            let text = page.evaluate("window.shared").await?;
            let text = text.as_str().unwrap_or_default();
            let left = euros(ADA.opening - RENT.minor);
            assert!(text.contains(&euros(RENT.minor)) && text.contains(BEN.name), "{share}: {text}");
            assert!(text.contains(RENT.reference) && !text.contains(&left), "{share}: {text}");
            page.reload().await?;
            page.heading("Payment").appears().await?;
        }
        let address = path(page).await?;
        assert!(address.starts_with("/payments/"), "{address}");
        page.reload().await?;
        let seen = page.css(".receipt").reads(BEN.name).await?;
        for part in [&euros(RENT.minor), RENT.reference, &euros(ADA.opening - RENT.minor)] {
            assert!(seen.contains(part), "{part} is not in {seen}");
        }
        page.button("Print").appears().await?;
        page.button("Save payee").appears().await?;
        page.button("Copy IBAN").appears().await?;
        look(page).await?;
        page.button("Pay again").click().await?;
        page.field("Payee name").holds(BEN.name).await?;
        page.field("Reference").holds(RENT.reference).await?;
        page.field("Amount").holds(RENT.amount).await?;
        assert_eq!(path(page).await?, "/pay");
        assert_eq!(servers.statuses("POST", "/transfer"), [Some(403), Some(201)], "nothing is sent");
        rent_was_paid_once(context).await
    });
}

/// Proves: payments-all, payments-csv
#[test]
fn payments_are_searched_filtered_and_exported() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        transfer(context).await?;
        // As if there were more than a page: then the bank is who looks.
        let is_first = |request: &Exchange| request.is("GET", "/transfers") && request.query.is_empty();
        let rule = servers.api().when(is_first).answer(first_page);
        page.reload().await?;
        page.link("Payments").click().await?;
        page.css("li.entry").reads("Newer than all").await?;
        page.button("Load more").appears().await?;
        page.field("Search payments").fill("ben 12.50").await?;
        page.css("li.entry").reads(RENT.reference).await?;
        servers.api().wait_for("the search", is_search).await?;
        look(page).await?;
        page.button("In").click().await?;
        page.status().reads("No payments found.").await?;
        look(page).await?;
        page.button("Out").click().await?;
        page.css("li.entry").reads("12.50").await?;
        let address = "(() => { const make = URL.createObjectURL; URL.createObjectURL = (blob) => { \
            blob.text().then((text) => (window.exported = text)); return make(blob); }; })()";
        page.evaluate(address).await?;
        page.button("Export CSV").click().await?;
        let table = e2e::eventually("the file", async || {
            let text = page.evaluate("window.exported ?? ''").await?;
            text.as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .ok_or_else(|| TestError::transient("not yet"))
        })
        .await?;
        assert!(table.contains("\"Rent, November\"") && table.contains(",-12.50,EUR,"), "{table}");
        // The row leads to the payment.
        page.css("li.entry a").click().await?;
        page.heading("Payment").appears().await?;
        page.back().await?;
        page.heading("Payments").appears().await?;
        open_pay_form(page).await?;
        rule.lift();
        rent_was_paid_once(context).await
    });
}

fn first_page() -> axum::response::Response {
    let money = serde_json::json!({ "amount": 100, "currency": "EUR" });
    axum::Json(serde_json::json!({
        "transfers": [{
            "id": "0190b0a4-6c4e-7000-8000-000000000001", "number": "T-1", "direction": "out",
            "counterparty": { "iban": BEN.iban, "holder": BEN.name }, "amount": money, "balance": money,
            "reference": "Newer than all", "created_at": "2100-05-03T10:00:00Z"
        }],
        "next": "0190b0a4-6c4e-7000-8000-000000000001"
    }))
    .into_response()
}

/// In two widths, without a barrier.
async fn look(page: &Page) -> Result<(), TestFailure> {
    for width in [390, 1280] {
        page.looks(width, 800, false).await?;
        let wide = page.evaluate("document.documentElement.scrollWidth - innerWidth").await?;
        assert!(wide.as_i64() <= Some(0), "{wide} px wider than {width}");
        let barriers = page.barriers().await?;
        assert!(barriers.is_empty(), "{width} pixels wide:\n{}", barriers.join("\n"));
    }
    Ok(())
}
