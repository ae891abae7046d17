//! The built files alone: any host of static files will do, and a strict policy holds.

use crate::steps::{log_in, rent_was_paid_once, transfer};
use e2e::{
    TestContext,
    people::ADA,
    scenario,
    servers::{Api, Host, Setup},
};

#[test]
fn plain_file_host_is_enough() {
    scenario(Setup { host: Host::Files, api: Api::BankElsewhere, ..Setup::default() }, async |context| {
        transfer(context).await?;
        rent_was_paid_once(context).await?;
        let callbacks = context.servers.app.matching(|request| request.path.starts_with("/callback"));
        assert!(callbacks.iter().all(|request| request.status.answered() != Some(404)), "{callbacks:?}");
        Ok(())
    });
}

#[test]
fn strict_policy_is_in_force_and_holds() {
    scenario(Setup { api: Api::BankElsewhere, ..Setup::default() }, async |context| {
        let TestContext { servers, page, browser } = context;
        let answer = reqwest::get(servers.app.at("/")).await?;
        let policy = answer.headers().get("content-security-policy").and_then(|value| value.to_str().ok());
        let policy = policy.unwrap_or_default().to_owned();
        for part in [
            "default-src 'none'",
            "'wasm-unsafe-eval'",
            "'sha256-",
            "style-src 'self' 'sha256-",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{part} is missing from {policy:?}");
        }
        for never in ["unsafe-inline", "'unsafe-eval'", "data:", " *"] {
            assert!(!policy.contains(never), "{never} is in {policy:?}");
        }
        transfer(context).await?;
        page.button("Make another transfer").click().await?;
        page.reload().await?;
        crate::steps::sees_balance(page, ADA.opening - crate::steps::RENT.minor).await?;
        let violations: Vec<String> = browser
            .console()
            .await?
            .into_iter()
            .filter(|line| line.contains("Content Security Policy"))
            .collect();
        assert_eq!(violations, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn console_stays_empty() {
    scenario(Setup::default(), async |context| {
        transfer(context).await?;
        // The 403 that starts the step-up is an error to the browser, and nothing else is.
        let lines = context.browser.console().await?;
        let unexpected: Vec<&String> =
            lines.iter().filter(|line| !(line.contains("/transfer") && line.contains("403"))).collect();
        assert_eq!(unexpected, Vec::<&String>::new());
        Ok(())
    });
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        let loaded = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)").await?;
        for address in loaded.as_array().into_iter().flatten().filter_map(|one| one.as_str()) {
            let known =
                [&servers.app, &servers.tenant].iter().any(|server| address.starts_with(&server.at("/")));
            assert!(known, "{address}");
        }
        Ok(())
    });
}
