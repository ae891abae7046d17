//! Secrets are thrown into flows of every kind, and none of them comes out: not on a page of the log, not in its JSON,
//! and not in what the tenant writes to its terminal.

use aws_lc_rs::digest;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{developer, traces};
use crate::harness::{
    ADA, AUDIENCE, Answer, BALANCE, BEN, Browser, CALLBACK, PASSWORD, TRANSFER, World, authorize_with,
    log as terminal,
};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const STATE: &str = "a-state-that-nobody-guesses";
const NONCE: &str = "a-nonce-that-nobody-guesses";
/// Another tenant's token: this one did not sign it, and it is somebody's key all the same.
const FOREIGN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzb21lYm9keS1lbHNlIn0.c2lnbmF0dXJlLW9mLWFub3RoZXI";
const WRONG: [&str; 3] = ["hunter2-the-wrong-password", "swordfish in the e-mail field", "p@ssw0rd-there"];
const CLIENT_SECRET: &str = "a-secret-of-some-client";
const PAYMENT: &str = r#"[{"type":"payment_initiation","identifier":"018f-1","instructedAmount":{"currency":"EUR","amount":"12.50"},"creditorAccount":{"iban":"GB82WEST12345698765432"},"remittanceInformationUnstructured":"Rent"}]"#;

/// Gathers secrets while it uses the tenant.
struct Thief {
    world: World,
    secrets: Vec<String>,
}

impl Thief {
    /// What an answer carries to its client, and what its page's forms carry.
    fn takes_from(&mut self, answer: &Answer) {
        if let Some(location) = answer.headers.get("location") {
            let location = location.to_str().unwrap();
            let carried = location.split_once(['#', '?']).map_or("", |(_, carried)| carried);
            for (name, value) in form_urlencoded::parse(carried.as_bytes()) {
                if matches!(&*name, "access_token" | "id_token" | "code") {
                    self.secrets.push(value.into_owned());
                }
            }
        }
        for form in answer.body.split("name=\"form_token\" value=\"").skip(1) {
            self.secrets.push(form.split('"').next().unwrap().to_owned());
        }
    }

    fn takes_cookies_of(&mut self, browser: &Browser) {
        self.secrets.extend(browser.cookies.values().map(|(value, _)| value.clone()));
    }

    async fn goes(&mut self, browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
        let all: Vec<_> = [("state", STATE), ("nonce", NONCE)].iter().chain(changes).copied().collect();
        let answer = browser.follow(&authorize_with(&all)).await;
        self.takes_from(&answer);
        self.takes_cookies_of(browser);
        answer
    }

    async fn logs_in(&mut self, email: &str) -> Browser {
        let mut browser = self.world.browser();
        let page = self.goes(&mut browser, &[]).await;
        for wrong in [(email, WRONG[0]), (WRONG[1], WRONG[1]), (WRONG[2], WRONG[2])] {
            let again = browser.log_in(&page, wrong.0, wrong.1).await;
            self.takes_from(&again);
        }
        let answer = browser.log_in(&page, email, PASSWORD).await;
        self.takes_from(&answer);
        self.takes_cookies_of(&browser);
        browser
    }

    async fn steps_up(&mut self) {
        let mut phone = self.world.phone(ADA).await;
        let mut tab = self.logs_in(ADA).await;
        self.takes_cookies_of(&phone);
        for chosen in [Some(0), Some(1), None] {
            let page = self.goes(&mut tab, &[("scope", TRANSFER), ("authorization_details", PAYMENT)]).await;
            let asked = phone.get("/phone").await;
            self.takes_from(&asked);
            if let Some(other) = chosen {
                let number = page.number().parse::<u8>().unwrap() + other;
                phone.choose(&number.to_string()).await;
            } else {
                phone.deny().await;
            }
            let answer = tab.get(&format!("/u/mfa?state={}", page.input("state"))).await;
            self.takes_from(&answer);
        }
    }

