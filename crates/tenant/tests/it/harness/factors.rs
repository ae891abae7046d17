//! A browser that gives a second factor by typing, and that changes the ways to give one.

use axum::http::StatusCode;

use super::{Answer, Browser, TRANSFER, authorize};

impl Browser {
    /// Asks for a transfer; gives the page that asks for a code.
    pub(crate) async fn asks_for_code(&mut self) -> Answer {
        let page = self.follow(&authorize(TRANSFER)).await;
        assert!(page.body.contains("<input id=\"code\""), "{page:?}");
        page
    }

    /// Sends the form of a page, with more fields.
    pub(crate) async fn submit(&mut self, page: &Answer, path: &str, more: &[(&str, &str)]) -> Answer {
        let (state, form_token) = (page.input("state"), page.input("form_token"));
        let mut form = vec![("state", state.as_str()), ("form_token", form_token.as_str())];
        form.extend_from_slice(more);
        self.post(path, &form).await
    }

    /// Answers the page that asks whether to log out.
    pub(crate) async fn answers_log_out(&mut self, page: &Answer, more: &[(&str, &str)]) -> Answer {
        // As a browser reads it.
        let (form_token, query) = (page.input("form_token"), page.input("query").replace("&#38;", "&"));
        let mut form = vec![("form_token", form_token.as_str()), ("query", query.as_str())];
        form.extend_from_slice(more);
        self.post("/u/logout", &form).await
    }

    /// Types a code.
    pub(crate) async fn enter(&mut self, page: &Answer, code: &str) -> Answer {
        self.submit(page, "/u/mfa/code", &[("code", code)]).await
    }

    /// Chooses another way to confirm; gives its page.
    pub(crate) async fn take_way(&mut self, page: &Answer, way: &str) -> Answer {
        let answer = self.submit(page, "/u/mfa/way", &[("way", way)]).await;
        self.follow(&answer.location()).await
    }

    /// Looks again at the page that asks for a second factor.
    pub(crate) async fn look(&mut self, page: &Answer) -> Answer {
        self.follow(&format!("/u/mfa?state={}", page.input("state"))).await
    }

    /// Presses a button of the page with the ways to confirm; goes on while the tenant redirects to itself.
    pub(crate) async fn act(&mut self, page: &Answer, act: &str, code: &str) -> Answer {
        let answer = self.submit(page, "/u/methods", &[("act", act), ("code", code)]).await;
        match answer.status {
            StatusCode::SEE_OTHER if answer.location().starts_with('/') => {
                self.follow(&answer.location()).await
            }
            _ => answer,
        }
    }
}
