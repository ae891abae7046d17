//! Who banks here, and what they do at the provider: log in, pair a phone, answer a push.

use crate::{Locator, Miss, Page, World, eventually, site::Site};

/// A customer of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// What they log in with.
    pub email: &'static str,
    /// Their full name.
    pub name: &'static str,
    /// Their subject identifier at the provider.
    pub sub: &'static str,
    /// Their account.
    pub iban: &'static str,
    /// What it starts with, in cents.
    pub opening: i64,
}

/// Has 2,500.00 EUR.
pub const ADA: Person = Person {
    email: "customer@example.com",
    name: "Ada Example",
    sub: "auth0|1001",
    iban: "DE89370400440532013000",
    opening: 250_000,
};

/// Has 310.75 EUR.
pub const BEN: Person = Person {
    email: "second@example.com",
    name: "Ben Example",
    sub: "auth0|1002",
    iban: "GB82WEST12345698765432",
    opening: 31_075,
};

/// The password of both.
pub const PASSWORD: &str = "correct horse battery";

/// What both have in their authenticator app, at providers that nobody here wrote: the key of RFC 6238, appendix B.
pub(crate) const TOTP_KEY: &[u8] = b"12345678901234567890";

/// Fills in the provider's log-in page, wherever this window shows it, and goes on.
pub async fn enter_password(page: &Page, email: &str, password: &str) -> Result<(), Miss> {
    page.field("Email").fill(email).await?;
    page.field("Password").fill(password).await?;
    page.button("Continue").click().await
}

/// A window that is somebody's phone.
#[derive(Debug)]
pub struct Phone {
    page: Page,
}

impl Phone {
    /// Pairs a new window with its owner.
    pub async fn of(person: Person, page: Page, world: &World) -> Result<Self, Miss> {
        Self::at(person, page, &world.tenant).await
    }

    /// The same with any tenant.
    pub async fn at(person: Person, page: Page, tenant: &Site) -> Result<Self, Miss> {
        page.open(&tenant.at("/phone")).await?;
        page.heading("Pair your phone").appears().await?;
        enter_password(&page, person.email, PASSWORD).await?;
        page.heading("Your phone").appears().await?;
        Ok(Self { page })
    }

    /// The window.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// The one request that waits: its sentence. Arrives without anybody touching the phone.
    pub async fn request(&self) -> Result<String, Miss> {
        self.deny_button().appears().await?;
        self.page.css("section.request h2").text().await
    }

    /// Approves by choosing that number.
    pub async fn choose(&self, number: &str) -> Result<(), Miss> {
        self.page.button(number).click().await
    }

    /// Chooses a number that is offered and is not that one.
    pub async fn choose_other_than(&self, number: &str) -> Result<(), Miss> {
        self.deny_button().appears().await?;
        let offered =
            self.page.evaluate("[...document.querySelectorAll('button[name=number]')].map(b => b.value)");
        let offered = offered.await?;
        let wrong = offered
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one.as_str())
            .find(|one| *one != number);
        self.choose(wrong.ok_or_else(|| Miss::last(format!("only {offered} is offered")))?).await
    }

    /// Denies the one request that waits.
    pub async fn deny(&self) -> Result<(), Miss> {
        self.deny_button().click().await
    }

    /// Waits until that many requests are shown, and names them as the provider does.
    pub async fn requests(&self, count: usize) -> Result<Vec<String>, Miss> {
        eventually(&format!("{count} requests on the phone"), async || {
            let ids = "[...document.querySelectorAll('section.request input[name=push]')].map(i => i.value)";
            let ids: Vec<String> = serde_json::from_value(self.page.evaluate(ids).await?).unwrap_or_default();
            if ids.len() == count { Ok(ids) } else { Err(Miss::new(format!("there are {}", ids.len()))) }
        })
        .await
    }

    /// Approves that one of several requests.
    pub async fn choose_for(&self, request: &str, number: &str) -> Result<(), Miss> {
        self.in_request(request, &format!("button[value=\"{number}\"]")).click().await
    }

    /// Approves the newest of several requests.
    pub async fn choose_in_the_last(&self, number: &str) -> Result<(), Miss> {
        self.page.css(&format!("section.request:last-of-type button[value=\"{number}\"]")).click().await
    }

    /// Denies that one of several requests.
    pub async fn deny_for(&self, request: &str) -> Result<(), Miss> {
        self.in_request(request, "button[name=deny]").click().await
    }

    fn in_request(&self, request: &str, button: &str) -> Locator<'_> {
        self.page.css(&format!("form:has(input[value=\"{request}\"]) {button}"))
    }

    fn deny_button(&self) -> Locator<'_> {
        self.page.button("Deny")
    }
}

/// The number that the provider's waiting page shows.
pub async fn number_on(page: &Page) -> Result<String, Miss> {
    page.heading("Approve on your phone").appears().await?;
    let number = page.css(".number");
    eventually("the number to choose", async || {
        let text = number.text().await?;
        let digits = text.trim();
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(digits.to_owned())
        } else {
            Err(Miss::new(format!("it reads {text:?}")))
        }
    })
    .await
}
