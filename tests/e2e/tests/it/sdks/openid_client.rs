//! openid-client, on a server.

use super::log_in;
use e2e::{
    people::{ADA, PASSWORD},
    provider_pages::enter_password,
    sdks::{Visit, Wish, visit},
};

/// Proves: sdk-openid-client
#[test]
fn logs_in_from_a_server() {
    visit(Wish::default(), async |visit| {
        let Visit { page, tenant, server, .. } = visit;
        page.open(&server.at("/")).await?;
        page.status().reads("Nobody is logged in").await?;
        log_in(visit).await?;
        page.status().reads(&format!("{} has openid profile email view:balance", Visit::ada())).await?;
        // What a server asks for has no origin.
        let exchange = tenant.requests("/oauth/token").remove(0);
        assert_eq!((exchange.origin.as_deref(), exchange.was_handled_with(200)), (None, true));
        assert_eq!(tenant.requests("/userinfo").len(), 1);
        // With the session there, nobody is asked anything.
        page.button("Log in").click().await?;
        tenant.wait_for_many("two exchanges", 2, |request| request.is("POST", "/oauth/token")).await?;

        page.button("Log out").click().await?;
        page.status().reads("Nobody is logged in").await?;
        page.button("Log in").click().await?;
        page.heading("Log in").appears().await?;
        page.button("Cancel").click().await?;
        page.status().reads("access_denied: authorization response from the server is an error").await?;
        Ok(())
    });
}

/// OAuth 2.0 Form Post Response Mode, past the policy of the tenant's page.
/// Proves: sdk-openid-client
#[test]
fn accepts_a_posted_response() {
    visit(Wish::default(), async |visit| {
        let Visit { page, server, .. } = visit;
        page.open(&server.at("/")).await?;
        page.button("Log in by a form").click().await?;
        page.heading("Log in").appears().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        page.status().reads(&format!("posted: {} has openid", Visit::ada())).await?;
        assert_eq!(visit.asked("response_mode"), ["form_post"]);
        assert_eq!(page.address().await?, server.at("/callback"), "nothing is in the address");
        // Without a log-in page on the way.
        page.button("Log in by a form").click().await?;
        visit.tenant.wait_for_many("two exchanges", 2, |request| request.is("POST", "/oauth/token")).await?;
        page.status().reads("posted: ").await?;
        Ok(())
    });
}

/// Proves: sdk-refresh-tokens, token-revocation
#[test]
fn refreshes_and_revokes() {
    visit(Wish { refresh: true, ..Wish::default() }, async |visit| {
        let Visit { page, tenant, server, .. } = visit;
        let all = "openid profile email view:balance offline_access";
        page.open(&server.at("/")).await?;
        log_in(visit).await?;
        page.status().reads(&format!("{} has {all}", Visit::ada())).await?;
        for exchanges in [2, 3] {
            page.button("Refresh").click().await?;
            tenant
                .wait_for_many("an exchange", exchanges, |request| request.is("POST", "/oauth/token"))
                .await?;
            page.status().reads(&format!("refreshed: {} has {all}, with another", ADA.sub)).await?;
        }
        page.button("Revoke").click().await?;
        page.status().reads("revoked").await?;
        page.button("Refresh").click().await?;
        page.status().reads("invalid_grant: ").await?;
        Ok(())
    });
}
