//! What all pages of one request have in common: the language, and the bank's face. A task-local, as templates include each
//! other and every one of them has texts; the middleware [`in_page_context`](crate::http::in_page_context) sets it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::Brand;
use crate::language::{Language, Message};

tokio::task_local! {
    static CONTEXT: PageContext;
}

#[derive(Clone)]
pub(crate) struct PageContext {
    pub(crate) language: &'static Language,
    pub(crate) brand: Arc<Brand>,
}

impl PageContext {
    pub(crate) async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CONTEXT.scope(self, work).await
    }
}

/// The language of the page; English outside of a request.
pub(crate) fn language() -> &'static Language {
    CONTEXT.try_with(|context| context.language).unwrap_or_else(|_| Language::english())
}

pub(crate) fn brand() -> Arc<Brand> {
    CONTEXT.try_with(|context| Arc::clone(&context.brand)).unwrap_or_default()
}

/// A message in the language of the page.
pub(crate) fn t(id: impl Into<Cow<'static, str>>) -> Message {
    Message::new(language(), id)
}
