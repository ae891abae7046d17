//! How the main states look, in two widths and both colour schemes: nothing is wider than its window, and nothing keeps
//! anybody out. With `RISER_SCREENSHOTS` there are pictures of them in that folder, for people to look at.

use crate::factors::{confirms, types, written_down};
use crate::steps::{
    RENT, WELCOME, ask_for_step_up, log_in, open, open_pay_form, phone, review, sees_balance,
    stay_before_leaving, type_order,
};
use axum::{http::StatusCode, response::IntoResponse};
use e2e::{
    Page, TestContext, TestError, TestFailure,
    authenticator::Authenticator,
    eventually,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    scenario,
    servers::Setup,
};
use serde_json::json;
use std::path::PathBuf;

/// In CSS pixels: a phone, and a desktop.
const WINDOWS: [(u32, u32); 2] = [(390, 844), (1280, 900)];
/// Between these, and down to what WCAG 2.2 asks for (1.4.10).
const WIDTHS: [u32; 3] = [320, 640, 960];

/// Looks at a state from all sides.
pub(crate) async fn look(page: &Page, state: &str) -> Result<(), TestFailure> {
    for width in WIDTHS {
        page.looks(width, 800, false).await?;
        fits(page, width).await?;
    }
    for (width, height) in WINDOWS {
        for dark in [false, true] {
            page.looks(width, height, dark).await?;
            fits(page, width).await?;
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                .await?;
            let scheme = if dark { "dark" } else { "light" };
            if let Some(folder) = std::env::var_os("RISER_SCREENSHOTS").map(PathBuf::from) {
                std::fs::create_dir_all(&folder).map_err(|error| TestError::permanent(error.to_string()))?;
                page.screenshot(&folder.join(format!("{state}-{width}-{scheme}.png"))).await?;
            }
            let barriers = page.barriers().await?;
            assert!(barriers.is_empty(), "{state}, {width} pixels wide, {scheme}:\n{}", barriers.join("\n"));
        }
    }
    Ok(())
}

async fn fits(page: &Page, width: u32) -> Result<(), TestError> {
    eventually("a page as wide as its window", async || {
        let wide = page.evaluate("document.documentElement.scrollWidth - innerWidth").await?;
        if wide.as_i64() <= Some(0) {
            Ok(())
        } else {
            Err(TestError::transient(format!("{wide} px more at {width}")))
        }
    })
    .await
}

#[test]
fn the_workflow() {
    scenario(Setup::default(), async |context| {
        let TestContext { page, .. } = context;
        let phone = phone(context).await?;
        look(phone.page(), "phone-empty").await?;
        open(context).await?;
        page.heading(WELCOME).appears().await?;
        look(page, "signed-out").await?;
        page.button("Log in").click().await?;
        page.field("Email").appears().await?;
        look(page, "log-in").await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        look(page, "account").await?;
        open_pay_form(page).await?;
        look(page, "form").await?;
        page.button("Transfer").click().await?;
        look(page, "form-errors").await?;
        type_order(page, RENT).await?;
        look(page, "form-filled").await?;
        review(page, RENT).await?;
        look(page, "confirmation").await?;
        page.button("Cancel").click().await?;
        let gate = stay_before_leaving(context).await?;
        look(page, "leaving").await?;
        gate.open();
        let number = number_on(page).await?;
        look(page, "at-the-provider").await?;
        phone.request().await?;
        look(phone.page(), "phone-request").await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        look(page, "done").await?;
        look(phone.page(), "phone-approved").await?;
        page.reload().await?;
        page.css(".receipt").reads("12.50").await?;
        look(page, "payment").await?;
        page.link("Home").click().await?;
        page.css("li.entry").reads("12.50").await?;
        look(page, "history").await?;
        page.link("Payments").click().await?;
        page.css("li.entry").reads("12.50").await?;
        look(page, "payments").await?;
        open_pay_form(page).await?;
        page.field("Payee name").fill("Ben Exmaple").await?;
        page.field("Pay to (IBAN)").fill(RENT.payee).await?;
        page.field("Amount").fill(RENT.amount).await?;
        page.button("Use this name").appears().await?;
        look(page, "payees").await?;
        page.button("Log out").click().await?;
        page.heading(WELCOME).appears().await?;
        look(page, "logged-out").await?;
        Ok(())
    });
}

