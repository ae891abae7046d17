//! Strangers get along with the tenant: libraries that nobody here wrote, unchanged, in a browser or on a server.

use e2e::{
    Program, TestError, eventually,
    people::{ADA, PASSWORD},
    provider_pages::{enter_password, number_on},
    sdks::{Visit, Wish, visit},
    server::Exchange,
    stays,
};
use std::time::Duration;

/// From the page's button to the tenant and back.
async fn log_in(visit: &Visit) -> Result<(), TestError> {
    visit.page.button("Log in").click().await?;
    visit.page.heading("Log in").appears().await?;
    enter_password(&visit.page, ADA.email, PASSWORD).await
}

/// From the page's button to the phone and back.
async fn transfer(visit: &Visit) -> Result<(), TestError> {
    let phone = visit.phone(ADA).await?;
    visit.page.button("Ask for a transfer").click().await?;
    phone.choose(&number_on(&visit.page).await?).await
}

/// The access token that the page got, as a header.
async fn token(visit: &Visit) -> Result<String, TestError> {
    eventually("an access token in the page", async || {
        let token = visit.page.evaluate("window.accessToken").await?;
        token
            .as_str()
            .map(|token| format!("Bearer {token}"))
            .ok_or_else(|| TestError::transient("there is none"))
    })
    .await
}

