//! Pictures of the main states, for people to look at: into the folder `RISER_SCREENSHOTS`, in both colour schemes and
//! two widths. Without that variable there is nothing to do.

use crate::steps::{
    RENT, WELCOME, ask_for_step_up, at_the_provider, log_in, open, phone, review, type_order,
};
use axum::{http::StatusCode, response::IntoResponse};
use e2e::{
    Failure, Miss, Page, Stage, eventually,
    people::{ADA, PASSWORD, enter_password, number_on},
    scenario,
    world::Setup,
};
use serde_json::json;
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("RISER_SCREENSHOTS")?);
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

async fn picture(page: &Page, folder: &std::path::Path, state: &str) -> Result<(), Failure> {
    for (width, height) in [(390, 844), (1280, 900)] {
        for dark in [false, true] {
            page.looks(width, height, dark).await?;
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                .await?;
            let scheme = if dark { "dark" } else { "light" };
            page.screenshot(&folder.join(format!("{state}-{width}-{scheme}.png"))).await?;
        }
    }
    Ok(())
}

fn pictures(setup: Setup, story: impl AsyncFnOnce(&Stage, &std::path::Path) -> Result<(), Failure>) {
    if let Some(folder) = folder() {
        scenario(setup, async |stage| story(stage, &folder).await);
    }
}

#[test]
fn the_workflow() {
    pictures(Setup::default(), async |stage, folder| {
        let Stage { world, page, .. } = stage;
        let phone = phone(stage).await?;
        picture(phone.page(), folder, "phone-empty").await?;
        open(stage).await?;
        page.heading(WELCOME).appears().await?;
        picture(page, folder, "signed-out").await?;
        page.button("Log in").click().await?;
        page.field("Email").appears().await?;
        picture(page, folder, "log-in").await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        crate::steps::sees_balance(page, ADA.opening).await?;
        picture(page, folder, "account").await?;
        page.button("Transfer").click().await?;
        picture(page, folder, "form-errors").await?;
        type_order(page, RENT).await?;
        picture(page, folder, "form-filled").await?;
        review(page, RENT).await?;
        picture(page, folder, "confirmation").await?;
        page.button("Cancel").click().await?;
        page.reload().await?;
        review(page, RENT).await?;
        let gate = world.tenant.when(|request| request.path.starts_with("/.well-known/openid")).hold();
        page.button("Confirm transfer").click().await?;
        page.status().reads("confirm this on your phone").await?;
        picture(page, folder, "leaving").await?;
        gate.open();
        let number = number_on(page).await?;
        picture(page, folder, "at-the-provider").await?;
        phone.request().await?;
        picture(phone.page(), folder, "phone-request").await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        picture(page, folder, "done").await?;
        picture(phone.page(), folder, "phone-approved").await?;
        page.button("Make another transfer").click().await?;
        page.css("li.entry").reads("12.50").await?;
        picture(page, folder, "history").await?;
        page.button("Log out").click().await?;
        page.heading(WELCOME).appears().await?;
        picture(page, folder, "logged-out").await?;
        Ok(())
    });
}

#[test]
fn denied_and_unknown() {
    pictures(Setup::default(), async |stage, folder| {
        let Stage { world, page, .. } = stage;
        let phone = phone(stage).await?;
        log_in(stage, ADA).await?;
        ask_for_step_up(page, RENT).await?;
        phone.deny().await?;
        page.alert().text().await?;
        picture(page, folder, "denied").await?;
        page.button("Change the transfer").click().await?;
        let number = ask_for_step_up(page, RENT).await?;
        let rule = world.api().when(|request| request.token.is_some()).cut();
        phone.choose(&number).await?;
        page.button("Ask again").appears().await?;
        picture(page, folder, "unknown").await?;
        rule.lift();
        Ok(())
    });
}

#[test]
fn out_of_order() {
    pictures(Setup::default(), async |stage, folder| {
        let Stage { world, page, .. } = stage;
        log_in(stage, ADA).await?;
        page.set_offline(true).await?;
        page.everything().reads("You are offline").await?;
        picture(page, folder, "offline").await?;
        page.set_offline(false).await?;
        let down = world.api().when(|request| request.token.is_some());
        let rule = down.answer(|| StatusCode::SERVICE_UNAVAILABLE.into_response());
        page.reload().await?;
        page.alert().text().await?;
        picture(page, folder, "bank-down").await?;
        rule.lift();
        let gate = world.api().when(|request| request.token.is_some()).hold();
        page.reload().await?;
        gate.is_reached().await?;
        picture(page, folder, "loading").await?;
        gate.open();
        page.evaluate("sessionStorage.clear()").await?;
        let rule = world.tenant.when(|_| true).cut();
        page.forget_files().await?;
        page.reload().await?;
        page.button("Log in").click().await?;
        page.alert().text().await?;
        picture(page, folder, "provider-down").await?;
        rule.lift();
        Ok(())
    });
}

#[test]
fn statements() {
    pictures(Setup::default(), async |stage, folder| {
        let Stage { world, page, .. } = stage;
        let phone = phone(stage).await?;
        log_in(stage, ADA).await?;
        let gate = world.tenant.when(|request| request.path.starts_with("/.well-known/openid")).hold();
        page.forget_files().await?;
        page.reload().await?;
        page.button("Statements").click().await?;
        page.status().reads("confirm that it is you").await?;
        picture(page, folder, "statements-leaving").await?;
        gate.open();
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.css("section.statement").reads("Opening balances").await?;
        picture(page, folder, "statements").await
    });
}

#[test]
fn sessions_and_set_up() {
    pictures(Setup { access_token_seconds: 60, ..Setup::default() }, async |stage, folder| {
        log_in(stage, ADA).await?;
        stage.page.alert().reads("Your session ends").await?;
        picture(&stage.page, folder, "session-ends-soon").await
    });
    pictures(Setup { access_token_seconds: 15, ..Setup::default() }, async |stage, folder| {
        log_in(stage, ADA).await?;
        stage.page.alert().reads("Your session is over").await?;
        picture(&stage.page, folder, "session-over").await
    });
    pictures(
        Setup { config: |config| config["issuer"] = json!("localhost"), ..Setup::default() },
        async |stage, folder| {
            stage.page.open(&stage.world.app.at("/")).await?;
            stage.page.alert().text().await?;
            picture(&stage.page, folder, "wrong-configuration").await
        },
    );
}

#[test]
fn the_page_is_never_wider_than_its_window() {
    scenario(Setup::default(), async |stage| {
        let page = &stage.page;
        let (phone, number) = at_the_provider(stage).await?;
        phone.choose(&number).await?;
        page.status().reads("Transfer sent").await?;
        fits(page).await?;
        page.button("Statements").click().await?;
        let number = number_on(page).await?;
        phone.choose(&number).await?;
        page.css("section.statement").reads("Rent").await?;
        fits(page).await?;
        Ok(())
    });
}

async fn fits(page: &Page) -> Result<(), Miss> {
    for width in [320, 390, 640, 960, 1280] {
        page.looks(width, 800, false).await?;
        eventually("a page as wide as its window", async || {
            let wide = page.evaluate("document.documentElement.scrollWidth - innerWidth").await?;
            if wide.as_i64() <= Some(0) {
                Ok(())
            } else {
                Err(Miss::new(format!("{wide} px more at {width}")))
            }
        })
        .await?;
    }
    Ok(())
}
