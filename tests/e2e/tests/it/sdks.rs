//! Third-party client libraries and an API library work with the tenant, unchanged.

mod api;
mod auth0_js;
mod auth0_spa_js;
mod oidc_client_ts;
mod openid_client;
mod other_origins;

use e2e::{
    Program, TestError, eventually,
    people::{ADA, PASSWORD},
    provider_pages::enter_password,
    provider_pages::number_on,
    sdks::Visit,
};

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
