//! The harness itself, against a page of two buttons: a harness that sees what is not there proves nothing.

use axum::{
    Router,
    http::StatusCode,
    response::{Html, IntoResponse},
    routing::{get, post},
};
use e2e::{
    Browser, Page, TestError, TestFailure,
    server::{ExchangeStatus, ReservedPort, TestServer},
};
use std::sync::Arc;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>Two buttons</title><main><h1>A page</h1>
<label for="a">Amount</label><input id="a">
<button id="go" aria-label="Send it">Go</button><button hidden>Hidden</button>
<p role="status" id="said"></p>
<script>
go.onclick = async () => {
  said.textContent = "asking";
  try { said.textContent = (await fetch("/echo", { method: "POST", headers: { "Content-Type": "application/json",
    "Authorization": "Bearer secret-of-the-test" }, body: JSON.stringify(a.value) })).status; }
  catch (e) { said.textContent = "no answer"; }
};
</script></main>"#;

async fn with_page(story: impl AsyncFnOnce(&Arc<Browser>, &Page, &TestServer) -> Result<(), TestFailure>) {
    if let Err(failure) = play(story).await {
        panic!("{failure}");
    }
}

async fn play(
    story: impl AsyncFnOnce(&Arc<Browser>, &Page, &TestServer) -> Result<(), TestFailure>,
) -> Result<(), TestFailure> {
    let router =
        Router::new().route("/", get(async || Html(PAGE))).route("/echo", post(async || StatusCode::CREATED));
    let server = ReservedPort::reserve().await?.serve("site", router);
    let browser = Browser::start().await?;
    let page = browser.first_page().await;
    page.open(&server.at("/")).await?;
    let told = story(&browser, &page, &server).await;
    browser.quit().await?;
    told
}

fn echo(request: &e2e::server::Exchange) -> bool {
    request.is("POST", "/echo")
}

#[tokio::test]
async fn barriers_are_found_in_both_colour_schemes() {
    with_page(async |_, page, _| {
        let found = async |expected: &[&str]| {
            let barriers = page.barriers().await?;
            let rules: Vec<&str> = barriers.iter().filter_map(|one| one.split(": Fix").next()).collect();
            assert_eq!(rules, expected, "{barriers:?}");
            Ok::<(), TestError>(())
        };
        found(&["label-content-name-mismatch: #go"]).await?;
        page.evaluate("go.textContent = 'Send it'").await?;
        found(&[]).await?;
        let style = "@media (prefers-color-scheme: dark) { h1 { color: #777; background: #888 } }";
        let added =
            format!("document.head.appendChild(document.createElement('style')).textContent = '{style}'");
        page.evaluate(&added).await?;
        page.looks(390, 844, false).await?;
        found(&[]).await?;
        page.looks(390, 844, true).await?;
        found(&["color-contrast: h1"]).await?;
        page.evaluate("document.querySelector('label').remove()").await?;
        found(&["color-contrast: h1", "label: #a"]).await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn things_are_found_by_role_and_name() {
    with_page(async |_, page, server| {
        page.heading("A page").appears().await?;
        assert_eq!(page.button("Go").count().await?, 0, "the name is what a screen reader says");
        assert_eq!(page.button("Hidden").count().await?, 0, "nobody sees it");
        page.field("Amount").fill("12.50").await?;
        page.field("Amount").fill("7").await?;
        page.button("Send it").click().await?;
        page.status().reads("201").await?;
        let seen = server.wait_for("the echo", echo).await?;
        assert_eq!(seen.body, Some("7".into()));
        assert!(!format!("{:?}", **server).contains("secret-of-the-test"), "an access log holds no token");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_held_request_waits_and_a_lost_answer_was_handled() {
    with_page(async |_, page, server| {
        let gate = server.when(echo).hold();
        page.button("Send it").click().await?;
        gate.wait_until_reached().await?;
        page.status().reads("asking").await?;
        gate.open();
        page.status().reads("201").await?;

        let rule = server.when(echo).lose_response();
        page.button("Send it").click().await?;
        page.status().reads("no answer").await?;
        let lost = server.matching(|request| request.status == ExchangeStatus::Lost(201));
        assert!(!lost.is_empty(), "the server did handle it");
        rule.lift();

        let rule = server.when(echo).cut();
        page.button("Send it").click().await?;
        page.status().reads("no answer").await?;
        rule.lift();

        let rule = server.when(echo).answer(|| StatusCode::IM_A_TEAPOT.into_response());
        page.button("Send it").click().await?;
        page.status().reads("418").await?;
        rule.lift();

        page.set_offline(true).await?;
        page.button("Send it").click().await?;
        page.status().reads("no answer").await?;
        page.set_offline(false).await?;
        page.button("Send it").click().await?;
        page.status().reads("201").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn windows_share_cookies_and_not_the_session_storage() {
    with_page(async |browser, page, server| {
        page.evaluate("(sessionStorage.a = '1', localStorage.b = '2', document.cookie = 'c=3')").await?;
        let other = browser.new_window().await?;
        other.open(&server.at("/?other")).await?;
        assert_eq!(other.session_storage().await?, "[]");
        assert_eq!(other.local_storage().await?, r#"[["b","2"]]"#);
        assert_eq!(other.evaluate("document.cookie").await?, "c=3");
        assert_eq!(page.session_storage().await?, r#"[["a","1"]]"#);
        page.open(&server.at("/?second#secret")).await?;
        page.back().await?;
        assert!(
            page.history().await?.iter().any(|address| address.ends_with("#secret")),
            "the history shows it all"
        );
        other.close().await?;
        page.evaluate("console.error('written down')").await?;
        let console = browser.console().await?;
        assert!(console.iter().any(|line| line.contains("written down")), "{console:?}");
        Ok(())
    })
    .await;
}

#[test]
fn failure_names_the_line_of_the_test() {
    fn helper() -> Result<(), TestError> {
        Err(TestError::transient("nothing there"))
    }
    fn story() -> Result<(), TestFailure> {
        helper()?;
        Ok(())
    }
    let text = story().unwrap_err().to_string();
    assert!(
        text.starts_with("tests/e2e/tests/it/harness.rs:") || text.starts_with("tests/it/harness.rs:"),
        "{text}"
    );
    assert!(text.ends_with("nothing there"), "{text}");
}

#[test]
fn token_shows_neither_itself_nor_its_parts() {
    let token = e2e::Token::new("eyJhbGciOiJSUzI1NiJ9.eyJzY29wZSI6ImIgYSJ9.c2lnbmF0dXJl".to_owned());
    assert_eq!(token.scopes(), ["a", "b"]);
    let shown = format!("{token:?}");
    assert!(!shown.contains("eyJ") && !shown.contains("c2ln"), "{shown}");
    assert!(token.is_in("#access_token=x.y.c2lnbmF0dXJl"));
}

#[test]
fn tokens_are_removed_from_texts() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzY29wZSI6ImIgYSJ9.c2lnbmF0dXJl";
    let text = format!("a#access_token={token}&b=eyJ0 {token}");
    assert_eq!(e2e::token::without_tokens(&text), "a#access_token=[token]&b=eyJ0 [token]");
}
