//! The answer to a page that is not where its request stands: an old tab, Back, a link from another browser.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::flow::{Place, Visit};
use crate::pages;
use crate::state::State;

pub(super) fn page(state: &State, visit: Visit<'_>, place: &Place) -> Response {
    // A place that is known has an identifier of ours, which stands in an address as it is.
    match place {
        Place::LogIn { .. } => Redirect::to(&format!("/u/login?state={}", visit.id)).into_response(),
        Place::SecondFactor { .. } => Redirect::to(&format!("/u/mfa?state={}", visit.id)).into_response(),
        Place::Methods { .. } => Redirect::to(&format!("/u/methods?state={}", visit.id)).into_response(),
        Place::Finished { request } => pages::finished(request),
        Place::Missing => {
            let title = "This page is no longer valid";
            let sentence = "It was opened in another browser, or too much time has passed. Nothing was confirmed. \
                            Start again in the application.";
            pages::notice(state, StatusCode::NOT_FOUND, title, sentence)
        }
    }
}
