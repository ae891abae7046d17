//! The browser is killed (SIGKILL) at each stage of a transfer and started again, by a customer who wants the rent paid and
//! does whatever the page offers. However much of the tab's storage was on the disk by then: the rent is paid once, and the
//! page never says that no money was moved when it was.
//!
//! The phone is another device, so it lives on.

use crate::steps::{
    RENT, ask_for_step_up, is_transfer, is_webassembly, log_in, nothing_was_moved, rent_was_paid_once,
    review, sees_balance, stay_before_leaving, type_order,
};
use e2e::{
    Browser, Key, Page, TestContext, TestError, TestFailure, eventually,
    people::{ADA, PASSWORD},
    phone::Phone,
    provider_pages::enter_password,
    scenario,
    servers::Setup,
};
use std::sync::Arc;

/// Plays a story with a phone that no crash of the browser touches.
fn with_a_phone(story: impl AsyncFnOnce(&TestContext, &Phone) -> Result<(), TestFailure>) {
    scenario(Setup::default(), async move |context| {
        let device: Arc<Browser> = Browser::start().await?;
        let phone = Phone::of(ADA, device.first_page().await, &context.servers).await?;
        let told = story(context, &phone).await;
        device.quit().await?;
        told
    });
}

/// Kills the browser as soon as it would open this window again, and starts it.
async fn dies_and_comes_back(context: &TestContext) -> Result<Page, TestError> {
    context.browser.has_listed(&context.page).await?;
    context.browser.crash().await?;
    comes_back(context).await
}

/// The window of the client or the provider, after the browser was started again.
async fn comes_back(context: &TestContext) -> Result<Page, TestError> {
    context.browser.restart().await?;
    eventually("the window that was open", async || {
        for page in context.browser.pages().await? {
            if page.address().await?.starts_with("http://localhost") {
                return Ok(page);
            }
        }
        Err(TestError::transient("it was not opened again"))
    })
    .await
}

/// What a page can offer to somebody who wants the rent paid, the most telling first.
async fn offered(page: &Page) -> Result<Option<&'static str>, TestError> {
    let text = page.everything().text().await?;
    let buttons =
        ["Send it again", "Check it again", "Confirm transfer", "Log in", "Back to your account", "Transfer"];
    if text.contains("Transfer sent") || text.contains("This was already done") {
        return Ok(Some("done"));
    }
    if text.contains("Choose this number") {
        return Ok(Some("number"));
    }
    if page.field("Password").count().await? > 0 {
        return Ok(Some("password"));
    }
    for name in buttons {
        if page.button(name).count().await? > 0 {
            return Ok(Some(name));
        }
    }
    // Not while a transfer is on its way: the client is about to leave.
    for name in ["Your account", "Payment"] {
        if page.heading(name).count().await? > 0 {
            return Ok(Some(name));
        }
    }
    Ok((page.link("Go to Riser").count().await? > 0).then_some("Go to Riser"))
}

/// Does whatever the page offers until the rent is paid, as far as the page says.
async fn gets_it_paid(context: &TestContext, page: &Page, phone: &Phone) -> Result<(), TestFailure> {
    let mut chosen = String::new();
    eventually("a page that says that the rent is paid", async || {
        if page.everything().text().await?.contains("No money was moved")
            && context.servers.transfers_made().await? > 0
        {
            return Err(TestError::permanent("the page says that no money was moved, and it was"));
        }
        match offered(page).await? {
            Some("done") => return Ok(()),
            Some("number") => {
                let number = page.css(".number").text().await?.trim().to_owned();
                if number != chosen {
                    // The question before it may stand there still; the phone shows the newest last.
                    phone.choose_in_the_last(&number).await?;
                    chosen = number;
                }
            }
            Some("password") => enter_password(page, ADA.email, PASSWORD).await?,
            Some("Go to Riser") => page.link("Go to Riser").click().await?,
            Some("Transfer" | "Payment") => page.link("Home").click().await?,
            Some("Your account") => {
                let activity = page.css("main").text().await?;
                if activity.contains(RENT.reference) && page.css("li.entry").count().await? > 0 {
                    return Ok(());
                }
                if activity.contains("No payments yet") {
                    type_order(page, RENT).await?;
                    page.button("Transfer").click().await?;
                }
            }
            Some(button) => page.button(button).click().await?,
            None => {}
        }
        Err(TestError::transient(format!("it reads {:?}", page.everything().text().await?)))
    })
    .await?;
    rent_was_paid_once(context).await
}

