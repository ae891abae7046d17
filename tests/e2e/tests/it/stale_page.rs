//! A host that lets browsers keep an old page, whose files a new deployment has taken away.

use crate::steps::{log_in, sees_balance};
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use e2e::{
    Failure, Miss, Stage,
    people::ADA,
    scenario,
    world::{Api, Host, Setup},
};

/// The page of an older deployment: a file of another name.
fn old_page(page: &str, file: &str) -> Result<String, Miss> {
    let (_, rest) = page.rsplit_once("/riser-").ok_or_else(|| Miss::last("the page names no file"))?;
    let hash = &rest[..16];
    Ok(page.replace(&format!("/riser-{hash}{file}"), &format!("/riser-0123456789abcdef{file}")))
}

fn kept_for_a_year(page: String) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=31536000")], Html(page)).into_response()
}

async fn opens_old_page(stage: &Stage, file: &'static str) -> Result<(), Failure> {
    let Stage { world, page, .. } = stage;
    let old = old_page(&reqwest::get(world.app.at("/")).await?.text().await?, file)?;
    let rule = world.app.when(|request| request.path == "/").answer(move || kept_for_a_year(old.clone()));
    page.open(&world.app.at("/")).await?;
    page.heading("Riser could not be loaded").appears().await?;
    // From now on the new deployment answers; but nobody asks.
    rule.lift();
    let asked = world.app.requests("/").len();
    page.open(&world.tenant.at("/phone")).await?;
    page.open(&world.app.at("/")).await?;
    page.heading("Riser could not be loaded").appears().await?;
    assert_eq!(world.app.requests("/").len(), asked, "the page came out of the browser's cache");
    Ok(())
}

async fn recovers(stage: &Stage) -> Result<(), Failure> {
    let Stage { world, page, .. } = stage;
    page.link("Try again").click().await?;
    page.button("Log in").appears().await?;
    // Not only this once.
    page.open(&world.tenant.at("/phone")).await?;
    page.open(&world.app.at("/")).await?;
    page.button("Log in").appears().await?;
    log_in(stage, ADA).await?;
    page.reload().await?;
    sees_balance(page, ADA.opening).await?;
    Ok(())
}

/// Proves: stale-page
#[test]
fn try_again_gets_past_an_old_page_in_the_cache() {
    for host in [Host::Files, Host::Companion] {
        for file in [".js", "_bg.wasm"] {
            scenario(Setup { host, api: Api::BankElsewhere, ..Setup::default() }, async |stage| {
                opens_old_page(stage, file).await?;
                recovers(stage).await
            });
        }
    }
}

/// Proves: stale-page
#[test]
fn try_again_gets_past_an_old_page_where_every_path_is_the_page() {
    for file in [".js", "_bg.wasm"] {
        scenario(Setup { host: Host::Files, api: Api::BankElsewhere, ..Setup::default() }, async |stage| {
            let page = reqwest::get(stage.world.app.at("/")).await?.text().await?;
            let rule = stage
                .world
                .app
                .when(|request| request.path.contains("0123456789abcdef"))
                .answer(move || (StatusCode::OK, Html(page.clone())).into_response());
            opens_old_page(stage, file).await?;
            recovers(stage).await?;
            rule.lift();
            Ok(())
        });
    }
}