/// What the API says to a token: its status and its body.
async fn ask(api: &Program, method: &str, path: &str, token: &str) -> Result<(u16, String), TestError> {
    let method = reqwest::Method::from_bytes(method.as_bytes())
        .map_err(|error| TestError::permanent(error.to_string()))?;
    let mut request = reqwest::Client::new().request(method, api.at(path));
    if !token.is_empty() {
        request = request.header("authorization", token);
    }
    let answer = request.send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// Proves: sdk-auth0-js
#[test]
fn auth0_js_logs_in_renews_and_steps_up_by_the_implicit_flow() {
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

/// Proves: sdk-auth0-spa-js
#[test]
fn auth0_spa_js_logs_in_with_a_code_and_comes_back_by_silent_authentication() {
    visit(Wish::default(), async |visit| {
        let Visit { page, .. } = visit;
        let ada = Visit::ada();
        visit.open("auth0-spa-js").await?;
        page.status().reads("checkSession: nobody").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {ada}")).await?;
        assert_eq!(page.address().await?, visit.pages.at("/auth0-spa-js/"), "the code is used and gone");

        // The library keeps nothing across page loads: who is there comes from the tenant, in a hidden frame.
        page.reload().await?;
        page.status().reads(&format!("checkSession: {ada}")).await?;
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: openid profile email view:balance").await?;
        page.button("Ask for a transfer silently").click().await?;
        page.status().reads("getTokenSilently: login_required: Multifactor authentication required").await?;
        transfer(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {ada}")).await?;

        let (silently, aloud) = ("web_message", "query");
        assert_eq!(visit.asked("response_mode"), [aloud, silently, silently, silently, aloud]);
        assert!(visit.asked("response_type").iter().all(|kind| kind == "code"));
        assert!(visit.asked("code_challenge_method").iter().all(|method| method == "S256"));
        let exchanges = visit.tenant.requests("/oauth/token");
        assert_eq!(exchanges.len(), 4, "the refused request had no code: {exchanges:?}");
        assert!(exchanges.iter().all(|exchange| exchange.was_handled_with(200)), "{exchanges:?}");

        page.button("Log out").click().await?;
        page.status().reads("checkSession: nobody").await?;
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: login_required").await?;
        Ok(())
    });
}

/// Proves: sdk-auth0-spa-js
#[test]
fn auth0_spa_js_may_write_its_exchange_in_json() {
    visit(Wish { json: true, ..Wish::default() }, async |visit| {
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        visit.page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        let exchange = visit.tenant.requests("/oauth/token").remove(0);
        let body = exchange.body.unwrap_or_default();
        assert_eq!(body["grant_type"], "authorization_code", "it was JSON");
        Ok(())
    });
}

/// Proves: sdk-auth0-spa-js
#[test]
fn auth0_spa_js_logs_in_by_a_window_of_its_own() {
    visit(Wish::default(), async |visit| {
        let Visit { page, browser, .. } = visit;
        visit.open("auth0-spa-js").await?;
        page.button("Log in by a window").click().await?;
        let window = browser.page_besides(std::slice::from_ref(page)).await?;
        window.heading("Log in").appears().await?;
        enter_password(&window, ADA.email, PASSWORD).await?;
        page.status().reads(&format!("loginWithPopup: {}", Visit::ada())).await?;
        assert_eq!(visit.asked("response_mode"), ["web_message"]);
        Ok(())
    });
}

/// What the library looks for is the error and its description, letter by letter.
/// Proves: sdk-auth0-spa-js-step-up
#[test]
fn auth0_spa_js_steps_up_in_a_window_when_a_silent_request_needs_a_second_factor() {
    visit(Wish { popup: true, ..Wish::default() }, async |visit| {
        let Visit { page, browser, .. } = visit;
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        let phone = visit.phone(ADA).await?;
        page.button("Ask for a transfer silently").click().await?;
        let window = browser.page_besides(&[page.clone(), phone.page().clone()]).await?;
        phone.choose(&number_on(&window).await?).await?;
        let all = "openid profile email view:balance transfer:funds";
        page.status().reads(&format!("getTokenSilently: {all}")).await?;
        let claims = page.evaluate("JSON.parse(atob(window.accessToken.split('.')[1]))").await?;
        assert_eq!(claims["scope"], all);
        assert_eq!(visit.asked("prompt"), ["", "none", ""]);
        assert_eq!(visit.asked("response_mode"), ["query", "web_message", "web_message"]);
        // Nobody has been logged out meanwhile.
        page.button("Get a token silently").click().await?;
        let exchanged =
            |request: &Exchange| request.is("POST", "/oauth/token") && request.was_handled_with(200);
        visit.tenant.wait_for_many("an exchange for the last one", 3, exchanged).await?;
        Ok(())
    });
}

/// Proves: no-refresh-tokens
#[test]
fn auth0_spa_js_with_refresh_tokens_is_told_that_there_are_none() {
    visit(Wish { refresh: true, ..Wish::default() }, async |visit| {
        let Visit { page, tenant, .. } = visit;
        visit.open("auth0-spa-js").await?;
        log_in(visit).await?;
        page.status().reads(&format!("handleRedirectCallback: {}", Visit::ada())).await?;
        assert!(visit.asked("scope").iter().any(|scope| scope.ends_with(" offline_access")));
        page.button("Get a token silently").click().await?;
        page.status().reads("getTokenSilently: missing_refresh_token").await?;
        let log = reqwest::get(tenant.at("/log.json")).await?.text().await?;
        assert!(log.contains("This tenant has no refresh tokens"), "{log}");
        assert!(log.contains("useRefreshTokensFallback"), "{log}");
        Ok(())
    });
}

/// Chromium holds every redirect after a form against the policy of the form's page.
/// Proves: redirecting-callback
#[test]
fn a_callback_that_redirects_on_to_another_origin_is_reached() {
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
fn a_form_of_another_site_with_the_id_token_ends_the_session() {
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

/// Proves: sdk-oidc-client-ts
#[test]
fn oidc_client_ts_logs_in_renews_in_a_frame_and_logs_out() {
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

/// Proves: sdk-openid-client
#[test]
fn openid_client_logs_in_from_a_server() {
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
fn openid_client_takes_an_answer_that_is_posted_to_it() {
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

/// Proves: sdk-express-api
#[test]
fn an_api_on_express_accepts_the_tokens_and_refuses_without_the_scope() {
    visit(Wish::default(), async |visit| {
        let api = visit.api().await?;
        visit.open("auth0-js").await?;
        log_in(visit).await?;
        let balance = token(visit).await?;
        assert_eq!(
            ask(&api, "GET", "/balance", &balance).await?,
            (201, r#"{"message":"This is the GET /balance endpoint"}"#.to_owned())
        );
        assert_eq!(ask(&api, "POST", "/transfer", &balance).await?, (403, "Insufficient scope".to_owned()));

        transfer(visit).await?;
        visit.page.status().reads("transfer:funds").await?;
        let funds = token(visit).await?;
        assert_eq!(
            ask(&api, "POST", "/transfer", &funds).await?,
            (201, r#"{"message":"This is the POST /transfer endpoint"}"#.to_owned())
        );
        assert_eq!(ask(&api, "GET", "/balance", &funds).await?.0, 403, "it was not asked for");

        let (signed, _) = funds.rsplit_once('.').unwrap_or_default();
        for token in ["", &format!("{signed}.AAAA"), "Bearer x"] {
            assert_eq!(ask(&api, "POST", "/transfer", token).await?.0, 401, "{token:?}");
        }
        Ok(())
    });
}

/// Silent authentication in the name of a client: the browser shows the answer in no frame of another origin, and
/// delivers its message to no other origin that opened it.
/// Proves: tenant-web-message
#[test]
fn a_page_of_another_origin_gets_no_answer_by_message() {
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
