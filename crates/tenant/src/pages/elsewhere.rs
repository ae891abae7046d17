//! The answer to a page that is not where its transaction stands: an old tab, Back, a link from another browser.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::notice::{finished, notice};
use crate::authorization::{TransactionStage, TransactionSummary};
use crate::state::AppState;
use crate::store::TransactionRef;

pub(crate) fn elsewhere(
    state: &AppState,
    TransactionRef { id, .. }: &TransactionRef,
    transaction: Option<&TransactionSummary>,
) -> Response {
    let Some(transaction) = transaction else {
        let title = "This page is no longer valid";
        let sentence = "It was opened in another browser, or too much time has passed. Nothing was confirmed. \
                        Start again in the application.";
        return notice(state, StatusCode::NOT_FOUND, title, sentence);
    };
    // The transaction is known, so its identifier is one of ours and stands in an address as it is.
    match transaction.stage {
        TransactionStage::LogIn => Redirect::to(&format!("/u/login?state={id}")).into_response(),
        TransactionStage::SecondFactor => Redirect::to(&format!("/u/mfa?state={id}")).into_response(),
        TransactionStage::Enrollment => Redirect::to(&format!("/u/methods?state={id}")).into_response(),
        TransactionStage::Finished => finished(&transaction.authorization.request),
    }
}
