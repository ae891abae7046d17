//! Runs one test: servers, a browser, the test's story, and evidence when it fails.

use crate::{Browser, Page, Servers, TestError, TestFailure, evidence, servers::Setup};
use futures_util::FutureExt;
use std::{any::Any, panic::AssertUnwindSafe, sync::Arc};

/// What a story plays on.
#[derive(Debug)]
pub struct TestContext {
    /// The servers.
    pub servers: Servers,
    /// The customer's browser.
    pub browser: Arc<Browser>,
    /// Its first window, still empty.
    pub page: Page,
}

/// Plays `story` with fresh servers and a fresh browser.
///
/// # Panics
/// When the story does: with the line of the test, and the folder where the evidence is.
pub fn scenario<F>(setup: Setup, story: F)
where
    F: AsyncFnOnce(&TestContext) -> Result<(), TestFailure>,
{
    let test = name_of::<F>();
    run(&test, play(&test, setup, story));
}

/// Runs what a test does, and panics with what it says went wrong.
pub(crate) fn run(test: &str, play: impl Future<Output = Result<(), String>>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(play),
        Err(error) => Err(error.to_string()),
    };
    if let Err(why) = outcome {
        std::panic::resume_unwind(Box::new(announce(test, &why)));
    }
}

/// libtest prints what a panic hook prints; a resumed panic has to speak for itself.
fn announce(test: &str, why: &str) -> String {
    let words = format!("{test} failed\n{why}");
    eprintln!("{words}");
    words
}

async fn play<F>(test: &str, setup: Setup, story: F) -> Result<(), String>
where
    F: AsyncFnOnce(&TestContext) -> Result<(), TestFailure>,
{
    let context = set_up(setup).await.map_err(|error| error.to_string())?;
    let outcome = match ending(AssertUnwindSafe(story(&context)).catch_unwind().await) {
        None => Ok(()),
        Some(why) => {
            let requests = context.servers.access_log();
            Err(evidence::with(test, &requests, &context.browser, why).await)
        }
    };
    let quit = context.browser.quit().await.map_err(|error| format!("the browser does not end: {error}"));
    outcome.and(quit)
}

async fn set_up(setup: Setup) -> Result<TestContext, TestError> {
    let servers = Servers::start(setup).await?;
    let browser = Browser::start().await?;
    let page = browser.first_page().await;
    Ok(TestContext { servers, browser, page })
}

/// Why a story did not end well.
pub(crate) fn ending(ending: Result<Result<(), TestFailure>, Box<dyn Any + Send>>) -> Option<String> {
    match ending {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure.to_string()),
        Err(panic) => Some(words_of(panic.as_ref())),
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    words.unwrap_or("the test panicked").to_owned()
}

/// The name of the test: libtest names the thread after the test. Where it runs them in its main thread, the
/// type of the story has to do.
pub(crate) fn name_of<F>() -> String {
    let thread = std::thread::current();
    let path = match thread.name() {
        Some(name) if name != "main" => name,
        _ => std::any::type_name::<F>().split_once("::").map_or("test", |(_, path)| path),
    };
    let parts: Vec<&str> = path.split("::").filter(|part| !part.starts_with('{')).collect();
    parts.join(".")
}