#[test]
fn denied_and_unknown() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        ask_for_step_up(page, RENT).await?;
        phone.deny().await?;
        page.alert().text().await?;
        look(page, "denied").await?;
        page.button("Change the transfer").click().await?;
        let number = ask_for_step_up(page, RENT).await?;
        let rule = servers.api().when(|request| request.token.is_some()).cut();
        phone.choose(&number).await?;
        page.button("Ask again").appears().await?;
        look(page, "unknown").await?;
        rule.lift();
        Ok(())
    });
}

#[test]
fn out_of_order() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        page.set_offline(true).await?;
        page.everything().reads("You are offline").await?;
        look(page, "offline").await?;
        page.set_offline(false).await?;
        let down = servers.api().when(|request| request.token.is_some());
        let rule = down.answer(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
        page.reload().await?;
        page.alert().text().await?;
        look(page, "bank-down").await?;
        rule.lift();
        let gate = servers.api().when(|request| request.token.is_some()).hold();
        page.reload().await?;
        gate.wait_until_reached().await?;
        look(page, "loading").await?;
        gate.open();
        page.evaluate("sessionStorage.clear()").await?;
        let rule = servers.tenant.when(|_| true).cut();
        page.forget_files().await?;
        page.reload().await?;
        page.button("Log in").click().await?;
        page.alert().text().await?;
        look(page, "provider-down").await?;
        rule.lift();
        Ok(())
    });
}

#[test]
fn statements() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        let gate = servers.tenant.when(|request| request.path.starts_with("/.well-known/openid")).hold();
        page.forget_files().await?;
        page.reload().await?;
        page.link("Statements").click().await?;
        page.status().reads("Confirm that it is you").await?;
        gate.wait_until_reached().await?;
        look(page, "statements-leaving").await?;
        gate.open();
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.css("section.statement").reads("Opening balances").await?;
        look(page, "statements").await
    });
}

#[test]
fn sessions_and_set_up() {
    scenario(Setup { access_token_seconds: 60, ..Setup::default() }, async |context| {
        log_in(context, ADA).await?;
        context.page.alert().reads("Your session ends").await?;
        look(&context.page, "session-ends-soon").await
    });
    scenario(Setup { access_token_seconds: 15, ..Setup::default() }, async |context| {
        log_in(context, ADA).await?;
        context.page.alert().reads("Your session is over").await?;
        look(&context.page, "session-over").await
    });
    scenario(
        Setup { config: |config| config["issuer"] = json!("localhost"), ..Setup::default() },
        async |context| {
            context.page.open(&context.servers.app.at("/")).await?;
            context.page.alert().text().await?;
            look(&context.page, "wrong-configuration").await
        },
    );
}

#[test]
fn second_factors() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        confirms(page).await?;
        page.link("Try another way").click().await?;
        page.button("Set up an authenticator app").appears().await?;
        look(page, "ways").await?;
        page.button("Set up an authenticator app").click().await?;
        let mut app = Authenticator::typed_from(page).await?;
        look(page, "app").await?;
        types(page, "Type the 6 digits that the app shows now", &app.no_code()?).await?;
        page.alert().appears().await?;
        look(page, "app-wrong").await?;
        types(page, "Type the 6 digits that the app shows now", &app.code()?).await?;
        page.heading("Your recovery codes").appears().await?;
        look(page, "recovery-codes").await?;
        written_down(page).await?;
        page.heading("Your ways to confirm").appears().await?;
        look(page, "methods").await?;
        page.button("Continue to Riser").click().await?;
        page.button("Make another transfer").click().await?;
        confirms(page).await?;
        page.field("Code").appears().await?;
        look(page, "code").await?;
        page.link("Try another way").click().await?;
        page.button("Enter a recovery code").click().await?;
        page.field("Recovery code").appears().await?;
        look(page, "recovery-code").await?;
        page.open(&servers.tenant.at("/phone")).await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        page.heading("Confirm that it is you").appears().await?;
        look(page, "phone-confirm").await
    });
}

#[test]
fn the_log_of_the_tenant() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        let phone = phone(context).await?;
        log_in(context, ADA).await?;
        ask_for_step_up(page, RENT).await?;
        phone.deny().await?;
        page.alert().appears().await?;
        page.open(&servers.tenant.at("/log")).await?;
        page.link("Log-in").appears().await?;
        look(page, "log").await?;
        page.css("li.refused a").click().await?;
        page.everything().reads("The customer said no.").await?;
        look(page, "log-refused").await?;
        page.open(&servers.tenant.at("/authorize?client_id=nobody")).await?;
        page.heading("The application sent a request that cannot be answered").appears().await?;
        look(page, "refused-page").await
    });
}
