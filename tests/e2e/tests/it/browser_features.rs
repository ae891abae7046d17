//! Browsers that lack something: either it is done without, or the page says what it is. No button does nothing.

use crate::steps::{WELCOME, leave_to_log_in, nothing_was_moved, rent_was_paid_once, sees_balance, transfer};
use e2e::{
    Page, TestContext, TestFailure,
    people::{ADA, PASSWORD},
    provider_pages::enter_password,
    scenario,
    servers::Setup,
};

/// What the client cannot do without, by the names under which pages find it.
const NEEDED: [&str; 20] = [
    "WebAssembly",
    "WebAssembly.validate",
    "WebAssembly.instantiate",
    "TextDecoder",
    "TextEncoder",
    "URL",
    "URLSearchParams",
    "fetch",
    "Headers",
    "Request",
    "Response",
    "AbortController",
    "AbortSignal",
    "crypto.getRandomValues",
    "CryptoKey",
    "Intl.NumberFormat",
    "Intl.DateTimeFormat",
    "history.pushState",
    "history.replaceState",
    "queueMicrotask",
];

/// What depends on how the page is opened, too.
const ASKED_BY_THE_APPLICATION: [&str; 3] = ["crypto.subtle", "sessionStorage", "localStorage"];

/// What is done without, because it is young, or because some browsers hide it.
const DONE_WITHOUT: [&str; 16] = [
    "AbortSignal.timeout",
    "AbortSignal.any",
    "WebAssembly.instantiateStreaming",
    "WebAssembly.compileStreaming",
    "FinalizationRegistry",
    "structuredClone",
    "requestAnimationFrame",
    "requestIdleCallback",
    "BigInt64Array",
    "SharedArrayBuffer",
    "navigation",
    "crypto.randomUUID",
    "URL.canParse",
    "URL.parse",
    "Element.prototype.replaceChildren",
    "indexedDB",
];

/// A browser without that: it is gone before the page's first script runs.
fn without(path: &str) -> String {
    format!(
        "(() => {{
           const names = '{path}'.split('.');
           const last = names.pop();
           const owner = names.reduce((from, name) => from[name], window);
           Object.defineProperty(owner, last, {{ value: undefined, configurable: true, writable: true }});
         }})()"
    )
}

async fn opened_without(context: &TestContext, script: &str) -> Result<serde_json::Value, TestFailure> {
    let script = context.page.run_before_scripts(script).await?;
    context.page.open(&context.servers.app.at("/")).await?;
    Ok(script)
}

async fn offers_nothing(page: &Page, name: &str) -> Result<(), TestFailure> {
    assert_eq!(page.button("Log in").count().await?, 0, "{name}: a button that does nothing");
    Ok(())
}

/// Proves: browser-feature-required
#[test]
fn missing_feature_is_named() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        for name in NEEDED {
            let script = opened_without(context, &without(name)).await?;
            page.heading("This browser is too old").appears().await?;
            page.everything().reads(&format!("It lacks: {name}")).await?;
            offers_nothing(page, name).await?;
            page.run_no_more(script).await?;
        }
        for name in ASKED_BY_THE_APPLICATION {
            let script = opened_without(context, &without(name)).await?;
            page.alert().reads("It lacks something that protects your log-in").await?;
            page.button("Details for support").click().await?;
            page.everything().reads(&format!("not available: {name}")).await?;
            offers_nothing(page, name).await?;
            page.run_no_more(script).await?;
        }
        let script = opened_without(context, "WebAssembly.validate = () => false").await?;
        page.everything().reads("It lacks: WebAssembly reference types").await?;
        page.run_no_more(script).await?;
        let script = opened_without(context, "delete HTMLScriptElement.prototype.noModule").await?;
        page.everything().reads("It lacks: modules").await?;
        page.run_no_more(script).await?;
        assert!(servers.tenant.all().is_empty(), "nobody is asked anything");
        Ok(())
    });
}

/// Proves: browser-feature-optional
#[test]
fn optional_feature_may_be_missing() {
    scenario(Setup::default(), async |context| {
        for name in DONE_WITHOUT {
            let script = context.page.run_before_scripts(&without(name)).await?;
            leave_to_log_in(context).await?;
            context.page.run_no_more(script).await?;
        }
        Ok(())
    });
}

/// Proves: browser-feature-optional
#[test]
fn transfer_works_without_abort_signal_timeout() {
    scenario(Setup::default(), async |context| {
        context.page.run_before_scripts(&without("AbortSignal.timeout")).await?;
        transfer(context).await?;
        rent_was_paid_once(context).await
    });
}

/// Proves: browser-feature-optional
#[test]
fn silent_provider_is_given_up_without_abort_signal_timeout() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        page.run_before_scripts(&without("AbortSignal.timeout")).await?;
        let gate = servers.tenant.when(|request| request.path.starts_with("/.well-known/openid")).hold();
        crate::steps::open(context).await?;
        page.button("Log in").click().await?;
        gate.wait_until_reached().await?;
        page.alert().reads("No money was moved").await?;
        gate.open();
        nothing_was_moved(context).await?;
        page.button("Log in").click().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        sees_balance(page, ADA.opening).await?;
        Ok(())
    });
}

/// Proves: client-exceptions
#[test]
fn exception_at_the_start_is_reported() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        let not_loaded = ("This page could not be loaded", "Try again");
        let stopped = ("This page has stopped working", "Load the page again");
        for (broken, (sentence, way_on)) in [
            ("Document.prototype.createElement = () => { throw new Error('no') }", stopped),
            ("Date.now = () => { throw new Error('no') }", not_loaded),
            (
                "WebAssembly.compileStreaming = WebAssembly.instantiateStreaming =
                    () => Promise.reject(new WebAssembly.CompileError())",
                not_loaded,
            ),
        ] {
            let script = opened_without(context, broken).await?;
            page.everything().reads(sentence).await?;
            page.run_no_more(script).await?;
            page.link(way_on).click().await?;
            page.heading(WELCOME).appears().await?;
            page.button("Log in").appears().await?;
        }
        Ok(())
    });
}

/// Proves: client-exceptions
#[test]
fn later_exception_is_reported() {
    scenario(Setup::default(), async |context| {
        let page = &context.page;
        crate::steps::open(context).await?;
        page.css("#shell").disappears().await?;
        // Of somebody else's script: no affair of the page's.
        let other = "new Promise(resume => {
            addEventListener('error', resume, { once: true });
            setTimeout(() => { throw new Error('of an extension') });
        }).then(() => true)";
        assert_eq!(page.evaluate(other).await?, true);
        assert!(!page.everything().text().await?.contains("stopped working"));
        // What was there at the start and is gone later: nothing is asked for twice.
        page.evaluate("void (window.riserHeadStart = AbortSignal.timeout = undefined)").await?;
        page.button("Log in").click().await?;
        page.everything().reads("This page has stopped working").await?;
        page.link("Load the page again").click().await?;
        page.button("Log in").appears().await?;
        assert!(!page.everything().text().await?.contains("stopped working"));
        page.button("Log in").click().await?;
        page.heading("Log in").appears().await?;
        Ok(())
    });
}
