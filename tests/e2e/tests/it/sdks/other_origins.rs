//! Pages of other origins.

use super::log_in;
use e2e::{
    TestError, eventually,
    people::{ADA, PASSWORD},
    provider_pages::enter_password,
    sdks::Visit,
    sdks::{Wish, visit},
    server::Exchange,
    stays,
};
use std::time::Duration;

/// Chromium holds every redirect after a form against the policy of the form's page.
/// Proves: redirecting-callback
#[test]
fn callback_that_redirects_to_another_origin_is_reached() {
    visit(Wish::default(), async |visit| {
        let Visit { page, tenant, attacker, pages, .. } = visit;
        let callback = attacker.at("/callback");
        let request = [
            ("client_id", "redirecting"),
            ("redirect_uri", callback.as_str()),
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        let address = reqwest::Url::parse_with_params(&tenant.at("/authorize"), request)
            .map_err(|error| TestError::permanent(error.to_string()))?;
        page.open(address.as_str()).await?;
        page.heading("Log in").appears().await?;
        enter_password(page, ADA.email, PASSWORD).await?;
        page.heading("oidc-client-ts").appears().await?;
        assert_eq!(page.address().await?, pages.at("/oidc-client-ts/"));
        // So is one that has nothing but an error.
        page.open(&format!("{address}&prompt=login")).await?;
        page.button("Cancel").click().await?;
        page.heading("oidc-client-ts").appears().await?;
        Ok(())
    });
}

/// RP-Initiated Logout 1.0, 2: a form of another site, with which browsers do not send the session's cookie.
/// Proves: log-out-cross-site
#[test]
fn posted_id_token_hint_ends_the_session() {
    visit(Wish::default(), async |visit| {
        let Visit { page, tenant, attacker, pages, .. } = visit;
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        let token = page.evaluate("window.idToken").await?;
        // Two ports of one host are one site; two hosts are not.
        page.open(&attacker.at("/").replace("localhost", "127.0.0.1")).await?;
        let fields = serde_json::json!({
            "id_token_hint": token,
            "post_logout_redirect_uri": pages.at("/auth0-spa-js/"),
        });
        let action = serde_json::Value::from(tenant.at("/oidc/logout"));
        page.evaluate(&format!(
            "(() => {{ const form = document.createElement('form'); form.method = 'post'; form.action = {action}; \
             for (const [name, value] of Object.entries({fields})) {{ const field = document.createElement('input'); \
             field.name = name; field.value = value; form.append(field); }} document.body.append(form); form.submit(); }})()"
        ))
        .await?;
        page.status().reads("checkSession: nobody").await?;
        assert_eq!(page.address().await?, pages.at("/auth0-spa-js/"));
        assert!(tenant.requests("/oidc/logout").iter().all(|request| !request.query.contains("eyJ")));
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        Ok(())
    });
}

/// Silent authentication in the name of a client: the browser shows the answer in no frame of another origin, and
/// delivers its message to no other origin that opened it.
/// Proves: tenant-web-message
#[test]
fn page_of_another_origin_gets_no_message() {
    visit(Wish::default(), async |visit| {
        let Visit { page, tenant, attacker, browser, .. } = visit;
        visit.open("auth0-js").await?;
        log_in(visit).await?;
        page.status().reads("parseHash: Ada Example").await?;
        page.button("Check the session").click().await?;
        page.status().reads("checkSession: Ada Example").await?;
        let silent =
            tenant.requests("/authorize").pop().ok_or_else(|| TestError::permanent("it asked silently"))?;
        assert_eq!(silent.parameter("response_mode"), "web_message");
        let address = serde_json::Value::from(tenant.at(&format!("/authorize?{}", silent.query)));
        let with_answer = |request: &Exchange| request.path == "/authorize" && request.was_handled_with(200);
        let answered = tenant.matching(with_answer).len();

        page.open(&attacker.at("/")).await?;
        page.evaluate(&format!(
            "(() => {{ window.address = {address}; const frame = document.createElement('iframe'); \
             frame.src = window.address; document.body.append(frame); }})()"
        ))
        .await?;
        tenant.wait_for_many("an answer in the frame", answered + 1, with_answer).await?;
        eventually("the browser to refuse the frame", async || {
            let console = browser.console().await?;
            let refused = console.iter().any(|line| line.contains("frame-ancestors http://localhost:"));
            if refused { Ok(()) } else { Err(TestError::transient(format!("the console says {console:?}"))) }
        })
        .await?;
        page.button("Open").click().await?;
        let window = browser.page_besides(std::slice::from_ref(page)).await?;
        window.heading("Back to the application").appears().await?;
        // Its script ran: it has taken the answer out of the page, to send it to whom it is for.
        eventually("the message to be sent", async || {
            let left =
                window.evaluate("document.getElementById('answer').dataset.response ?? 'sent'").await?;
            if left == "sent" { Ok(()) } else { Err(TestError::transient("it is still there")) }
        })
        .await?;
        let seen = stays(Duration::from_secs(1), async || page.status().text().await).await?;
        assert_eq!(seen, "nothing", "a message would have been shown");
        Ok(())
    });
}
