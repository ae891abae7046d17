//! oidc-client-ts.

use super::log_in;
use e2e::{
    people::ADA,
    sdks::{Visit, Wish, visit},
};

/// Proves: sdk-oidc-client-ts
#[test]
fn logs_in_renews_in_a_frame_and_logs_out() {
    visit(Wish::default(), async |visit| {
        let Visit { page, tenant, .. } = visit;
        let ada = format!("{} <{}> has openid profile email view:balance", ADA.name, ADA.email);
        visit.open("oidc-client-ts").await?;
        page.status().reads("getUser: nobody").await?;
        log_in(visit).await?;
        page.status().reads(&format!("signinCallback: {ada}")).await?;
        page.button("Renew silently").click().await?;
        page.status().reads(&format!("signinSilent: {ada}")).await?;
        assert_eq!(visit.asked("prompt"), ["", "none"]);
        assert!(!visit.asked("id_token_hint")[1].is_empty(), "the frame is for the same customer");
        assert_eq!(tenant.requests("/oauth/token").len(), 2);
        assert_eq!(tenant.requests("/userinfo").len(), 2);
        assert!(!tenant.requests("/.well-known/openid-configuration").is_empty());

        page.button("Log out").click().await?;
        page.status().reads("signoutCallback: nobody").await?;
        let left = tenant.requests("/oidc/logout").remove(0);
        assert!(!left.parameter("id_token_hint").is_empty() && !left.parameter("state").is_empty());
        log_in(visit).await?;
        page.status().reads(&format!("signinCallback: {ada}")).await?;
        Ok(())
    });
}
