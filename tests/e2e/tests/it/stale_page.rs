//! A host that lets browsers keep an old page, whose files a new deployment has taken away.

use crate::steps::{log_in, sees_balance};
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use e2e::{
    TestContext, TestError, TestFailure,
    people::ADA,
    scenario,
    servers::{Api, Host, Setup},
};

/// The files without which there is no application: what stands before and behind the hash in their names.
const FILES: [(&str, &str); 3] = [("/riser-", ".js"), ("/riser-", "_bg.wasm"), ("/messages/en-", ".json")];

/// The page of an older deployment: a file of another name.
fn old_page(page: &str, (before, behind): (&str, &str)) -> Result<String, TestError> {
    let (_, rest) = page.rsplit_once(before).ok_or_else(|| TestError::permanent("the page names no file"))?;
    let hash = &rest[..16];
    Ok(page.replace(&format!("{before}{hash}{behind}"), &format!("{before}0123456789abcdef{behind}")))
}

fn kept_for_a_year(page: String) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=31536000")], Html(page)).into_response()
}

async fn opens_old_page(context: &TestContext, file: (&str, &str)) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    let old = old_page(&reqwest::get(servers.app.at("/")).await?.text().await?, file)?;
    let rule = servers.app.when(|request| request.path == "/").answer(move || kept_for_a_year(old.clone()));
    page.open(&servers.app.at("/")).await?;
    page.heading("This page could not be loaded").appears().await?;
    // From now on the new deployment answers; but nobody asks.
    rule.lift();
    let asked = servers.app.requests("/").len();
    page.open(&servers.tenant.at("/phone")).await?;
    page.open(&servers.app.at("/")).await?;
    page.heading("This page could not be loaded").appears().await?;
    assert_eq!(servers.app.requests("/").len(), asked, "the page came out of the browser's cache");
    Ok(())
}

async fn recovers(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    page.link("Try again").click().await?;
    page.button("Log in").appears().await?;
    // Not only this once.
    page.open(&servers.tenant.at("/phone")).await?;
    page.open(&servers.app.at("/")).await?;
    page.button("Log in").appears().await?;
    log_in(context, ADA).await?;
    page.reload().await?;
    sees_balance(page, ADA.opening).await?;
    Ok(())
}

/// Proves: stale-page
#[test]
fn try_again_replaces_a_cached_page() {
    for host in [Host::Files, Host::Companion] {
        for file in FILES {
            scenario(Setup { host, api: Api::BankElsewhere, ..Setup::default() }, async |context| {
                opens_old_page(context, file).await?;
                recovers(context).await
            });
        }
    }
}

/// Proves: stale-page
#[test]
fn try_again_replaces_a_cached_page_where_every_path_is_the_page() {
    for file in FILES {
        scenario(Setup { host: Host::Files, api: Api::BankElsewhere, ..Setup::default() }, async |context| {
            let page = reqwest::get(context.servers.app.at("/")).await?.text().await?;
            let rule = context
                .servers
                .app
                .when(|request| request.path.contains("0123456789abcdef"))
                .answer(move || (StatusCode::OK, Html(page.clone())).into_response());
            opens_old_page(context, file).await?;
            recovers(context).await?;
            rule.lift();
            Ok(())
        });
    }
}
