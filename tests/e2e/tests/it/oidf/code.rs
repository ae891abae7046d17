//! The misbehaving provider's code flow, asked without a browser: a code is good once, for one client's verifier.

use e2e::{
    Fault, FaultyProvider, TestError, TestFailure,
    faulty_provider::Registration,
    server::{ReservedPort, TestServer},
};
use reqwest::{Client, Response, Url, redirect::Policy};
use serde_json::Value;
use std::collections::HashMap;

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const APP: &str = "https://app.example";

struct Asker {
    provider: FaultyProvider,
    server: TestServer,
    http: Client,
}

impl Asker {
    async fn new() -> Result<Self, TestError> {
        let port = ReservedPort::reserve().await?;
        let provider = FaultyProvider::new(Registration {
            issuer: format!("{}/", port.origin()),
            client_id: "riser".to_owned(),
            app: APP.to_owned(),
            audience: "https://my-banking-api".to_owned(),
            access_token_seconds: 60,
        })?;
        let server = port.serve("provider", provider.router());
        let http = Client::builder().redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { provider, server, http })
    }

    /// What stands behind the `?` or `#` of the way back, by name.
    async fn authorize(&self, joint: char, more: &str) -> Result<HashMap<String, String>, TestError> {
        let address = format!(
            "{}?client_id=riser&audience=https://my-banking-api&redirect_uri={APP}/callback&scope=openid&state=s\
             &code_challenge={CHALLENGE}&code_challenge_method=S256&response_type=code{more}",
            self.server.at("/authorize")
        );
        let response = self.http.get(address).send().await?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let location =
            location.ok_or_else(|| TestError::permanent(format!("status {}", response.status())))?;
        let query = location
            .strip_prefix(&format!("{APP}/callback{joint}"))
            .ok_or_else(|| TestError::permanent("it leads elsewhere"))?;
        let url = Url::parse(&format!("http://localhost/?{query}"))
            .map_err(|error| TestError::permanent(error.to_string()))?;
        Ok(url.query_pairs().into_owned().collect())
    }

    async fn exchange(&self, code: &str, verifier: &str) -> Result<Response, TestError> {
        let body = format!(
            "grant_type=authorization_code&client_id=riser&redirect_uri={APP}/callback&code={code}\
             &code_verifier={verifier}"
        );
        let request = self
            .http
            .post(self.server.at("/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        Ok(request.send().await?)
    }
}

async fn error_of(response: Response) -> Result<String, TestError> {
    let status = response.status();
    let said: Value = response.json().await?;
    Ok(format!("{} {}", status.as_u16(), said["error"].as_str().unwrap_or_default()))
}

async fn ask(story: impl AsyncFnOnce(&Asker) -> Result<(), TestFailure>) {
    let told = async { story(&Asker::new().await?).await }.await;
    if let Err(failure) = told {
        panic!("{failure}");
    }
}

#[tokio::test]
async fn a_code_becomes_tokens_once() {
    ask(async |asker| {
        let back = asker.authorize('#', "&response_mode=fragment&nonce=n").await?;
        assert_eq!(back["state"], "s");
        assert_eq!(back["iss"], asker.server.at("/"));
        assert!(!back.contains_key("access_token"));
        let response = asker.exchange(&back["code"], VERIFIER).await?;
        assert_eq!(response.status().as_u16(), 200);
        let header = |name: &str| response.headers().get(name).map(|value| value.as_bytes().to_vec());
        assert_eq!(header("access-control-allow-origin"), Some(b"*".to_vec()));
        assert_eq!(header("cache-control"), Some(b"no-store".to_vec()));
        let tokens: Value = response.json().await?;
        assert_eq!(tokens["scope"], "openid");
        let id_token = e2e::Token::new(tokens["id_token"].as_str().unwrap_or_default().to_owned());
        assert_eq!(id_token.claims()["nonce"], "n");
        let again = asker.exchange(&back["code"], VERIFIER).await?;
        assert_eq!(error_of(again).await?, "400 invalid_grant");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_code_is_nothing_without_its_verifier() {
    ask(async |asker| {
        let back = asker.authorize('?', "").await?;
        let wrong = asker.exchange(&back["code"], &VERIFIER.replace('d', "e")).await?;
        assert_eq!(error_of(wrong).await?, "400 invalid_grant");
        let right = asker.exchange(&back["code"], VERIFIER).await?;
        assert_eq!(error_of(right).await?, "400 invalid_grant", "it was good for one attempt");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_answer_can_lack_its_issuer_or_name_another() {
    ask(async |asker| {
        asker.provider.set_fault(Fault::ResponseIssMissing);
        assert!(!asker.authorize('?', "").await?.contains_key("iss"));
        asker.provider.set_fault(Fault::ResponseIssOfAnother);
        assert_eq!(asker.authorize('?', "").await?["iss"], "https://another-issuer.example/");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_not_as_it_should_be_gets_no_answer() {
    ask(async |asker| {
        // Twice, not on offer, empty, twice.
        for more in ["&code_challenge=x", "&response_mode=form_post", "&nonce=", "&state=t"] {
            let refused = asker.authorize('?', more).await;
            assert!(refused.is_err_and(|error| error.to_string().contains("400")), "{more}");
        }
        Ok(())
    })
    .await;
}
