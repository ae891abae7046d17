//! The examples in `examples/step-up` run as they are, so that others can begin with them.

use e2e::{
    Program, TestContext, TestError, TestFailure, scenario,
    servers::{CONTROL_TOKEN, Setup},
};
use step_up_example::{Control, step_up};

const FIRST_AND_SECOND_ATTEMPT: [Option<u16>; 2] = [Some(403), Some(201)];

fn driven() -> Setup {
    Setup { control: true, ..Setup::default() }
}

/// Proves: control-examples
#[test]
fn playwright() {
    scenario(driven(), async |context| {
        let written = run(context, "playwright", &["node_modules/@playwright/test/cli.js", "test"]).await?;
        assert!(written.contains("3 passed"), "{written}");
        // The second is denied, and the third has a wrong answer of the provider.
        let statuses = context.servers.statuses("POST", "/transfer");
        assert_eq!(statuses, [Some(403), Some(201), Some(403), Some(403)]);
        Ok(())
    });
}

/// Proves: control-examples
#[test]
fn webdriverio() {
    scenario(driven(), async |context| {
        let written = run(context, "webdriverio", &["--test"]).await?;
        assert!(written.contains("pass 1") && written.contains("fail 0"), "{written}");
        assert_eq!(context.servers.statuses("POST", "/transfer"), FIRST_AND_SECOND_ATTEMPT);
        Ok(())
    });
}

/// Proves: control-examples
#[test]
fn rust() {
    scenario(driven(), async |context| {
        let TestContext { servers, browser, .. } = context;
        let control = Control { tenant: servers.tenant.at("/"), token: CONTROL_TOKEN.to_owned() };
        let driven = step_up(&browser.driver().await, &servers.app.at("/"), &control).await;
        let (said, payment) = driven.map_err(|error| TestError::permanent(error.to_string()))?;
        assert!(said.contains("Transfer sent"), "{said}");
        assert_eq!(payment["instructedAmount"]["amount"], "12.50");
        assert_eq!(servers.statuses("POST", "/transfer"), FIRST_AND_SECOND_ATTEMPT);
        Ok(())
    });
}

/// The tests of a folder, against the servers of this one.
async fn run(context: &TestContext, folder: &str, arguments: &[&str]) -> Result<String, TestFailure> {
    let (app, tenant) = (context.servers.app.at("/"), context.servers.tenant.at("/"));
    let variables =
        [("APP", app.as_str()), ("TENANT", tenant.as_str()), ("RISER_CONTROL_TOKEN", CONTROL_TOKEN)];
    Ok(Program::run_on_node(&format!("examples/step-up/{folder}"), arguments, &variables).await?)
}