    /// Redeems a code; once more; with another verifier; and with a secret that is not asked for.
    async fn redeems(&mut self, tab: &mut Browser) {
        let asked =
            [("response_type", "code"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let code = self.goes(tab, &asked).await.query()["code"].clone();
        let usual = [
            ("grant_type", "authorization_code"),
            ("client_id", "riser"),
            ("redirect_uri", CALLBACK),
            ("code", &code),
        ];
        for other in [
            ("code_verifier", VERIFIER),
            ("code_verifier", VERIFIER),
            ("code_verifier", FOREIGN),
            ("client_secret", CLIENT_SECRET),
        ] {
            let form: Vec<_> = usual.iter().copied().chain([other]).collect();
            let answer = tab.post("/oauth/token", &form).await;
            if let Ok(tokens) = serde_json::from_str::<serde_json::Value>(&answer.body) {
                let token = |name: &str| tokens[name].as_str().map(str::to_owned);
                self.secrets.extend(token("access_token").into_iter().chain(token("id_token")));
            }
        }
    }

    async fn calls_userinfo(&self, token: &str) {
        let mut api = self.world.browser();
        api.headers.insert("authorization", HeaderValue::try_from(format!("Bearer {token}")).unwrap());
        api.get("/userinfo").await;
    }

    /// Puts secrets where they do not belong.
    async fn misplaces(&mut self) {
        let mut tab = self.world.browser();
        let leaking = format!("{CALLBACK}?code={CLIENT_SECRET}&access_token={FOREIGN}&state={STATE}");
        for (name, value) in [
            ("redirect_uri", leaking.as_str()),
            ("client_id", FOREIGN),
            ("audience", FOREIGN),
            ("scope", FOREIGN),
            ("login_hint", FOREIGN),
            ("prompt", FOREIGN),
            ("acr_values", FOREIGN),
            ("max_age", FOREIGN),
            ("request", FOREIGN),
            ("id_token_hint", FOREIGN),
            ("client_secret", CLIENT_SECRET),
            ("access_token", FOREIGN),
            ("password", WRONG[0]),
            (FOREIGN, FOREIGN),
            ("authorization_details", &format!(r#"[{{"access_token":"{FOREIGN}"}}]"#)),
        ] {
            self.goes(&mut tab, &[(name, value)]).await;
        }
        for path in
            ["/v2/logout?returnTo=", "/oidc/logout?post_logout_redirect_uri=", "/oidc/logout?id_token_hint="]
        {
            tab.get(&format!("{path}{FOREIGN}&state={STATE}")).await;
        }
    }

    /// No text has any of them.
    fn finds_nothing_in(&self, texts: &[(String, String)]) {
        let given = [VERIFIER, STATE, NONCE, FOREIGN, WRONG[0], WRONG[1], WRONG[2], CLIENT_SECRET, PASSWORD];
        // A signature by itself, and a token without it, could be misused too.
        let parts =
            self.secrets.iter().filter(|it| it.starts_with("eyJ")).flat_map(|it| it.split('.').skip(1));
        let signature = FOREIGN.rsplit('.').next();
        let all: Vec<&str> =
            self.secrets.iter().map(String::as_str).chain(given).chain(parts).chain(signature).collect();
        for (place, text) in texts {
            for secret in &all {
                assert!(!text.contains(secret), "{place} tells {secret}");
            }
        }
    }
}

/// People choose passwords that can be guessed, and a hash tells which guess is right.
#[tokio::test]
async fn passwords_are_not_kept_as_hash() {
    let world = World::new().await;
    let form =
        [("grant_type", "password"), ("client_id", "riser"), ("username", ADA), ("password", PASSWORD)];
    assert!(world.browser().post("/oauth/token", &form).await.status.is_client_error());
    let hash = digest::digest(&digest::SHA256, PASSWORD.as_bytes());
    let hash = URL_SAFE_NO_PAD.encode(hash.as_ref());
    let (beginning, _) = hash.split_at(8);
    let trace = &traces(&world).await[0];
    let page = developer(&world).get(&format!("/log/{}", trace["id"].as_str().unwrap())).await.body;
    for text in [trace.to_string(), page] {
        assert!(text.contains("password") && !text.contains(beginning), "{text}");
    }
}

/// Proves: audit-log-no-secrets
#[tokio::test]
async fn no_flow_leaves_secrets() {
    terminal::keep();
    let mut thief = Thief { world: World::new().await, secrets: Vec::new() };
    thief.steps_up().await;
    let mut tab = thief.logs_in(BEN).await;
    thief.redeems(&mut tab).await;
    for token in thief.secrets.clone().iter().filter(|secret| secret.starts_with("eyJ")) {
        thief.calls_userinfo(token).await;
    }
    thief.calls_userinfo(FOREIGN).await;
    thief.misplaces().await;
    tab.get("/v2/logout").await;
    let tokens = thief.secrets.iter().filter(|secret| secret.starts_with("eyJ")).count();
    assert!(tokens >= 8 && thief.secrets.len() > 60, "{tokens} tokens of {} secrets", thief.secrets.len());

    let mut developer = developer(&thief.world);
    let traces = traces(&thief.world).await;
    assert!(traces.len() > 30);
    let mut addresses =
        vec!["/log".to_owned(), "/log.json".to_owned(), "/log?client=riser&q=openid".to_owned()];
    for trace in &traces {
        let id = trace["id"].as_str().unwrap();
        addresses.extend([format!("/log/{id}"), format!("/log/{id}.json")]);
    }
    let mut texts = Vec::new();
    for address in addresses {
        let text = developer.get(&address).await.body;
        assert!(text.len() > 400, "{text}");
        texts.push((address, text));
    }
    let terminal = terminal::kept();
    for part in ["authorize", "push sent", "granted", "token: refused", "logged in"] {
        assert!(terminal.contains(part), "{part}: {terminal}");
    }
    texts.push(("the terminal".to_owned(), terminal));
    thief.finds_nothing_in(&texts);

    // The log is not empty-handed: what may be read is there.
    let list = &texts[1].1;
    for part in
        [BALANCE, AUDIENCE, CALLBACK, ADA, "GB82 WEST", "access_denied", "invalid_grant", "auth0|1001"]
    {
        assert!(list.contains(part), "{part}");
    }
}