#[test]
fn killed_while_the_form_is_filled_in() {
    with_a_phone(async |context, phone| {
        log_in(context, ADA).await?;
        type_order(&context.page, RENT).await?;
        context.page.field("Reference").press(Key::Tab).await?;
        let page = dies_and_comes_back(context).await?;
        nothing_was_moved(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

#[test]
fn killed_at_the_confirmation() {
    with_a_phone(async |context, phone| {
        log_in(context, ADA).await?;
        review(&context.page, RENT).await?;
        let page = dies_and_comes_back(context).await?;
        assert!(
            context.servers.api().matching(is_transfer).is_empty(),
            "nothing was confirmed, nothing is sent"
        );
        gets_it_paid(context, &page, phone).await
    });
}

/// Proves: threat-browser-killed
#[test]
fn killed_before_the_redirect() {
    with_a_phone(async |context, phone| {
        log_in(context, ADA).await?;
        let gate = stay_before_leaving(context).await?;
        let page = {
            context.browser.has_listed(&context.page).await?;
            context.browser.crash().await?;
            gate.open();
            comes_back(context).await?
        };
        nothing_was_moved(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

#[test]
fn killed_at_the_provider() {
    with_a_phone(async |context, phone| {
        log_in(context, ADA).await?;
        ask_for_step_up(&context.page, RENT).await?;
        let page = dies_and_comes_back(context).await?;
        nothing_was_moved(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

/// Proves: threat-browser-killed
#[test]
fn killed_at_the_provider_and_approved_meanwhile() {
    with_a_phone(async |context, phone| {
        log_in(context, ADA).await?;
        let number = ask_for_step_up(&context.page, RENT).await?;
        context.browser.has_listed(&context.page).await?;
        context.browser.crash().await?;
        phone.choose(&number).await?;
        nothing_was_moved(context).await?;
        let page = comes_back(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

/// Proves: threat-browser-killed
#[test]
fn killed_while_the_response_is_checked() {
    with_a_phone(async |context, phone| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        let number = ask_for_step_up(page, RENT).await?;
        context.browser.has_listed(page).await?;
        let gate = servers.app.when(is_webassembly).hold();
        page.forget_files().await?;
        phone.choose(&number).await?;
        gate.wait_until_reached().await?;
        context.browser.crash().await?;
        gate.open();
        nothing_was_moved(context).await?;
        let page = comes_back(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

/// Proves: threat-browser-killed
#[test]
fn killed_while_the_transfer_is_on_its_way() {
    with_a_phone(async |context, phone| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        let number = ask_for_step_up(page, RENT).await?;
        context.browser.has_listed(page).await?;
        let gate = servers.api().when(is_transfer).hold();
        phone.choose(&number).await?;
        gate.wait_until_reached().await?;
        context.browser.crash().await?;
        gate.open();
        let page = comes_back(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

/// Proves: threat-browser-killed
#[test]
fn killed_after_the_commit() {
    with_a_phone(async |context, phone| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        let number = ask_for_step_up(page, RENT).await?;
        context.browser.has_listed(page).await?;
        let lost = servers.api().when(is_transfer).lose_response();
        let gate = servers.api().when(|request| request.path.starts_with("/transfers/")).hold();
        phone.choose(&number).await?;
        gate.wait_until_reached().await?;
        context.browser.crash().await?;
        lost.lift();
        gate.open();
        rent_was_paid_once(context).await?;
        let page = comes_back(context).await?;
        gets_it_paid(context, &page, phone).await
    });
}

/// Proves: threat-browser-killed
#[test]
fn killed_at_the_receipt() {
    with_a_phone(async |context, phone| {
        log_in(context, ADA).await?;
        let number = ask_for_step_up(&context.page, RENT).await?;
        phone.choose(&number).await?;
        context.page.status().reads("Transfer sent").await?;
        let page = dies_and_comes_back(context).await?;
        gets_it_paid(context, &page, phone).await?;
        page.open(&context.servers.app.at("/")).await?;
        sees_balance(&page, ADA.opening - RENT.minor).await?;
        Ok(())
    });
}
