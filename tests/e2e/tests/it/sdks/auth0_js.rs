//! auth0-js: the implicit flow.

use super::{log_in, transfer};
use e2e::sdks::{Visit, Wish, visit};

/// Proves: sdk-auth0-js
#[test]
fn logs_in_renews_and_steps_up() {
    visit(Wish::default(), async |visit| {
        let Visit { page, .. } = visit;
        visit.open("auth0-js").await?;
        page.status().reads("Nobody is logged in").await?;
        page.button("Check the session").click().await?;
        page.status().reads("checkSession: login_required: Login required").await?;

        log_in(visit).await?;
        let all = "Ada Example has openid profile email view:balance";
        page.status().reads(&format!("parseHash: {all}")).await?;
        page.button("Check the session").click().await?;
        page.status().reads(&format!("checkSession: {all}")).await?;

        page.button("Ask for a transfer silently").click().await?;
        let refused = "checkSession: login_required: Multifactor authentication required";
        page.status().reads(refused).await?;
        transfer(visit).await?;
        page.status().reads("parseHash: Ada Example has openid profile transfer:funds").await?;

        let (silently, aloud) = ("web_message", "");
        let modes = [silently, aloud, silently, silently, aloud];
        assert_eq!(visit.asked("response_mode"), modes);
        assert_eq!(visit.asked("prompt"), modes.map(|mode| if mode == silently { "none" } else { "" }));
        assert!(visit.asked("response_type").iter().all(|kind| kind == "token id_token"));
        assert!(visit.asked("state").iter().chain(&visit.asked("nonce")).all(|random| random.len() >= 32));

        page.button("Log out").click().await?;
        page.status().reads("Nobody is logged in").await?;
        page.button("Check the session").click().await?;
        page.status().reads("checkSession: login_required").await?;
        Ok(())
    });
}
