//! Actions and Rules have a say in each log-in.

mod challenge;
mod decisions;
mod event;
mod factor;
mod failures;
mod network;
mod redirect;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tenant::{Action, ActionKind, Config};
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::{ADA, Answer, BALANCE, Browser, PASSWORD, World, authorize, config};

fn script(name: &str, kind: ActionKind, code: &str) -> Action {
    Action { name: name.to_owned(), kind, file: None, code: Some(code.to_owned()), secrets: BTreeMap::new() }
}

/// An Action whose function has this body.
fn action(body: &str) -> Action {
    let code = format!("exports.onExecutePostLogin = async (event, api) => {{\n{body}\n}};");
    script("My Action", ActionKind::PostLogin, &code)
}

/// A Rule whose function has this body.
fn rule(body: &str) -> Action {
    script("My Rule", ActionKind::Rule, &format!("function (user, context, callback) {{\n{body}\n}}"))
}

/// A tenant that leaves every decision to these scripts, as Auth0's do.
fn decided_by(actions: impl Into<Vec<Action>>) -> Config {
    let mut config = config();
    config.apis[0].step_up_scopes.clear();
    config.actions = actions.into();
    config
}

async fn world(actions: impl Into<Vec<Action>>) -> World {
    World::with(decided_by(actions)).await
}

/// What Ada gets who logs in to look at her balance.
async fn log_in(world: &World) -> (Browser, Answer) {
    let mut browser = world.browser();
    let page = browser.follow(&authorize(BALANCE)).await;
    let answer = browser.log_in(&page, ADA, PASSWORD).await;
    (browser, answer)
}

/// The claims of the ID token that she gets.
async fn id_token(world: &World) -> Value {
    let (_, answer) = log_in(world).await;
    world.verified(&answer.fragment()["id_token"], "riser").await
}

/// What the tenant writes into its log, as long as this is there. For tests on one thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
