//! The clocks of others can be put forward without their noticing.

use crate::steps::is_balance;
use e2e::{
    TestContext, TestError, TestFailure, eventually, scenario,
    servers::{Api, Provider, Setup},
};
use std::time::Duration;

/// The provider that logs Ada in without a page.
fn setup(api: Api) -> Setup {
    Setup { provider: Provider::FaultyProvider, api, ..Setup::default() }
}

/// A token that was good is expired for the libraries that check it.
async fn a_token_expires(context: &TestContext) -> Result<(), TestFailure> {
    let TestContext { servers, page, .. } = context;
    crate::steps::open(context).await?;
    page.button("Log in").click().await?;
    let asked = servers.api().wait_for("the balance", is_balance).await?;
    let token = asked.token.ok_or_else(|| TestError::permanent("it was asked for without a token"))?;
    let status = async || {
        let request = reqwest::Client::new().get(servers.api().at("/balance"));
        let answer = request.header("authorization", token.header()).send().await?;
        Ok::<u16, TestError>(answer.status().as_u16())
    };
    assert!(matches!(status().await?, 200 | 201), "it is good");
    let program = servers.program()?;
    program.put_clock_forward(Duration::from_mins(1)).await?;
    assert!(matches!(status().await?, 200 | 201), "it is good for more than a minute");
    program.put_clock_forward(Duration::from_hours(48)).await?;
    assert_eq!(status().await?, 401);
    Ok(())
}

/// Proves: interop-clock
#[test]
fn node_program_follows_the_clock() {
    scenario(setup(Api::Node("apis/express-sample/server.js")), a_token_expires);
}

/// Proves: interop-clock
#[test]
fn python_program_follows_the_clock() {
    scenario(setup(Api::Python("apis/flask/server.py")), a_token_expires);
}

/// Proves: interop-clock
#[test]
fn page_and_the_next_ones_follow_the_clock() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        // In milliseconds; what it really is comes from a clock that nobody can put forward.
        let times = "const real = performance.timeOrigin + performance.now(); \
                     return [Date.now(), +new Date(), Date.parse(Date())].map(time => Math.round(time - real))";
        let is_ahead = async |seconds: i64| {
            eventually(&format!("a clock that is {seconds} s ahead"), async || {
                let seen = page.evaluate(&format!("(() => {{ {times} }})()")).await?;
                let seen: Vec<i64> = serde_json::from_value(seen).unwrap_or_default();
                // The text that `Date()` gives has no fractions of a second.
                if seen.len() == 3 && seen.iter().all(|ms| (ms - seconds * 1000).abs() < 2000) {
                    Ok(())
                } else {
                    Err(TestError::transient(format!("{seen:?} ms")))
                }
            })
            .await
        };
        crate::steps::open(context).await?;
        is_ahead(0).await?;
        page.put_clock_forward(Duration::from_secs(90)).await?;
        is_ahead(90).await?;
        page.put_clock_forward(Duration::from_secs(30)).await?;
        page.open(&servers.tenant.at("/phone")).await?;
        is_ahead(120).await?;
        Ok(())
    });
}
