//! How a session ends: told before, in all tabs at once, and without losing what was typed. And how the provider's keys
//! are kept meanwhile.

use crate::steps::{RENT, WELCOME, log_in, sees_balance, type_order};
use e2e::{TestContext, people::ADA, scenario, servers::Setup};

/// Proves: log-out-all-tabs
#[test]
fn log_out_ends_all_tabs() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        let other = context.browser.new_window().await?;
        other.open(&servers.app.at("/")).await?;
        other.button("Log in").click().await?;
        sees_balance(&other, ADA.opening).await?;
        type_order(&other, RENT).await?;

        page.button("Log out").click().await?;
        other.status().reads("You logged out in another tab").await?;
        other.heading(WELCOME).appears().await?;
        assert_eq!(other.session_storage().await?, "[]", "nothing is left in it either");
        servers.tenant.wait_for("the log-out", |request| request.path.ends_with("/logout")).await?;
        page.arrives_at(&servers.app.at("/")).await?;
        let ends = servers.tenant.matching(|request| request.is("POST", "/oidc/logout"));
        assert_eq!(ends.len(), 1, "one tab tells the provider");
        let asked = servers.api().matching(|request| request.token.is_some()).len();
        other.reload().await?;
        other.heading(WELCOME).appears().await?;
        assert_eq!(servers.api().matching(|request| request.token.is_some()).len(), asked);
        assert!(!other.local_storage().await?.contains("eyJ"), "what the tabs share is no token");
        // A new log-in counts again.
        other.button("Log in").click().await?;
        e2e::provider_pages::enter_password(&other, ADA.email, e2e::people::PASSWORD).await?;
        sees_balance(&other, ADA.opening).await?;
        Ok(())
    });
}

/// Proves: log-out-all-tabs
#[test]
fn tab_at_the_provider_comes_back_logged_out() {
    scenario(Setup::default(), async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        let other = context.browser.new_window().await?;
        other.open(&servers.app.at("/")).await?;
        other.button("Log in").click().await?;
        sees_balance(&other, ADA.opening).await?;
        // This one is away when it happens.
        page.open("about:blank").await?;
        other.button("Log out").click().await?;
        other.heading(WELCOME).appears().await?;
        let asked = servers.api().matching(|request| request.token.is_some()).len();
        page.open(&servers.app.at("/")).await?;
        page.status().reads("You logged out in another tab").await?;
        assert_eq!(page.session_storage().await?, "[]");
        assert_eq!(
            servers.api().matching(|request| request.token.is_some()).len(),
            asked,
            "no token is used"
        );
        Ok(())
    });
}

/// Proves: session-end-announced
#[test]
fn customer_is_warned_before_the_end_and_can_continue() {
    scenario(Setup { access_token_seconds: 60, ..Setup::default() }, async |context| {
        let TestContext { servers, page, .. } = context;
        log_in(context, ADA).await?;
        page.alert().reads("Your session ends in less than two minutes").await?;
        type_order(page, RENT).await?;
        page.button("Stay logged in").click().await?;
        // The provider has a session: no password, and back at once.
        servers.tenant.wait_for_many("two requests", 2, |request| request.path == "/authorize").await?;
        sees_balance(page, ADA.opening).await?;
        page.field("Reference").holds(RENT.reference).await?;
        let tokens: std::collections::BTreeSet<String> = servers
            .api()
            .matching(crate::steps::is_balance)
            .iter()
            .map(|request| format!("{:?}", request.token))
            .collect();
        assert_eq!((servers.tenant.requests("/authorize").len(), tokens.len()), (2, 2), "a new token");
        Ok(())
    });
}

/// Proves: jwks-cached
#[test]
fn keys_are_fetched_once_per_tab() {
    scenario(Setup::default(), async |context| {
        let servers = &context.servers;
        log_in(context, ADA).await?;
        let fetched = |path: &str| {
            let path = path.to_owned();
            servers.tenant.matching(move |request| request.path == path && request.origin.is_some()).len()
        };
        assert_eq!(fetched("/.well-known/jwks.json"), 1);
        let other = context.browser.new_window().await?;
        other.open(&servers.app.at("/")).await?;
        other.button("Log in").click().await?;
        sees_balance(&other, ADA.opening).await?;
        assert_eq!(fetched("/.well-known/jwks.json"), 1, "the second answer finds them where they were kept");
        assert_eq!(fetched("/.well-known/openid-configuration"), 1);
        Ok(())
    });
}
