//! Pages that say one thing, with links to go on.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::render::respond;
use crate::authorization::{TransactionStage, TransactionSummary};
use crate::domain::{AuthorizationRequest, origin_of};
use crate::state::AppState;
use crate::store::TransactionRef;

#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticePage<'a> {
    pub(super) title: &'a str,
    pub(super) sentence: &'a str,
    /// Names and addresses.
    pub(super) links: Vec<(String, String)>,
}

pub(crate) fn notice(state: &AppState, status: StatusCode, title: &str, sentence: &str) -> Response {
    respond(status, &NoticePage { title, sentence, links: links_to_clients(state) }, None)
}

fn links_to_clients(state: &AppState) -> Vec<(String, String)> {
    let home = |uri: &String| origin_of(uri).map(|origin| format!("{origin}/"));
    let mut links: Vec<(String, String)> = state
        .clients
        .values()
        .filter_map(|client| Some((format!("Go to {}", client.name), home(client.redirect_uris.first()?)?)))
        .collect();
    links.sort();
    links
}

/// A request of a client that cannot be answered, since it is not certain whose it is. `log`: the trace that tells more,
/// for whoever may see it.
pub(crate) fn refused(state: &AppState, sentence: &str, log: Option<&str>) -> Response {
    let mut links: Vec<(String, String)> = log
        .map(|id| ("See in the tenant's log what was wrong".to_owned(), format!("/log/{id}")))
        .into_iter()
        .collect();
    links.extend(links_to_clients(state));
    let title = "The application sent a request that cannot be answered";
    respond(StatusCode::BAD_REQUEST, &NoticePage { title, sentence, links }, None)
}

#[derive(Template)]
#[template(path = "finished.html")]
struct FinishedPage<'a> {
    client: &'a str,
    home: &'a str,
}

/// A page of a request that has had its answer. Back goes on to the client by itself.
fn finished(request: &AuthorizationRequest) -> Response {
    let home = if request.is_own() { "/account".to_owned() } else { request.target.home() };
    respond(StatusCode::GONE, &FinishedPage { client: &request.client.name, home: &home }, None)
}

pub(crate) fn forged(state: &AppState) -> Response {
    let sentence = "The form did not come from a page of this sign-in service that is still valid. Nothing was done. \
                    Go back, load the page again, and try once more.";
    notice(state, StatusCode::FORBIDDEN, "This could not be accepted", sentence)
}

/// The answer to a page that is not where its transaction stands: an old tab, Back, a link from another browser.
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
