//! What customers do on the provider's pages.

use crate::{Page, TestError, eventually};

/// Fills in the provider's log-in page, wherever this window shows it, and goes on.
pub async fn enter_password(page: &Page, email: &str, password: &str) -> Result<(), TestError> {
    page.field("Email").fill(email).await?;
    page.field("Password").fill(password).await?;
    page.button("Continue").click().await
}

/// The number that the provider's waiting page shows.
pub async fn number_on(page: &Page) -> Result<String, TestError> {
    page.heading("Approve on your phone").appears().await?;
    let number = page.css(".number");
    eventually("the number to choose", async || {
        let text = number.text().await?;
        let digits = text.trim();
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(digits.to_owned())
        } else {
            Err(TestError::transient(format!("it reads {text:?}")))
        }
    })
    .await
}
