//! The windows of a browser, as pages.

use super::Browser;
use crate::{Page, TestError, eventually};
use std::sync::Arc;

impl Browser {
    /// The window that was there first.
    pub async fn first_page(self: &Arc<Self>) -> Page {
        let window = self.session.lock().await.current.clone();
        Page::new(Arc::clone(self), window)
    }

    /// Another window of the same browser: the same cookies, another tab's storage.
    pub async fn new_window(self: &Arc<Self>) -> Result<Page, TestError> {
        let mut session = self.session.lock().await;
        let window = session.driver.new_window().await?;
        session.driver.switch_to_window(window.clone()).await?;
        session.current = window.clone();
        drop(session);
        Ok(Page::new(Arc::clone(self), window))
    }

    /// All windows, those that pages opened too.
    pub async fn pages(self: &Arc<Self>) -> Result<Vec<Page>, TestError> {
        let windows = self.session.lock().await.driver.windows().await?;
        Ok(windows.into_iter().map(|window| Page::new(Arc::clone(self), window)).collect())
    }

    /// The one window that is there now and was not among those.
    pub async fn page_besides(self: &Arc<Self>, known: &[Page]) -> Result<Page, TestError> {
        eventually("a new window", async || {
            let new: Vec<Page> =
                self.pages().await?.into_iter().filter(|page| !known.contains(page)).collect();
            <[Page; 1]>::try_from(new)
                .map(|[page]| page)
                .map_err(|all| TestError::transient(format!("there are {}", all.len())))
        })
        .await
    }
}
