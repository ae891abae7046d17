//! A customer's phone: pairing, and the answer to a push.

use crate::{
    Locator, Page, Servers, TestError, eventually,
    people::{PASSWORD, Person},
    provider_pages::enter_password,
    server::TestServer,
};

/// A window that is somebody's phone.
#[derive(Debug)]
pub struct Phone {
    page: Page,
}

impl Phone {
    /// Pairs a new window with its owner.
    pub async fn of(person: Person, page: Page, servers: &Servers) -> Result<Self, TestError> {
        Self::at(person, page, &servers.tenant).await
    }

    /// The same with any tenant.
    pub async fn at(person: Person, page: Page, tenant: &TestServer) -> Result<Self, TestError> {
        Self::at_address(person, page, &tenant.at("/phone")).await
    }

    /// The same wherever the tenant's page for phones is.
    pub async fn at_address(person: Person, page: Page, address: &str) -> Result<Self, TestError> {
        page.open(address).await?;
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

    /// The newest request that waits, as the customer reads it. Arrives without anybody touching the phone.
    pub async fn request(&self) -> Result<String, TestError> {
        self.deny_button().appears().await?;
        self.page.css("section.request").text().await
    }

    /// Approves by choosing that number.
    pub async fn choose(&self, number: &str) -> Result<(), TestError> {
        self.page.button(number).click().await
    }

    /// Chooses a number that is offered and is not that one.
    pub async fn choose_other_than(&self, number: &str) -> Result<(), TestError> {
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
        self.choose(wrong.ok_or_else(|| TestError::permanent(format!("only {offered} is offered")))?).await
    }

    /// Denies the one request that waits.
    pub async fn deny(&self) -> Result<(), TestError> {
        self.deny_button().click().await
    }

    /// Waits until that many requests are shown, and names them as the provider does.
    pub async fn requests(&self, count: usize) -> Result<Vec<String>, TestError> {
        eventually(&format!("{count} requests on the phone"), async || {
            let ids = "[...document.querySelectorAll('input[name=push], a[data-push]')].map(i => i.value ?? i.dataset.push)";
            let ids: Vec<String> = serde_json::from_value(self.page.evaluate(ids).await?).unwrap_or_default();
            if ids.len() == count {
                Ok(ids)
            } else {
                Err(TestError::transient(format!("there are {}", ids.len())))
            }
        })
        .await
    }

    /// Approves that one of several requests.
    pub async fn choose_for(&self, request: &str, number: &str) -> Result<(), TestError> {
        self.show(request).await?;
        self.in_request(request, &format!("button[value=\"{number}\"]")).click().await
    }

    /// Approves the newest of several requests.
    pub async fn choose_in_the_last(&self, number: &str) -> Result<(), TestError> {
        self.choose(number).await
    }

    /// Denies that one of several requests.
    pub async fn deny_for(&self, request: &str) -> Result<(), TestError> {
        self.show(request).await?;
        self.in_request(request, "button[name=deny]").click().await
    }

    /// The newest request has the page for itself; the others are links.
    async fn show(&self, request: &str) -> Result<(), TestError> {
        let other = format!("document.querySelector('a[data-push=\"{request}\"]')?.click()");
        self.page.evaluate(&other).await?;
        self.in_request(request, "button[name=deny]").appears().await
    }

    fn in_request(&self, request: &str, button: &str) -> Locator<'_> {
        self.page.css(&format!("form:has(input[value=\"{request}\"]) {button}"))
    }

    fn deny_button(&self) -> Locator<'_> {
        self.page.button("Deny")
    }
}
